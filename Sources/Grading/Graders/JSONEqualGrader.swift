import Content

/// The answer is JSON with the reference's fields.
struct JSONEqualGrader: GraderKind {
  static let types = ["json-equal"]
  static let keys =
    GraderReference.keys + [
      GraderKey("fields", standard: "all members of what is expected", "the fields to compare"),
      GraderKey("extract", standard: "true", "whether the JSON may have a fence or other text around it"),
      GraderKey("partial", standard: "false", "whether the value is the share of fields that are right"),
      GraderKey("unordered", standard: "false", "the lists whose order doesn't matter, or true for all"),
      .threshold(standard: "1, needs partial"),
    ]

  let reference: GraderReference
  let fields: [JSONPath]?
  let extracts: Bool
  let givesPart: Bool
  let unordered: UnorderedLists
  let threshold: Double

  init(type: String, options: GraderOptions) throws(GraderError) {
    reference = try options.reference()
    fields = try options.paths("fields")
    extracts = try options.flag("extract") ?? true
    givesPart = try options.flag("partial") ?? false
    unordered =
      switch options.value("unordered") {
      case .bool(let isOn): isOn ? .all : .none
      default: .some(try options.paths("unordered") ?? [])
      }
    threshold = try options.threshold(1)
    if let value = options.value("threshold"), !givesPart {
      throw options.wrong("threshold", "left out without \"partial\": true", value)
    }
  }

  func check(_ graded: GradedCase) throws(Unscorable) {
    _ = try paths(in: try reference.value(in: graded))
  }

  /// The fields to compare.
  /// - Throws: ``Unscorable`` when what is expected lacks one; with `partial`, when it lacks all.
  private func paths(in expected: JSONValue) throws(Unscorable) -> [JSONPath] {
    guard let fields else {
      guard let object = expected.object, !object.isEmpty else { return [JSONPath()] }
      return object.keys.map { JSONPath([.key($0)]) }
    }
    let lacking = fields.filter { expected[$0] == nil }
    guard let first = lacking.first else { return fields }
    guard givesPart, lacking.count < fields.count else {
      throw Unscorable(GraderReference.absence(of: first, in: expected))
    }
    return fields.filter { expected[$0] != nil }
  }

  func judge(_ answer: GradedAnswer, _ graded: GradedCase) throws(Unscorable) -> Judgement {
    let expected = try reference.value(in: graded)
    let paths = try paths(in: expected)
    let found: JSONAnswer
    switch try answer.json(extracts: extracts, kinds: [expected.kind]) {
    case .failure(let error): return Judgement(false, error.statement)
    case .success(let answer): found = answer
    }
    let (sortedExpected, sortedAnswer) = (unordered.sorted(expected), unordered.sorted(found.value))
    var scores: [FieldScore] = []
    for path in paths {
      let (wanted, value) = (sortedExpected[path], sortedAnswer[path])
      let passed = wanted.map { wanted in value.map(wanted.matches) ?? false } ?? false
      scores.append(FieldScore(path: path.description, passed: passed, expected: wanted, found: value))
    }
    let wrong = scores.filter { !$0.passed }
    guard !wrong.isEmpty else { return Judgement(true, success(scores) + found.note, fields: scores) }
    let statements = wrong.map { field in
      let name = field.path.isEmpty ? "the answer" : field.path
      return "\(name) is \(field.found?.excerpt ?? "missing"), expected \(field.expected?.excerpt ?? "nothing")"
    }
    let statement = statements.joined(separator: "; ") + found.note
    guard givesPart else { return Judgement(false, statement, fields: scores) }
    let share = Double(scores.count - wrong.count) / Double(scores.count)
    return Judgement(share, threshold: threshold, statement, fields: scores)
  }

  private func success(_ scores: [FieldScore]) -> String {
    if scores.count > 1 { return "all \(scores.count) fields are as expected" }
    return scores[0].path.isEmpty ? "the answer is as expected" : "the field is as expected"
  }

  var judgesFormat: Bool { true }

  func formatIsValid(_ answer: GradedAnswer, _ graded: GradedCase) -> Bool {
    guard let found = try? answer.json.get() else { return false }
    if let value = try? reference.value(in: graded) { return found.kind == value.kind }
    guard let step = fields?.first?.steps.first else { return true }
    if case .key = step { return found.object != nil }
    return found.array != nil
  }
}
