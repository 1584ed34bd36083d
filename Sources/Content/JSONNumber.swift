/// A JSON number that keeps the text it was written with.
///
/// The text always has the form that RFC 8259 section 6 prescribes; there is no infinity and no NaN.
public struct JSONNumber: Sendable, Hashable {
  /// The number as it was written, for example `1.50` or `12345678901234567890`.
  public let text: String

  /// Takes a text whose form the caller has checked.
  init(checked text: String) { self.text = text }

  /// A whole number.
  public init(_ value: Int) { text = String(value) }

  /// The shortest text that reads back as `value` (`3.0` is written `3`); nil for infinities and NaN.
  public init?(_ value: Double) {
    guard value.isFinite else { return nil }
    if let whole = Int(exactly: value), whole.magnitude < 1 << 53 {
      text = value.sign == .minus && whole == 0 ? "-0" : String(whole)
    } else {
      text = value.description
    }
  }

  /// The nearest floating-point value; an infinity when the number is too large for one.
  public var double: Double { Double(text) ?? .nan }

  /// The exact whole number, if this is one and fits `Int` (`1.0` and `1e2` count).
  public var int: Int? {
    if let value = Int(text) { return value }
    let decimal = Decimal(text)
    if decimal.digits.isEmpty { return 0 }
    guard decimal.exponent >= 0, decimal.exponent < 20 else { return nil }
    let zeros = String(repeating: "0", count: decimal.exponent)
    return Int((decimal.isNegative ? "-" : "") + String(decoding: decimal.digits, as: UTF8.self) + zeros)
  }

  /// Whether both have the same value, however they are written and however many digits they have.
  public func matches(_ other: JSONNumber) -> Bool {
    text == other.text || Decimal(text) == Decimal(other.text)
  }

  /// The number in its shortest integer form: digits without leading or trailing zeros, then an exponent if need be.
  var canonical: JSONNumber {
    let decimal = Decimal(text)
    guard !decimal.digits.isEmpty else { return JSONNumber(0) }
    let digits = (decimal.isNegative ? "-" : "") + String(decoding: decimal.digits, as: UTF8.self)
    return JSONNumber(checked: decimal.exponent == 0 ? digits : "\(digits)e\(decimal.exponent)")
  }

  /// sign × digits × 10^exponent, with neither leading nor trailing zeros; zero has no digits.
  private struct Decimal: Equatable {
    var isNegative = false
    var digits: [UInt8] = []
    var exponent = 0

    init(_ text: String) {
      var fraction = false
      var written = 0
      var writtenIsNegative = false
      var inExponent = false
      for byte in text.utf8 {
        switch byte {
        case UInt8(ascii: "-"): if inExponent { writtenIsNegative = true } else { isNegative = true }
        case UInt8(ascii: "."): fraction = true
        case UInt8(ascii: "e"), UInt8(ascii: "E"): inExponent = true
        case UInt8(ascii: "0")...UInt8(ascii: "9") where inExponent:
          // Exponents beyond this are kept apart from each other no longer; the parser accepts any.
          written = min(written * 10 + Int(byte - UInt8(ascii: "0")), 1 << 50)
        case UInt8(ascii: "0")...UInt8(ascii: "9"):
          digits.append(byte)
          if fraction { exponent -= 1 }
        default: break
        }
      }
      exponent += writtenIsNegative ? -written : written
      while digits.last == UInt8(ascii: "0") {
        digits.removeLast()
        exponent += 1
      }
      let leading = digits.prefix { $0 == UInt8(ascii: "0") }.count
      digits.removeFirst(leading)
      if digits.isEmpty {
        exponent = 0
        isNegative = false
      }
    }
  }
}
