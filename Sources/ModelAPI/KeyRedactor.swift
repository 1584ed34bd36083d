import Content
import Foundation

/// Takes a key out of what a server says: copies of it in any case, whatever stands between its letters and digits, written
/// backwards, as base64 or hexadecimal digits, with percent, JSON or HTML escapes, and copies that lack a third of it.
///
/// Only letters and digits are compared, in small letters. A text and the forms of the key are brought to that, and every
/// stretch of the text that stands in a form and is long enough is replaced.
struct KeyRedactor: Sendable {
  /// What takes the key's place.
  static let mark = "[key]"

  private let key: String
  /// The forms of the key, in letters and digits; none where it is too short or plain to be told from words.
  private let forms: [[UInt8]]
  /// The shortest stretch that counts.
  private let window: Int
  /// Where the stretches of that length stand, by their hash.
  private let places: [UInt64: [(form: Int, start: Int)]]

  /// The shortest key that is looked for in answers: servers that need none are often given a word.
  private static let shortestInAnswers = 8

  /// - Parameter key: not empty.
  init(_ key: String) {
    self.key = key
    let plain = Stream(key).bytes
    let isSecret = plain.count >= 12 || plain.count >= 8 && plain.contains { $0 <= UInt8(ascii: "9") }
    let window = max(8, (2 * plain.count + 2) / 3)
    self.window = window
    forms = isSecret ? Self.forms(of: key, plain).filter { $0.count >= window } : []
    var places: [UInt64: [(form: Int, start: Int)]] = [:]
    for (number, form) in forms.enumerated() {
      for start in 0...(form.count - window) {
        let hash = form[start..<(start + window)].reduce(0) { $0 &* Self.factor &+ UInt64($1) }
        places[hash, default: []].append((number, start))
      }
    }
    self.places = places
  }

  private static func forms(of key: String, _ plain: [UInt8]) -> [[UInt8]] {
    let bytes = Array(key.utf8)
    var forms = [plain, plain.reversed(), Array(Hexadecimal.text(bytes).utf8)]
    // What stands before the key decides how its bits fall on the digits; those at the ends belong to its neighbours too.
    for (before, skipped) in [(0, 0), (1, 2), (2, 3)] {
      let digits = Data(repeating: 0, count: before) + Data(bytes)
      let whole = digits.count * 8 / 6
      forms.append(Stream(String(digits.base64EncodedString().prefix(whole).dropFirst(skipped))).bytes)
    }
    return forms
  }

  /// A sentence of a server without the key, however short that is.
  func cleanSentence(_ text: String) -> String { clean(text).replacing(key, with: Self.mark) }

  /// An answer, or any part of one, without the key.
  func clean(_ text: String) -> String {
    guard !forms.isEmpty else {
      return key.utf8.count < Self.shortestInAnswers ? text : text.replacing(key, with: Self.mark)
    }
    guard text.utf8.count >= window else { return text }
    let stream = Stream(text)
    let ranges = matches(in: stream)
    if ranges.isEmpty { return text }
    let bytes = Array(text.utf8)
    var result: [UInt8] = []
    var place = 0
    for range in ranges {
      result += bytes[place..<range.lowerBound]
      result += Self.mark.utf8
      place = range.upperBound
    }
    return String(decoding: result + bytes[place...], as: UTF8.self)
  }

  /// A value with every text in it cleaned.
  func clean(_ value: JSONValue) -> JSONValue {
    if let text = value.string { return .string(clean(text)) }
    if let values = value.array { return .array(values.map { clean($0) }) }
    guard let object = value.object else { return value }
    var cleaned = JSONObject()
    for (name, member) in object { cleaned[clean(name)] = clean(member) }
    return .object(cleaned)
  }

  /// How many bytes at a text's end may be the beginning of a copy of the key.
  func unfinished(_ text: String) -> Int {
    // What an escape stands for isn't known before its end.
    let open = Stream.openEscape(text)
    let stream = Stream(String(decoding: text.utf8.dropLast(open), as: UTF8.self))
    var count = 0
    while count < min(stream.bytes.count, window - 1) {
      let end = stream.bytes[(stream.bytes.count - count - 1)...]
      guard forms.contains(where: { Self.holds($0, end) }) else { break }
      count += 1
    }
    guard count > 0 else { return open }
    return text.utf8.count - stream.starts[stream.starts.count - count]
  }

  private static func holds(_ form: [UInt8], _ part: ArraySlice<UInt8>) -> Bool {
    guard form.count >= part.count else { return false }
    return (0...(form.count - part.count)).contains { form[$0..<($0 + part.count)] == part }
  }

