#if canImport(Glibc)
  import Glibc
#elseif canImport(Musl)
  import Musl
#else
  import Darwin
#endif

/// How far from 0 a standard normal statistic must be at each look, so that looking repeatedly claims too much no more
/// often than what was spent.
///
/// Without a difference, B(t) = Z√t has independent normal increments with variance t(k) − t(k − 1). The density of B
/// among those who went on is carried from look to look by numerical integration (Armitage, McPherson and Rowe, Journal
/// of the Royal Statistical Society A 132, 1969, 235–244; Jennison and Turnbull, Group Sequential Methods, 2000,
/// chapter 19), here by Simpson's rule. At each look the critical value is the one that just spends what may be spent.
struct SequentialBoundary {
  /// The smallest |Z| that decides, for each look; infinite where nothing may be spent.
  let criticalValues: [Double]

  /// Beyond this many standard deviations lies nothing that a `Double` could add.
  private static let reach = 8.0

  /// The bounds for looks at rising shares of the information, with what has been spent by then on both sides together.
  init(shares: [Double], spent: [Double]) {
    var values: [Double] = []
    var density: Density?
    var before = (share: 0.0, spent: 0.0)
    for (index, (share, total)) in zip(shares, spent).enumerated() {
      let step = (share - before.share).squareRoot()
      let crossing = { (z: Double) in
        density?.crossing(z * share.squareRoot(), step: step) ?? erfc(z / 2.0.squareRoot())
      }
      let value = Self.solve(crossing, for: total - before.spent)
      values.append(value)
      guard index + 1 < shares.count else { break }
      let next = (shares[index + 1] - share).squareRoot()
      let edge = min(value, Self.reach) * share.squareRoot()
      density = Density(edge: edge, scale: min(next, step)) { place in
        density?.density(at: place, step: step) ?? Density.normal(place / step) / step
      }
      before = (share, total)
    }
    criticalValues = values
  }

  private static func solve(_ crossing: (Double) -> Double, for wanted: Double) -> Double {
    guard wanted > 1e-14 else { return .infinity }
    var low = 0.0
    var high = reach
    for _ in 0..<50 {
      let middle = (low + high) / 2
      if crossing(middle) > wanted { low = middle } else { high = middle }
    }
    return high
  }

  /// The density of B among those who went on, at evenly spaced points with Simpson's weights multiplied in.
  private struct Density {
    var points: [Double]
    var weights: [Double]

    init(edge: Double, scale: Double, density: (Double) -> Double) {
      let count = 2 * Int(min(2000, max(40, edge / scale * 6)).rounded(.up))
      let width = 2 * edge / Double(count)
      points = (0...count).map { -edge + width * Double($0) }
      weights = points.enumerated().map { index, point in
        density(point) * width / 3 * (index == 0 || index == count ? 1 : index % 2 == 1 ? 4 : 2)
      }
    }

    static func normal(_ x: Double) -> Double { exp(-x * x / 2) / (2 * Double.pi).squareRoot() }

    func density(at place: Double, step: Double) -> Double {
      var sum = 0.0
      for index in 0..<points.count { sum += weights[index] * Self.normal((place - points[index]) / step) }
      return sum / step
    }

    /// The probability of being beyond ±`edge` after a normal step.
    func crossing(_ edge: Double, step: Double) -> Double {
      let scale = step * 2.0.squareRoot()
      var sum = 0.0
      for index in 0..<points.count {
        sum += weights[index] * (erfc((edge - points[index]) / scale) + erfc((edge + points[index]) / scale))
      }
      return sum / 2
    }
  }
}
