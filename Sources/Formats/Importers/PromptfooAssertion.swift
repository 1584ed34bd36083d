import Content

/// One of promptfoo's assertions.
struct PromptfooAssertion: Sendable, Hashable {
  /// The type without `not-`.
  var type: String
  var isNegated = false
  var value: JSONValue?
  var threshold: Double?
  var weight: Double?
  var metric: String?
  /// Whether it comes from `defaultTest` and so holds for every test.
  var isDefault = false
  /// The assertion as it was written.
  var written: JSONValue

  /// Reads an entry of `assert`; nil where it has no type.
  init?(_ value: JSONValue, isDefault: Bool = false) {
    guard let object = value.object, let type = object["type"]?.string else { return nil }
    isNegated = type.hasPrefix("not-")
    self.type = isNegated ? String(type.dropFirst(4)) : type
    self.value = object["value"]
    threshold = object["threshold"]?.double
    weight = object["weight"]?.double
    metric = object["metric"]?.string
    self.isDefault = isDefault
    written = value
    // What a transform or a provider makes of the answer first isn't done here.
    if object["transform"] != nil || object["provider"] != nil && !["llm-rubric"].contains(self.type) {
      self.type = "transformed " + self.type
    }
  }

  /// Reads a cell of an `__expected` column: `contains: x`, `levenshtein(5): x`, or a text to equal.
  init(cell: String) {
    written = .string(cell)
    var text = cell
    for prefix in ["javascript:", "fn:", "eval:", "python:"] where text.hasPrefix(prefix) {
      type = prefix == "python:" ? "python" : "javascript"
      value = .string(String(text.dropFirst(prefix.count)).trimmingBlanks)
      return
    }
    if text.hasPrefix("grade:") { text = "llm-rubric:" + text.dropFirst("grade:".count) }
    type = "equals"
    value = .string(cell)
    let head = text.prefix { $0 != ":" && $0 != "\n" }
    var name = String(head)
    var number: Double?
    if let open = name.firstIndex(of: "("), name.hasSuffix(")") {
      number = Double(name[name.index(after: open)...].dropLast().filter { $0 != " " })
      guard number != nil else { return }
      name = String(name[..<open])
    }
    let plain = name.hasPrefix("not-") ? String(name.dropFirst(4)) : name
    guard Self.known.contains(plain) else { return }
    let hasValue = head.endIndex < text.endIndex
    guard hasValue || Self.valueless.contains(plain) || Self.unrunnable.contains(plain) else { return }
    type = plain
    isNegated = name.hasPrefix("not-")
    threshold = number
    let rest = hasValue ? String(text[text.index(after: head.endIndex)...]).trimmingBlanks : ""
    value = rest.isEmpty ? nil : .string(rest)
    if ["is-json", "contains-json"].contains(plain), let schema = try? JSONValue(parsing: rest) { value = schema }
  }

  /// Types that look for texts that differ from test to test.
  static let texts: Set<String> = [
    "equals", "contains", "icontains", "starts-with", "contains-all", "contains-any", "icontains-all", "icontains-any",
    "levenshtein",
  ]
  /// Types that look at something written in the assertion alone.
  static let rules: Set<String> = [
    "regex", "is-json", "contains-json", "word-count", "latency", "cost", "finish-reason", "is-refusal", "tool-call-f1",
  ]
  /// Types that need no value.
  private static let valueless: Set<String> = ["is-json", "contains-json", "latency", "cost", "is-refusal"]
  private static let unrunnable: Set<String> = [
    "llm-rubric", "similar", "javascript", "python", "factuality", "answer-relevance", "is-sql", "contains-sql",
    "is-xml", "contains-xml", "is-html", "contains-html", "rouge-n", "bleu", "perplexity",
    "model-graded-closedqa", "g-eval", "webhook", "moderation", "is-valid-openai-tools-call",
  ]
  private static let known = texts.union(rules).union(unrunnable)

  /// The texts to look for, in the form that our graders take; nil where they can't be used here.
  /// - Parameter input: what `{{ name }}` stands for.
  func reference(_ input: JSONObject) -> JSONValue? {
    switch value {
    case .string(let text):
      guard !text.hasPrefix("file://"), let filled = Self.fill(text, input) else { return nil }
      guard type.hasSuffix("-all") || type.hasSuffix("-any") else { return .string(filled) }
      let parts = Self.list(filled)
      return parts.isEmpty ? nil : .array(parts.map { .string($0) })
    case .number, .bool: return type == "equals" ? value : value.map { .string($0.string ?? $0.text()) }
    case .array(let values):
      guard type.hasSuffix("-all") || type.hasSuffix("-any") || type == "equals" else { return nil }
      var parts: [JSONValue] = []
      for value in values {
        guard let text = value.string else {
          parts.append(type == "equals" ? value : .string(value.text()))
          continue
        }
        guard let filled = Self.fill(text, input) else { return nil }
        parts.append(.string(filled))
      }
      return parts.isEmpty ? nil : .array(parts)
    case .object: return type == "equals" ? value : nil
    case nil, .null: return nil
    }
  }

  /// A text with plain variables filled in; nil where it has more of a template than that.
  private static func fill(_ text: String, _ input: JSONObject) -> String? {
    guard text.contains("{{") || text.contains("{%") else { return text }
    guard !text.contains("{%") else { return nil }
    var result = ""
    var rest = text[...]
    while let open = rest.range(ofFirst: "{{") {
      result += rest[..<open.lowerBound]
      rest = rest[open.upperBound...]
      guard let close = rest.range(ofFirst: "}}") else { return nil }
      guard let value = input[String(rest[..<close.lowerBound]).trimmingBlanks], !value.isNull else { return nil }
      result += value.string ?? value.text()
      rest = rest[close.upperBound...]
    }
    return result + rest
  }

  /// The parts of `a, b, "c, d"`.
  private static func list(_ text: String) -> [String] {
    var parts: [String] = []
    var part = ""
    var isQuoted = false
    for character in text {
      switch character {
      case "\"": isQuoted.toggle()
      case "," where !isQuoted:
        parts.append(part.trimmingBlanks)
        part = ""
      default: part.append(character)
      }
    }
    return (parts + [part.trimmingBlanks]).filter { !$0.isEmpty }
  }
}

/// promptfoo's special columns of a table.
enum PromptfooColumn {
  /// Whether a column has a meaning of its own.
  static func isOne(_ name: String) -> Bool {
    name.hasPrefix("__expected") || name.hasPrefix("__metadata:")
      || ["__prefix", "__suffix", "__description", "__threshold", "__metric", "__providerOutput"].contains(name)
  }

  /// Reads them: assertions, and what else they say of the case.
  static func read(
    _ row: JSONObject, _ columns: [String], into found: inout ImportCase, _ assertions: inout [PromptfooAssertion]
  ) {
    for column in columns {
      guard let text = row[column]?.string, !text.isEmpty else { continue }
      if column.hasPrefix("__expected") {
        var assertion = PromptfooAssertion(cell: text)
        assertion.metric = row["__metric"]?.string.flatMap { $0.isEmpty ? nil : $0 }
        assertions.append(assertion)
      } else if column.hasPrefix("__metadata:") {
        var name = String(column.dropFirst("__metadata:".count))
        guard name.hasSuffix("[]") else {
          found.metadata[name] = .string(text)
          continue
        }
        name.removeLast(2)
        found.metadata[name] = .array(text.split(separator: ",").map { .string(String($0).trimmingBlanks) })
      } else if column != "__metric" {
        found.metadata[String(column.dropFirst(2))] = .string(text)
      }
    }
  }
}
