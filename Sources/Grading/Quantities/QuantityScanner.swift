import Foundation

/// Finds the numbers of a text.
///
/// A number has digits, perhaps a sign, groups of thousands, decimals, an exponent or the form of a fraction, and a unit
/// or currency before or behind it. Digits inside words, dates, times and versions are no numbers.
struct QuantityScanner {
  /// The most digits, signs between them included, that are read as one number.
  private static let mostDigits = 400

  private let text: [Unicode.Scalar]
  private let decimalSign: Quantity.DecimalSign?

  /// - Parameter decimalSign: what stands before decimals; nil where that has to be told from the number itself.
  init(_ text: [Unicode.Scalar], decimalSign: Quantity.DecimalSign?) {
    self.text = text
    self.decimalSign = decimalSign
  }

  /// All numbers, in order. Takes linear time.
  func all() -> [Quantity] {
    var found: [Quantity] = []
    var place = 0
    while place < text.count {
      if let part = Self.part(text[place]) {
        // "½" by itself; behind a whole number it was read with it.
        found.append(
          Quantity(readings: [part], unit: nil, text: String(text[place]), range: place..<(place + 1)))
        place += 1
        continue
      }
      guard Self.digit(text[place]) != nil || startsFraction(place) else {
        place += 1
        continue
      }
      let (quantity, end) = read(at: place)
      if let quantity { found.append(quantity) }
      place = max(end, place + 1)
    }
    return found
  }

  private func startsFraction(_ place: Int) -> Bool {
    guard text[place] == "." || text[place] == ",", place + 1 < text.count, Self.digit(text[place + 1]) != nil else {
      return false
    }
    return place == 0 || Self.digit(text[place - 1]) == nil && !text[place - 1].properties.isAlphabetic
  }

  /// The value of a decimal digit of any script.
  static func digit(_ scalar: Unicode.Scalar) -> Character? {
    if ("0"..."9").contains(scalar) { return Character(scalar) }
    guard !scalar.isASCII, scalar.properties.numericType == .decimal, let value = scalar.properties.numericValue else {
      return nil
    }
    return Character(String(Int(value)))
  }

  // MARK: A number

  private func read(at start: Int) -> (Quantity?, end: Int) {
    let body = NumberBody(text, at: start, limit: Self.mostDigits)
    var end = body.end
    // Part of a word such as "gpt4" or "v1.2", or of a date, a time or a longer chain of digits.
    if isInsideWord(start) || !body.isNumber { return (nil, end) }
    guard var readings = body.readings(decimalSign) else { return (nil, end) }
    if let (part, after) = mixed(after: end), body.isInteger {
      (readings, end) = ([readings[0] + part], after)
    } else if let (denominator, after) = fraction(after: end) {
      guard body.isInteger, denominator != 0 else { return (nil, after) }
      (readings, end) = ([readings[0] / denominator], after)
    } else if let (power, after) = exponent(after: end) {
      (readings, end) = (readings.map { $0 * pow(10, Double(power)) }, after)
    }
    guard let prefix = prefix(before: start) else { return (nil, end) }
    if prefix.isNegative { readings = readings.map { -$0 } }
    guard let suffix = suffix(after: end, hasCurrency: prefix.unit != nil) else { return (nil, end) }
    readings = readings.map { $0 * suffix.factor }
    guard readings.allSatisfy(\.isFinite) else { return (nil, end) }
    var written = String.UnicodeScalarView()
    written.append(contentsOf: text[prefix.start..<suffix.end])
    return (
      Quantity(
        readings: readings, unit: suffix.unit ?? prefix.unit, text: String(written), range: prefix.start..<suffix.end),
      max(end, suffix.end)
    )
  }

  /// Whether a letter stands right before; letters of scripts without spaces don't count.
  private func isInsideWord(_ start: Int) -> Bool {
    guard start > 0 else { return false }
    let before = text[start - 1]
    guard before != "_" else { return true }
    return before.properties.isAlphabetic && LabelSearch.joins(before, "0") && !isCurrency(endingAt: start)
  }

