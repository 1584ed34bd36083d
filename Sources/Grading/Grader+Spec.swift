import Content

extension Grader {
  /// The grader that is used when none is described: the whole answer is what the case expects.
  public static let exact = Grader(
    name: "exact", type: "exact", weight: 1, isNegated: false,
    rule: .exact(.expected(JSONPath()), trims: true, ignoresCase: false))

  /// Reads a description: an object with a `type` and its options, or just the name of a type.
  ///
  /// All types know `name`, `weight` (a number from 0) and `not`. Where a text to compare with is needed, `value` gives
  /// it (with `{{ name }}` for parts of the case's input) or `expected` names a field of what the case expects; without
  /// either it is the whole of what the case expects. Underscores in keys count as hyphens.
  /// - Throws: ``GraderError`` that names the key and, for a misspelled one, the nearest that exists.
  public init(spec: JSONValue) throws(GraderError) {
    let members: JSONObject
    switch spec {
    case .string(let type): members = ["type": .string(type)]
    case .object(let object): members = object
    default: throw .notAGrader(found: spec.excerpt)
    }
    guard let written = members["type"] else {
      let nearest = Spelling.nearest(to: "type", among: members.keys)
      throw .notAGrader(found: nearest.map { "one with \"\($0)\"" } ?? spec.excerpt)
    }
    guard let text = written.string else {
      throw .wrongValue(key: "type", expected: "the name of a grader type", found: written.excerpt)
    }
    let isNegated = text.hasPrefix("not-")
    let type = isNegated ? String(text.dropFirst(4)) : text
    guard Self.types.contains(type) else {
      if Self.modelTypes.contains(type) { throw .unsupportedType(type) }
      throw .unknownType(text, nearest: Spelling.nearest(to: type, among: Self.types))
    }
    var options = GraderOptions(members, type: type)
    let name = try options.text("name") ?? text
    let weight = try options.number("weight", "a number from 0") { $0 >= 0 } ?? 1
    let alsoNegated = try options.flag("not") ?? false
    let rule = try GraderRule(type: type, options: &options)
    try options.finish()
    self.init(name: name, type: type, weight: weight, isNegated: isNegated != alsoNegated, rule: rule)
  }

  /// promptfoo's types that ask a model, run a program or look at more than the answer.
  private static let modelTypes: Set<String> = [
    "answer-relevance", "bleu", "classifier", "contains-html", "contains-sql", "contains-xml", "context-faithfulness",
    "context-recall", "context-relevance", "conversation-relevance", "cost", "factuality", "finish-reason", "g-eval",
    "gleu", "guardrails", "is-html", "is-refusal", "is-sql", "is-valid-function-call", "is-valid-openai-function-call",
    "is-valid-openai-tools-call", "is-xml", "javascript", "latency", "llm-rubric", "pi", "meteor",
    "model-graded-closedqa", "model-graded-factuality", "moderation", "perplexity", "perplexity-score", "python",
    "rouge-n", "ruby", "similar", "similar:cosine", "similar:dot", "similar:euclidean", "tool-call-f1", "skill-used",
    "search-rubric", "webhook", "select-best", "max-score", "human",
  ]
}

extension GraderRule {
  fileprivate init(type: String, options: inout GraderOptions) throws(GraderError) {
    switch type {
    case "exact", "equals":
      self = .exact(
        try options.reference(), trims: try options.flag("trim") ?? true,
        ignoresCase: try options.flag("ignore-case") ?? false)
    case "contains", "contains-all", "contains-any", "icontains", "icontains-all", "icontains-any":
      let reference = try options.reference(otherKey: "values")
      self = .contains(
        reference, needsAll: !type.hasSuffix("-any"),
        ignoresCase: type.hasPrefix("i") ? true : try options.flag("ignore-case") ?? false)
    case "starts-with":
      self = .startsWith(try options.reference(), ignoresCase: try options.flag("ignore-case") ?? false)
    case "regex":
      let written = try options.text("pattern")
      let value = try options.text("value")
      guard let text = written ?? value else {
        throw .missingKey("pattern", type: type, meaning: "a regular expression to look for in the answer")
      }
      guard let pattern = Pattern(text, ignoresCase: try options.flag("ignore-case") ?? false) else {
        throw .wrongValue(key: "pattern", expected: "a regular expression", found: JSONValue(text).excerpt)
      }
      self = .regex(pattern)
    case "json-equal":
      let fields = try options.paths("fields")
      self = .jsonEqual(
        try options.reference(), fields: fields, extracts: try options.flag("extract") ?? true,
        givesPart: try options.flag("partial") ?? false)
    case "json-schema", "is-json", "json-valid", "contains-json":
      let mayExtract = try options.flag("extract") ?? (type == "contains-json")
      let schema = options.value("schema")
      let value = options.value("value")
      guard let source = schema ?? value else {
        guard type != "json-schema" else {
          throw .missingKey("schema", type: type, meaning: "a JSON Schema that the answer must fit")
        }
        self = .jsonValid(extracts: mayExtract)
        return
      }
      do throws(JSONSchema.Flaw) {
        self = .jsonSchema(try JSONSchema(source), extracts: mayExtract)
      } catch {
        throw .wrongValue(key: "schema", expected: "a JSON Schema", found: "one where \(error)")
      }
    case "levenshtein":
      self = .levenshtein(try options.reference(), threshold: try options.count("threshold") ?? 5)
    default:
      self = try Self.wordCount(&options)
    }
  }

