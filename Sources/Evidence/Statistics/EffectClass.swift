/// What the interval of a difference says, size before significance.
package enum EffectClass: String, Sendable, Hashable, CaseIterable {
  /// Fewer than ten effective units, or more than a tenth of the pairs is missing.
  case tooFew
  /// The whole interval lies within the margin to both sides.
  case equivalent
  /// The whole interval lies above 0.
  case better
  /// The whole interval lies below 0.
  case worse
  /// The whole interval lies above −margin; better is not shown.
  case notInferior
  /// The whole interval lies below the margin; worse is not shown.
  case notSuperior
  /// Nothing of that.
  case unclear

  /// Reads the interval of a difference against a margin above 0; the first class that fits, in the order above.
  ///
  /// One 95 % interval serves all classes, so each side's error is at most 2.5 %.
  package init(interval: Interval, margin: Double) {
    let (low, high) = (interval.low, interval.high)
    if low > -margin, high < margin {
      self = .equivalent
    } else if low > 0 || high < 0 {
      self = low > 0 ? .better : .worse
    } else if low > -margin || high < margin {
      self = low > -margin ? .notInferior : .notSuperior
    } else {
      self = .unclear
    }
  }

  /// The class of the opposite difference.
  package var mirrored: EffectClass {
    switch self {
    case .better: .worse
    case .worse: .better
    case .notInferior: .notSuperior
    case .notSuperior: .notInferior
    case .tooFew, .equivalent, .unclear: self
    }
  }
}

/// How large a shown gain is against the margin.
package enum GainSize: String, Sendable, Hashable {
  /// The whole interval reaches the margin.
  case surelyWorthwhile
  /// The estimate reaches the margin.
  case worthwhile
  /// It may be less than the margin.
  case unclear
}
