/// Two variants on the same cases, with scores that need not be 0 or 1.
public struct PairedScores: Sendable, Hashable {
  /// A's score minus B's, case by case.
  public let differences: [Double]

  /// Pairs of A's and B's score on the same case.
  public init(_ pairs: some Sequence<(Double, Double)>) { differences = pairs.map { $0.0 - $0.1 } }

  /// The number of cases.
  public var count: Int { differences.count }

  /// The mean difference, A minus B; 0 without cases.
  public var difference: Double { RunningSummary(differences).mean }

  /// The 95 % interval of the mean difference: Student's t, cut off at −1 and 1.
  ///
  /// It is −1…1 for fewer than two cases. When all differences are equal there is no spread to estimate from, and the
  /// interval reaches 2√(ln 40 / 2n) to either side (Hoeffding's bound for values from −1 to 1).
  public var interval: Interval {
    let summary = RunningSummary(differences)
    guard let error = summary.standardError else { return Interval(-1, 1) }
    let radius =
      error > 0
      ? Distributions.studentQuantile(0.975, degrees: Double(count - 1)) * error
      : 2 * (3.688879454113936 / (2 * Double(count))).squareRoot()
    return Interval(max(-1, summary.mean - radius), min(1, summary.mean + radius))
  }

  /// The two-sided p-value of the sign-flip permutation test of the mean difference.
  ///
  /// Differences of zero don't matter to it. Up to 16 others all sign patterns are tried, so the value is exact; beyond
  /// that it comes from 20,000 patterns drawn with a fixed seed, is never 0 ((hits + 1) / (draws + 1)), and is always
  /// the same for the same differences.
  public var pValue: Double {
    let values = differences.filter { $0 != 0 }
    guard !values.isEmpty else { return 1 }
    let observed = abs(values.reduce(0, +))
    let threshold = observed - 1e-12 * max(1, observed)
    if values.count <= 16 {
      let patterns = UInt64(1) << UInt64(values.count)
      let hits = (0..<patterns).count { abs(Self.sum(values, signs: CollectionOfOne($0))) >= threshold }
      return Double(hits) / Double(patterns)
    }
    let draws = 20_000
    var random = SplitMix(state: 0x5eed)
    var hits = 0
    for _ in 0..<draws {
      let signs = (0..<(values.count + 63) / 64).map { _ in random.next() }
      if abs(Self.sum(values, signs: signs)) >= threshold { hits += 1 }
    }
    return Double(hits + 1) / Double(draws + 1)
  }

  private static func sum(_ values: [Double], signs: some RandomAccessCollection<UInt64>) -> Double {
    var total = 0.0
    var bits: UInt64 = 0
    var words = signs.makeIterator()
    for index in 0..<values.count {
      if index & 63 == 0 { bits = words.next() ?? 0 }
      total += bits & 1 == 0 ? values[index] : -values[index]
      bits >>= 1
    }
    return total
  }
}

/// The SplitMix64 generator (Steele, Lea and Flood 2014): small, fast, and the same on every machine.
struct SplitMix: RandomNumberGenerator {
  var state: UInt64

  mutating func next() -> UInt64 {
    state &+= 0x9e37_79b9_7f4a_7c15
    var z = state
    z = (z ^ z >> 30) &* 0xbf58_476d_1ce4_e5b9
    z = (z ^ z >> 27) &* 0x94d0_49bb_1331_11eb
    return z ^ z >> 31
  }
}
