#if canImport(Glibc)
  import Glibc
#elseif canImport(Musl)
  import Musl
#else
  import Darwin
#endif

/// Values of units, which are what is independent: lone cases, conversations, documents, copies of one question.
///
/// The mean is weighted by each unit's share of the weight of all cases.
package struct Units: Sendable, Hashable {
  /// Each unit's share of the weight, above 0; they sum to 1.
  package let shares: [Double]
  /// The weighted mean of each unit's cases.
  package let means: [Double]
  /// The number of cases.
  package let cases: Int
  /// The weighted mean of all cases; 0 without any.
  package let mean: Double
  /// The effective number of cases, 1/Σ(w/W)²; the number of cases when all weigh the same.
  package let effectiveCases: Double
  /// The variance that the mean would have if every case were a unit, s²/n* with the weighted variance s² of the cases'
  /// values; nil for fewer than two cases.
  package let independentVariance: Double?

  /// Joins cases' values to units.
  /// - Parameters:
  ///   - values: one value a case.
  ///   - weights: each case's weight, above 0; all 1 unless told.
  ///   - units: the unit of each case, any numbers; each case its own unless told.
  package init(_ values: [Double], weights: [Double]? = nil, units: [Int]? = nil) {
    let weights = weights ?? Array(repeating: 1, count: values.count)
    let all = weights.reduce(0, +)
    if let units {
      var places: [Int: Int] = [:]
      var sums: [(weight: Double, value: Double)] = []
      for index in values.indices {
        let place = places[units[index]] ?? sums.count
        if place == sums.count {
          places[units[index]] = place
          sums.append((0, 0))
        }
        sums[place].weight += weights[index]
        sums[place].value += weights[index] * values[index]
      }
      shares = sums.map { $0.weight / all }
      means = sums.map { $0.value / $0.weight }
    } else {
      shares = weights.map { $0 / all }
      means = values
    }
    cases = values.count
    let squares = weights.reduce(0) { $0 + $1 * $1 } / (all * all)
    effectiveCases = values.isEmpty ? 0 : 1 / squares
    let mean = values.isEmpty ? 0 : zip(values, weights).reduce(0) { $0 + $1.0 * $1.1 } / all
    self.mean = mean
    let spread = zip(values, weights).reduce(0) { $0 + $1.1 * ($1.0 - mean) * ($1.0 - mean) } / all
    independentVariance = values.count > 1 ? spread / (1 - squares) * squares : nil
  }

  /// Units whose means are known.
  /// - Parameter effectiveCases: the effective number of cases in them; that of the units unless told.
  package init(means: [Double], weights: [Double]? = nil, effectiveCases: Double? = nil) {
    let units = Units(means, weights: weights)
    self.init(
      shares: units.shares, means: means, mean: units.mean,
      cases: effectiveCases.map { Int($0.rounded()) } ?? means.count,
      effectiveCases: effectiveCases ?? units.effectiveCases, independentVariance: nil)
  }

  private init(
    shares: [Double], means: [Double], mean: Double, cases: Int, effectiveCases: Double,
    independentVariance: Double?
  ) {
    self.shares = shares
    self.means = means
    self.mean = mean
    self.cases = cases
    self.effectiveCases = effectiveCases
    self.independentVariance = independentVariance
  }

  /// The number of units.
  package var count: Int { shares.count }

  /// The effective number of units, G* = 1/Σh²: as many units of equal share would tell as much. 0 without units.
  package var effectiveCount: Double { shares.isEmpty ? 0 : 1 / shares.reduce(0) { $0 + $1 * $1 } }

  /// What each unit adds to ``mean``.
  var totals: [Double] { zip(shares, means).map { $0 * $1 } }

  /// The units with opposite values.
  var negated: Units {
    Units(
      shares: shares, means: means.map { -$0 }, mean: -mean, cases: cases, effectiveCases: effectiveCases,
      independentVariance: independentVariance)
  }

  /// The units with two pseudo-units more, each of weight 1/(G* + 2), the others scaled by G*/(G* + 2).
  ///
  /// They stand for the rare values that have not occurred yet, which no resampling of what has occurred can show.
  func guarded(_ first: Double, _ second: Double) -> Units {
    let effective = effectiveCount
    let scale = effective / (effective + 2)
    let pseudo = 1 / (effective + 2)
    return Units(
      shares: shares.map { $0 * scale } + [pseudo, pseudo], means: means + [first, second],
      mean: mean * scale + (first + second) * pseudo, cases: cases + 2, effectiveCases: effectiveCases + 2,
      independentVariance: nil)
  }

  /// The guard of a mean difference: pseudo-units of +r and −r.
  ///
  /// r is 1 while fewer than ten units show any difference, and the largest difference of a unit after that, but no less
  /// than ½√(G*/n*) and no more than 1.
  var differenceGuard: Double {
    guard means.count(where: { $0 != 0 }) >= 10 else { return 1 }
    let largest = means.reduce(0) { max($0, abs($1)) }
    return min(1, max(largest, min(1, effectiveCount / effectiveCases).squareRoot() / 2))
  }

  /// The standard error of ``mean``; nil for fewer than two units.
  package var standardError: Double? { estimator?.standardError }

  /// How many times larger the variance of the mean is than if every case were a unit; 1 where it isn't known.
  package var designEffect: Double {
    guard let independentVariance, independentVariance > 0, count < cases, let error = standardError else { return 1 }
    return error * error / independentVariance
  }

  /// Mean, standard error and degrees of freedom; nil for fewer than two units.
  var estimator: UnitEstimator? { UnitEstimator(shares: shares, means: means) }
}