  private func isCurrency(endingAt end: Int) -> Bool {
    guard end >= 3 else { return false }
    return QuantityUnit.named(string(end - 3..<end)).map { $0.dimension == string(end - 3..<end) } ?? false
  }

  /// The value of a scalar such as `½`.
  private static func part(_ scalar: Unicode.Scalar) -> Double? {
    guard !scalar.isASCII, scalar.properties.numericType == .numeric, let value = scalar.properties.numericValue,
      value > 0, value < 1
    else { return nil }
    return value
  }

  /// `½` or ` 1/2` behind whole digits.
  private func mixed(after end: Int) -> (part: Double, end: Int)? {
    let start = end < text.count && text[end].isSpace && text[end] != "\n" ? end + 1 : end
    guard start < text.count else { return nil }
    if let part = Self.part(text[start]) { return (part, start + 1) }
    guard start > end, Self.digit(text[start]) != nil else { return nil }
    let body = NumberBody(text, at: start, limit: 4)
    guard body.isInteger, body.isNumber, let numerator = body.readings(nil)?.first,
      let (denominator, after) = fraction(after: body.end), numerator < denominator
    else { return nil }
    return (numerator / denominator, after)
  }

  /// `/ 4` behind whole digits.
  private func fraction(after end: Int) -> (denominator: Double, end: Int)? {
    guard end + 1 < text.count, text[end] == "/" || text[end] == "⁄", Self.digit(text[end + 1]) != nil else {
      return nil
    }
    let body = NumberBody(text, at: end + 1, limit: Self.mostDigits)
    // 3/4/2026 is a date.
    let isLonger = body.end < text.count && text[body.end] == "/"
    guard body.isInteger, !isLonger, let value = body.readings(nil)?.first else { return (0, body.end) }
    return (value, body.end)
  }

  /// `e5`, `×10^5`, `· 10⁵`.
  private func exponent(after end: Int) -> (power: Int, end: Int)? {
    var place = end
    if place < text.count, text[place] == "e" || text[place] == "E" {
      place += 1
    } else {
      while place < text.count, text[place].isSpace, place < end + 2 { place += 1 }
      let signs: [[Unicode.Scalar]] = ["×", "·", "x", "*", "\\times", "\\cdot"].map { Array($0.unicodeScalars) }
      guard let sign = signs.first(where: { AnswerMark.stands($0, at: place, in: text) }) else { return nil }
      place += sign.count
      while place < text.count, text[place].isSpace, place < end + 12 { place += 1 }
      guard AnswerMark.stands(["1", "0"], at: place, in: text) else { return nil }
      place += 2
      if place < text.count, text[place] == "^" { place += 1 }
      if place < text.count, text[place] == "{" { place += 1 }
    }
    var digits = ""
    if place < text.count, "-−⁻+".unicodeScalars.contains(text[place]) {
      if text[place] != "+" { digits = "-" }
      place += 1
    }
    let superscripts = Array("⁰¹²³⁴⁵⁶⁷⁸⁹".unicodeScalars)
    while place < text.count, digits.count < 6 {
      if let digit = Self.digit(text[place]) {
        digits.append(digit)
      } else if let value = superscripts.firstIndex(of: text[place]) {
        digits += String(value)
      } else {
        break
      }
      place += 1
    }
    guard let power = Int(digits) else { return nil }
    if place < text.count, text[place] == "}" { place += 1 }
    return (power, place)
  }

  // MARK: Around a number

  /// A sign and a currency before a number; nil where what stands there makes it none.
  private func prefix(before start: Int) -> (start: Int, isNegative: Bool, unit: QuantityUnit?)? {
    var place = start
    var isNegative = false
    var unit: QuantityUnit?
    func takeSign() -> Bool {
      guard place > 0, "-−+".unicodeScalars.contains(text[place - 1]) else { return false }
      // A dash behind a letter or a digit joins: "COVID-19", "2-3".
      if place > 1,
        text[place - 2].properties.isAlphabetic || Self.digit(text[place - 2]) != nil
          || "%°)€".unicodeScalars.contains(text[place - 2])
      {
        return false
      }
      isNegative = text[place - 1] != "+"
      place -= 1
      return true
    }
    let hadSign = takeSign()
    var before = place
    if before > 0, text[before - 1].isSpace, text[before - 1] != "\n" { before -= 1 }
    for length in stride(from: min(3, before), through: 1, by: -1) {
      let name = string(before - length..<before)
      guard let found = QuantityUnit.named(name), found.dimension.count == 3,
        found.dimension.utf8.allSatisfy({ (65...90).contains($0) }),
        name.unicodeScalars.allSatisfy({ !("a"..."z").contains($0) }),
        before == length || !LabelSearch.joins(text[before - length - 1], text[before - length])
      else { continue }
      (unit, place) = (found, before - length)
      break
    }
    if unit != nil, !hadSign { _ = takeSign() }
    return (place, isNegative, unit)
  }

