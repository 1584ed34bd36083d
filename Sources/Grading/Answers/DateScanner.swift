import Foundation

/// Finds the dates of a text: `2026-03-04`, `4 March 2026`, `March 4th, 2026`, `4. März 2026`, `04/03/2026`, `4.3.2026`,
/// `2026年3月4日`.
struct DateScanner {
  /// Which comes first in dates such as 03/04/2026.
  enum Order: String, Sendable, Hashable, CaseIterable {
    case dayFirst = "day-first"
    case monthFirst = "month-first"
  }

  private enum Token: Hashable {
    case number(Int, digits: Int)
    case word(String)
    case sign(Unicode.Scalar)
  }

  private let scalars: [Unicode.Scalar]
  private var tokens: [(token: Token, range: Range<Int>)] = []
  private let order: Order?

  /// Takes a text apart in linear time.
  init(_ text: String, order: Order?) {
    scalars = Array(text.unicodeScalars)
    self.order = order
    var place = 0
    while place < scalars.count {
      let start = place
      if let digit = QuantityScanner.digit(scalars[place]) {
        var digits = String(digit)
        place += 1
        while place < scalars.count, let next = QuantityScanner.digit(scalars[place]) {
          if digits.count < 9 { digits.append(next) }
          place += 1
        }
        tokens.append((.number(Int(digits) ?? 0, digits: min(9, place - start)), start..<place))
      } else if Self.isLetter(scalars[place]) {
        var word = String.UnicodeScalarView()
        while place < scalars.count,
          Self.isLetter(scalars[place]) || scalars[place].properties.generalCategory == .nonspacingMark
        {
          if word.count < 24 { word.append(scalars[place]) }
          place += 1
        }
        tokens.append((.word(String(word).precomposedStringWithCanonicalMapping.lowercased()), start..<place))
      } else {
        if !scalars[place].isSpace { tokens.append((.sign(scalars[place]), start..<(place + 1))) }
        place += 1
      }
    }
  }

  private static func isLetter(_ scalar: Unicode.Scalar) -> Bool {
    scalar.properties.isAlphabetic && LabelSearch.joins(scalar, "a")
  }

  /// All dates, in order. Takes linear time.
  func all() -> [WrittenDate] {
    var found: [WrittenDate] = []
    var place = 0
    while place < tokens.count {
      if let (readings, count) = date(at: place) {
        var text = String.UnicodeScalarView()
        text.append(contentsOf: scalars[tokens[place].range.lowerBound..<tokens[place + count - 1].range.upperBound])
        found.append(WrittenDate(readings: readings, text: String(text)))
        place += count
      } else {
        place += 1
      }
    }
    return found
  }

  private func token(_ place: Int) -> Token? { tokens.indices.contains(place) ? tokens[place].token : nil }

  /// Whether nothing stands between two neighbours.
  private func touches(_ place: Int) -> Bool {
    tokens.indices.contains(place + 1) && tokens[place].range.upperBound == tokens[place + 1].range.lowerBound
  }

  private func date(at place: Int) -> (readings: [CalendarDate], tokens: Int)? {
    switch token(place) {
    case .number(let first, let digits):
      // 1.2.3.2026 or 10-2026-03-04 is something else.
      if place > 0, touches(place - 1), case .sign(let sign)? = token(place - 1), "-/.".unicodeScalars.contains(sign),
        place > 1, touches(place - 2), case .number? = token(place - 2)
      {
        return nil
      }
      return numeric(at: place, first, digits) ?? named(at: place, first, digits)
    case .word(let word):
      guard let month = Self.months[word] else { return nil }
      return monthFirst(at: place, month)
    default: return nil
    }
  }

  // MARK: Digits alone

  private func numeric(at place: Int, _ first: Int, _ digits: Int) -> (readings: [CalendarDate], tokens: Int)? {
    if digits == 4, let found = eastAsian(at: place, first) { return found }
    guard touches(place), case .sign(let sign)? = token(place + 1), "-/.".unicodeScalars.contains(sign),
      touches(place + 1),
      case .number(let second, let secondDigits)? = token(place + 2), secondDigits <= 2, touches(place + 2),
      token(place + 3) == .sign(sign), touches(place + 3), case .number(let third, let thirdDigits)? = token(place + 4)
    else { return nil }
    // A fourth part makes it something else.
    if touches(place + 4), token(place + 5) == .sign(sign), touches(place + 5), case .number? = token(place + 6) {
      return nil
    }
    if digits == 4 {
      guard thirdDigits <= 2, let date = CalendarDate(first, second, third) else { return nil }
      return ([date], 5)
    }
    guard digits <= 2, thirdDigits == 4 || thirdDigits == 2 else { return nil }
    let years = thirdDigits == 4 ? [third] : [1900 + third, 2000 + third]
    let dayFirst = years.compactMap { CalendarDate($0, second, first) }
    let monthFirst = years.compactMap { CalendarDate($0, first, second) }
    // With periods, the day comes first everywhere.
    var readings =
      switch sign == "." ? .dayFirst : order {
      case .dayFirst: dayFirst
      case .monthFirst: monthFirst
      case nil: dayFirst + monthFirst
      }
    readings = readings.reduce(into: []) { if !$0.contains($1) { $0.append($1) } }
    return readings.isEmpty ? nil : (readings, 5)
  }

