/// A day of the Gregorian calendar.
struct CalendarDate: Sendable, Hashable {
  var year: Int
  var month: Int
  var day: Int

  /// A day; nil where there is none such.
  init?(_ year: Int, _ month: Int, _ day: Int) {
    guard (1...9999).contains(year), (1...12).contains(month), day >= 1, day <= Self.days(of: month, in: year) else {
      return nil
    }
    (self.year, self.month, self.day) = (year, month, day)
  }

  private static func days(of month: Int, in year: Int) -> Int {
    switch month {
    case 2: year % 4 == 0 && (year % 100 != 0 || year % 400 == 0) ? 29 : 28
    case 4, 6, 9, 11: 30
    default: 31
    }
  }

  /// Days since 1 March of year 0, for differences (Hinnant, "chrono-compatible low-level date algorithms").
  var number: Int {
    let shifted = month <= 2 ? year - 1 : year
    let dayOfYear = (153 * ((month + 9) % 12) + 2) / 5 + day - 1
    return 365 * shifted + shifted / 4 - shifted / 100 + shifted / 400 + dayOfYear
  }

  /// As ISO 8601 writes it.
  var text: String {
    func padded(_ value: Int, _ length: Int) -> String {
      String(repeating: "0", count: max(0, length - String(value).count)) + String(value)
    }
    return "\(padded(year, 4))-\(padded(month, 2))-\(padded(day, 2))"
  }
}

/// A date in a text.
struct WrittenDate: Sendable, Hashable {
  /// The days that it may mean: several where day and month, or the century, can't be told apart.
  var readings: [CalendarDate]
  /// As it was written.
  var text: String
}
