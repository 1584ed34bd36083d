/// Joins characters beyond U+FFFF that a server has split over two events of a stream: `"\ud83d"` at the end of a string in
/// one, `"\ude00` at the beginning of a string in the next. Servers written in JavaScript cut their text like this. A pure
/// value.
///
/// A first half that no second one follows is left out.
struct SplitSurrogates {
  /// The escape of a first half that waits for the other one.
  private var half: [UInt8] = []

  /// An event's data with the halves joined.
  mutating func joined(_ data: [UInt8]) -> [UInt8] {
    guard !half.isEmpty || data.contains(UInt8(ascii: "\\")) else { return data }
    var result = data
    if !half.isEmpty, let place = Self.second(in: data) {
      result.insert(contentsOf: half, at: place)
      half = []
    }
    if let place = Self.first(in: result) {
      half = Array(result[place..<place + Self.length])
      result.removeSubrange(place..<place + Self.length)
    }
    return result
  }

  /// Bytes of an escape: a backslash, `u` and four digits.
  private static let length = 6
  private static let quote = UInt8(ascii: "\"")

  /// Where an escape for a first half stands at the end of a string.
  private static func first(in data: [UInt8]) -> Int? {
    escapes(in: data).first { place, unit in
      (0xD800..<0xDC00).contains(unit) && place + length < data.count && data[place + length] == quote
    }?.place
  }

  /// Where an escape for a second half stands at the beginning of a string.
  private static func second(in data: [UInt8]) -> Int? {
    escapes(in: data).first { place, unit in
      (0xDC00..<0xE000).contains(unit) && place > 0 && data[place - 1] == quote
    }?.place
  }

  /// The places of `\uXXXX` with their numbers. A backslash that is itself escaped begins none.
  private static func escapes(in data: [UInt8]) -> [(place: Int, unit: Int)] {
    var found: [(place: Int, unit: Int)] = []
    var place = 0
    while place < data.count {
      guard data[place] == UInt8(ascii: "\\") else {
        place += 1
        continue
      }
      if place + length <= data.count, data[place + 1] == UInt8(ascii: "u"),
        let unit = Int(String(decoding: data[place + 2..<place + length], as: UTF8.self), radix: 16)
      {
        found.append((place, unit))
        place += length
      } else {
        place += 2
      }
    }
    return found
  }
}
