/// sign × digits × 10^exponent, with neither leading nor trailing zeros; zero has no digits.
struct JSONDecimal: Equatable {
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

extension JSONDecimal {
  /// Whether there is nothing behind the decimal point.
  var isInteger: Bool { exponent >= 0 }

  /// Whether this is the smaller of two numbers.
  static func < (left: JSONDecimal, right: JSONDecimal) -> Bool {
    if left.isNegative != right.isNegative { return left.isNegative }
    return left.isNegative ? magnitude(right, isBelow: left) : magnitude(left, isBelow: right)
  }

  private static func magnitude(_ left: JSONDecimal, isBelow right: JSONDecimal) -> Bool {
    if left.digits.isEmpty || right.digits.isEmpty { return left.digits.isEmpty && !right.digits.isEmpty }
    let places = (left.exponent + left.digits.count, right.exponent + right.digits.count)
    guard places.0 == places.1 else { return places.0 < places.1 }
    return left.digits.lexicographicallyPrecedes(right.digits)
  }

  /// Whether this is a whole multiple of `step`, which is not zero.
  ///
  /// Both are digits × 10^exponent without trailing zeros. With more places behind the point than `step` has, there is
  /// no such multiple; otherwise the digits followed by the missing zeros are divided by the digits of `step`. Only the
  /// factors 2 and 5 of `step` profit from zeros, at most four for each of its digits, so that more change nothing.
  func isMultiple(of step: JSONDecimal) -> Bool {
    guard !digits.isEmpty else { return true }
    let zeros = exponent - step.exponent
    guard zeros >= 0, !step.digits.isEmpty else { return false }
    let divisor = step.digits.map { $0 - UInt8(ascii: "0") }
    var remainder: [UInt8] = []
    func push(_ digit: UInt8) {
      if !remainder.isEmpty || digit > 0 { remainder.append(digit) }
      while Self.subtract(divisor, from: &remainder) {}
    }
    for digit in digits { push(digit - UInt8(ascii: "0")) }
    for _ in 0..<min(zeros, 4 * divisor.count) where !remainder.isEmpty { push(0) }
    return remainder.isEmpty
  }

  /// Subtracts unless the result would be negative; digits from the highest, without leading zeros.
  private static func subtract(_ right: [UInt8], from left: inout [UInt8]) -> Bool {
    if left.count < right.count { return false }
    if left.count == right.count, left.lexicographicallyPrecedes(right) { return false }
    var borrow: UInt8 = 0
    for place in 1...left.count {
      let digit = left[left.count - place]
      let taken = (place <= right.count ? right[right.count - place] : 0) + borrow
      borrow = digit < taken ? 1 : 0
      left[left.count - place] = digit + 10 * borrow - taken
    }
    left.removeFirst(left.prefix { $0 == 0 }.count)
    return true
  }
}

/// A number with at most 15 digits and no exponent: digits × 10^-places.
private struct ShortDecimal {
  var digits = 0
  var places = 0

  init?(_ text: String) {
    guard text.utf8.count <= 16 else { return nil }
    var isNegative = false
    var isFraction = false
    for byte in text.utf8 {
      switch byte {
      case UInt8(ascii: "-"): isNegative = true
      case UInt8(ascii: "."): isFraction = true
      case UInt8(ascii: "0")...UInt8(ascii: "9"):
        digits = digits * 10 + Int(byte - UInt8(ascii: "0"))
        if isFraction { places += 1 }
      default: return nil
      }
    }
    if isNegative { digits.negate() }
  }

  /// Both numbers as multiples of the same power of ten, if they fit.
  static func aligned(_ left: String, _ right: String) -> (left: Int, right: Int)? {
    guard var left = ShortDecimal(left), var right = ShortDecimal(right) else { return nil }
    while left.places < right.places {
      let (product, overflows) = left.digits.multipliedReportingOverflow(by: 10)
      if overflows { return nil }
      left = ShortDecimal(digits: product, places: left.places + 1)
    }
    while right.places < left.places {
      let (product, overflows) = right.digits.multipliedReportingOverflow(by: 10)
      if overflows { return nil }
      right = ShortDecimal(digits: product, places: right.places + 1)
    }
    return (left.digits, right.digits)
  }

  private init(digits: Int, places: Int) {
    self.digits = digits
    self.places = places
  }
}

extension JSONNumber {
  /// Whether the value is whole, however it is written (`1.0` and `1e2` are).
  package var isInteger: Bool { Int(text) != nil || JSONDecimal(text).isInteger }

  /// Whether the value is less than another; exact, whatever the number of digits.
  package func isLess(than other: JSONNumber) -> Bool {
    if let aligned = ShortDecimal.aligned(text, other.text) { return aligned.left < aligned.right }
    return JSONDecimal(text) < JSONDecimal(other.text)
  }

  /// Whether the value is a whole multiple of another, which is above 0; exact, whatever the number of digits.
  package func isMultiple(of step: JSONNumber) -> Bool {
    if let aligned = ShortDecimal.aligned(text, step.text) { return aligned.left.isMultiple(of: aligned.right) }
    return JSONDecimal(text).isMultiple(of: JSONDecimal(step.text))
  }
}
