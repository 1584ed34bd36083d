/// A mean score with the interval that the cases leave plausible.
public struct Estimate: Sendable, Hashable {
  /// How the interval was made.
  public enum Method: String, Sendable, Hashable {
    /// Wilson's score interval: every score is 0 or 1.
    case wilson
    /// Student's t interval around the mean, cut off at 0 and 1.
    case student = "t"
    /// Wilson's interval with the mean as rate, because the scores show no spread to estimate from. It is wider than
    /// needed: no scores from 0 to 1 vary more than zeros and ones with the same mean.
    case bound
  }

  /// The mean, 0 to 1.
  public var mean: Double
  /// The 95 % interval, within 0…1.
  public var interval: Interval
  /// The number of cases.
  public var count: Int
  /// How the interval was made.
  public var method: Method

  /// An estimate put together elsewhere.
  public init(mean: Double, interval: Interval, count: Int, method: Method) {
    self.mean = mean
    self.interval = interval
    self.count = count
    self.method = method
  }

  /// The mean of scores from 0 to 1 (others are clipped) with its 95 % interval; nil without scores.
  public init?(scores: [Double]) {
    let scores = scores.map { min(1, max(0, $0)) }
    guard !scores.isEmpty else { return nil }
    var summary = RunningSummary()
    for score in scores { summary.add(score) }
    mean = summary.mean
    count = scores.count
    if scores.allSatisfy({ $0 == 0 || $0 == 1 }) {
      method = .wilson
      interval = Proportion(scores.map { $0 == 1 }).interval()
    } else if let error = summary.standardError, error > 0 {
      method = .student
      let radius = Distributions.studentQuantile(0.975, degrees: Double(count - 1)) * error
      interval = Interval(max(0, mean - radius), min(1, mean + radius))
    } else {
      method = .bound
      interval = Proportion.wilson(rate: mean, count: Double(count), confidence: 0.95)
    }
  }
}
