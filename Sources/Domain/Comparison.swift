import Evidence
import NumberFormat

/// Two runs lined up case by case.
package struct Comparison: Sendable {
  /// Where the two stand on one case.
  package enum Outcome: String, Sendable, Hashable, CaseIterable {
    case bothRight, onlyA, onlyB, bothWrong
    /// One of the two has no answer, so the case decides nothing.
    case unanswered
    /// Both have an answer and one couldn't be scored, so the case decides nothing.
    case unscored
    /// Whether the case says anything of the two.
    package var isDecisive: Bool { self != .unanswered && self != .unscored }
  }
  /// One case with both outputs.
  package struct Row: Sendable, Identifiable {
    /// The case.
    package var evalCase: EvalCase
    /// What the first run answered.
    package var a: Output
    /// What the second run answered.
    package var b: Output
    /// Where they stand.
    package var outcome: Outcome
    /// The case's id.
    package var id: String { evalCase.id }
    /// Whether the two texts differ.
    package var differs: Bool { a.answer?.text != b.answer?.text }
    package init(evalCase: EvalCase, a: Output, b: Output) {
      self.evalCase = evalCase
      self.a = a
      self.b = b
      let isAnswered = a.isAnswered && b.isAnswered
      outcome =
        switch (a.passed, b.passed) {
        case _ where !isAnswered: .unanswered
        case (true?, true?): .bothRight
        case (true?, false?): .onlyA
        case (false?, true?): .onlyB
        case (false?, false?): .bothWrong
        case (nil, _), (_, nil): .unscored
        }
    }
  }
  /// The first run: prompted, by custom.
  package var a: Run
  /// The second run: tuned, by custom.
  package var b: Run
  /// Cases that both runs have asked, in the set's order.
  package var rows: [Row]
  /// Cases of the set.
  package var cases: Int
  /// Cases of the set that one of the runs has no reply to yet.
  package var missing: Int
  /// How many answers of each run were left out because their case was edited or removed since.
  package var leftOut = (a: 0, b: 0)
  /// Whether each run was made on an earlier version of the set or its graders, and its answers were scored again.
  package var isRescored = (a: false, b: false)
  /// B against A on the cases that both have, with replies that are no answer counted in both ways.
  package let pairs: CautiousPairs
  /// The same for each tag, the most frequent first.
  package let tags: [TagBreakdown]

  /// Lines two runs up.
  package init(a: Run, b: Run, cases: [EvalCase], outputsA: [Output], outputsB: [Output]) {
    self.a = a
    self.b = b
    let left = outputsA.representatives
    let right = outputsB.representatives
    rows = cases.compactMap { evalCase in
      guard let a = left[evalCase.id], let b = right[evalCase.id] else { return nil }
      return Row(evalCase: evalCase, a: a, b: b)
    }
    self.cases = cases.count
    missing = cases.count - rows.count { $0.a.answer != nil && $0.b.answer != nil }
    let (a, b) = (CaseOutputs(outputsA), CaseOutputs(outputsB))
    pairs = CautiousPairs(candidate: b, baseline: a, cases: cases)
    tags =
      cases.contains { !$0.tags.isEmpty } ? TagBreakdown.all(a: a.scored(cases), b: b.scored(cases), of: cases) : []
  }

  /// How many cases both runs have an answer to that was scored.
  package var compared: Int { rows.count { $0.outcome.isDecisive } }

  /// How many rows stand so.
  package func count(_ outcome: Outcome) -> Int { rows.count { $0.outcome == outcome } }
}

extension Comparison {
  /// What has to be known of the runs before their difference is believed, a sentence each.
  package var notes: [String] {
    [(a.variant.name, isRescored.a, leftOut.a), (b.variant.name, isRescored.b, leftOut.b)].compactMap {
      name, isRescored, leftOut in
      guard isRescored else { return nil }
      let edited = leftOut == 0 ? "" : " \(leftOut) answers to cases that were edited or removed since are left out."
      return "\(name) was run on an older version of the set; its answers were scored again.\(edited)"
    } + noAnswerNotes
  }

  /// What the difference is when replies that are no answer count as wrong.
  private var noAnswerNotes: [String] {
    guard pairs.noAnswers > 0 else { return [] }
    let words = [a, b].compactMap { run -> String? in
      let kinds = NoAnswer.allCases.compactMap { kind in run.summary.noAnswers[kind].map(kind.words) }
      return kinds.isEmpty ? nil : "\(run.variant.name): \(kinds.joined(separator: ", "))"
    }
    let all = pairs.asWrong
    let p = NumberFormat.pValue(all.pValue)
    return [
      "Left out are replies that are no answer (\(words.joined(separator: "; "))). Counted as wrong, the difference is "
        + "\(NumberFormat.signedPoints(all.difference)) points (\(all.test) \(p), \(all.count) cases)."
    ]
  }

  /// B against A by the scores of the cases that both have.
  package var paired: PairedComparison { pairs.leftOut }
  /// Mean score of B minus mean score of A, −1 to 1: what going from A to B changes.
  package var difference: Double { paired.difference }
  /// 95 % interval of `difference`.
  package var differenceInterval: Interval { paired.interval }
  /// What the cases say in one sentence, worded as unknown where they don't say enough.
  package var sentence: String {
    let (a, b) = (a.variant.name, b.variant.name)
    let paired = paired
    guard paired.count > 0 else { return "\(a) and \(b) have no case in common yet." }
    if pairs.disagrees {
      return
        "Not decided: whether \(a) or \(b) is better depends on how the \(pairs.noAnswers) replies that are no answer are "
        + "counted (\(NumberFormat.signedPoints(difference)) points without them, \(NumberFormat.signedPoints(pairs.asWrong.difference)) with them as "
        + "wrong). Say so with count_as_wrong in assay.yaml."
    }
    let isShown = paired.claim != .none
    // A winner's lead is told from the winner's side.
    let interval = isShown && difference < 0 ? paired.interval.negated : paired.interval
    let range =
      "95 % interval \(NumberFormat.signedPoints(interval.low)) to \(NumberFormat.signedPoints(interval.high)) points"
    let p = NumberFormat.pValue(paired.pValue)
    let notes = paired.notes.map { " \($0.prefix(1).uppercased())\($0.dropFirst())." }.joined()
    switch paired.effectClass {
    case .better, .worse:
      let (winner, loser) = difference > 0 ? (b, a) : (a, b)
      return
        "\(winner) is better than \(loser) by \(Self.size(difference)) (\(range), \(paired.test) \(p)).\(notes)"
    case .equivalent:
      let real = isShown ? " The difference is real, and too small to matter." : ""
      return
        "\(a) and \(b) score the same within \(Self.size(paired.margin)) (difference \(NumberFormat.signedPoints(difference)) points, "
        + "\(range), \(paired.test) \(p)).\(real)\(notes)"
    case .tooFew: return "Not decided: \(paired.words).\(notes)"
    case .notInferior, .notSuperior, .unclear:
      return
        "Not decided: the difference of \(NumberFormat.signedPoints(difference)) points could be chance (\(range), \(paired.test) \(p), "
        + "\(paired.count) cases).\(notes)"
    }
  }

  private static func size(_ share: Double) -> String {
    let points = Int((abs(share) * 100).rounded())
    return points == 1 ? "1 point" : "\(points) points"
  }
}
