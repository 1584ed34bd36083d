import Foundation
import NIOHTTP1

/// How long a server asks us to wait.
enum RetryDelay {
  /// The longest wait that is believed, in seconds: a year, so that quotas of a month count.
  static let longest = 366 * 86_400.0

  /// Seconds from now: from `Retry-After` (seconds or a date) or, without one, from the rate-limit headers of a limit
  /// that is used up. Nil when the server doesn't say.
  static func seconds(in headers: HTTPHeaders, now: Date) -> Double? {
    let found = retryAfter(in: headers, now: now) ?? rateLimitReset(in: headers, now: now, isUsedUpUnlessSaid: true)
    return found.map { min(max(0, $0), longest) }
  }

  private static func retryAfter(in headers: HTTPHeaders, now: Date) -> Double? {
    if let text = headers.first(name: "retry-after-ms"), let value = number(text) { return value / 1000 }
    guard let text = headers.first(name: "retry-after") else { return nil }
    if let value = number(text) { return value }
    guard let date = httpDate(text) else { return nil }
    // Against the server's own clock where it tells: ours may differ.
    let reference = headers.first(name: "date").flatMap(httpDate) ?? now
    return date.timeIntervalSince(reference)
  }

  /// Seconds for which a server that has just answered wants nothing more, because its headers say that a limit is used
  /// up; nil when they don't.
  static func quietSeconds(in headers: HTTPHeaders, now: Date) -> Double? {
    rateLimitReset(in: headers, now: now, isUsedUpUnlessSaid: false).flatMap { $0 > 0 ? min($0, longest) : nil }
  }

  /// Headers that tell what remains of a limit, and when it begins anew.
  private static let limits: [(remaining: String, reset: String)] =
    ["requests", "tokens"].map { ("x-ratelimit-remaining-\($0)", "x-ratelimit-reset-\($0)") }
    + ["requests", "tokens", "input-tokens", "output-tokens"].map {
      ("anthropic-ratelimit-\($0)-remaining", "anthropic-ratelimit-\($0)-reset")
    } + [("ratelimit-remaining", "ratelimit-reset"), ("x-ratelimit-remaining", "x-ratelimit-reset")]

  /// The longest of the waits for limits that are used up.
  /// - Parameter isUsedUpUnlessSaid: what a limit is whose remainder isn't told.
  private static func rateLimitReset(in headers: HTTPHeaders, now: Date, isUsedUpUnlessSaid: Bool) -> Double? {
    var longest: Double?
    for (remaining, reset) in limits {
      guard let text = headers.first(name: reset), let wait = wait(text, headers, now) else { continue }
      let left = headers.first(name: remaining).flatMap(number)
      if left.map({ $0 < 1 }) ?? isUsedUpUnlessSaid { longest = max(longest ?? 0, wait) }
    }
    return longest
  }

  /// Seconds until a limit begins anew: given as a duration, as a date of RFC 3339, or as seconds or milliseconds since
  /// 1970.
  private static func wait(_ text: String, _ headers: HTTPHeaders, _ now: Date) -> Double? {
    func until(_ date: Date) -> Double {
      // Against the server's own clock where it tells: ours may differ.
      max(0, date.timeIntervalSince(headers.first(name: "date").flatMap(httpDate) ?? now))
    }
    if let value = number(text) {
      if value > 1e11 { return until(Date(timeIntervalSince1970: value / 1000)) }
      return value > 1e8 ? until(Date(timeIntervalSince1970: value)) : value
    }
    if let seconds = duration(text) { return seconds }
    return (try? Date(text, strategy: .iso8601)).map(until) ?? fractional(text).map(until)
  }

  private static func fractional(_ text: String) -> Date? {
    try? Date(text, strategy: Date.ISO8601FormatStyle(includingFractionalSeconds: true))
  }

  private static func number(_ text: String) -> Double? {
    guard let value = Double(text.trimmingCharacters(in: .whitespaces)), value.isFinite, value >= 0 else { return nil }
    return value
  }

