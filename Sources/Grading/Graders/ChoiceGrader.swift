import Content

/// The choice that the answer makes is the reference.
struct ChoiceGrader: GraderKind {
  static let types = ["choice"]
  static let keys =
    GraderReference.keys + [
      GraderKey("labels", standard: "A to J", "the labels of the choices"),
      GraderKey(
        "choices", standard: "none", "the field of the case's input that lists the choices' texts, in the labels' order"
      ),
    ]
  /// The most labels.
  private static let mostLabels = 100

  let reference: GraderReference
  let labels: [String]
  let choices: JSONPath?

  init(type: String, options: GraderOptions) throws(GraderError) {
    reference = try options.requirements(allowsList: false)
    labels = try options.texts("labels") ?? "ABCDEFGHIJ".map { String($0) }
    let fits = labels.count <= Self.mostLabels && labels.allSatisfy { $0.utf8.count <= 40 && $0 == String($0.trimmed) }
    guard fits, Set(labels.map { $0.lowercased() }).count == labels.count else {
      throw options.wrong("labels", "at most \(Self.mostLabels) different short texts", found: "\(labels.count) texts")
    }
    guard let name = try options.text("choices") else {
      choices = nil
      return
    }
    guard let path = JSONPath(name) else { throw options.wrong("choices", "the name of a field", JSONValue(name)) }
    choices = path
  }

  func check(_ graded: GradedCase) throws(Unscorable) { _ = try wanted(in: graded) }

  /// The label to choose, and the choices' texts.
  func wanted(in graded: GradedCase) throws(Unscorable) -> (label: String, texts: [String]) {
    let texts = try texts(in: graded)
    let written = String(try reference.text(in: graded).trimmed)
    let plain = written.filter { !"().".contains($0) }
    let label = labels.first { $0.lowercased() == written.lowercased() || $0.lowercased() == plain.lowercased() }
    if let label { return (label, texts) }
    // The text of a choice.
    if let place = texts.firstIndex(of: written) { return (labels[place], texts) }
    throw Unscorable(
      "\(reference.label) is \(JSONValue(written).excerpt), which is none of the labels"
        + (choices == nil ? " \(labels.joined(separator: ", "))" : " and no choice's text"))
  }

  private func texts(in graded: GradedCase) throws(Unscorable) -> [String] {
    guard let choices else { return [] }
    guard let list = graded.input[choices]?.array else {
      throw Unscorable("the case's input has no list \"\(choices)\" of choices")
    }
    guard list.count <= labels.count else {
      throw Unscorable("the case has \(list.count) choices and the grader \(labels.count) labels")
    }
    return list.map { String($0.plainText.trimmed) }
  }

  func judge(_ answer: GradedAnswer, _ graded: GradedCase) throws(Unscorable) -> Judgement {
    let (wanted, texts) = try wanted(in: graded)
    try TextLimits.check([answer.text])
    switch made(by: answer, among: texts) {
    case .label(let label): return verdict(label, wanted)
    case .several(let labels):
      return Judgement(
        false, "the answer names several choices (\(labels.prefix(5).joined(separator: ", "))), expected \(wanted)")
    case .none: return Judgement(false, "the answer names no choice, expected \(wanted)")
    }
  }

  /// The choice that an answer makes.
  /// - Parameter texts: the choices' texts; empty where only labels are known.
  func made(by answer: GradedAnswer, among texts: [String]) -> ChoiceExtraction.Result {
    let same = ComparableText(answer.trimmed, ignoresCase: true)
    if let place = texts.firstIndex(where: { ComparableText($0, ignoresCase: true) == same }) {
      return .label(labels[place])
    }
    let meant = texts.isEmpty ? labels : Array(labels.prefix(texts.count))
    return ChoiceExtraction(answer.text, labels: meant).result()
  }

  private func verdict(_ label: String, _ wanted: String) -> Judgement {
    Judgement(label == wanted, "the choice is \(label)" + (label == wanted ? "" : ", expected \(wanted)"))
  }
}
