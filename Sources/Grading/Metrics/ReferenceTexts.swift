import Content

/// The texts that a metric of likeness compares an answer with, and the value from which the answer passes.
struct ReferenceTexts: Sendable, Hashable {
  /// The keys that give them.
  static let keys =
    GraderReference.keys + [
      GraderKey("values", standard: "\"value\"", "another name for \"value\""), .threshold(standard: "0.5"),
    ]

  private let reference: GraderReference
  private let threshold: Double

  init(_ options: GraderOptions) throws(GraderError) {
    reference = try options.requirements(allowsList: true)
    threshold = try options.threshold(0.5)
  }

  /// The texts of a case.
  /// - Parameter flaw: why a text can't be compared with, in words that follow "has a text"; nil when it can.
  /// - Throws: ``Unscorable`` where the case doesn't have them, one is too long, or has a flaw.
  func texts(in graded: GradedCase, flaw: (String) -> String?) throws(Unscorable) -> [String] {
    let texts = try reference.requirements(in: graded)
    try TextLimits.check(texts)
    for text in texts {
      if let flaw = flaw(text) { throw Unscorable("\(reference.label) has a text \(flaw)") }
    }
    return texts
  }

  /// The finding for a value from 0 to 1.
  func judgement(_ value: Double, of metric: String) -> Judgement {
    Judgement(value, threshold: threshold, "\(metric) is \(value.reasonText), needed is \(threshold.reasonText)")
  }
}
