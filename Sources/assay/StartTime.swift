import ArgumentParser
import Foundation

/// When a job is to start, as people write it.
enum StartTime {
  /// The next time a clock shows `22:30`, or the time that `2026-12-01T08:00` names, both local.
  /// - Throws: `ValidationError`.
  static func date(_ text: String, now: Date = Date(), calendar: Calendar = .current) throws -> Date {
    let parts = text.split(separator: ":").map { Int($0) }
    if parts.count == 2, let hour = parts[0], let minute = parts[1], (0..<24).contains(hour), (0..<60).contains(minute),
      let date = calendar.nextDate(
        after: now, matching: DateComponents(hour: hour, minute: minute), matchingPolicy: .nextTime)
    {
      return date
    }
    let formatter = DateFormatter()
    formatter.locale = Locale(identifier: "en_US_POSIX")
    formatter.timeZone = calendar.timeZone
    for form in ["yyyy-MM-dd'T'HH:mm", "yyyy-MM-dd'T'HH:mm:ss", "yyyy-MM-dd HH:mm"] {
      formatter.dateFormat = form
      if let date = formatter.date(from: text) { return date }
    }
    if let date = ISO8601DateFormatter().date(from: text) { return date }
    throw ValidationError("\"\(text)\" is no time; write 22:30 or 2026-12-01T08:00.")
  }
}
