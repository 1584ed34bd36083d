import Content

/// The answer is JSON, and fits a schema if there is one.
struct JSONFormGrader: GraderKind {
  static let types = ["json-schema", "json-valid", "is-json", "contains-json"]
  static let keys = [
    GraderKey("schema", standard: "none, needed for json-schema", "the JSON Schema that the answer must fit"),
    GraderKey("value", standard: "\"schema\"", "another name for \"schema\""),
    GraderKey("formats", standard: "assert", "assert or annotate: whether \"format\" must hold"),
    GraderKey(
      "extract", standard: "false, true for contains-json", "whether the JSON may have a fence or other text around it"),
  ]

  let schema: JSONSchema?
  let extracts: Bool
  /// Whether other text around the JSON is what is asked for.
  let wantsText: Bool

  init(type: String, options: GraderOptions) throws(GraderError) {
    wantsText = type == "contains-json"
    extracts = try options.flag("extract") ?? wantsText
    let formats = try options.choice("formats", of: JSONSchema.Formats.self) ?? .assert
    let key = options.value("schema") == nil ? "value" : "schema"
    guard let source = options.value(key) else {
      guard type != "json-schema" else { throw options.missing("schema", "a JSON Schema that the answer must fit") }
      schema = nil
      return
    }
    guard source.bool != nil || source.object.map({ $0.keys != ["file"] }) ?? false else {
      let found = source.string.map { "the text \(JSONValue($0).excerpt)" } ?? source.excerpt
      throw options.wrong(key, "an inline JSON Schema (an object, true or false)", found: found)
    }
    do throws(JSONSchema.Flaw) {
      schema = try JSONSchema(source, formats: formats)
    } catch {
      throw options.flawed(key, "JSON Schema", error)
    }
  }

  func judge(_ answer: GradedAnswer, _ graded: GradedCase) throws(Unscorable) -> Judgement {
    let found: JSONAnswer
    switch try answer.json(extracts: extracts, kinds: schema?.topKinds) {
    case .failure(let error): return Judgement(false, error.statement)
    case .success(let answer): found = answer
    }
    guard let schema else { return Judgement(true, "the answer is JSON" + found.note) }
    switch schema.verdict(on: found.value) {
    case .undecided(let reason): throw Unscorable(reason)
    case .valid: return Judgement(true, "the answer fits the schema" + found.note)
    case .invalid(let violations):
      let shown = violations.prefix(3).map(\.description).joined(separator: "; ")
      return Judgement(
        false, shown + (violations.count > 3 ? "; and \(violations.count - 3) more" : "") + found.note,
        fields: violations.map {
          FieldScore(path: $0.path.description, passed: false, expected: nil, found: found.value[$0.path])
        })
    }
  }

  var judgesFormat: Bool { true }

  func formatIsValid(_ answer: GradedAnswer, _ graded: GradedCase) -> Bool {
    guard let found = try? answer.json(extracts: wantsText, kinds: schema?.topKinds).get().value else { return false }
    return schema?.topKinds?.contains(found.kind) ?? true
  }

  var warnings: [String] { schema?.warnings.map { "schema: \($0)" } ?? [] }
}
