import Evidence

/// Numbers as short text, where `Wording` has nothing shorter.
enum Figure {
  /// `[54, 73]`: per cent without the sign.
  static func range(_ low: Double, _ high: Double) -> String {
    guard low.isFinite, high.isFinite else { return "–" }
    return "[\(Int((low * 100).rounded())), \(Int((high * 100).rounded()))]"
  }

  /// `85 ms`, `0.31 s`, `12 s`, `2:05`.
  static func duration(_ seconds: Double) -> String {
    guard seconds.isFinite, seconds >= 0 else { return "–" }
    if seconds < 0.1 { return "\(Int((seconds * 1000).rounded())) ms" }
    if seconds < 10 { return decimal(seconds, places: 2) + " s" }
    if seconds < 59.5 { return decimal(seconds, places: 0) + " s" }
    let whole = Int(min(seconds, 1e9).rounded())
    return "\(whole / 60):\(whole % 60 < 10 ? "0" : "")\(whole % 60)"
  }

  /// `now`, `5 min ago`, `3 h ago`, `12 d ago`.
  static func age(_ seconds: Double) -> String {
    guard seconds.isFinite, seconds >= 60 else { return "now" }
    let minutes = Int(min(seconds, 1e12) / 60)
    if minutes < 60 { return "\(minutes) min ago" }
    return minutes < 48 * 60 ? "\(minutes / 60) h ago" : "\(minutes / 1440) d ago"
  }

  /// Rounded to so many places, zeros included.
  static func decimal(_ value: Double, places: Int) -> String {
    guard value.isFinite, abs(value) < 1e12 else { return "–" }
    var factor = 1
    for _ in 0..<places { factor *= 10 }
    let scaled = Int((abs(value) * Double(factor)).rounded())
    let sign = value < 0 && scaled > 0 ? "-" : ""
    let digits = String(scaled % factor + factor).dropFirst()
    return places == 0 ? "\(sign)\(scaled)" : "\(sign)\(scaled / factor).\(digits)"
  }
}
