extension PairedComparison {
  /// What the interval says against the margin; too few where fewer than ten effective units are complete or more than a
  /// tenth of the pairs is missing.
  package var effectClass: EffectClass {
    guard effectiveUnits >= 10 - 1e-9, missing.share <= MissingPairs.most else { return .tooFew }
    return EffectClass(interval: interval, margin: margin)
  }

  /// How large the shown gain is; nil unless the class is better (of a loss ask ``swapped``).
  package var gainSize: GainSize? {
    guard effectClass == .better else { return nil }
    return interval.low >= margin ? .surelyWorthwhile : difference >= margin ? .worthwhile : .unclear
  }

  /// Whether the missing pairs could change what follows: the class would differ if they all went one way, or the two
  /// variants have different shares without a score.
  package var missingCouldChange: Bool {
    guard missing.count > 0 else { return false }
    if missing.pValue <= 0.05 { return true }
    let bounds = Interval(-1, 1)
    return [missing.bounds.low, missing.bounds.high].contains {
      let moved = interval.shifted(by: $0 - difference, within: bounds)
      return EffectClass(interval: moved, margin: margin) != EffectClass(interval: interval, margin: margin)
    }
  }

  /// The share of cases on which right and wrong answers differ, by Laplace's rule: (b + c + 1)/(n + 2); nil for graded
  /// scores.
  package var discordance: Double? { sample.discordance }

  /// The cases that would be needed, those at hand included, to find a difference of the margin with a power of 80 %, with
  /// as much spread as was measured and as many cases to a group; nil for fewer than two units.
  package var casesNeeded: Int? { power?.cases(toDetect: margin) }

  /// The power of comparisons with as much spread as this one's; nil for fewer than two units.
  ///
  /// The measured difference doesn't enter: the power at what was measured only restates the p-value.
  package var power: Power? { sample.power }

  /// About how many more cases would tell the variants apart, or show them to be the same within the margin: two
  /// significant digits; nil unless the class is unclear or too few, or where it isn't known.
  package var moreCases: Int? {
    guard [.unclear, .tooFew].contains(effectClass), let needed = casesNeeded else { return nil }
    return Self.about(max(10 - count, needed - count))
  }

  /// About how many more cases would show equivalence, if there is no difference at all, with a power of 80 %:
  /// (z + 1.2816)²·ψ/m² in all. Nil for graded scores of fewer than two units.
  package var moreCasesForEquivalence: Int? {
    sample.caseVariance.map { Self.about(Power.casesForEquivalence(variance: $0, margin: margin) - count) }
  }

  /// A count rounded up to two significant digits, at least 1.
  static func about(_ count: Int) -> Int {
    var unit = 1
    while count / unit >= 100 { unit *= 10 }
    return max(1, (count + unit - 1) / unit * unit)
  }
}

extension PairedComparison.Sample {
  /// The share of cases on which right and wrong answers differ, by Laplace's rule; nil for graded scores.
  fileprivate var discordance: Double? {
    switch self {
    case .outcomes(let outcomes): Double(outcomes.discordant + 1) / Double(outcomes.count + 2)
    case .units: nil
    }
  }

  /// The power of comparisons with as much spread; nil for fewer than two units.
  fileprivate var power: Power? {
    switch self {
    case .outcomes(let outcomes):
      return outcomes.count > 1 ? Power(discordance: discordance ?? Power.usualDiscordance) : nil
    case .units(let units):
      guard let spread = units.caseDeviation, units.count > 1 else { return nil }
      return Power(
        deviation: spread > 0 ? spread : Power.usualDeviation, designEffect: max(1, units.designEffect))
    }
  }

  /// The variance of the cases' differences, groups allowed for; nil where it isn't known.
  fileprivate var caseVariance: Double? {
    switch self {
    case .outcomes: discordance
    case .units(let units): units.caseDeviation.map { $0 * $0 * max(1, units.designEffect) }
    }
  }
}

extension Units {
  /// The standard deviation of the cases' values; nil for fewer than two cases.
  ///
  /// Of units of known means it is the one that gives the mean its standard error.
  var caseDeviation: Double? {
    if let independentVariance { return (independentVariance * effectiveCases).squareRoot() }
    return standardError.map { $0 * effectiveCases.squareRoot() }
  }
}