  private static func wordCount(_ options: inout GraderOptions) throws(GraderError) -> GraderRule {
    var minimum = try options.count("min")
    var maximum = try options.count("max")
    if let value = options.value("value") {
      let exact = value.int
      minimum = exact ?? value["min"]?.int ?? minimum
      maximum = exact ?? value["max"]?.int ?? maximum
    }
    guard minimum != nil || maximum != nil else {
      throw .missingKey("max", type: "word-count", meaning: "the most words that the answer may have (or \"min\")")
    }
    guard minimum ?? 0 <= maximum ?? .max else {
      throw .wrongValue(key: "max", expected: "at least \"min\" (\(minimum ?? 0))", found: "\(maximum ?? 0)")
    }
    return .wordCount(minimum: minimum, maximum: maximum)
  }
}

/// The options of a description; remembers which were asked for, so that the others can be reported.
private struct GraderOptions {
  private let type: String
  private var members: [(key: String, written: String, value: JSONValue)] = []
  private var known = ["type"]

  init(_ object: JSONObject, type: String) {
    self.type = type
    for (key, value) in object {
      members.append((String(key.map { $0 == "_" ? "-" : $0 }), key, value))
    }
  }

  mutating func value(_ key: String) -> JSONValue? {
    if !known.contains(key) { known.append(key) }
    return members.first { $0.key == key }?.value
  }

  mutating func text(_ key: String) throws(GraderError) -> String? {
    guard let value = value(key) else { return nil }
    guard let text = value.string else { throw wrong(key, "a text", value) }
    return text
  }

  mutating func flag(_ key: String) throws(GraderError) -> Bool? {
    guard let value = value(key) else { return nil }
    guard let flag = value.bool else { throw wrong(key, "true or false", value) }
    return flag
  }

  mutating func number(
    _ key: String, _ expected: String, where isValid: (Double) -> Bool
  ) throws(GraderError) -> Double? {
    guard let value = value(key) else { return nil }
    guard let number = value.double, number.isFinite, isValid(number) else { throw wrong(key, expected, value) }
    return number
  }

  mutating func count(_ key: String) throws(GraderError) -> Int? {
    guard let value = value(key) else { return nil }
    guard let count = value.int, count >= 0 else { throw wrong(key, "a whole number from 0", value) }
    return count
  }

  mutating func paths(_ key: String) throws(GraderError) -> [JSONPath]? {
    guard let value = value(key) else { return nil }
    var paths: [JSONPath] = []
    for entry in value.array ?? [value] {
      guard let path = entry.string.flatMap({ JSONPath($0) }) else { throw wrong(key, "a list of field names", value) }
      paths.append(path)
    }
    guard !paths.isEmpty else { throw wrong(key, "a list of at least one field name", value) }
    return paths
  }

  /// What to compare with: `value` (or `otherKey`), a field named by `expected`, or all that the case expects.
  mutating func reference(otherKey: String? = nil) throws(GraderError) -> GraderRule.Reference {
    let values = otherKey.flatMap { value($0) }
    let single = value("value")
    let name = try text("expected")
    if let value = values ?? single {
      if otherKey != nil, value.array?.isEmpty == true { throw wrong("value", "at least one text", value) }
      return .literal(value)
    }
    guard let name else { return .expected(JSONPath()) }
    guard let path = JSONPath(name) else { throw wrong("expected", "the name of a field", JSONValue(name)) }
    return .expected(path)
  }

  /// Reports the first option that nobody asked for.
  func finish() throws(GraderError) {
    for member in members where !known.contains(member.key) {
      let valid = known.filter { $0 != "type" }.sorted()
      throw .unknownKey(
        member.written, type: type, valid: valid, nearest: Spelling.nearest(to: member.key, among: valid))
    }
  }

  private func wrong(_ key: String, _ expected: String, _ value: JSONValue) -> GraderError {
    .wrongValue(
      key: members.first { $0.key == key }?.written ?? key, expected: expected, found: value.excerpt)
  }
}
