#if canImport(Glibc)
  import Glibc
#elseif canImport(Musl)
  import Musl
#else
  import Darwin
#endif

extension Distributions {
  /// The probability of `successes` in `trials`, each succeeding with probability `chance`.
  static func binomial(_ successes: Int, of trials: Int, chance: Double) -> Double {
    guard successes >= 0, successes <= trials else { return 0 }
    guard chance > 0 else { return successes == 0 ? 1 : 0 }
    guard chance < 1 else { return successes == trials ? 1 : 0 }
    let n = Double(trials)
    let k = Double(successes)
    let ways = logGamma(n + 1) - logGamma(k + 1) - logGamma(n - k + 1)
    return exp(ways + k * log(chance) + (n - k) * log1p(-chance))
  }

  /// The probability of at most `successes` in `trials`, each succeeding with probability `chance`.
  static func binomialCumulative(_ successes: Int, of trials: Int, chance: Double) -> Double {
    guard successes >= 0 else { return 0 }
    guard successes < trials else { return 1 }
    return incompleteBeta(1 - chance, Double(trials - successes), Double(successes + 1))
  }

  /// The two-sided p-value of a fair coin that fell `first` times on one side and `second` times on the other: twice the
  /// smaller tail, at most 1.
  static func fairCoin(_ first: Int, _ second: Int) -> Double {
    guard first != second else { return 1 }
    let few = min(first, second)
    let all = first + second
    guard all <= 1000 else { return min(1, 2 * binomialCumulative(few, of: all, chance: 0.5)) }
    var chance = exp2(-Double(all))
    var sum = chance
    for k in 0..<few {
      chance *= Double(all - k) / Double(k + 1)
      sum += chance
    }
    return min(1, 2 * sum)
  }

  /// The value below which a beta variable falls with probability `p`, by bisection.
  static func betaQuantile(_ p: Double, _ a: Double, _ b: Double) -> Double {
    var low = 0.0
    var high = 1.0
    for _ in 0..<200 where high - low > 1e-16 * high {
      let middle = (low + high) / 2
      if incompleteBeta(middle, a, b) < p { low = middle } else { high = middle }
    }
    return (low + high) / 2
  }

  /// The probability that a noncentral t variable with `degrees` of freedom is at most `t` (Lenth, Applied Statistics
  /// 38, 1989, algorithm AS 243).
  static func noncentralStudentCumulative(_ t: Double, degrees: Double, noncentrality: Double) -> Double {
    guard t >= 0 else {
      return 1 - noncentralStudentCumulative(-t, degrees: degrees, noncentrality: -noncentrality)
    }
    let x = t * t / (t * t + degrees)
    let half = noncentrality * noncentrality / 2
    // Poisson weights and their half-integer counterparts.
    var p = exp(-half)
    var q = noncentrality * p * (2 / Double.pi).squareRoot()
    var sum = 0.0
    var left = 1 - p
    for step in 0..<2000 {
      let j = Double(step)
      let even = incompleteBeta(x, j + 0.5, degrees / 2)
      sum += p * even + q * incompleteBeta(x, j + 1, degrees / 2)
      if step > Int(half), left * even < 1e-15 { break }
      p *= half / (j + 1)
      q *= half / (j + 1.5)
      left -= p
    }
    return min(1, max(0, normalCumulative(-noncentrality) + sum / 2))
  }

  /// The probability that a chi-squared variable with `degrees` > 0 of freedom is at least `x`: the upper regularised
  /// incomplete gamma function, by its series or Lentz's continued fraction (Numerical Recipes 6.2).
  static func chiSquaredTail(_ x: Double, degrees: Double) -> Double {
    guard x > 0 else { return 1 }
    let a = degrees / 2
    let z = x / 2
    let front = exp(a * log(z) - z - logGamma(a))
    if z < a + 1 {
      var term = 1 / a
      var sum = term
      for step in 1..<1000 {
        term *= z / (a + Double(step))
        sum += term
        if term < sum * 1e-16 { break }
      }
      return max(0, 1 - front * sum)
    }
    var b = z + 1 - a
    var c = 1e300
    var d = 1 / b
    var fraction = d
    for step in 1..<1000 {
      let factor = -Double(step) * (Double(step) - a)
      b += 2
      d = 1 / (factor * d + b)
      c = b + factor / c
      fraction *= d * c
      if abs(d * c - 1) < 1e-16 { break }
    }
    return front * fraction
  }
}
