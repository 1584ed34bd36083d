import Content
import Foundation

/// What a refusal says about quotas, in the words of its body.
///
/// Providers have one status for a limit of a minute, a limit of a day and an empty account (429), and the same sentence for
/// several of them. What is stated in fields counts before sentences, and a named wait before the guess that a day is meant.
struct QuotaNotice: Sendable, Hashable {
  /// Which quota is meant.
  enum Quota: Sendable, Hashable {
    /// None, as far as the words tell.
    case none
    /// One that takes requests again before long.
    case rate
    /// Perhaps one of a day.
    case unclear
    /// One of a day or longer.
    case day
    /// The account has no credit left.
    case account
  }

  /// Which quota is meant.
  private(set) var quota = Quota.none
  /// The seconds that the body names, or the headers.
  private(set) var delay: Double?
  /// Whether it is Google's, whose quotas of a day begin anew at midnight in California.
  private var isGoogle = false

  /// What a body says.
  /// - Parameter json: the body, where it is JSON.
  /// - Parameter status: the HTTP status.
  /// - Parameter sentence: the server's own sentence.
  /// - Parameter headerDelay: the seconds that headers name.
  init(_ json: JSONValue?, status: Int, sentence: String?, headerDelay: Double?) {
    let body = json?[0] ?? json
    let error = body?["error"] ?? body
    let details = error?["details"]?.array ?? []
    let codes = [error?["code"], error?["type"], error?["status"], error?["reason"], body?["code"], body?["type"]]
    let words = ([sentence] + codes.map { $0?.string }).compactMap(\.self).joined(separator: " ").lowercased()
    isGoogle = !details.isEmpty || words.contains("resource_exhausted") || words.contains("googleapis")
    delay = headerDelay ?? details.lazy.compactMap(Self.retryDelay).first ?? sentence.flatMap(RetryDelay.seconds)
    quota = quota(status, words, ids: details.flatMap(Self.quotaIDs).map { $0.lowercased() })
  }

  private func quota(_ status: Int, _ words: String, ids: [String]) -> Quota {
    func names(_ signs: [String]) -> Bool { signs.contains { words.contains($0) } }
    if ids.contains(where: { Self.contains($0, Self.longPeriods) }) { return .day }
    if ids.contains(where: { Self.contains($0, Self.shortPeriods) }) { return .rate }
    if names(Self.emptyAccounts) { return .account }
    // Other refusals may repeat what was asked.
    guard [402, 429].contains(status) else { return .none }
    if names(Self.emptyAccountsInWords) { return .account }
    if names(Self.longPeriods) { return delay == nil || isGoogle ? .day : .unclear }
    if names(Self.shortPeriods) || delay != nil { return .rate }
    return names(["quota", "resource_exhausted", "resource exhausted", "resource has been exhausted"])
      ? .unclear : .none
  }

  private static func contains(_ text: String, _ signs: [String]) -> Bool { signs.contains { text.contains($0) } }

  private static let longPeriods = [
    "per day", "perday", "per_day", "per-day", "/ day", "/day", "(rpd)", "(tpd)", "daily", "per week", "weekly",
    "per month", "per_month", "permonth", "/ month", "/month", "monthly",
  ]
  private static let shortPeriods = [
    "per minute", "perminute", "per_minute", "per-minute", "/ min", "/min", "(rpm)", "(tpm)", "per second", "persecond",
    "per_second", "per hour", "perhour",
  ]
  /// Words that no prompt has.
  private static let emptyAccounts = [
    "insufficient_quota", "insufficient_balance", "insufficient_credit", "exceeded_current_quota", "billing_hard_limit",
    "billing_not_active", "billing_error", "payment_required", "budget_exceeded", "exceededbudget", "arrearage",
    "credit balance is too low", "api usage limits", "budget has been exceeded! current cost", "key limit exceeded",
  ]
  private static let emptyAccountsInWords = [
    "insufficient quota", "insufficient balance", "insufficient credit", "insufficient funds", "credit balance",
    "not enough credit", "not enough balance", "out of credit", "no credits", "credits exhausted", "billing hard limit",
    "billing not active", "billing is not active", "payment required", "payment method", "usage limits",
    "spending limit", "spend limit", "budget has been exceeded",
  ]

  /// The wait in Google's `RetryInfo`: `"36s"`, or an object of seconds.
  private static func retryDelay(_ detail: JSONValue) -> Double? {
    detail["retryDelay"]?.string.flatMap(RetryDelay.duration) ?? detail["retryDelay"]?["seconds"]?.double
  }

  /// What Google calls the quotas that a request violated.
  private static func quotaIDs(_ detail: JSONValue) -> [String] {
    let violations = detail["violations"]?.array ?? []
    return (violations.flatMap { [$0["quotaId"], $0["quotaMetric"]] } + [detail["metadata"]?["quota_limit"]]).compactMap
    {
      $0?.string
    }
  }

  /// Seconds until a quota of a day begins anew, where that is known.
  func reset(now: Date) -> Double? {
    guard isGoogle, let zone = TimeZone(identifier: "America/Los_Angeles") else { return delay }
    var calendar = Calendar(identifier: .gregorian)
    calendar.timeZone = zone
    let midnight = calendar.nextDate(after: now, matching: DateComponents(hour: 0), matchingPolicy: .nextTime)
    return midnight.map { $0.timeIntervalSince(now) }
  }
}
