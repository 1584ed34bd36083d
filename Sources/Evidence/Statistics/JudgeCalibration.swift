#if canImport(Glibc)
  import Glibc
#elseif canImport(Musl)
  import Musl
#else
  import Darwin
#endif

/// How a judge's pass rates relate to what people say, from answers that both have labelled.
package struct JudgeCalibration: Sendable, Hashable {
  /// The judge on answers that people fail: how many of them it fails. Its rate is q₀, the specificity.
  package let specificity: Proportion
  /// The judge on answers that people pass: how many of them it passes. Its rate is q₁, the sensitivity.
  package let sensitivity: Proportion

  /// Fewer labels on one side correct nothing.
  package static let fewestLabels = 20
  /// A judge that tells passes from failures no better than this corrects nothing: q₀ + q₁ − 1.
  package static let leastDiscrimination = 0.2

  /// Counts of a random sample of answers that people labelled.
  package init(specificity: Proportion, sensitivity: Proportion) {
    self.specificity = specificity
    self.sensitivity = sensitivity
  }

  /// q₀ + q₁ − 1: 1 for a perfect judge, 0 for a coin; nil without labels on both sides.
  package var discrimination: Double? {
    guard let q0 = specificity.rate, let q1 = sensitivity.rate else { return nil }
    return q0 + q1 - 1
  }

  /// Whether the judge is calibrated well enough to correct its rates.
  package var isCalibrated: Bool {
    guard let discrimination else { return false }
    return discrimination > Self.leastDiscrimination && specificity.count >= Self.fewestLabels
      && sensitivity.count >= Self.fewestLabels
  }

  /// The share of answers that people would pass, from the share that the judge passes; nil unless ``isCalibrated``.
  ///
  /// Rogan and Gladen's estimate with the interval of Lang and Reiczigel (Preventive Veterinary Medicine 113, 2014,
  /// 13–22; for judges Lee et al., arXiv 2511.21140). It needs a random calibration sample; for one balanced by the judge's
  /// label take ``StratifiedCalibration``.
  /// - Parameters:
  ///   - rate: the share that the judge passes, 0 to 1.
  ///   - count: the number of judged answers; of grouped ones the effective number.
  package func corrected(rate: Double, count: Double) -> Estimate? {
    guard isCalibrated else { return nil }
    return Self.correction(
      rate: rate, count: count, specificity: specificity.measured, sensitivity: sensitivity.measured)
  }

  /// The difference that people would see between two variants on the same cases, from the judge's; nil unless
  /// ``isCalibrated``.
  ///
  /// The interval joins that of the judge's difference with the uncertainty of its discrimination J: on each side
  /// √(((D − L)/J)² + z²D²v/J⁴). It needs errors that don't depend on the variant (``armDependence(_:_:)``); the p-value of
  /// no difference is the judge's own, because equal error rates cannot make a difference.
  package func corrected(_ comparison: PairedComparison) -> (difference: Double, interval: Interval)? {
    guard isCalibrated else { return nil }
    return Self.correction(comparison, specificity: specificity.measured, sensitivity: sensitivity.measured)
  }

  /// A rate and the number of answers that it is of.
  typealias Rate = (rate: Double, count: Double)

  static func correction(rate p: Double, count n: Double, specificity: Rate, sensitivity: Rate) -> Estimate? {
    let (q0, q1) = (specificity.rate, sensitivity.rate)
    guard q0 + q1 > 1, n > 0 else { return nil }
    let z = Distributions.normalQuantile(0.975)
    let (s0, v0) = smoothed(specificity)
    let (s1, v1) = smoothed(sensitivity)
    let smoothP = (n * p + z * z / 2) / (n + z * z)
    let j = s0 + s1 - 1
    let θ = (smoothP + s0 - 1) / j
    let center = θ + 2 * z * z * (θ * v1 - (1 - θ) * v0)
    let variance = smoothP * (1 - smoothP) / (n + z * z) + (1 - θ) * (1 - θ) * v0 + θ * θ * v1
    let radius = z * variance.squareRoot() / j
    let clip = { (value: Double) in min(1, max(0, value)) }
    return Estimate(
      mean: clip((p + q0 - 1) / (q0 + q1 - 1)), interval: Interval(clip(center - radius), clip(center + radius)),
      count: Int(n), method: .unitT)
  }

  static func correction(
    _ comparison: PairedComparison, specificity: Rate, sensitivity: Rate
  ) -> (difference: Double, interval: Interval)? {
    let (s0, v0) = smoothed(specificity)
    let (s1, v1) = smoothed(sensitivity)
    let j = s0 + s1 - 1
    guard j > 0 else { return nil }
    let z = Distributions.normalQuantile(0.975)
    let v = v0 + v1
    let d = comparison.difference
    let own = z * z * d * d * v / (j * j * j * j)
    let radius = { (end: Double) in ((d - end) * (d - end) / (j * j) + own).squareRoot() }
    let clip = { (value: Double) in min(1, max(-1, value)) }
    let judged = comparison.sample.scoreInterval
    return (clip(d / j), Interval(clip(d / j - radius(judged.low)), clip(d / j + radius(judged.high))))
  }

  /// A rate kept away from 0 and 1, (m·q + 1)/(m + 2), and its variance.
  private static func smoothed(_ rate: Rate) -> (rate: Double, variance: Double) {
    let smooth = (rate.count * rate.rate + 1) / (rate.count + 2)
    return (smooth, smooth * (1 - smooth) / (rate.count + 2))
  }

  /// The p-value of a judge's error rate being the same for two variants, by Fisher's exact test (two-sided); at most 0.1
  /// is to be said, and then nothing is strong.
  package static func armDependence(_ a: Proportion, _ b: Proportion) -> Double {
    let (successes, count) = (a.successes + b.successes, a.count + b.count)
    let logWays = { (n: Int, k: Int) in
      Distributions.logGamma(Double(n + 1)) - Distributions.logGamma(Double(k + 1))
        - Distributions.logGamma(Double(n - k + 1))
    }
    let chance = { (inA: Int) in
      exp(logWays(a.count, inA) + logWays(b.count, successes - inA) - logWays(count, successes))
    }
    let seen = chance(a.successes)
    let range = max(0, successes - b.count)...min(successes, a.count)
    return min(1, range.map(chance).filter { $0 <= seen * (1 + 1e-7) }.reduce(0, +))
  }
}

extension Proportion {
  /// The rate, 0 without cases, and the count.
  fileprivate var measured: (rate: Double, count: Double) { (rate ?? 0, Double(count)) }
}

extension PairedComparison.Sample {
  /// The 95 % interval before it is fitted to the test.
  var scoreInterval: Interval {
    switch self {
    case .outcomes(let outcomes): outcomes.scoreInterval(confidence: 0.95)
    case .units(let units): units.differenceInterval(confidence: 0.95)
    }
  }
}
