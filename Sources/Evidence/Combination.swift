/// The ways of using a prompt and a tuned model, and which of them have been measured on the deciding cases.
package struct Combination: Sendable, Hashable {
  /// A way of using them.
  package enum Way: String, Sendable, Hashable, CaseIterable {
    /// The prompted variant.
    case prompted
    /// The tuned model with a prompt that is shorter than the prompted variant's.
    case tunedShort = "tuned-short-prompt"
    /// The tuned model with the whole prompt of the prompted variant.
    case tunedFull = "tuned-full-prompt"
    /// A router between two variants.
    case router

    /// What a sentence calls it.
    var words: String {
      switch self {
      case .prompted: "prompted"
      case .tunedShort: "tuned with a shorter prompt"
      case .tunedFull: "tuned with the whole prompt"
      case .router: "router"
      }
    }
  }

  /// A way that is measured.
  package struct Measured: Sendable, Hashable {
    /// Which it is.
    package var way: Way
    /// The variant's name.
    package var name: String
    /// Its score.
    package var score: Estimate
    /// Dollars for an answer, both calls of a cascade included; nil where that isn't known.
    package var cost: Double?
    /// It against the reference on the same cases, adjusted for all ways; nil for the reference.
    package var comparison: PairedComparison?

    /// Names one.
    package init(way: Way, name: String, score: Estimate, cost: Double? = nil, comparison: PairedComparison? = nil) {
      self.way = way
      self.name = name
      self.score = score
      self.cost = cost
      self.comparison = comparison
    }
  }

  /// Why no router is among the measured ways.
  package enum RouterGap: Sendable, Hashable {
    /// There is none. Whether one could do better is unknown.
    case none
    /// One is there and not measured on these cases.
    case notMeasured(String)
    /// One was learnt from these cases, so that they can't judge it.
    case learntHere(String)
  }

  /// Whether the tuned model was measured with the whole prompt of the prompted variant.
  package var hasFullPrompt: Bool
  /// Whether it was measured with a shorter one.
  package var hasShortPrompt: Bool
  /// What is measured.
  package var ways: [Measured] = []
  /// Why no router is; nil where one is, or where a router has nothing to learn from.
  package var routerGap: RouterGap?

  /// Says which are measured.
  package init(hasFullPrompt: Bool, hasShortPrompt: Bool) {
    self.hasFullPrompt = hasFullPrompt
    self.hasShortPrompt = hasShortPrompt
  }

  /// The way that the others are compared with: the better one of the prompted and the tuned variant.
  var reference: Measured? { ways.first { $0.comparison == nil } }

  /// The combination that is shown to be worth it against either variant alone: better by what matters, or not worse and
  /// cheaper by a tenth or more; of several the one with the best score.
  func best(margin: Double) -> Measured? {
    let worth = ways.filter { way in
      guard way.way == .router || way.way == .tunedFull, let pairs = way.comparison else { return false }
      switch pairs.effectClass {
      case .better: return pairs.difference >= margin || isCheaper(way)
      case .equivalent, .notInferior: return way.way == .router && isCheaper(way)
      case .tooFew, .worse, .notSuperior, .unclear: return false
      }
    }
    return worth.max { $0.score.mean < $1.score.mean }
  }

  private func isCheaper(_ way: Measured) -> Bool {
    guard let own = way.cost, let other = reference?.cost else { return false }
    return own <= other * 0.9
  }
}
