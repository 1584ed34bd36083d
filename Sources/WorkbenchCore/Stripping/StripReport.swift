import Domain
import Evidence
import NumberFormat

/// Which tuned variant's prompt to shorten.
package struct StripRequest: Sendable, Hashable {
  /// The tuned variant.
  package var variant: String
  /// The eval set that judges; the held-out one, or else the first, where nil.
  package var set: String?
  /// The loss, 0 to 1, that a shorter prompt may have; the workspace's `worthwhile_gain` where nil.
  package var margin: Double?

  package init(variant: String, set: String? = nil, margin: Double? = nil) {
    self.variant = variant
    self.set = set
    self.margin = margin
  }
}

/// One tuned model with ever fewer sections of its prompt, down to the bare input.
package struct StripReport: Sendable {
  /// A prompt of the ladder.
  package struct Step: Sendable, Identifiable {
    /// The titles of the sections that are left out, in the order in which they were dropped; empty for the whole prompt.
    package var dropped: [String]
    /// The run; nil while there is none.
    package var run: Run?
    /// Its score; nil while there is none.
    package var score: Estimate?
    /// Tokens of a prompt, the mean; nil where no server counted.
    package var tokens: Double?
    /// It against the whole prompt, adjusted for all prompts of the ladder and earlier looks; nil for the whole prompt, and
    /// while the two have no case in common.
    package var comparison: PairedComparison?
    /// What a tuned model with this prompt costs against the best prompted variant; nil where that isn't known.
    package var cost: CostModel?
    /// The number of sections that are left out.
    package var id: Int { dropped.count }

    /// Whether it is shown to lose less than the margin.
    package var isNotInferior: Bool {
      guard let comparison, comparison.interval.low > -comparison.margin else { return false }
      return [.better, .equivalent, .notInferior].contains(comparison.effectClass)
    }
  }

  /// The variant.
  package var variant: String
  /// The set that judges.
  package var set: String
  /// The set on which the order was found.
  package var ordering: String
  /// The loss that a shorter prompt may have, 0 to 1.
  package var margin: Double
  /// How many comparisons the intervals are adjusted for: the prompts of the ladder, and earlier looks at the set.
  package var family: Int
  /// The whole prompt first; empty until the order is known.
  package var steps: [Step]
  /// The sections that stay.
  package var kept: [AblationPlan.Kept]

  /// The prompts' places from the whole one to the shortest that is shown to be not inferior; nil where none is.
  package var shortest: Step? { steps.last(where: \.isNotInferior) }
  /// Whether the cases that judge were kept apart from those that the order was found on.
  package var isHeldOut: Bool { ordering != set }
}

extension StripReport {
  /// What follows, a sentence each.
  package var sentences: [String] {
    guard let full = steps.first, full.run != nil else { return ["Nothing is measured yet."] + kept.map(\.sentence) }
    var sentences: [String] = []
    let points = NumberFormat.trimmed(margin * 100, decimals: 1)
    if let shortest {
      let left = full.tokens.flatMap { all in
        shortest.tokens.map { ", \(Int($0.rounded())) prompt tokens instead of \(Int(all.rounded()))" }
      }
      sentences.append(
        "\(variant) does without \(shortest.dropped.joined(separator: ", ")): not worse by \(points) points or more\(left ?? "")."
      )
      sentences += breakEven(full, shortest)
    } else {
      sentences.append("No shorter prompt is shown to be not worse by \(points) points or more.")
      if let more = steps.compactMap({ $0.comparison?.moreCases }).max() {
        sentences.append("About \(more) more cases would tell.")
      }
    }
    let order =
      isHeldOut
      ? "Sections were ordered on \(ordering) and judged on \(set)"
      : "Sections were ordered and judged on the same cases of \(set), which flatters; hold cases out to be sure"
    sentences.append("\(order); intervals allow for \(NumberFormat.plural(family, "look")).")
    return sentences + kept.map(\.sentence)
  }

  private func breakEven(_ full: Step, _ short: Step) -> [String] {
    guard let before = full.cost, let after = short.cost, before.missing.isEmpty, after.missing.isEmpty else {
      return []
    }
    func words(_ cost: CostModel) -> String {
      switch cost.breakEven {
      case .after(let queries): "after \(NumberFormat.count(queries.rounded())) queries"
      case .never: "never"
      case .unknown: "unknown"
      }
    }
    return ["Tuning breaks even \(words(after)) with the shorter prompt, and \(words(before)) with the whole one."]
  }
}
