import Content

/// How far the answer's items, or the labels in it, are the reference's, as sets.
struct SetF1Grader: GraderKind {
  /// Which of the three figures is the value.
  enum Measure: String, CaseIterable { case f1, precision, recall }

  static let types = ["set-f1", "label-f1"]
  static let keys =
    GraderReference.keys + [
      GraderKey("values", standard: "\"value\"", "another name for \"value\""),
      GraderKey("labels", standard: "none, needed for label-f1", "the labels there are"),
      .threshold(standard: "1"),
      GraderKey("measure", standard: "f1", "f1, precision or recall: what the value is"),
      GraderKey("ignore-case", standard: "false, true for label-f1", "whether upper and lower case are the same"),
    ]
  /// The most labels.
  static let mostLabels = 500

  let reference: GraderReference
  let labels: [String]?
  let threshold: Double
  let measure: Measure
  let ignoresCase: Bool

  init(type: String, options: GraderOptions) throws(GraderError) {
    reference = try options.reference()
    labels = try options.texts("labels")
    if type == "label-f1" {
      guard let labels else { throw options.missing("labels", "the labels that an answer can have") }
      guard labels.count <= Self.mostLabels else {
        throw options.wrong("labels", "a list of at most \(Self.mostLabels) texts", found: "\(labels.count)")
      }
    } else if let value = options.value("labels") {
      throw options.wrong("labels", "left out of a grader of type \(type)", value)
    }
    threshold = try options.threshold(1)
    measure = try options.choice("measure", of: Measure.self) ?? .f1
    ignoresCase = try options.flag("ignore-case") ?? (type == "label-f1")
  }

  func check(_ graded: GradedCase) throws(Unscorable) { _ = try wanted(in: graded) }

  private func wanted(in graded: GradedCase) throws(Unscorable) -> [ItemKey: String] {
    let items = try reference.items(in: graded)
    let wanted = named(items)
    guard let labels else { return wanted }
    let known = named(labels.map { .string($0) })
    if let stranger = wanted.first(where: { known[$0.key] == nil }) {
      throw Unscorable("\(reference.label) has \(stranger.value), which is none of the labels")
    }
    return wanted
  }

  private func named(_ items: [JSONValue]) -> [ItemKey: String] {
    Dictionary(
      items.map { (ItemKey($0, ignoresCase: ignoresCase), $0.excerpt) }, uniquingKeysWith: { first, _ in first })
  }

  func judge(_ answer: GradedAnswer, _ graded: GradedCase) throws(Unscorable) -> Judgement {
    let wanted = try wanted(in: graded)
    let found: [ItemKey: String]
    if let labels {
      try TextLimits.check([answer.text])
      let occurring = LabelSearch(labels, ignoresCase: ignoresCase).occurring(in: answer.text)
      found = named(occurring.map { .string($0) })
    } else {
      found = named(try AnswerItems(answer).items)
    }
    let shared = wanted.keys.count { found[$0] != nil }
    // Nothing wanted and nothing found is right.
    let precision = found.isEmpty ? (wanted.isEmpty ? 1 : 0) : Double(shared) / Double(found.count)
    let recall = wanted.isEmpty ? (found.isEmpty ? 1 : 0) : Double(shared) / Double(wanted.count)
    let f1 = precision + recall > 0 ? 2 * precision * recall / (precision + recall) : 0
    let value =
      switch measure {
      case .f1: f1
      case .precision: precision
      case .recall: recall
      }
    var statement = "precision \(precision.reasonText), recall \(recall.reasonText), F1 \(f1.reasonText)"
    let missing = wanted.filter { found[$0.key] == nil }.values.sorted()
    let extra = found.filter { wanted[$0.key] == nil }.values.sorted()
    if !missing.isEmpty { statement += "; missing: \(Self.list(missing))" }
    if !extra.isEmpty { statement += "; not expected: \(Self.list(extra))" }
    return Judgement(value, threshold: threshold, statement)
  }

  static func list(_ texts: [String]) -> String {
    texts.prefix(5).joined(separator: ", ") + (texts.count > 5 ? " and \(texts.count - 5) more" : "")
  }
}
