import Content

/// Makes cases of records by their fields: rows of tables and JSON objects.
struct FieldReader: FormatReader {
  private let options: ImportOptions
  /// Whether values are the texts of a table's cells.
  private let isTable: Bool
  private var guesses: [[String]: FieldMap] = [:]
  private var promptfoo: AssertionPlanner?

  init(_ options: ImportOptions, isTable: Bool) {
    self.options = options
    self.isTable = isTable
  }

  mutating func read(_ record: Record, into output: inout ImportOutput) {
    guard let object = record.value.object else {
      output.fail(ImportFailure(line: record.line, column: record.column, "Expected an object with named fields."))
      return
    }
    let expectations = isTable ? object.keys.filter { PromptfooColumn.isOne($0) } : []
    let fields = object.keys.filter { !expectations.contains($0) }
    if isTable, object.values.allSatisfy({ $0.string?.isEmpty == true }) { return output.skip("empty rows") }
    let map = self.map(for: fields, hasExpectations: !expectations.isEmpty, into: &output)
    var found = ImportCase(line: record.line)
    do throws(FieldFailure) {
      for entry in map.entries { try assign(entry, of: object, to: &found, at: record) }
    } catch {
      output.fail(ImportFailure(line: record.line, error.reason))
      return
    }
    ChatMessages.dropOwnSystem(&found, options.systemTexts, into: &output)
    guard !found.isEmpty else {
      output.fail(
        ImportFailure(line: record.line, "Nothing in the record is input; name a field with --map input.NAME=FIELD."))
      return
    }
    guard !expectations.isEmpty else {
      output.cases.append(found)
      return
    }
    var assertions: [PromptfooAssertion] = []
    PromptfooColumn.read(object, expectations, into: &found, &assertions)
    var planner = promptfoo ?? AssertionPlanner()
    planner.add(found, assertions, into: &output)
    promptfoo = planner
  }

  mutating func finish(into output: inout ImportOutput) { promptfoo?.finish(into: &output) }

  /// The assignments for a record with these fields.
  private mutating func map(
    for fields: [String], hasExpectations: Bool, into output: inout ImportOutput
  ) -> FieldMap {
    if let known = guesses[fields] { return known }
    let guess = FieldGuess(fields: hasExpectations ? [] : fields)
    var map = FieldGuess(fields: hasExpectations ? fields.filter { $0 == "id" } : fields).map(of: fields)
    let written = options.map.entries
    if written.isEmpty {
      if let sentence = guess.sentence { output.note(sentence) }
    } else {
      // What is written counts; other fields stay with the case and are not sent.
      let roots = written.compactMap { entry -> String? in
        guard case .key(let root)? = JSONPath(entry.source)?.steps.first else { return nil }
        return root
      }
      let named = Set(written.map(\.source) + roots)
      let saysInput = written.contains { if case .input = $0.target { true } else { $0.target == .messages } }
      let saysExpected = written.contains { if case .expected = $0.target { true } else { false } }
      map.entries = map.entries.compactMap { entry in
        guard !named.contains(entry.source) else { return nil }
        switch entry.target {
        case .input where saysInput, .messages where saysInput, .expected where saysExpected:
          return FieldMap.Entry(target: .metadata(entry.source), source: entry.source)
        case .id, .tags, .group, .weight, .tools:
          return written.contains { $0.target == entry.target }
            ? FieldMap.Entry(target: .metadata(entry.source), source: entry.source) : entry
        default: return entry
        }
      }
      map.entries += written
    }
    for entry in map.entries {
      if case .input(let name?) = entry.target, name != entry.source, !written.contains(entry) {
        output.note("The field \"\(entry.source.prefix(80))\" becomes the slot {{ \(name.prefix(80)) }}.")
      }
    }
    // Whether an answer is taken off a conversation depends on what is expected otherwise.
    map.entries = map.entries.filter { $0.target != .messages } + map.entries.filter { $0.target == .messages }
    if guesses.count < 1_000 { guesses[fields] = map }
    return map
  }

  private struct FieldFailure: Error { var reason: String }

  private func assign(
    _ entry: FieldMap.Entry, of object: JSONObject, to found: inout ImportCase, at record: Record
  ) throws(FieldFailure) {
    let source = entry.source
    guard var value = FieldMap.value(of: source, in: object) else {
      guard options.map.entries.contains(entry) else { return }
      let nearest = Spelling.nearest(to: source, among: object.keys).map { "; did you mean \"\($0)\"?" } ?? "."
      throw FieldFailure(reason: "The record has no \"\(source.prefix(80))\"\(nearest)")
    }
    if isTable, options.jsonCells.contains(source), let text = value.string, !text.isEmpty {
      do throws(JSONError) { value = try JSONValue(parsing: text) } catch {
        throw FieldFailure(
          reason: "The cell of \"\(source.prefix(80))\" isn't JSON: expected \(error.expected), found \(error.found).")
      }
    }
    let isEmpty = value.isNull || isTable && value.string?.isEmpty == true
    switch entry.target {
    case .none: break
    case .input(let name?): found.input[name] = value
    case .input(nil):
      if let members = value.object {
        for member in members { found.input[member.key] = member.value }
      } else {
        found.input["input"] = value
      }
    case .expected(let name?):
      guard !isEmpty else { break }
      var members = found.expected?.object ?? [:]
      members[name] = value
      found.expected = .object(members)
    case .expected(nil): found.expected = isEmpty ? nil : value
    case .metadata(let name):
      guard !isEmpty else { break }
      if let name {
        found.metadata[name] = value
      } else if let members = value.object {
        for member in members { found.metadata[member.key] = member.value }
      } else {
        found.metadata[source] = value
      }
    case .id: found.id = Self.text(value)
    case .group: found.group = Self.text(value)
    case .tags:
      if let list = value.array {
        for tag in list.compactMap({ Self.text($0) }) { found.tag(tag) }
      } else if let text = Self.text(value) {
        for tag in isTable ? text.split(whereSeparator: { ",;|".contains($0) }).map(String.init) : [text] {
          found.tag(tag.trimmingBlanks)
        }
      }
    case .weight:
      guard !isEmpty else { break }
      let number = value.int ?? Self.text(value).flatMap { Int($0) }
      guard let number, number > 0 else {
        throw FieldFailure(reason: "\"\(source.prefix(80))\" is a weight and must be a whole number from 1.")
      }
      found.weight = number
    case .messages:
      guard !isEmpty else { break }
      if isTable, let text = value.string {
        guard let list = try? JSONValue(parsing: text), list.array != nil else {
          found.input["messages"] = value
          break
        }
        value = list
      }
      do throws(ChatMessages.Flaw) {
        try ChatMessages.assign(value, to: &found, splitsAnswer: found.expected == nil)
      } catch {
        throw FieldFailure(reason: error.reason)
      }
    case .tools: if !isEmpty { found.tools = value }
    }
  }

  /// A text or a number as text; nil for anything else and for an empty text.
  private static func text(_ value: JSONValue) -> String? {
    let text = value.string ?? value.number?.text
    return text?.isEmpty == true ? nil : text
  }
}