  private static let factor: UInt64 = 0x9E37_79B9_7F4A_7C15

  /// The stretches of a text that stand in a form of the key, in order and apart.
  private func matches(in stream: Stream) -> [Range<Int>] {
    let bytes = stream.bytes
    guard bytes.count >= window else { return [] }
    let leaving = (1..<window).reduce(UInt64(1)) { power, _ in power &* Self.factor }
    var ranges: [Range<Int>] = []
    var hash: UInt64 = 0
    for end in 0..<bytes.count {
      if end >= window { hash = hash &- UInt64(bytes[end - window]) &* leaving }
      hash = hash &* Self.factor &+ UInt64(bytes[end])
      guard end >= window - 1, let known = places[hash] else { continue }
      let start = end - window + 1
      guard known.contains(where: { forms[$0.form][$0.start..<($0.start + window)] == bytes[start...end] }) else {
        continue
      }
      let range = stream.starts[start]..<stream.ends[end]
      if let last = ranges.last, range.lowerBound <= last.upperBound {
        ranges[ranges.count - 1] = last.lowerBound..<max(last.upperBound, range.upperBound)
      } else {
        ranges.append(range)
      }
    }
    return ranges
  }
}

/// The letters and digits of a text in small letters, escapes resolved, with the places where each stands in it.
private struct Stream {
  private(set) var bytes: [UInt8] = []
  private(set) var starts: [Int] = []
  private(set) var ends: [Int] = []

  init(_ text: String) {
    let source = Array(text.utf8)
    bytes.reserveCapacity(source.count)
    var place = 0
    while place < source.count {
      let (byte, length) = Self.next(source, place)
      if let byte, let letter = Self.letter(byte) {
        bytes.append(letter)
        starts.append(place)
        ends.append(place + length)
      }
      place += length
    }
  }

  /// Bytes of an escape that the text's end cuts short.
  static func openEscape(_ text: String) -> Int {
    let end = text.utf8.suffix(8)
    guard let start = end.lastIndex(where: { "%\\&".utf8.contains($0) }) else { return 0 }
    let escape = Array(end[start...])
    let isOpen =
      switch escape[0] {
      case UInt8(ascii: "%"): escape.count < 3
      case UInt8(ascii: "\\"): escape.count < 2 || "ux".utf8.contains(escape[1]) && escape.count < 6
      default: !escape.contains(UInt8(ascii: ";"))
      }
    return isOpen ? escape.count : 0
  }

  /// A letter in small, or a digit.
  private static func letter(_ byte: UInt8) -> UInt8? {
    switch byte {
    case UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "a")...UInt8(ascii: "z"): byte
    case UInt8(ascii: "A")...UInt8(ascii: "Z"): byte | 0x20
    default: nil
    }
  }

  /// The character at a place, and how many bytes stand for it.
  private static func next(_ source: [UInt8], _ place: Int) -> (UInt8?, Int) {
    let byte = source[place]
    let following = place + 1 < source.count ? source[place + 1] : 0
    switch byte {
    case UInt8(ascii: "%"):
      if let code = number(source, place + 1, 2, radix: 16) { return (code, 3) }
    case UInt8(ascii: "\\"):
      if following == UInt8(ascii: "u"), let code = number(source, place + 2, 4, radix: 16) { return (code, 6) }
      if following == UInt8(ascii: "x"), let code = number(source, place + 2, 2, radix: 16) { return (code, 4) }
      if "bfnrt".utf8.contains(following) { return (nil, 2) }
    case UInt8(ascii: "&") where following == UInt8(ascii: "#"):
      let isHexadecimal = place + 2 < source.count && source[place + 2] | 0x20 == UInt8(ascii: "x")
      let start = place + (isHexadecimal ? 3 : 2)
      if let end = source[min(start, source.count)...].prefix(7).firstIndex(of: UInt8(ascii: ";")),
        let code = number(source, start, end - start, radix: isHexadecimal ? 16 : 10)
      {
        return (code, end + 1 - place)
      }
    default: break
    }
    return (byte, 1)
  }

  /// A number below 128, of so many digits.
  private static func number(_ source: [UInt8], _ start: Int, _ count: Int, radix: Int) -> UInt8? {
    guard count > 0, start + count <= source.count else { return nil }
    let digits = String(decoding: source[start..<(start + count)], as: UTF8.self)
    guard digits.utf8.allSatisfy({ letter($0) != nil }), let code = Int(digits, radix: radix), code < 128 else {
      return nil
    }
    return UInt8(code)
  }
}
