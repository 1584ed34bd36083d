#if canImport(Glibc)
  import Glibc
#elseif canImport(Musl)
  import Musl
#else
  import Darwin
#endif

/// The few probability functions that the tests and intervals of this module need.
enum Distributions {
  /// The value below which a standard normal variable falls with probability `p` (0 < p < 1), to about 1e-15.
  ///
  /// Acklam's rational approximation (2003, relative error 1.15e-9) and one step of Halley's method with `erfc`.
  static func normalQuantile(_ p: Double) -> Double {
    guard p > 0 else { return -.infinity }
    guard p < 1 else { return .infinity }
    let a = [
      -3.969683028665376e+01, 2.209460984245205e+02, -2.759285104469687e+02, 1.383577518672690e+02,
      -3.066479806614716e+01, 2.506628277459239e+00,
    ]
    let b = [
      -5.447609879822406e+01, 1.615858368580409e+02, -1.556989798598866e+02, 6.680131188771972e+01,
      -1.328068155288572e+01, 1,
    ]
    let c = [
      -7.784894002430293e-03, -3.223964580411365e-01, -2.400758277161838e+00, -2.549732539343734e+00,
      4.374664141464968e+00, 2.938163982698783e+00,
    ]
    let d = [7.784695709041462e-03, 3.224671290700398e-01, 2.445134137142996e+00, 3.754408661907416e+00, 1]
    let polynomial = { (terms: [Double], x: Double) in terms.reduce(0) { $0 * x + $1 } }
    var x: Double
    if min(p, 1 - p) < 0.02425 {
      let q = sqrt(-2 * log(min(p, 1 - p)))
      x = polynomial(c, q) / polynomial(d, q)
      if p > 0.5 { x = -x }
    } else {
      let q = p - 0.5
      x = polynomial(a, q * q) * q / polynomial(b, q * q)
    }
    let error = normalCumulative(x) - p
    let step = error * sqrt(2 * Double.pi) * exp(x * x / 2)
    x -= step / (1 + x * step / 2)
    return x
  }

  /// The probability that a standard normal variable is at most `x`.
  static func normalCumulative(_ x: Double) -> Double { erfc(-x / sqrt(2)) / 2 }

  /// The value below which Student's t with `degrees` > 0 of freedom falls with probability `p` (0 < p < 1).
  static func studentQuantile(_ p: Double, degrees: Double) -> Double {
    guard p != 0.5 else { return 0 }
    guard p > 0.5 else { return -studentQuantile(1 - p, degrees: degrees) }
    var low = 0.0
    var high = 1.0
    while studentCumulative(high, degrees: degrees) < p, high < 1e12 { high *= 2 }
    for _ in 0..<200 where high - low > 1e-14 * high {
      let middle = (low + high) / 2
      if studentCumulative(middle, degrees: degrees) < p { low = middle } else { high = middle }
    }
    return (low + high) / 2
  }

  /// The probability that Student's t with `degrees` > 0 of freedom is at most `t`.
  static func studentCumulative(_ t: Double, degrees: Double) -> Double {
    let tail = incompleteBeta(degrees / (degrees + t * t), degrees / 2, 0.5) / 2
    return t > 0 ? 1 - tail : tail
  }

  /// The probability that Student's t with `degrees` > 0 of freedom is at least |t| away from 0, to either side.
  static func studentTwoSided(_ t: Double, degrees: Double) -> Double {
    t.isFinite ? incompleteBeta(degrees / (degrees + t * t), degrees / 2, 0.5) : 0
  }

  /// The regularised incomplete beta function I_x(a, b), by Lentz's continued fraction (Numerical Recipes 6.4).
  static func incompleteBeta(_ x: Double, _ a: Double, _ b: Double) -> Double {
    guard x > 0 else { return 0 }
    guard x < 1 else { return 1 }
    guard x <= (a + 1) / (a + b + 2) else { return 1 - incompleteBeta(1 - x, b, a) }
    let front = exp(logGamma(a + b) - logGamma(a) - logGamma(b) + a * log(x) + b * log1p(-x)) / a
    let tiny = 1e-300
    let keep = { (value: Double) in abs(value) < tiny ? tiny : value }
    var c = 1.0
    var d = 1 / keep(1 - (a + b) * x / (a + 1))
    var fraction = d
    for step in 1..<10_000 {
      let m = Double(step)
      let even = m * (b - m) * x / ((a + 2 * m - 1) * (a + 2 * m))
      d = 1 / keep(1 + even * d)
      c = keep(1 + even / c)
      fraction *= d * c
      let odd = -(a + m) * (a + b + m) * x / ((a + 2 * m) * (a + 2 * m + 1))
      d = 1 / keep(1 + odd * d)
      c = keep(1 + odd / c)
      fraction *= d * c
      if abs(d * c - 1) < 1e-16 { break }
    }
    return front * fraction
  }

  /// The natural logarithm of Γ(x) for x > 0: Stirling's series after shifting x to 10 and more.
  static func logGamma(_ x: Double) -> Double {
    var x = x
    var shift = 0.0
    while x < 10 {
      shift += log(x)
      x += 1
    }
    let inverse = 1 / (x * x)
    let terms = [-691.0 / 360_360, 1.0 / 1188, -1.0 / 1680, 1.0 / 1260, -1.0 / 360, 1.0 / 12]
    let series = terms.reduce(0) { $0 * inverse + $1 } / x
    return (x - 0.5) * log(x) - x + log(2 * Double.pi) / 2 + series - shift
  }
}