  /// `2026年3月4日`, `2026년 3월 4일`.
  private func eastAsian(at place: Int, _ year: Int) -> (readings: [CalendarDate], tokens: Int)? {
    for marks in [["年", "月", "日"], ["년", "월", "일"]] {
      // Chinese characters are signs of their own, Korean ones words.
      let isMark = { (offset: Int, mark: String) in
        switch token(place + offset) {
        case .word(let word): word == mark
        case .sign(let sign): String(sign) == mark
        default: false
        }
      }
      guard isMark(1, marks[0]), case .number(let month, _)? = token(place + 2), isMark(3, marks[1]),
        case .number(let day, _)? = token(place + 4), isMark(5, marks[2]), let date = CalendarDate(year, month, day)
      else { continue }
      return ([date], 6)
    }
    return nil
  }

  // MARK: Names of months

  /// `4 March 2026`, `4th of March, 2026`, `4. März 2026`, `4 de marzo de 2026`, `2026 March 4`.
  private func named(at place: Int, _ first: Int, _ digits: Int) -> (readings: [CalendarDate], tokens: Int)? {
    var next = place + 1
    if digits == 4 {
      guard case .word(let word)? = token(next), let month = Self.months[word],
        case .number(let day, let dayDigits)? = token(next + 1), dayDigits <= 2,
        let date = CalendarDate(first, month, day)
      else { return nil }
      return ([date], 3)
    }
    guard digits <= 2 else { return nil }
    if case .word(let word)? = token(next), Self.ordinals.contains(word) {
      next += 1
    } else if [.sign("."), .sign("º"), .sign("-")].contains(token(next)) {
      next += 1
    }
    if case .word(let word)? = token(next), Self.links.contains(word) { next += 1 }
    guard case .word(let name)? = token(next), let month = Self.months[name] else { return nil }
    next += 1
    if [.sign("."), .sign(","), .sign("-")].contains(token(next)) { next += 1 }
    if token(next) == .sign(",") { next += 1 }
    if case .word(let word)? = token(next), Self.links.contains(word) { next += 1 }
    guard case .number(let year, 4)? = token(next), let date = CalendarDate(year, month, first) else { return nil }
    return ([date], next - place + 1)
  }

  /// `March 4, 2026`, `Mar. 4th 2026`.
  private func monthFirst(at place: Int, _ month: Int) -> (readings: [CalendarDate], tokens: Int)? {
    var next = place + 1
    if token(next) == .sign(".") { next += 1 }
    if token(next) == .word("the") { next += 1 }
    guard case .number(let day, let digits)? = token(next), digits <= 2 else { return nil }
    next += 1
    if case .word(let word)? = token(next), Self.ordinals.contains(word) { next += 1 }
    if token(next) == .sign(",") { next += 1 }
    if token(next) == .word("of") { next += 1 }
    guard case .number(let year, 4)? = token(next), let date = CalendarDate(year, month, day) else { return nil }
    return ([date], next - place + 1)
  }

  private static let ordinals: Set<String> = ["st", "nd", "rd", "th", "er", "º", "ª"]
  private static let links: Set<String> = ["of", "de", "del", "d", "di", "do"]

  /// Months in English, German, French, Spanish, Italian, Portuguese and Dutch, with what shortens them.
  private static let months: [String: Int] = {
    let names = [
      "january jan januar janvier janv enero ene gennaio gen janeiro januari jänner",
      "february feb februar février févr fév febrero febbraio febr fevereiro fev februari",
      "march mar märz mrz mär mars marzo março maart mrt",
      "april apr avril avr abril abr aprile",
      "may mai mayo maggio mag maio mei",
      "june jun juni juin junio giugno giu junho",
      "july jul juli juillet juil julio luglio lug julho",
      "august aug août aout agosto ago augustus",
      "september sep sept septembre septiembre setiembre settembre set setembro",
      "october oct oktober okt octobre octubre ottobre ott outubro out",
      "november nov novembre noviembre novembro",
      "december dec dezember dez décembre déc diciembre dic dicembre dezembro",
    ]
    var table: [String: Int] = [:]
    for (place, words) in names.enumerated() {
      for word in words.split(separator: " ") { table[String(word)] = place + 1 }
    }
    return table
  }()
}