  private static let multiples: [String: Double] = [
    "thousand": 1e3, "million": 1e6, "billion": 1e9, "trillion": 1e12, "millions": 1e6, "billions": 1e9, "mn": 1e6,
    "mio": 1e6, "bn": 1e9, "mrd": 1e9, "millionen": 1e6, "milliarde": 1e9, "milliarden": 1e9, "milliard": 1e9,
    "milliards": 1e9, "tausend": 1e3,
  ]
  /// Letters that stand for a multiple right behind a number.
  private static let letters: [String: Double] = ["k": 1e3, "K": 1e3, "M": 1e6]
  private static let currencyLetters: [String: Double] = [
    "k": 1e3, "K": 1e3, "M": 1e6, "m": 1e6, "B": 1e9, "b": 1e9, "T": 1e12,
  ]

  /// A multiple and a unit behind a number; nil where letters stand there that are neither.
  private func suffix(after end: Int, hasCurrency: Bool) -> (end: Int, factor: Double, unit: QuantityUnit?)? {
    var end = end
    var factor = 1.0
    var isGlued = true
    func skipped() -> Int {
      end < text.count && text[end].isSpace && text[end] != "\n" || end < text.count && text[end] == "-" ? end + 1 : end
    }
    let word = word(at: skipped())
    if let multiple = Self.multiples[string(word).lowercased()] {
      (factor, end, isGlued) = (multiple, word.upperBound, false)
      if end < text.count, text[end] == ".", ["mio", "mrd"].contains(string(word).lowercased()) { end += 1 }
    } else if word.lowerBound == end,
      let multiple = (hasCurrency ? Self.currencyLetters : Self.letters)[string(word)]
    {
      (factor, end, isGlued) = (multiple, word.upperBound, false)
    }
    if hasCurrency { return (end, factor, nil) }
    let start = skipped()
    for length in stride(from: min(QuantityUnit.longestName, text.count - start), through: 1, by: -1) {
      let range = start..<(start + length)
      guard let unit = QuantityUnit.named(string(range)) else { continue }
      if range.upperBound < text.count, LabelSearch.joins(text[range.upperBound - 1], text[range.upperBound]) {
        continue
      }
      if start > end, Self.isAlsoWord(string(range)), !endsThought(range.upperBound) { continue }
      return (range.upperBound, factor, unit)
    }
    if isGlued, word.lowerBound == end, !word.isEmpty {
      return ["st", "nd", "rd", "th"].contains(string(word).lowercased()) ? (end, 1, nil) : nil
    }
    return (end, factor, nil)
  }

  /// Whether a unit's symbol is a word of some language, too, so that behind a space it counts at the end only.
  private static func isAlsoWord(_ name: String) -> Bool { ["in", "t", "d", "A", "mi", "B"].contains(name) }

  private func endsThought(_ end: Int) -> Bool {
    guard end < text.count else { return true }
    return !text[end].isSpace || text[end] == "\n" || end + 1 >= text.count
  }

  private func word(at start: Int) -> Range<Int> {
    var end = start
    while end < text.count, end < start + 16, text[end].properties.isAlphabetic, LabelSearch.joins(text[end], "a") {
      end += 1
    }
    return start..<end
  }

  private func string(_ range: Range<Int>) -> String {
    var view = String.UnicodeScalarView()
    view.append(contentsOf: text[range])
    return String(view)
  }
}
