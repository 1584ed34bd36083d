/// Numbers as short text.
enum Figure {
  /// `64 %`, with a decimal where there is one to tell: `92.5 %`.
  static func percent(_ share: Double) -> String {
    guard share.isFinite else { return "–" }
    let tenths = Int((share * 1000).rounded())
    return tenths % 10 == 0 ? "\(tenths / 10) %" : "\(tenths / 10).\(abs(tenths % 10)) %"
  }

  /// `[54, 73]`: per cent without the sign.
  static func range(_ low: Double, _ high: Double) -> String {
    guard low.isFinite, high.isFinite else { return "–" }
    return "[\(Int((low * 100).rounded())), \(Int((high * 100).rounded()))]"
  }

  /// A signed number of points with one decimal: `+29.0`.
  static func points(_ share: Double) -> String {
    guard share.isFinite else { return "–" }
    let tenths = Int((share * 1000).rounded())
    return "\(tenths < 0 ? "−" : "+")\(abs(tenths) / 10).\(abs(tenths) % 10)"
  }

  /// A probability as one writes it: `0.031`, `< 0.001`.
  static func probability(_ value: Double) -> String {
    guard value >= 0.001 else { return "< 0.001" }
    return "= " + decimal(min(1, value), places: 3)
  }

  /// `0.31 s`, `850 ms` below a tenth of a second, `2:05` above a minute.
  static func duration(_ seconds: Double) -> String {
    guard seconds.isFinite, seconds >= 0 else { return "–" }
    if seconds < 0.1 { return "\(Int((seconds * 1000).rounded())) ms" }
    if seconds < 10 { return decimal(seconds, places: 2) + " s" }
    if seconds < 60 { return decimal(seconds, places: 1) + " s" }
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

  /// Rounded to so many places.
  static func decimal(_ value: Double, places: Int) -> String {
    guard value.isFinite, abs(value) < 1e12 else { return "–" }
    var factor = 1
    for _ in 0..<places { factor *= 10 }
    let scaled = Int((abs(value) * Double(factor)).rounded())
    let digits = String(scaled % factor + factor).dropFirst()
    let sign = value < 0 && scaled > 0 ? "-" : ""
    return places == 0 ? "\(sign)\(scaled)" : "\(sign)\(scaled / factor).\(digits)"
  }

  /// `1 case`, `3 cases`.
  static func count(_ number: Int, _ noun: String) -> String { "\(number) \(noun)\(number == 1 ? "" : "s")" }
}
