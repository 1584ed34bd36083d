/// The digits of a number with the signs between them.
struct NumberBody {
  private var groups: [String] = []
  private var signs: [Unicode.Scalar] = []
  /// Where it ends, in scalars.
  private(set) var end: Int
  /// Whether it is no part of a date, a time or a chain such as 1.2.3.
  private(set) var isNumber = true

  /// Whether there are nothing but digits.
  var isInteger: Bool { groups.count == 1 }

  /// Reads digits, at most `limit` scalars.
  init(_ text: [Unicode.Scalar], at start: Int, limit: Int) {
    end = start
    // A point or comma may come first.
    if text[end] == "." || text[end] == "," {
      groups.append("")
      signs.append(text[end])
      end += 1
    }
    while end < text.count {
      var digits = ""
      while end < text.count, let digit = QuantityScanner.digit(text[end]) {
        digits.append(digit)
        end += 1
      }
      groups.append(digits)
      if end - start > limit {
        isNumber = false
        break
      }
      guard end + 1 < text.count, Self.isSign(text[end], after: digits, next: text[(end + 1)...]) else { break }
      signs.append(text[end])
      end += 1
    }
    // 12:30, 2026-03-04.
    if end + 1 < text.count, QuantityScanner.digit(text[end + 1]) != nil, text[end] == ":" { isNumber = false }
    if start > 1, text[start - 1] == ":", QuantityScanner.digit(text[start - 2]) != nil { isNumber = false }
    if Self.isDate(text, start, end) { isNumber = false }
  }

  private static func isSign(_ sign: Unicode.Scalar, after digits: String, next: ArraySlice<Unicode.Scalar>) -> Bool {
    guard let first = next.first, QuantityScanner.digit(first) != nil else { return false }
    switch sign {
    case ".", ",": return true
    case "'", "’", "_", "٫", "٬": return true
    case " ", "\u{A0}", "\u{2009}", "\u{202F}":
      let run = next.prefix(4).prefix { QuantityScanner.digit($0) != nil }
      return digits.count <= 3 && run.count == 3
    default: return false
    }
  }

  /// Whether dashes or slashes join the digits with two more groups of digits, on one side or on both.
  private static func isDate(_ text: [Unicode.Scalar], _ start: Int, _ end: Int) -> Bool {
    func joint(_ place: Int) -> Bool {
      text.indices.contains(place - 1) && text.indices.contains(place + 1) && (text[place] == "-" || text[place] == "/")
        && QuantityScanner.digit(text[place - 1]) != nil && QuantityScanner.digit(text[place + 1]) != nil
    }
    func skip(_ place: Int, _ step: Int) -> Int {
      var place = place
      var count = 0
      while text.indices.contains(place), count < 5, QuantityScanner.digit(text[place]) != nil {
        place += step
        count += 1
      }
      return place
    }
    let (left, right) = (joint(start - 1), joint(end))
    if left, right { return true }
    if right, text[end] == text[safe: skip(end + 1, 1)], joint(skip(end + 1, 1)) { return true }
    return left && text[start - 1] == text[safe: skip(start - 2, -1)] && joint(skip(start - 2, -1))
  }

  /// What the digits may mean; nil where they are no number.
  func readings(_ decimalSign: Quantity.DecimalSign?) -> [Double]? {
    guard let last = signs.last else { return value(groups[0], "").map { [$0] } }
    let isPoint = last == "." || last == "," || last == "٫"
    let others = Set(signs.dropLast())
    var readings: [Double] = []
    let mayBeDecimal =
      isPoint && !others.contains(last) && others.count <= 1
      && (last == "٫" || (decimalSign.map { $0.scalar == last } ?? true))
    if mayBeDecimal, signs.count == 1 || Self.areGrouped(groups.dropLast()),
      others.allSatisfy({ decimalSign == nil || $0 != decimalSign?.scalar })
    {
      if let value = value(groups.dropLast().joined(), groups.last ?? "") { readings.append(value) }
    }
    let mayBeGroups = !isPoint || last != "٫" && (decimalSign.map { $0.scalar != last } ?? true)
    if mayBeGroups, Set(signs).count == 1, Self.areGrouped(groups[...]), let value = value(groups.joined(), "") {
      readings.append(value)
    }
    return readings.isEmpty ? nil : readings
  }

  /// Whether all groups but the first have three digits, or in the Indian way two with three at the end.
  private static func areGrouped(_ groups: ArraySlice<String>) -> Bool {
    guard let first = groups.first, let last = groups.last else { return false }
    if groups.count == 1 { return !first.isEmpty }
    guard (1...3).contains(first.count), !first.hasPrefix("0"), last.count == 3 else { return false }
    let middle = groups.dropFirst().dropLast()
    return middle.allSatisfy { $0.count == 3 } || first.count <= 2 && middle.allSatisfy { $0.count == 2 }
  }

  private func value(_ whole: String, _ decimals: String) -> Double? {
    Double((whole.isEmpty ? "0" : whole) + (decimals.isEmpty ? "" : "." + decimals))
  }
}

extension Array {
  fileprivate subscript(safe index: Int) -> Element? { indices.contains(index) ? self[index] : nil }
}
