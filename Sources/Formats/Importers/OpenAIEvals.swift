import Content

/// Reads samples of OpenAI's open-source evals: `{"input": [chat] | text, "ideal": text | […]}`.
struct OpenAIEvalsReader: FormatReader {
  private let options: ImportOptions

  init(_ options: ImportOptions) { self.options = options }

  mutating func read(_ record: Record, into output: inout ImportOutput) {
    guard let object = record.value.object, let input = object["input"] else {
      output.fail(ImportFailure(line: record.line, column: record.column, "The sample has no \"input\"."))
      return
    }
    var found = ImportCase(line: record.line)
    if input.array != nil {
      do throws(ChatMessages.Flaw) { try ChatMessages.assign(input, to: &found, splitsAnswer: false) } catch {
        output.fail(ImportFailure(line: record.line, error.reason))
        return
      }
      ChatMessages.dropOwnSystem(&found, options.systemTexts, into: &output)
    } else if let text = input.string {
      found.input["input"] = .string(text)
    } else {
      output.fail(ImportFailure(line: record.line, "\"input\" must be a text or a list of messages."))
      return
    }
    found.expected = object["ideal"].flatMap { $0.isNull ? nil : $0 }
    if found.expected?.array != nil {
      output.count("Several answers are right; they are a list in \"expected\", to be judged with contains-any")
    }
    for (key, value) in object where key != "input" && key != "ideal" { found.metadata[key] = value }
    output.cases.append(found)
  }
}

/// Reads what can be exported of OpenAI's hosted evals: items, with the eval's criteria where the document has them.
struct OpenAIHostedEvalReader: FormatReader {
  private var fields: FieldReader
  private let options: ImportOptions

  init(_ options: ImportOptions) {
    self.options = options
    fields = FieldReader(options, isTable: false)
  }

  mutating func read(_ record: Record, into output: inout ImportOutput) {
    guard let object = record.value.object else {
      output.fail(ImportFailure(line: record.line, column: record.column, "Expected an object with \"item\"."))
      return
    }
    if object["testing_criteria"] != nil || object["data_source_config"] != nil {
      readEval(object, record, into: &output)
    } else {
      readItem(object, line: record.line, into: &output)
    }
  }

  private mutating func readEval(_ object: JSONObject, _ record: Record, into output: inout ImportOutput) {
    output.read -= 1
    let criteria = object["testing_criteria"]?.array ?? []
    let graders = criteria.compactMap { Self.grader($0) }
    for criterion in criteria where Self.grader(criterion) == nil {
      let kind = criterion["type"]?.string ?? "unknown"
      output.count("The criterion \"\(kind.prefix(40))\" can't be run and is left out")
    }
    if !graders.isEmpty { output.graders = [graders] }
    let source = object["data_source"]?["source"] ?? object["source"]
    let items = object["items"]?.array ?? object["content"]?.array ?? source?["content"]?.array ?? object["data"]?.array
    guard let items else {
      output.read += 1
      output.fail(
        ImportFailure(
          line: record.line,
          "The eval has criteria and no items. Export its data, too: import the file of items, {\"item\": {…}} on each line."
        ))
      return
    }
    for item in items {
      output.read += 1
      guard let item = item.object else {
        output.fail(ImportFailure(line: record.line, "An item must be an object."))
        continue
      }
      readItem(item, line: record.line, into: &output)
    }
  }

  private mutating func readItem(_ object: JSONObject, line: Int, into output: inout ImportOutput) {
    let wrapped = object["item"]?.object ?? object["datasource_item"]?.object
    let item = wrapped ?? object
    var kept = output.cases
    output.cases = []
    fields.read(Record(.object(item), line: line), into: &output)
    for index in output.cases.indices {
      for (key, value) in object where wrapped != nil && !["item", "datasource_item"].contains(key) {
        output.cases[index].metadata[key] = value
      }
    }
    kept += output.cases
    output.cases = kept
  }

  /// The grader that judges as a criterion does; nil where there is none.
  static func grader(_ criterion: JSONValue) -> JSONValue? {
    guard criterion["type"]?.string == "string_check", let operation = criterion["operation"]?.string,
      criterion["input"]?.string.map({ plain($0) == "sample.output_text" }) ?? false,
      let reference = criterion["reference"]?.string
    else { return nil }
    let types = ["eq": "equals", "ne": "not-equals", "like": "contains", "ilike": "icontains"]
    guard let type = types[operation] else { return nil }
    var spec: JSONObject = ["type": .string(type)]
    if type.hasSuffix("equals") { spec["trim"] = false }
    if let name = criterion["name"]?.string, !name.isEmpty { spec["name"] = .string(name) }
    let place = plain(reference)
    if place.hasPrefix("item.") {
      let member = String(place.dropFirst("item.".count))
      // What FieldReader takes for the answer is all of "expected".
      spec["value"] = FieldGuess(fields: [member]).expected == member ? nil : .string("{{ \(member) }}")
    } else {
      guard !reference.contains("{{") else { return nil }
      spec["value"] = .string(reference)
    }
    return .object(spec)
  }

  /// The name in `{{ name }}`, or the text itself.
  private static func plain(_ text: String) -> String {
    let trimmed = text.trimmingBlanks
    guard trimmed.hasPrefix("{{"), trimmed.hasSuffix("}}") else { return text }
    return String(trimmed.dropFirst(2).dropLast(2)).trimmingBlanks
  }
}
