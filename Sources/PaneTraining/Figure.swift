/// Numbers as short text.
enum Figure {
  /// A loss with four digits that matter: `0.4123`, `12.35`, `3.2e-5`.
  static func loss(_ value: Double?) -> String {
    guard let value else { return "–" }
    guard value.isFinite else { return value.isNaN ? "not a number" : "infinite" }
    if value != 0, abs(value) < 0.001 || abs(value) >= 1e6 { return scientific(value) }
    return decimal(value, places: abs(value) >= 10 ? 2 : abs(value) >= 1 ? 3 : 4)
  }

  /// The same for a narrow column.
  static func lossCell(_ value: Double?) -> String {
    guard let value, !value.isFinite else { return loss(value) }
    return value.isNaN ? "NaN" : value < 0 ? "-inf" : "inf"
  }

  /// A small number as people write learning rates: `0.002`, `2e-5`.
  static func plain(_ value: Double) -> String {
    guard value.isFinite else { return "\(value)" }
    if value == value.rounded(), abs(value) < 1e9 { return "\(Int(value))" }
    if abs(value) < 0.001 { return scientific(value) }
    return "\(value)"
  }

  /// A learning rate under way, with two or three digits that matter: `0.00193`, `9.3e-4`.
  static func rate(_ value: Double) -> String {
    abs(value) < 0.001 ? scientific(value) : decimal(value, places: abs(value) < 0.1 ? 5 : 3)
  }

  /// One digit after the point where it isn't a zero: `2e-5`, `1.5e-4`.
  static func scientific(_ value: Double) -> String {
    var size = abs(value)
    guard size > 0, size.isFinite else { return "0" }
    var exponent = 0
    while size < 1 { (size, exponent) = (size * 10, exponent - 1) }
    while size >= 10 { (size, exponent) = (size / 10, exponent + 1) }
    var tenths = Int((size * 10).rounded())
    if tenths == 100 { (tenths, exponent) = (10, exponent + 1) }
    let mantissa = tenths % 10 == 0 ? "\(tenths / 10)" : "\(tenths / 10).\(tenths % 10)"
    return "\(value < 0 ? "-" : "")\(mantissa)e\(exponent)"
  }

  /// `12 s`, `2:05`, `1:02:03`.
  static func duration(_ seconds: Double) -> String {
    guard seconds.isFinite, seconds >= 0 else { return "–" }
    let whole = Int(min(seconds, 1e9).rounded())
    if whole < 60 { return "\(whole) s" }
    let (hours, minutes) = (whole / 3600, whole / 60 % 60)
    let rest = two(whole % 60)
    return hours > 0 ? "\(hours):\(two(minutes)):\(rest)" : "\(minutes):\(rest)"
  }

  /// `5 min ago`.
  static func age(_ seconds: Double) -> String {
    guard seconds.isFinite, seconds >= 60 else { return "now" }
    let minutes = Int(min(seconds, 1e12) / 60)
    if minutes < 60 { return "\(minutes) min ago" }
    return minutes < 48 * 60 ? "\(minutes / 60) h ago" : "\(minutes / 1440) d ago"
  }

  /// `5,210`.
  static func whole(_ number: Int) -> String {
    var digits = Array(String(abs(number)))
    var place = digits.count - 3
    while place > 0 {
      digits.insert(",", at: place)
      place -= 3
    }
    return (number < 0 ? "-" : "") + String(digits)
  }

  /// `912`, `86.4 K`, `3.1 M`.
  static func size(_ number: Int) -> String {
    if abs(number) < 1_000 { return "\(number)" }
    if abs(number) < 1_000_000 { return decimal(Double(number) / 1e3, places: 1) + " K" }
    return abs(number) < 1_000_000_000
      ? decimal(Double(number) / 1e6, places: 1) + " M" : decimal(Double(number) / 1e9, places: 1) + " G"
  }

  /// Rounded to so many places.
  static func decimal(_ value: Double, places: Int) -> String {
    guard value.isFinite, abs(value) < 1e12 else { return "–" }
    var factor = 1
    for _ in 0..<places { factor *= 10 }
    let scaled = Int((abs(value) * Double(factor)).rounded())
    let sign = value < 0 && scaled > 0 ? "-" : ""
    return places == 0
      ? "\(sign)\(scaled)" : "\(sign)\(scaled / factor).\(String(scaled % factor + factor).dropFirst())"
  }

  /// `1 step`, `3 steps`.
  static func count(_ number: Int, _ noun: String) -> String { "\(whole(number)) \(noun)\(number == 1 ? "" : "s")" }

  private static func two(_ number: Int) -> String { number < 10 ? "0\(number)" : "\(number)" }
}
