#if canImport(Glibc)
  import Glibc
#elseif canImport(Musl)
  import Musl
#else
  import Darwin
#endif

/// How a judge's pass rates relate to what people say, from a sample that holds as many answers that the judge passed as
/// ones that it failed.
///
/// Such counts say how often the judge is right when it passes and when it fails, which the share that it passes turns into
/// error rates. Taking them for error rates would bias the corrected rate.
package struct StratifiedCalibration: Sendable, Hashable {
  /// Of answers that the judge passed, those that people pass too.
  package let passed: Proportion
  /// Of answers that the judge failed, those that people fail too.
  package let failed: Proportion
  /// The share that the judge passes in the run that the sample was drawn from, 0 to 1.
  package let passShare: Double

  private static let draws = 10_000

  /// Counts of a sample balanced by the judge's label.
  package init(passed: Proportion, failed: Proportion, passShare: Double) {
    self.passed = passed
    self.failed = failed
    self.passShare = min(1, max(0, passShare))
  }

  /// q₁, how often the judge passes what people pass; nil without labels.
  package var sensitivity: Double? { rates.map(\.sensitivity) }
  /// q₀, how often the judge fails what people fail; nil without labels.
  package var specificity: Double? { rates.map(\.specificity) }

  private var rates: (specificity: Double, sensitivity: Double)? {
    guard let right = passed.rate, let wrong = failed.rate else { return nil }
    return errorRates(right, wrong)
  }

  private func errorRates(_ positive: Double, _ negative: Double) -> (specificity: Double, sensitivity: Double)? {
    let people = passShare * positive + (1 - passShare) * (1 - negative)
    guard people > 0, people < 1 else { return nil }
    return ((1 - passShare) * negative / (1 - people), passShare * positive / people)
  }

  /// Whether the judge is calibrated well enough to correct its rates.
  package var isCalibrated: Bool {
    guard let rates else { return false }
    return rates.specificity + rates.sensitivity - 1 > JudgeCalibration.leastDiscrimination
      && min(passed.count, failed.count) >= JudgeCalibration.fewestLabels
  }

  /// The share of answers that people would pass, from those that the judge passes; nil unless ``isCalibrated``.
  ///
  /// The interval holds the middle 95 % of 10,000 draws of the three rates from Beta(right + ½, wrong + ½).
  package func corrected(_ judged: Proportion) -> Estimate? {
    guard isCalibrated, let rates, let rate = judged.rate else { return nil }
    let correct = { (p: Double, rates: (specificity: Double, sensitivity: Double)) in
      min(1, max(0, (p + rates.specificity - 1) / (rates.specificity + rates.sensitivity - 1)))
    }
    var random = SplitMix("judge stratified")
    let draws = (0..<Self.draws).compactMap { _ -> Double? in
      let (positive, negative) = (Self.beta(passed, &random), Self.beta(failed, &random))
      let p = Self.beta(judged, &random)
      guard let rates = errorRates(positive, negative), rates.specificity + rates.sensitivity > 1 else { return nil }
      return correct(p, rates)
    }
    let sorted = Percentiles(draws)
    return Estimate(
      mean: correct(rate, rates), interval: Interval(sorted[2.5] ?? 0, sorted[97.5] ?? 1), count: judged.count,
      method: .unitT)
  }

  /// The middle 95 % of 10,000 draws of q₁ and q₀, from Beta(right + ½, wrong + ½) of what the sample counts; nil without
  /// labels on both sides.
  package var rateIntervals: (sensitivity: Interval, specificity: Interval)? {
    guard rates != nil else { return nil }
    let drawn = drawnRates
    let (q1, q0) = (Percentiles(drawn.map(\.sensitivity)), Percentiles(drawn.map(\.specificity)))
    return (Interval(q1[2.5] ?? 0, q1[97.5] ?? 1), Interval(q0[2.5] ?? 0, q0[97.5] ?? 1))
  }

  private var drawnRates: [(specificity: Double, sensitivity: Double)] {
    var random = SplitMix("judge rates")
    return (0..<Self.draws).compactMap { _ in errorRates(Self.beta(passed, &random), Self.beta(failed, &random)) }
  }

  /// The difference that people would see between two variants on the same cases, from the judge's; nil unless
  /// ``isCalibrated``.
  ///
  /// On each side the interval joins that of the judge's difference with the spread of its discrimination J over the draws:
  /// √(((D − L)/J)² + z²D²v/J⁴), as for ``JudgeCalibration/corrected(_:)``.
  package func corrected(_ comparison: PairedComparison) -> (difference: Double, interval: Interval)? {
    guard isCalibrated, let rates else { return nil }
    let j = rates.specificity + rates.sensitivity - 1
    let drawn = drawnRates.map { $0.specificity + $0.sensitivity - 1 }
    let mean = drawn.reduce(0, +) / Double(drawn.count)
    let v = drawn.reduce(0) { $0 + ($1 - mean) * ($1 - mean) } / Double(drawn.count)
    let z = Distributions.normalQuantile(0.975)
    let d = comparison.difference
    let own = z * z * d * d * v / (j * j * j * j)
    let judged = comparison.sample.scoreInterval
    let radius = { (end: Double) in ((d - end) * (d - end) / (j * j) + own).squareRoot() }
    let clip = { (value: Double) in min(1, max(-1, value)) }
    return (clip(d / j), Interval(clip(d / j - radius(judged.low)), clip(d / j + radius(judged.high))))
  }

  /// Whether the judge agrees with people well enough to decide in their place: from 50 labels up, the lower end of κ is at
  /// least 0.6, or those of both q₀ and q₁ are at least 0.8.
  /// - Parameter agreement: κ of the same labels.
  package func isTrustworthy(_ agreement: Agreement?) -> Bool {
    guard passed.count + failed.count >= Agreement.fewestLabels else { return false }
    if let agreement, agreement.standardError > 0, agreement.interval.low >= 0.6 { return true }
    guard let intervals = rateIntervals else { return false }
    return min(intervals.sensitivity.low, intervals.specificity.low) >= 0.8
  }

  private static func beta(_ counts: Proportion, _ random: inout SplitMix) -> Double {
    let one = gamma(Double(counts.successes) + 0.5, &random)
    let other = gamma(Double(counts.count - counts.successes) + 0.5, &random)
    return one / (one + other)
  }

  /// A gamma variable of a shape (Marsaglia and Tsang, ACM Transactions on Mathematical Software 26, 2000, 363–372).
  private static func gamma(_ shape: Double, _ random: inout SplitMix) -> Double {
    guard shape >= 1 else { return gamma(shape + 1, &random) * pow(1 - random.share(), 1 / shape) }
    let d = shape - 1.0 / 3
    let c = 1 / (9 * d).squareRoot()
    while true {
      let x = (-2 * log(1 - random.share())).squareRoot() * cos(2 * Double.pi * random.share())
      let v = (1 + c * x) * (1 + c * x) * (1 + c * x)
      if v > 0, log(1 - random.share()) < x * x / 2 + d - d * v + d * log(v) { return d * v }
    }
  }
}
