extension NumberFormat {
  /// How long something took: `85 ms`, `0.31 s`, `12 s`, `2:05`, `1:02:03`.
  package static func duration(_ seconds: Double) -> String {
    guard seconds.isFinite, seconds >= 0 else { return "–" }
    if seconds > 0, seconds < 0.1 { return trimmed(seconds * 1000, decimals: seconds < 0.00995 ? 1 : 0) + " ms" }
    if seconds < 9.995 {
      return (seconds == seconds.rounded() ? "\(Int(seconds))" : fixed(seconds, decimals: 2)) + " s"
    }
    return seconds < 59.5 ? "\(Int(seconds.rounded())) s" : clock(seconds.rounded())
  }

  /// How long something has been going on: `0.4 s`, `12 s`, `2:05`.
  package static func elapsed(_ seconds: Double) -> String {
    guard seconds.isFinite else { return "–" }
    return seconds < 9.95 ? fixed(max(0, seconds), decimals: 1) + " s" : duration(seconds.rounded())
  }

  /// A time to wait as a clock shows it, seconds that have begun counting as whole ones: `0:07`, `5:33`, `1:02:03`.
  package static func clock(_ seconds: Double) -> String {
    guard seconds.isFinite, seconds >= 0 else { return "–" }
    func two(_ number: Int) -> String { number < 10 ? "0\(number)" : "\(number)" }
    let whole = Int(min(seconds, 1e9).rounded(.up))
    let (hours, minutes) = (whole / 3600, whole / 60 % 60)
    let rest = two(whole % 60)
    return hours > 0 ? "\(hours):\(two(minutes)):\(rest)" : "\(minutes):\(rest)"
  }

  /// How long ago in few letters: `now`, `5 min`, `3 h`, `12 d`.
  package static func age(_ seconds: Double) -> String {
    guard seconds.isFinite, seconds >= 60 else { return "now" }
    let minutes = Int(min(seconds, 1e12) / 60)
    if minutes < 60 { return "\(minutes) min" }
    return minutes < 48 * 60 ? "\(minutes / 60) h" : "\(minutes / 1440) d"
  }

  /// How long ago: `now`, `5 min ago`, `3 h ago`, `12 d ago`.
  package static func ago(_ seconds: Double) -> String {
    let age = age(seconds)
    return age == "now" ? age : age + " ago"
  }

  /// How many a second: `0.4/s`, `38/s`.
  package static func rate(_ perSecond: Double) -> String {
    guard perSecond.isFinite, abs(perSecond) < 1e12 else { return "–" }
    return fixed(perSecond, decimals: perSecond < 10 ? 1 : 0) + "/s"
  }
}
