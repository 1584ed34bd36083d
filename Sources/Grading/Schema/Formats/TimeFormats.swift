/// Dates and times of RFC 3339, and durations of its appendix A.
enum TimeFormats {
  /// The numbers of a text such as `12:34:56`, if it has that shape: digits of given lengths with a sign between them.
  private static func numbers(_ text: Substring, lengths: [Int], separator: Character) -> [Int]? {
    let parts = text.split(separator: separator, omittingEmptySubsequences: false)
    guard parts.count == lengths.count else { return nil }
    var numbers: [Int] = []
    for (part, length) in zip(parts, lengths) {
      guard part.utf8.count == length, part.utf8.allSatisfy(isDigit), let number = Int(part) else { return nil }
      numbers.append(number)
    }
    return numbers
  }

  static func isDigit(_ byte: UInt8) -> Bool { byte &- UInt8(ascii: "0") < 10 }

  /// Whether the text is a day of the Gregorian calendar such as `2024-02-29`.
  static func isDate(_ text: Substring) -> Bool {
    guard let date = numbers(text, lengths: [4, 2, 2], separator: "-"), (1...12).contains(date[1]) else { return false }
    let isLeapYear = date[0] % 4 == 0 && (date[0] % 100 != 0 || date[0] % 400 == 0)
    let days = [31, isLeapYear ? 29 : 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31]
    return (1...days[date[1] - 1]).contains(date[2])
  }

  /// Whether the text is a time with an offset such as `12:00:00.5Z`; a leap second must be one in UTC.
  static func isTime(_ text: Substring) -> Bool {
    guard text.utf8.count > 8, let clock = numbers(text.prefix(8), lengths: [2, 2, 2], separator: ":") else {
      return false
    }
    var rest = text.dropFirst(8)
    if rest.first == "." {
      let digits = rest.dropFirst().utf8.prefix(while: isDigit)
      guard !digits.isEmpty else { return false }
      rest = rest.dropFirst(1 + digits.count)
    }
    var offset = 0
    if rest != "Z", rest != "z" {
      guard let sign = rest.first, sign == "+" || sign == "-",
        let zone = numbers(rest.dropFirst(), lengths: [2, 2], separator: ":"), zone[0] < 24, zone[1] < 60
      else { return false }
      offset = (sign == "-" ? -1 : 1) * (zone[0] * 60 + zone[1])
    }
    guard clock[0] < 24, clock[1] < 60, clock[2] <= 60 else { return false }
    guard clock[2] == 60 else { return true }
    let minute = clock[0] * 60 + clock[1] - offset
    return (minute + 2880) % 1440 == 1439
  }

  /// Whether the text is a date, `T` and a time.
  static func isDateTime(_ text: String) -> Bool {
    guard text.utf8.count > 11 else { return false }
    let separator = text.dropFirst(10).first
    return isDate(text.prefix(10)) && (separator == "T" || separator == "t") && isTime(text.dropFirst(11))
  }

  /// Whether the text is a duration such as `P1Y2M3DT4H` or `P2W`.
  static func isDuration(_ text: String) -> Bool {
    guard text.first == "P" else { return false }
    let parts = text.dropFirst().split(separator: "T", maxSplits: 1, omittingEmptySubsequences: false)
    if let weeks = units(parts[0], "W"), weeks == 1 { return parts.count == 1 }
    guard let days = units(parts[0], "YMD") else { return false }
    guard parts.count == 2 else { return days > 0 }
    return (units(parts[1], "HMS") ?? 0) > 0
  }

  /// How many numbers with units there are, nil when they are not some of `order` without a gap, in that order.
  private static func units(_ text: Substring, _ order: String) -> Int? {
    var rest = text
    var places: [Int] = []
    let order = Array(order)
    while !rest.isEmpty {
      let digits = rest.utf8.prefix(while: isDigit).count
      guard digits > 0, let unit = rest.dropFirst(digits).first, let place = order.firstIndex(of: unit),
        places.last.map({ place == $0 + 1 }) ?? true
      else { return nil }
      places.append(place)
      rest = rest.dropFirst(digits + 1)
    }
    return places.count
  }
}
