import Domain

/// Keeps requests and tokens below so many a minute, by the generic cell rate algorithm (ITU-T I.371): a schedule of when
/// each request would go at an even pace, which may run ahead of the clock by a few seconds' worth.
package struct RequestPace: Sendable {
  /// Seconds that a burst may be ahead.
  static let burst = 2.0

  private let secondsPerRequest: Double
  private let secondsPerToken: Double
  private var requestsUntil = -Double.infinity
  private var tokensUntil = -Double.infinity

  /// A pace without limits where they are nil.
  package init(_ limits: RateLimits) {
    secondsPerRequest = limits.requestsPerMinute.map { 60 / $0 } ?? 0
    secondsPerToken = limits.tokensPerMinute.map { 60 / $0 } ?? 0
  }

  /// When the next request may go; not later than `now` means at once.
  package var earliest: Double { max(requestsUntil, tokensUntil) - Self.burst }

  /// A request goes at time `now` and is expected to take so many tokens.
  package mutating func sent(tokens: Double, now: Double) {
    if secondsPerRequest > 0 { requestsUntil = max(requestsUntil, now) + secondsPerRequest }
    if secondsPerToken > 0 { tokensUntil = max(tokensUntil, now) + tokens * secondsPerToken }
  }

  /// A request took so many tokens more than was expected, or fewer.
  package mutating func settled(difference: Double) {
    if secondsPerToken > 0 { tokensUntil += difference * secondsPerToken }
  }
}
