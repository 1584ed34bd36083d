/// Numbers as screens, sentences and tables write them: one rule for each kind.
package enum NumberFormat {
  /// A whole number with commas: `277,778`.
  package static func count(_ value: Double) -> String {
    guard value.isFinite, abs(value) < 1e15 else { return value.isNaN ? "unknown" : value < 0 ? "-∞" : "∞" }
    let digits = String(Int(abs(value).rounded()))
    var text = ""
    for (place, digit) in digits.enumerated() {
      if place > 0, (digits.count - place) % 3 == 0 { text += "," }
      text.append(digit)
    }
    return value < 0 && digits != "0" ? "-" + text : text
  }

  /// A whole number with commas.
  package static func count(_ value: Int) -> String { count(Double(value)) }

  /// A count with its noun: `1 case`, `1,500 cases`.
  package static func plural(_ count: Int, _ noun: String) -> String {
    "\(Self.count(count)) \(noun)\(count == 1 ? "" : "s")"
  }

  /// A number with exactly so many decimals: `0.50`.
  package static func fixed(_ value: Double, decimals: Int) -> String {
    var scale = 1.0
    for _ in 0..<decimals { scale *= 10 }
    guard value.isFinite, abs(value) * scale < 1e15 else { return count(value) }
    let units = String(Int((abs(value) * scale).rounded()))
    let padded = String(repeating: "0", count: max(0, decimals + 1 - units.count)) + units
    let text = decimals == 0 ? padded : padded.dropLast(decimals) + "." + padded.suffix(decimals)
    return value < 0 && text.contains { $0 != "0" && $0 != "." } ? "-" + text : String(text)
  }

  /// A number with at most so many decimals, without zeros at the end: `27.8`, `3`.
  package static func trimmed(_ value: Double, decimals: Int) -> String {
    var text = fixed(value, decimals: decimals)
    guard decimals > 0, text.contains(".") else { return text }
    while text.hasSuffix("0") { text.removeLast() }
    if text.hasSuffix(".") { text.removeLast() }
    return text
  }

  /// A number above 0 with so many digits that matter, without zeros at the end: `0.0017`.
  package static func significant(_ value: Double, digits: Int) -> String {
    guard value > 0 else { return "0" }
    var decimals = digits
    var size = value
    while size < 0.1, decimals < 12 {
      size *= 10
      decimals += 1
    }
    return trimmed(value, decimals: decimals)
  }

  /// A sum in US dollars: `$18,000`, `$12.50`, and small ones with two digits that matter: `$0.0017`.
  package static func dollars(_ value: Double) -> String {
    let sign = value < 0 ? "-" : ""
    let size = abs(value)
    if size >= 1000 || size == size.rounded() { return sign + "$" + count(size) }
    if size >= 1 { return sign + "$" + fixed(size, decimals: 2) }
    // A tenth of a dollar is ten cents.
    let cents = fixed(size, decimals: 2)
    return sign + "$" + (size >= 0.095 ? cents : significant(size, digits: 2))
  }

  /// A size in bytes with a decimal prefix: `812 KB`, `1.4 GB`.
  package static func bytes(_ count: Int) -> String {
    let units = ["bytes", "KB", "MB", "GB", "TB"]
    var (value, unit) = (Double(max(0, count)), 0)
    while value >= 999.5, unit < units.count - 1 { (value, unit) = (value / 1000, unit + 1) }
    return (value >= 99.5 || unit == 0 ? fixed(value, decimals: 0) : trimmed(value, decimals: 1)) + " " + units[unit]
  }

  /// A number of tokens, with `~` where it is an estimate and `?` where it is unknown.
  package static func tokens(_ count: Int?, isExact: Bool) -> String {
    count.map { isExact ? "\($0)" : "~\($0)" } ?? "?"
  }
}
