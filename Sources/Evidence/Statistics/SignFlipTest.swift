#if canImport(Glibc)
  import Glibc
#elseif canImport(Musl)
  import Musl
#else
  import Darwin
#endif

/// The sign-flip test of a sum: how often fair signs take the same numbers at least as far from 0.
///
/// It assumes that without a difference each number is as likely as its opposite (Fisher 1935). The sum suffices as
/// statistic: the sum of squares doesn't change under flips, so the studentised one gives the same p-value (Janssen,
/// Statistics and Probability Letters 36, 1997, 9–21). There are no draws.
struct SignFlipTest {
  /// Sizes that are not 0, each at most 1.
  private let sizes: [Double]
  /// How far the sum lies from 0, in units of the largest number.
  private let sum: Double

  /// The most states of the exact convolution.
  private static let mostStates = 1_000_000.0

  /// The test of these numbers; those below 1e-9 of the largest count as 0.
  init(_ totals: [Double]) {
    let largest = totals.reduce(0) { max($0, abs($1)) }
    let values = largest > 0 && largest.isFinite ? totals.filter { abs($0) > 1e-9 * largest } : []
    sizes = values.map { abs($0) / largest }
    sum = largest > 0 ? abs(values.reduce(0, +)) / largest : 0
  }

  /// The two-sided p-value.
  ///
  /// It is exact for up to 20 numbers that aren't 0 (by halves), when all have one size (McNemar's exact test) and when
  /// all are multiples of one unit (by convolution, up to a million states). Else it is the saddlepoint approximation of
  /// the sign-flip distribution (Robinson, Journal of the Royal Statistical Society B 44, 1982, 91–101; Lugannani and
  /// Rice, Advances in Applied Probability 12, 1980, 475–490), to within a tenth of itself down to 0.0001, and of the
  /// right order below.
  var pValue: Double {
    guard let smallest = sizes.min() else { return 1 }
    if 1 - smallest <= 1e-9 {
      let lead = Int(sum.rounded())
      return Distributions.fairCoin((sizes.count + lead) / 2, (sizes.count - lead) / 2)
    }
    if sizes.count <= 20 { return pValueByHalves }
    if let steps = steps { return pValue(ofSteps: steps) }
    return saddlepoint
  }

  /// Goes through all signs: the sums of each half are sorted, and for each sum of one half those of the other that
  /// reach far enough are counted.
  private var pValueByHalves: Double {
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

  /// The sizes as multiples of their common unit; nil without one, or when their sum has too many states.
  private var steps: [Int]? {
    let unit = commonUnit
    guard unit > 0, sizes.reduce(0, +) / unit <= Self.mostStates else { return nil }
    var steps: [Int] = []
    steps.reserveCapacity(sizes.count)
    for size in sizes {
      let step = (size / unit).rounded()
      guard abs(size / unit - step) <= 1e-6 else { return nil }
      steps.append(Int(step))
    }
    return steps
  }

  /// The distribution of the sum of those steps that go up, one step after the other; all of them sum to `total`, so a
  /// sum s with signs is 2·up − total.
  private func pValue(ofSteps steps: [Int]) -> Double {
    let total = steps.reduce(0, +)
    let scale = Double(total) / sizes.reduce(0, +)
    let seen = Int((sum * scale).rounded())
    guard seen > 0 else { return 1 }
    var chances = [Double](repeating: 0, count: total + 1)
    chances[0] = 1
    chances.withUnsafeMutableBufferPointer { chances in
      var reach = 0
      for step in steps {
        reach += step
        var place = reach
        while place >= step {
          chances[place] = (chances[place] + chances[place - step]) / 2
          place -= 1
        }
        while place >= 0 {
          chances[place] /= 2
          place -= 1
        }
      }
    }
    return min(1, 2 * chances[((total + seen + 1) / 2)...].reduce(0, +))
  }

  /// Lugannani and Rice's approximation, with Daniels' second continuity correction (International Statistical Review
  /// 55, 1987, 37–48) for sizes that come in steps.
  private var saddlepoint: Double {
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
      while small > 1e-7 { (large, small) = (small, abs(large - small * (large / small).rounded())) }
      unit = large
      if unit < 1e-3 { return 0 }
    }
    return unit
  }
}
