/// What the comparison of the tuned variant with the prompted one came to.
enum Outcome: Sendable, Hashable {
  /// Nothing was compared.
  case none
  /// Fewer than ten independent units, or more than a tenth of the cases without an answer to compare.
  case tooFew
  /// Both score the same within the margin.
  case same
  case tunedBetter, promptedBetter
  /// The tuned variant is not worse by the margin; better is not shown.
  case tunedNotWorse
  /// The tuned variant is not better by the margin; worse is not shown.
  case promptedNotWorse
  case unclear

  init(_ comparison: PairedComparison?) {
    guard let comparison, comparison.count > 0 else {
      self = .none
      return
    }
    self =
      switch comparison.effectClass {
      case .tooFew: .tooFew
      case .equivalent: .same
      case .better: .tunedBetter
      case .worse: .promptedBetter
      case .notInferior: .tunedNotWorse
      case .notSuperior: .promptedNotWorse
      case .unclear: .unclear
      }
  }

  /// Whether one of the two is better.
  var isClaim: Bool { self == .tunedBetter || self == .promptedBetter }
}

extension Facts {
  /// How many choices the claim of the better side is charged for: what was chosen by looking at these cases.
  var charged: Int { max(1, (comparison?.difference ?? 0) > 0 ? tunedTried : promptsTried) }

  /// The comparison adjusted for what was chosen: Holm's method for the best of several, which is Bonferroni's.
  var adjustedComparison: PairedComparison? {
    comparison.map { comparison in
      charged > 1
        ? comparison.adjusted(pValue: comparison.rawPValue * Double(charged), family: charged) : comparison
    }
  }
}