  /// Seconds of `20ms`, `1s`, `6m0s`, `1h2m3.5s` or a bare number.
  static func duration(_ text: String) -> Double? {
    if let value = number(text) { return value }
    var total = 0.0
    var rest = text.trimmingCharacters(in: .whitespaces)[...]
    guard !rest.isEmpty else { return nil }
    while !rest.isEmpty {
      let digits = rest.prefix { $0.isNumber || $0 == "." }
      rest = rest.dropFirst(digits.count)
      let unit = rest.prefix { $0.isLetter }
      rest = rest.dropFirst(unit.count)
      guard let value = number(String(digits)) else { return nil }
      switch unit {
      case "ms": total += value / 1000
      case "s": total += value
      case "m": total += value * 60
      case "h": total += value * 3600
      case "d": total += value * 86400
      default: return nil
      }
    }
    return total
  }

  /// Seconds that a sentence names, as in "Please try again in 7m12s" and "retry after 59 seconds".
  static func seconds(in sentence: String) -> Double? {
    let words = sentence.lowercased().split(whereSeparator: \.isWhitespace)
    for index in words.indices.dropFirst() where ["in", "after"].contains(words[index]) {
      let before = words[index - 1]
      guard before.hasSuffix("retry") || before.hasSuffix("again") || before.hasSuffix("try") else { continue }
      let rest = words[(index + 1)...].prefix(2).map {
        $0.trimmingCharacters(in: CharacterSet(charactersIn: ".,;:()!"))
      }
      guard let first = rest.first else { continue }
      if let value = number(first), rest.count > 1, let unit = unit(rest[1]) { return value * unit }
      if let seconds = duration(first) { return seconds }
    }
    return nil
  }

  /// Seconds in a unit, in full or short.
  private static func unit(_ word: String) -> Double? {
    switch word {
    case "ms", "milliseconds", "millisecond": 0.001
    case "s", "sec", "secs", "second", "seconds": 1
    case "m", "min", "mins", "minute", "minutes": 60
    case "h", "hour", "hours": 3600
    case "d", "day", "days": 86_400
    default: nil
    }
  }

  /// An HTTP date in any of the three forms that RFC 9110 asks for.
  static func httpDate(_ text: String) -> Date? {
    let parts = text.split { " ,:-".contains($0) }.map(String.init)
    let months = ["Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"]
    // Sun, 06 Nov 1994 08:49:37 GMT · Sunday, 06-Nov-94 08:49:37 GMT · Sun Nov  6 08:49:37 1994
    let order = parts.count == 8 ? [3, 2, 1, 4, 5, 6] : parts.count == 7 ? [6, 1, 2, 3, 4, 5] : []
    guard !order.isEmpty, let month = months.firstIndex(of: parts[order[1]]) else { return nil }
    let numbers = [0, 2, 3, 4, 5].map { Int(parts[order[$0]]) }
    guard let written = numbers[0], let day = numbers[1], let hour = numbers[2], let minute = numbers[3],
      let second = numbers[4], (1...31).contains(day), (0...23).contains(hour), (0...59).contains(minute),
      (0...60).contains(second), (0...9999).contains(written)
    else { return nil }
    let year = written < 70 ? written + 2000 : written < 100 ? written + 1900 : written
    let days = daysSinceEpoch(year: year, month: month + 1, day: day)
    return Date(timeIntervalSince1970: Double(((days * 24 + hour) * 60 + minute) * 60 + second))
  }

  private static func daysSinceEpoch(year: Int, month: Int, day: Int) -> Int {
    let shifted = month <= 2 ? year - 1 : year
    let era = shifted / 400
    let yearOfEra = shifted - era * 400
    let dayOfYear = (153 * (month + (month > 2 ? -3 : 9)) + 2) / 5 + day - 1
    return era * 146_097 + yearOfEra * 365 + yearOfEra / 4 - yearOfEra / 100 + dayOfYear - 719_468
  }
}
