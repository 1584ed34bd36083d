#if canImport(Glibc)
  import Glibc
#elseif canImport(Musl)
  import Musl
#else
  import Darwin
#endif

extension PairedScores {
  /// The p-value of the test behind ``pValue``, without draws: to within a tenth of itself down to 0.0001, and of the
  /// right order below.
  ///
  /// It is exact when all differences that aren't 0 have the same size (McNemar's exact test) and for up to 20 of them.
  /// Beyond that it is the saddlepoint approximation of the sign-flip distribution (Robinson, Journal of the Royal
  /// Statistical Society B 44, 1982, 91–101; Lugannani and Rice, Advances in Applied Probability 12, 1980, 475–490)
  /// with Daniels' second continuity correction (International Statistical Review 55, 1987, 37–48) for scores that come
  /// in steps.
  public var tailPValue: Double {
    let values = differences.filter { $0 != 0 }
    let sizes = values.map { abs($0) }
    guard let largest = sizes.max(), let smallest = sizes.min() else { return 1 }
    if largest - smallest <= 1e-9 * largest {
      let wins = values.count { $0 > 0 }
      return PairedOutcomes(both: 0, onlyA: wins, onlyB: values.count - wins, neither: 0).pValue
    }
    guard largest.isFinite else { return 1 }
    let flips = SignFlips(sizes: sizes.map { $0 / largest })
    let sum = abs(values.reduce(0, +)) / largest
    return values.count <= 20 ? flips.exactPValue(of: sum) : flips.pValue(of: sum)
  }

  /// The interval of the mean difference for a share of intervals (between 0 and 1) that hold the true one, made like
  /// ``interval``.
  public func interval(confidence: Double) -> Interval {
    let summary = RunningSummary(differences)
    guard let error = summary.standardError else { return Interval(-1, 1) }
    let outside = 1 - confidence
    let radius =
      error > 0
      ? Distributions.studentQuantile(1 - outside / 2, degrees: Double(count - 1)) * error
      : 2 * (log(2 / outside) / (2 * Double(count))).squareRoot()
    return Interval(max(-1, summary.mean - radius), min(1, summary.mean + radius))
  }
}

/// The sum of given sizes, each with a sign from a fair coin.
private struct SignFlips {
  /// What is summed, each above 0 and at most 1.
  let sizes: [Double]

  /// How often the sum lies at least `sum` from 0, to either side, by going through all signs.
  ///
  /// The sums of each half are sorted, and for each sum of one half those of the other that reach far enough are
  /// counted.
  func exactPValue(of sum: Double) -> Double {
    let threshold = sum - 1e-9
    guard threshold > 0 else { return 1 }
    let low = Self.allSums(sizes.prefix(sizes.count / 2))
    let high = Self.allSums(sizes.dropFirst(sizes.count / 2))
    var hits = 0
    var reached = high.count
    for value in low {
      while reached > 0, value + high[reached - 1] >= threshold { reached -= 1 }
      hits += high.count - reached
    }
    return min(1, 2 * Double(hits) / Double(low.count * high.count))
  }

  /// The sums with every choice of signs, smallest first.
  private static func allSums(_ sizes: some Sequence<Double>) -> [Double] {
    var sums = [0.0]
    for size in sizes { sums = sums.map { $0 - size } + sums.map { $0 + size } }
    return sums.sorted()
  }

  /// How often the sum lies at least `sum` from 0, to either side, by the saddlepoint approximation.
  func pValue(of sum: Double) -> Double {
    let total = sizes.reduce(0, +)
    guard sum < total * (1 - 1e-12) else { return exp2(1 - Double(sizes.count)) }
    let unit = commonUnit
    let target = sum - unit
    guard target > 0 else { return 1 }
    // K(λ) = Σ ln cosh λa. K′ is concave, so Newton's steps come to the solution of K′(λ) = target from below.
    var tilt = 0.0
    var spread = 0.0
    for _ in 0..<100 {
      var slope = 0.0
      spread = 0
      for size in sizes {
        let tangent = tanh(tilt * size)
        slope += size * tangent
        spread += size * size * (1 - tangent * tangent)
      }
      let step = (target - slope) / spread
      guard step > 1e-12 * tilt else { break }
      tilt += step
    }
    let cumulant = sizes.reduce(0) { $0 + $1 * tilt + log1p(exp(-2 * $1 * tilt)) - log(2) }
    let w = (2 * max(0, tilt * target - cumulant)).squareRoot()
    guard w > 0.01 else { return erfc(w / 2.0.squareRoot()) }
    let u = (unit > 0 ? sinh(tilt * unit) / unit : tilt) * spread.squareRoot()
    let normal = exp(-w * w / 2) / (2 * Double.pi).squareRoot()
    return min(1, max(0, erfc(w / 2.0.squareRoot()) + 2 * normal * (1 / u - 1 / w)))
  }

  /// The largest step of which all sizes are multiples, by Euclid's algorithm; 0 when it is too small to matter.
  private var commonUnit: Double {
    var unit = 0.0
    for size in sizes {
      var (large, small) = (max(unit, size), min(unit, size))
      while small > 1e-6 { (large, small) = (small, abs(large - small * (large / small).rounded())) }
      unit = large
      if unit < 1e-3 { return 0 }
    }
    return unit
  }
}
