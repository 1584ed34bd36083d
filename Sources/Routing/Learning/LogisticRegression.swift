#if canImport(Glibc)
  import Glibc
#elseif canImport(Musl)
  import Musl
#else
  import Darwin
#endif

/// Logistic regression on sparse features of 0 and 1, with an L2 penalty on all weights but the bias:
/// the minimum of Σ wᵢ·log(1 + exp(−yᵢ·(b + Σⱼ βⱼxᵢⱼ))) + λ/2·Σⱼ βⱼ².
///
/// Solved by L-BFGS (Nocedal, Mathematics of Computation 35, 1980, 773–782) with ten pairs and a backtracking line search.
/// The objective is strictly convex for λ > 0 but for the bias, so the solution doesn't depend on where it is begun.
struct LogisticRegression: Sendable {
  /// One row.
  struct Row: Sendable {
    /// The features that are 1.
    var features: [Int32]
    /// Whether it belongs to the class of which the probability is modelled.
    var isPositive: Bool
    /// How much it counts, from 0.
    var weight: Double
  }

  /// The bias.
  private(set) var bias = 0.0
  /// The weight of each feature.
  private(set) var weights: [Double]
  /// The norm of the gradient at the solution.
  private(set) var gradientNorm = 0.0

  private static let mostSteps = 200
  private static let memory = 10

  /// All rows in one piece of memory each for features, ends, signs and weights.
  private struct Matrix {
    var features: [Int32] = []
    var ends: [Int] = []
    /// The weight, negative for rows that are not positive.
    var weights: [Double] = []

    init(_ rows: [Row]) {
      for row in rows where row.weight > 0 {
        features += row.features
        ends.append(features.count)
        weights.append(row.isPositive ? row.weight : -row.weight)
      }
    }
  }

  /// Fits the rows.
  /// - Parameters:
  ///   - penalty: λ, above 0.
  ///   - tolerance: the norm of the gradient, as a share of the rows' weight, at which the solution is good enough.
  init(_ rows: [Row], features count: Int, penalty: Double, tolerance: Double = 1e-9) {
    weights = Array(repeating: 0, count: count)
    let scale = max(1e-12, rows.reduce(0) { $0 + $1.weight })
    let rows = Matrix(rows)
    guard !rows.ends.isEmpty else { return }
    var point = [Double](repeating: 0, count: count + 1)
    var (value, gradient) = Self.objective(rows, point, penalty)
    var steps: [(s: [Double], y: [Double], rho: Double)] = []
    for _ in 0..<Self.mostSteps {
      if Self.norm(gradient) <= tolerance * scale { break }
      let direction = Self.direction(gradient, steps)
      let slope = Self.dot(gradient, direction)
      guard slope < 0 else {
        if steps.isEmpty { break }
        steps = []
        continue
      }
      var length = steps.isEmpty ? min(1, 1 / Self.norm(gradient)) : 1
      var next = point
      var found: (value: Double, gradient: [Double])?
      for _ in 0..<40 {
        for index in next.indices { next[index] = point[index] + length * direction[index] }
        let tried = Self.objective(rows, next, penalty)
        if tried.value <= value + 1e-4 * length * slope {
          found = tried
          break
        }
        length /= 2
      }
      guard let found else { break }
      let s = zip(next, point).map { $0 - $1 }
      let y = zip(found.gradient, gradient).map { $0 - $1 }
      let curvature = Self.dot(s, y)
      if curvature > 1e-14 {
        steps.append((s, y, 1 / curvature))
        if steps.count > Self.memory { steps.removeFirst() }
      }
      (point, value, gradient) = (next, found.value, found.gradient)
    }
    bias = point[count]
    weights = Array(point[..<count])
    gradientNorm = Self.norm(gradient)
  }

  private static func objective(
    _ rows: Matrix, _ point: [Double], _ penalty: Double
  ) -> (value: Double, gradient: [Double]) {
    let count = point.count - 1
    var gradient = [Double](repeating: 0, count: point.count)
    var value = 0.0
    point.withUnsafeBufferPointer { point in
      gradient.withUnsafeMutableBufferPointer { gradient in
        rows.features.withUnsafeBufferPointer { features in
          var start = 0
          for (row, end) in rows.ends.enumerated() {
            var sum = point[count]
            for place in start..<end { sum += point[Int(features[place])] }
            let weight = rows.weights[row]
            let margin = weight > 0 ? sum : -sum
            // log(1 + exp(−m)) without overflow.
            let decay = exp(-abs(margin))
            value += abs(weight) * (log1p(decay) + (margin < 0 ? -margin : 0))
            let step = -weight * (margin < 0 ? 1 : decay) / (1 + decay)
            gradient[count] += step
            for place in start..<end { gradient[Int(features[place])] += step }
            start = end
          }
        }
        for index in 0..<count {
          value += penalty / 2 * point[index] * point[index]
          gradient[index] += penalty * point[index]
        }
      }
    }
    return (value, gradient)
  }

  /// The two-loop recursion.
  private static func direction(
    _ gradient: [Double], _ steps: [(s: [Double], y: [Double], rho: Double)]
  ) -> [Double] {
    var q = gradient
    var alphas: [Double] = []
    for step in steps.reversed() {
      let alpha = step.rho * dot(step.s, q)
      alphas.append(alpha)
      for index in q.indices { q[index] -= alpha * step.y[index] }
    }
    if let last = steps.last {
      let scale = 1 / (last.rho * dot(last.y, last.y))
      for index in q.indices { q[index] *= scale }
    }
    for (step, alpha) in zip(steps, alphas.reversed()) {
      let beta = step.rho * dot(step.y, q)
      for index in q.indices { q[index] += step.s[index] * (alpha - beta) }
    }
    return q.map { -$0 }
  }

  private static func dot(_ a: [Double], _ b: [Double]) -> Double {
    var sum = 0.0
    for index in a.indices { sum += a[index] * b[index] }
    return sum
  }

  private static func norm(_ a: [Double]) -> Double { dot(a, a).squareRoot() }
}
