import Domain
import Evidence

/// A variant with the run that stands for it on a set, and its outputs as they stand to the set as it is now.
struct MeasuredVariant: Sendable {
  /// The variant as the file says now.
  var variant: Variant
  /// The run, with its averages as they stand to the set.
  var run: Run
  /// Whether the run measured what the files say now.
  var isCurrent: Bool
  /// Its outputs by case.
  var outputs: CaseOutputs
  /// What its answers got, case by case.
  let scores: [ScoredCase]

  /// A variant with what a run measured on a set.
  init(variant: Variant, run: Run, isCurrent: Bool, outputs: [Output], on set: EvalSet) {
    self.variant = variant
    self.run = run
    self.run.variant.isDeclaredTuned = variant.isDeclaredTuned
    self.run.variant.base = variant.base
    self.isCurrent = isCurrent
    self.outputs = CaseOutputs(outputs)
    scores = self.outputs.scored(set.cases)
  }

  /// Whether so much of the set is answered that the variant can be compared with others.
  var isComplete: Bool { Double(scores.count(where: \.isScored)) >= 0.9 * Double(scores.count) }

  /// The mean score with its interval, over cases and not over answers.
  var estimate: Estimate? { VariantScores(scores.filter(\.isScored)).estimate }

  /// What a verdict takes of it.
  func facts(on set: EvalSet) -> VariantFacts {
    let summary = run.summary
    let formats = outputs.formats(set.cases).compactMap { $0.value() }
    return VariantFacts(
      name: variant.name, score: estimate,
      format: formats.isEmpty
        ? nil : Proportion(successes: Int(formats.reduce(0, +).rounded(.down)), of: formats.count),
      medianLatency: summary.latencyMedian > 0 ? summary.latencyMedian * 1000 : nil,
      slowLatency: summary.latency95 > 0 ? summary.latency95 * 1000 : nil,
      unansweredCases: max(0, set.cases.count - run.casesAnswered), isOutdated: !isCurrent)
  }
}

extension Sequence<MeasuredVariant> {
  /// Variants in the order they are shown: prompted ones first, among them those that can be compared, then by score, by
  /// format, by the prompt's length and as they come.
  var ranked: [MeasuredVariant] { ranked(by: []) }

  /// The same, with the score that each variant has elsewhere where it has one.
  /// - Parameter others: the variants on the cases that they were chosen on.
  func ranked(by others: [MeasuredVariant]) -> [MeasuredVariant] {
    let chosen = Dictionary(
      others.filter(\.isComplete).map { ($0.variant.name, $0) }, uniquingKeysWith: { first, _ in first })
    func rank(_ one: MeasuredVariant) -> [Double] {
      let basis = chosen[one.variant.name] ?? one
      let summary = basis.run.summary
      return [
        one.variant.isTuned ? 1 : 0, one.isComplete ? 0 : 1, one.run.summary.done < one.run.requests ? 1 : 0,
        -(basis.estimate?.mean ?? summary.mean), -Double(summary.formatValid) / Double(Swift.max(1, summary.done)),
        summary.meanPromptTokens ?? .infinity,
      ]
    }
    return enumerated().map { (rank($0.element) + [Double($0.offset)], $0.element) }
      .sorted { $0.0.lexicographicallyPrecedes($1.0) }.map(\.1)
  }
}
