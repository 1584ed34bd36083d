/// A JSON number that keeps the text it was written with.
///
/// The text always has the form that RFC 8259 section 6 prescribes; there is no infinity and no NaN.
package struct JSONNumber: Sendable, Hashable {
  /// The number as it was written, for example `1.50` or `12345678901234567890`.
  package let text: String

  /// Takes a text whose form the caller has checked.
  init(checked text: String) { self.text = text }

  /// A whole number.
  package init(_ value: Int) { text = String(value) }

  /// The shortest text that reads back as `value` (`3.0` is written `3`); nil for infinities and NaN.
  package init?(_ value: Double) {
    guard value.isFinite else { return nil }
    if let whole = Int(exactly: value), whole.magnitude < 1 << 53 {
      text = value.sign == .minus && whole == 0 ? "-0" : String(whole)
    } else {
      text = value.description
    }
  }

  /// The nearest floating-point value; an infinity when the number is too large for one.
  package var double: Double { Double(text) ?? .nan }

  /// The exact whole number, if this is one and fits `Int` (`1.0` and `1e2` count).
  package var int: Int? {
    if let value = Int(text) { return value }
    let decimal = JSONDecimal(text)
    if decimal.digits.isEmpty { return 0 }
    guard decimal.exponent >= 0, decimal.exponent < 20 else { return nil }
    let zeros = String(repeating: "0", count: decimal.exponent)
    return Int((decimal.isNegative ? "-" : "") + String(decoding: decimal.digits, as: UTF8.self) + zeros)
  }

  /// Whether both have the same value, however they are written and however many digits they have.
  package func matches(_ other: JSONNumber) -> Bool {
    text == other.text || JSONDecimal(text) == JSONDecimal(other.text)
  }

  /// The number in its shortest integer form: digits without leading or trailing zeros, then an exponent if need be.
  var canonical: JSONNumber {
    let decimal = JSONDecimal(text)
    guard !decimal.digits.isEmpty else { return JSONNumber(0) }
    let digits = (decimal.isNegative ? "-" : "") + String(decoding: decimal.digits, as: UTF8.self)
    return JSONNumber(checked: decimal.exponent == 0 ? digits : "\(digits)e\(decimal.exponent)")
  }
}
