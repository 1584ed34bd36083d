import Domain
import Foundation

/// Why a run stopped: the server takes no request for longer than the run waits.
package struct QuotaStop: Sendable, Hashable {
  /// What a request failed with; nil where the server told with a good answer that a limit is used up.
  package var reason: ModelFailure?
  /// Seconds until the server takes requests again, where it says so.
  package var resumesAfter: Double?
  /// The longest that the run waits, in seconds.
  package var longestWait: Double

  /// What happened, and when the run can go on.
  /// - Parameter now: the time of day.
  package func sentence(now: Date) -> String {
    let what = reason?.description ?? "The server says that its limit is used up."
    guard let resumesAfter else {
      return what + " The run has stopped; once the quota allows it, the same command goes on from there."
    }
    var stop = " The run has stopped"
    if resumesAfter > longestWait { stop += ", since it waits at most \(Self.words(longestWait)) (--max-wait)" }
    return what + stop + "; the same command goes on from there in \(Self.words(resumesAfter))"
      + "\(Self.time(now + resumesAfter))."
  }

  /// Seconds in the two largest units that tell.
  static func words(_ seconds: Double) -> String {
    let whole = Int(min(max(0, seconds), 1e9).rounded(.up))
    switch whole {
    case ..<120: return "\(whole) s"
    case ..<7200: return "\((whole + 59) / 60) min"
    case ..<172_800:
      let minutes = (whole + 59) / 60
      return "\(minutes / 60) h" + (minutes % 60 == 0 ? "" : " \(minutes % 60) min")
    default: return "\((whole + 86_399) / 86_400) days"
    }
  }

  /// A time of day on this machine, where it can be told.
  private static func time(_ date: Date) -> String {
    let parts = Calendar.current.dateComponents([.year, .month, .day, .hour, .minute], from: date)
    guard let year = parts.year, year < 10_000 else { return "" }
    return String(
      format: " (%04d-%02d-%02d %02d:%02d)", year, parts.month ?? 0, parts.day ?? 0, parts.hour ?? 0, parts.minute ?? 0)
  }
}
