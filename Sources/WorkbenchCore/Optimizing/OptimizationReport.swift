import Domain
import Evidence
import NumberFormat

/// What an optimisation tried, what it chose, and what that is worth on cases on which nothing was decided.
package struct OptimizationReport: Sendable {
  /// What became of a proposal.
  package enum Fate: String, Sendable, Hashable {
    /// It was better on the selection cases, and further changes were tried on it.
    case kept
    /// It was no better on the selection cases.
    case notBetter = "not_better"
    /// It was worse on the minibatch, and not looked at further.
    case dropped
    /// It may not be tried: too long, or copied from a case.
    case refused
    /// It could not be measured.
    case failed
  }

  /// One prompt that was tried.
  package struct Row: Sendable {
    /// The prompt; nil where a proposal was refused before it became one.
    package var candidate: PromptCandidate?
    /// What was changed.
    package var change: PromptCandidate.Change
    /// What became of it; nil for the start.
    package var fate: Fate?
    /// Why, without a full stop, where it was refused or failed.
    package var reason: String?
    /// The mean score on the minibatch, 0 to 1; nil where nothing was scored.
    package var minibatch: Double?
    /// The mean score on the selection cases, 0 to 1; nil where it wasn't measured there.
    package var selection: Double?
    /// Tokens of a prompt, the mean over the selection cases; nil where that isn't known.
    package var tokens: Double?

    init(_ change: PromptCandidate.Change, candidate: PromptCandidate? = nil) {
      self.change = change
      self.candidate = candidate
    }
  }

  /// Why nothing more was tried.
  package enum Ending: String, Sendable, Hashable {
    /// All proposals were tried.
    case exhausted
    /// The budget buys no further proposal.
    case budget
    /// The start answers every selection case right.
    case ceiling
    /// A person paused it.
    case paused
  }

  /// The variant.
  package let variant: String
  /// The eval set.
  package let set: String
  /// Cases to train, to select and to judge.
  package let parts: [Int]
  /// The requests that it may use.
  package let budget: Int
  /// The requests that it took, those included that earlier runs had answered.
  package var requests = 0
  /// The start, then the proposals in the order in which they were tried.
  package var rows: [Row] = []
  /// The chosen prompt; the start where none was better.
  package var best: PromptCandidate
  /// Why nothing more was tried; nil while it goes on.
  package var ending: Ending?
  /// The chosen prompt (candidate) against the start on the sealed cases; nil where the start was kept.
  package var sealed: PairedComparison?
  /// The mean scores of the start and of the chosen prompt on the sealed cases.
  package var sealedScores: (start: Double, best: Double)?

  init(_ request: OptimizationRequest, set: String, plan: OptimizationPlan, start: PromptCandidate) {
    variant = request.variant
    self.set = set
    parts = [plan.training.count, plan.selection.count, plan.sealed.count]
    budget = request.budget
    best = start
  }

  /// The proposals that were asked about.
  package var tried: Int { rows.count { $0.fate != nil && $0.fate != .refused } }

  /// The rows of which none has a better score and no more tokens.
  package var frontier: Set<String> {
    let points = rows.compactMap { row -> (hash: String, score: Double, tokens: Double)? in
      guard let version = row.candidate?.version, let score = row.selection, let tokens = row.tokens else { return nil }
      return (version.hash.hex, score, tokens)
    }
    return Set(
      points.filter { one in
        !points.contains {
          $0.score >= one.score && $0.tokens <= one.tokens && ($0.score > one.score || $0.tokens < one.tokens)
        }
      }.map(\.hash))
  }
}

extension OptimizationReport {
  /// What follows, a sentence each.
  package var sentences: [String] {
    var sentences: [String] = []
    let asked = NumberFormat.plural(tried, "candidate")
    switch ending {
    case .ceiling?:
      return [
        "\(variant) answers every selection case of \(set) right: no prompt can be better on these cases. Add harder ones."
      ]
    case .paused?: sentences.append("Paused. The same command goes on from here.")
    case .budget?:
      sentences.append("The budget of \(budget) requests buys no further proposal; a larger --max-calls goes on.")
    case .exhausted?, nil: break
    }
    guard best.change != .start else {
      return sentences + ["None of \(asked) scores better than the prompt as it is on the \(parts[1]) selection cases."]
    }
    let changes = best.changes.map(\.words).joined(separator: ", then ")
    sentences.append("Best of \(asked): \(changes), version \(best.version.hash.short).")
    if let sealed, let scores = sealedScores {
      sentences.append(
        "On \(sealed.count) sealed cases, on which nothing was decided: \(NumberFormat.percent(scores.best)) against "
          + "\(NumberFormat.percent(scores.start)), \(NumberFormat.points(sealed.difference, sealed.interval)) "
          + "(\(sealed.test) \(NumberFormat.pValue(sealed.pValue))).")
      if sealed.interval.low <= 0 {
        sentences.append("That the new prompt is better is not shown; more cases would tell.")
      }
      sentences.append(
        "To write it to the files: assay prompt restore \(best.version.hash.short) --variant \(variant)"
          + (best.changes.contains { if case .examples = $0 { true } else { false } }
            ? ". Its examples are cases of \(set): take them out of the set, or judge by held-out cases." : "."))
    }
    return sentences
  }
}
