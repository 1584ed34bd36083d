import Evidence

/// Two runs lined up case by case.
public struct Comparison: Sendable {
  /// Where the two stand on one case.
  public enum Outcome: String, Sendable, Hashable, CaseIterable {
    case bothRight, onlyA, onlyB, bothWrong
  }
  /// One case with both outputs.
  public struct Row: Sendable, Identifiable {
    /// The case.
    public var evalCase: EvalCase
    /// What the first run answered.
    public var a: Output
    /// What the second run answered.
    public var b: Output
    /// Where they stand.
    public var outcome: Outcome
    /// The case's id.
    public var id: String { evalCase.id }
    /// Whether the two texts differ.
    public var differs: Bool { a.answer?.text != b.answer?.text }
    /// Makes a row.
    public init(evalCase: EvalCase, a: Output, b: Output) {
      self.evalCase = evalCase
      self.a = a
      self.b = b
      outcome =
        switch (a.passed, b.passed) {
        case (true, true): .bothRight
        case (true, false): .onlyA
        case (false, true): .onlyB
        case (false, false): .bothWrong
        }
    }
  }
  /// The first run: prompted, by custom.
  public var a: Run
  /// The second run: tuned, by custom.
  public var b: Run
  /// Cases that both runs have an output for, in the set's order.
  public var rows: [Row]
  /// Cases of the set that one of the runs has not done.
  public var missing: Int

  /// Lines two runs up.
  public init(a: Run, b: Run, cases: [EvalCase], outputsA: [Output], outputsB: [Output]) {
    self.a = a
    self.b = b
    let left = Dictionary(outputsA.map { ($0.caseID, $0) }, uniquingKeysWith: { $1 })
    let right = Dictionary(outputsB.map { ($0.caseID, $0) }, uniquingKeysWith: { $1 })
    rows = cases.compactMap { evalCase in
      guard let a = left[evalCase.id], let b = right[evalCase.id] else { return nil }
      return Row(evalCase: evalCase, a: a, b: b)
    }
    missing = cases.count - rows.count
  }

  /// How many rows stand so.
  public func count(_ outcome: Outcome) -> Int { rows.count { $0.outcome == outcome } }
}
