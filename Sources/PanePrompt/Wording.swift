import Foundation

/// How numbers and times are written in the pane.
enum Wording {
  /// A share as whole percent.
  static func percent(_ share: Double) -> String { "\(Int((share * 100).rounded())) %" }

  /// An interval of shares as whole percent.
  static func interval(_ low: Double, _ high: Double) -> String {
    "\(Int((low * 100).rounded()))–\(Int((high * 100).rounded()))"
  }

  /// How long ago, in few letters.
  static func ago(_ date: Date, now: Date) -> String {
    let seconds = max(0, now.timeIntervalSince(date))
    return switch seconds {
    case ..<60: "now"
    case ..<3600: "\(Int(seconds / 60)) min"
    case ..<86_400: "\(Int(seconds / 3600)) h"
    default: "\(Int(seconds / 86_400)) d"
    }
  }

  /// Seconds with as many digits as matter.
  static func seconds(_ seconds: Double) -> String {
    if seconds < 0.1 { return "\(Int((seconds * 1000).rounded())) ms" }
    if seconds == seconds.rounded(), seconds < 1e9 { return "\(Int(seconds)) s" }
    return String(format: "%.\(seconds < 10 ? 2 : 1)f s", seconds)
  }

  /// A count with its noun.
  static func count(_ number: Int, _ noun: String) -> String { "\(number) \(noun)\(number == 1 ? "" : "s")" }

  /// A token count, with `~` where it is an estimate.
  static func tokens(_ count: Int?, isExact: Bool) -> String { count.map { isExact ? "\($0)" : "~\($0)" } ?? "?" }
}
