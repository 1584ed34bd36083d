import Domain
import Drawing
import WorkbenchCore

/// Further variants in columns of their own, beside the two that are compared.
extension ComparePane {
  /// The most columns.
  static let mostSides = 4

  /// The further sides: what was added, on the set that is shown.
  func extraSides(_ snapshot: Snapshot, _ pair: ComparePair) -> [ComparePair.Side] {
    extras.compactMap { ComparePair.Side($0, pair.set, snapshot) }
  }

  /// What the further sides answered.
  func extraQueries(_ snapshot: Snapshot, _ pair: ComparePair) -> [OutputsQuery] {
    guard let set = pair.set else { return [] }
    return extraSides(snapshot, pair).compactMap { side in
      side.run.flatMap { $0.summary.done + $0.summary.errors > 0 ? OutputsQuery(run: $0.id, set: set) : nil }
    }
  }

  /// What compares B and the further sides with A; nil unless three or four are measured.
  func familyQuery(_ snapshot: Snapshot, _ pair: ComparePair) -> VariantFamilyQuery? {
    let extra = extraSides(snapshot, pair)
    guard let set = pair.set, let a = pair.a?.run, !extra.isEmpty else { return nil }
    let others = [pair.b].compactMap(\.self) + extra
    let runs = others.compactMap(\.run)
    guard runs.count == others.count, ([a] + runs).allSatisfy({ $0.summary.done > 0 }) else { return nil }
    return VariantFamilyQuery(baseline: a.id, others: runs.map(\.id), set: set)
  }

  /// All sides with their letters.
  func lettered(_ snapshot: Snapshot, _ pair: ComparePair) -> [(letter: String, side: ComparePair.Side)] {
    let all = [pair.a, pair.b].compactMap(\.self) + extraSides(snapshot, pair)
    return zip(["A", "B", "C", "D"], all).map { ($0, $1) }
  }

  /// The answers to a case, in columns.
  func answerSides(
    _ row: Comparison.Row, _ comparison: Comparison, _ snapshot: Snapshot, _ pair: ComparePair
  ) -> [AnswerSide] {
    let reviews = snapshot.reviews
    let marks = ReviewMarks(row, comparison, reviews)
    func side(_ letter: String, _ run: Run, _ output: Output, badge: StyleName) -> AnswerSide {
      var side = AnswerSide(name: "\(letter) \(run.variant.name)", badge: badge, output: output)
      side.failures = reviews.failures(
        of: OutputPlace(run: run.id, sample: output.sample), on: row.evalCase, in: run.set)
      return side
    }
    var sides = [
      side("A", comparison.a, row.a, badge: .badgePrompted), side("B", comparison.b, row.b, badge: .badgeTuned),
    ]
    for place in sides.indices {
      if let word = marks.word(ofA: place == 0) { (sides[place].found, sides[place].isFoundGood) = word }
    }
    for (letter, extra) in zip(["C", "D"], extraSides(snapshot, pair)) {
      guard let run = extra.run, let set = pair.set else { continue }
      let output =
        snapshot[OutputsQuery(run: run.id, set: set)].answer?[row.id]
        ?? Output(
          caseID: row.id, requestKey: run.promptVersion, answer: nil,
          failure: "\(run.variant.name) has not answered this case.")
      sides.append(side(letter, run, output, badge: run.variant.isTuned ? .badgeTuned : .badgePrompted))
    }
    return sides
  }

  /// Opens the list from which a further side is chosen.
  mutating func addSide(_ snapshot: Snapshot) -> Reaction<Command> {
    guard extras.count + 2 < Self.mostSides else {
      return .notice("There are \(Self.mostSides) columns already: - takes the last one away.")
    }
    chooser = RunChooser(.extra, snapshot, pair(snapshot))
    return .handled
  }
}