/// The mean of units with its standard error and degrees of freedom.
///
/// With shares h, H = Σh², e = 1 − 2h + H and b = h²/e, the variance is V = Σ b (m − D)², which is unbiased for units of
/// equal variance whatever their shares (Bell and McCaffrey, Survey Methodology 28, 2002, 169–181). The degrees of
/// freedom are Satterthwaite's (Biometrics Bulletin 2, 1946, 110–114). Equal shares give s/√G and G − 1.
struct UnitEstimator: Sendable, Hashable {
  var mean: Double
  var standardError: Double
  var degrees: Double

  init?(shares: [Double], means: [Double]) {
    guard shares.count > 1 else { return nil }
    let total = shares.reduce(0) { $0 + $1 * $1 }
    mean = zip(shares, means).reduce(0) { $0 + $1.0 * $1.1 }
    var variance = 0.0
    var (b0, b1, b2, own) = (0.0, 0.0, 0.0, 0.0)
    for (share, value) in zip(shares, means) {
      // Above 0 as (1 − h)² and the other squares; 1e-300 keeps a share that rounds to 1 from dividing by 0.
      let e = max(1e-300, 1 - 2 * share + total)
      let b = share * share / e
      variance += b * (value - mean) * (value - mean)
      b0 += b
      b1 += b * share
      b2 += b * share * share
      own += b * b * (e * e - (total - 2 * share) * (total - 2 * share))
    }
    standardError = variance.squareRoot()
    let spread = total * total * b0 * b0 + 2 * b2 * b0 - 4 * total * b1 * b0 + 2 * b1 * b1 + own
    degrees = max(0.05, min(Double(shares.count - 1), total * total / spread))
  }

  /// mean ± t·se, cut to `bounds`.
  func interval(confidence: Double, within bounds: Interval) -> Interval {
    let radius = Distributions.studentQuantile((1 + confidence) / 2, degrees: degrees) * standardError
    return Interval(max(bounds.low, mean - radius), min(bounds.high, mean + radius))
  }

  /// The two-sided p-value of a mean of 0.
  var pValue: Double {
    standardError > 0
      ? Distributions.studentTwoSided(mean / standardError, degrees: degrees) : mean == 0 ? 1 : 0
  }
}
