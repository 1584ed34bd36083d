/// Numbers as the sentences of a verdict write them.
public enum Wording {
  /// A share as whole percent: `94 %`. A share below 1 that would round to 100 (or above 0 to 0) gets a decimal.
  public static func percent(_ share: Double) -> String { percentNumber(share) + " %" }

  /// A share with its interval: `94 % [88, 97]`.
  public static func percent(_ share: Double, _ interval: Interval) -> String {
    "\(percent(share)) [\(percentNumber(interval.low)), \(percentNumber(interval.high))]"
  }

  /// A mean with its interval: `94 % [88, 97]`.
  public static func percent(_ estimate: Estimate) -> String { percent(estimate.mean, estimate.interval) }

  /// A difference of shares in percentage points, with its sign: `+23 points`.
  public static func points(_ difference: Double) -> String {
    let text = signedPoints(difference)
    return text + (text == "+1" || text == "-1" ? " point" : " points")
  }

  /// A difference with its interval: `+23 points [+14, +33]`.
  public static func points(_ difference: Double, _ interval: Interval) -> String {
    "\(points(difference)) [\(signedPoints(interval.low)), \(signedPoints(interval.high))]"
  }

  /// A p-value: `p < 0.001`, `p = 0.03`, `p = 1`.
  public static func pValue(_ p: Double) -> String {
    if p < 0.001 { return "p < 0.001" }
    return "p = " + (p < 0.1 ? significant(p, digits: p < 0.01 ? 1 : 2) : trimmed(p, decimals: 2))
  }

  /// A whole number with commas: `277,778`.
  public static func count(_ value: Double) -> String {
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
  public static func count(_ value: Int) -> String { count(Double(value)) }

  /// A sum in US dollars: `$18,000`, `$12.50`, and small ones with two significant digits: `$0.0017`.
  public static func dollars(_ value: Double) -> String {
    let sign = value < 0 ? "-" : ""
    let size = abs(value)
    if size >= 1000 || size == size.rounded() { return sign + "$" + count(size) }
    if size >= 1 { return sign + "$" + fixed(size, decimals: 2) }
    // A tenth of a dollar is ten cents.
    let cents = fixed(size, decimals: 2)
    return sign + "$" + (size >= 0.095 ? cents : significant(size, digits: 2))
  }

  /// A number with at most so many decimals, without zeros at the end: `27.8`, `3`.
  public static func trimmed(_ value: Double, decimals: Int) -> String {
    var text = fixed(value, decimals: decimals)
    guard decimals > 0 else { return text }
    while text.hasSuffix("0") { text.removeLast() }
    if text.hasSuffix(".") { text.removeLast() }
    return text
  }

  /// A duration in milliseconds: `850 ms`, `2.4 s`.
  public static func milliseconds(_ value: Double) -> String {
    value < 1000 ? trimmed(value, decimals: value < 10 ? 1 : 0) + " ms" : trimmed(value / 1000, decimals: 1) + " s"
  }

  /// `1 case`, `5 cases`.
  public static func plural(_ count: Int, _ noun: String) -> String {
    "\(Wording.count(count)) \(noun)\(count == 1 ? "" : "s")"
  }

  private static func percentNumber(_ share: Double) -> String {
    let value = share * 100
    let rounded = value.rounded()
    return (rounded == 100 && share < 1) || (rounded == 0 && share > 0)
      ? fixed(min(99.9, max(0.1, value)), decimals: 1) : String(Int(rounded))
  }

  private static func signedPoints(_ difference: Double) -> String {
    let value = difference * 100
    let text = trimmed(abs(value), decimals: abs(value) < 1 ? 1 : 0)
    return text == "0" ? "0" : (value < 0 ? "-" : "+") + text
  }

  private static func fixed(_ value: Double, decimals: Int) -> String {
    var scale = 1.0
    for _ in 0..<decimals { scale *= 10 }
    guard value.isFinite, abs(value) * scale < 1e15 else { return count(value) }
    let units = String(Int((abs(value) * scale).rounded()))
    let padded = String(repeating: "0", count: max(0, decimals + 1 - units.count)) + units
    let text = decimals == 0 ? padded : padded.dropLast(decimals) + "." + padded.suffix(decimals)
    return value < 0 && text.contains { $0 != "0" && $0 != "." } ? "-" + text : String(text)
  }

  private static func significant(_ value: Double, digits: Int) -> String {
    guard value > 0 else { return "0" }
    var decimals = digits
    var size = value
    while size < 0.1, decimals < 12 {
      size *= 10
      decimals += 1
    }
    return trimmed(value, decimals: decimals)
  }
}
