extension JSONValue {
  /// How much a document may ask of the reader.
  package struct Limits: Sendable, Hashable {
    /// The deepest nesting of lists and objects that is accepted.
    package var depth: Int
    /// The longest text that is accepted, in UTF-8 bytes.
    package var bytes: Int
    /// Whether half of a surrogate pair, which some servers send where they cut a text, is read as U+FFFD.
    package var repairsSurrogates = false

    /// Limits with the given nesting (128 unless told) and length (64 MiB unless told).
    package init(depth: Int = 128, bytes: Int = 64 << 20) {
      self.depth = depth
      self.bytes = bytes
    }
  }

  /// Reads one JSON document (RFC 8259, strict: no comments, no trailing commas, no NaN, no byte order mark).
  ///
  /// When an object has a key twice, the last value counts and stands at the first place. Takes linear time.
  /// - Parameters:
  ///   - text: the document; white space around it is allowed.
  ///   - limits: nesting and length beyond which the document is rejected.
  ///   - firstLine: the number of the first line in error messages, for documents that are lines of a file.
  /// - Throws: ``JSONError`` with the place, what was expected there and what was found.
  package init(parsing text: String, limits: Limits = Limits(), firstLine: Int = 1) throws(JSONError) {
    var text = text
    let result = text.withUTF8 { bytes in
      Result { () throws(JSONError) in
        var parser = JSONParser(bytes: bytes, limits: limits)
        do throws(JSONParser.Failure) {
          return try parser.document()
        } catch {
          throw error.located(in: bytes, firstLine: firstLine)
        }
      }
    }
    self = try result.get()
  }

  /// Reads one JSON document from UTF-8 bytes.
  /// - Parameters:
  ///   - bytes: the document; bytes that are not UTF-8 are an error.
  ///   - limits: nesting and length beyond which the document is rejected.
  ///   - firstLine: the number of the first line in error messages.
  /// - Throws: ``JSONError`` with the place, what was expected there and what was found.
  package init(
    parsing bytes: some Collection<UInt8>, limits: Limits = Limits(), firstLine: Int = 1
  ) throws(JSONError) {
    let text = String(decoding: bytes, as: UTF8.self)
    if let wrong = zip(text.utf8, bytes).enumerated().first(where: { $1.0 != $1.1 })?.offset {
      let before = text.utf8.prefix(wrong)
      throw JSONError(
        line: firstLine + before.count { $0 == UInt8(ascii: "\n") }, column: 1, offset: wrong,
        expected: "UTF-8 text", found: "a byte that is not UTF-8")
    }
    try self.init(parsing: text, limits: limits, firstLine: firstLine)
  }
}

/// Reads a JSON text byte by byte; `position` moves back only over half of a surrogate pair.
struct JSONParser {
  private let bytes: UnsafeBufferPointer<UInt8>
  private let limits: JSONValue.Limits
  private(set) var position: Int
  private var depth = 0

  /// A parser that starts at a byte of a text which must be valid UTF-8.
  init(bytes: UnsafeBufferPointer<UInt8>, limits: JSONValue.Limits, position: Int = 0) {
    self.bytes = bytes
    self.limits = limits
    self.position = position
  }

  /// Reads a whole document with nothing but white space around it.
  mutating func document() throws(Failure) -> JSONValue {
    guard bytes.count <= limits.bytes else {
      throw failure("at most \(limits.bytes) bytes", found: "\(bytes.count) bytes", isLimit: true)
    }
    skipSpace()
    let value = try value()
    skipSpace()
    guard position == bytes.count else { throw failure("the end of the text") }
    return value
  }

  /// Reads one value that starts at the current position.
  mutating func value() throws(Failure) -> JSONValue {
    guard position < bytes.count else { throw failure("a JSON value") }
    switch bytes[position] {
    case UInt8(ascii: "{"): return try object()
    case UInt8(ascii: "["): return try array()
    case UInt8(ascii: "\""): return .string(try string())
    case UInt8(ascii: "-"), UInt8(ascii: "0")...UInt8(ascii: "9"): return .number(try number())
    case UInt8(ascii: "t"): return try literal("true", .bool(true))
    case UInt8(ascii: "f"): return try literal("false", .bool(false))
    case UInt8(ascii: "n"): return try literal("null", .null)
    default: throw failure("a JSON value")
    }
  }

  private mutating func literal(_ word: StaticString, _ value: JSONValue) throws(Failure) -> JSONValue {
    let length = word.utf8CodeUnitCount
    for index in 0..<length {
      guard position + index < bytes.count, bytes[position + index] == word.utf8Start[index] else {
        throw failure("a JSON value")
      }
    }
    position += length
    return value
  }

  private mutating func enter() throws(Failure) {
    guard depth < limits.depth else { throw failure("at most \(limits.depth) levels of nesting", isLimit: true) }
    depth += 1
    position += 1
    skipSpace()
  }

  private mutating func object() throws(Failure) -> JSONValue {
    try enter()
    var object = JSONObject()
    if take(UInt8(ascii: "}")) {
      depth -= 1
      return .object(object)
    }
    while true {
      guard position < bytes.count, bytes[position] == UInt8(ascii: "\"") else {
        throw failure(object.isEmpty ? "a key in double quotes or \"}\"" : "a key in double quotes")
      }
      let key = try string()
      skipSpace()
      guard take(UInt8(ascii: ":")) else { throw failure("\":\" after the key") }
      skipSpace()
      object[key] = try value()
      skipSpace()
      if take(UInt8(ascii: ",")) {
        skipSpace()
      } else if take(UInt8(ascii: "}")) {
        depth -= 1
        return .object(object)
      } else {
        throw failure("\",\" or \"}\"")
      }
    }
  }

  private mutating func array() throws(Failure) -> JSONValue {
    try enter()
    var values: [JSONValue] = []
    if take(UInt8(ascii: "]")) {
      depth -= 1
      return .array(values)
    }
    while true {
      values.append(try value())
      skipSpace()
      if take(UInt8(ascii: ",")) {
        skipSpace()
      } else if take(UInt8(ascii: "]")) {
        depth -= 1
        return .array(values)
      } else {
        throw failure("\",\" or \"]\"")
      }
    }
  }

  private mutating func number() throws(Failure) -> JSONNumber {
    let start = position
    _ = take(UInt8(ascii: "-"))
    if !take(UInt8(ascii: "0")) { try digits("a digit") }
    if take(UInt8(ascii: ".")) { try digits("a digit after the decimal point") }
    if take(UInt8(ascii: "e")) || take(UInt8(ascii: "E")) {
      if !take(UInt8(ascii: "+")) { _ = take(UInt8(ascii: "-")) }
      try digits("a digit in the exponent")
    }
    return JSONNumber(checked: String(decoding: bytes[start..<position], as: UTF8.self))
  }

  private mutating func digits(_ expected: String) throws(Failure) {
    let start = position
    while position < bytes.count, bytes[position] &- UInt8(ascii: "0") < 10 { position += 1 }
    guard position > start else { throw failure(expected) }
  }

  private mutating func string() throws(Failure) -> String {
    position += 1
    let start = position
    while position < bytes.count {
      let byte = bytes[position]
      if byte == UInt8(ascii: "\"") {
        defer { position += 1 }
        return String(decoding: bytes[start..<position], as: UTF8.self)
      }
      if byte == UInt8(ascii: "\\") { return try escapedString(from: start) }
      guard byte >= 0x20 else { throw failure("control characters written as escapes such as \\n") }
      position += 1
    }
    throw failure("a closing quote")
  }

  private mutating func escapedString(from start: Int) throws(Failure) -> String {
    var text = Array(bytes[start..<position])
    while position < bytes.count {
      let byte = bytes[position]
      switch byte {
      case UInt8(ascii: "\""):
        position += 1
        return String(decoding: text, as: UTF8.self)
      case UInt8(ascii: "\\"):
        position += 1
        try escape(into: &text)
      case 0..<0x20: throw failure("control characters written as escapes such as \\n")
      default:
        text.append(byte)
        position += 1
      }
    }
    throw failure("a closing quote")
  }

  private mutating func escape(into text: inout [UInt8]) throws(Failure) {
    guard position < bytes.count else { throw failure("an escape after \"\\\"") }
    let plain: UInt8
    switch bytes[position] {
    case UInt8(ascii: "\""), UInt8(ascii: "\\"), UInt8(ascii: "/"): plain = bytes[position]
    case UInt8(ascii: "b"): plain = 0x08
    case UInt8(ascii: "f"): plain = 0x0C
    case UInt8(ascii: "n"): plain = 0x0A
    case UInt8(ascii: "r"): plain = 0x0D
    case UInt8(ascii: "t"): plain = 0x09
    case UInt8(ascii: "u"):
      position += 1
      text.append(contentsOf: String(try escapedScalar()).utf8)
      return
    default: throw failure("one of \" \\ / b f n r t u after \"\\\"")
    }
    text.append(plain)
    position += 1
  }

  /// Reads what follows `\u`, with its second half when it is a surrogate.
  private mutating func escapedScalar() throws(Failure) -> Unicode.Scalar {
    let first = try codeUnit()
    if let scalar = Unicode.Scalar(UInt32(first)) { return scalar }
    let expected = "a surrogate pair such as \\ud83d\\ude00"
    let afterFirst = position
    guard (0xD800..<0xDC00).contains(first), take(UInt8(ascii: "\\")), take(UInt8(ascii: "u")) else {
      guard limits.repairsSurrogates else { throw failure(expected) }
      position = afterFirst
      return "\u{FFFD}"
    }
    let second = try codeUnit()
    if limits.repairsSurrogates, !(0xDC00..<0xE000).contains(second) {
      // The second half is looked at again by itself.
      position = afterFirst
      return "\u{FFFD}"
    }
    guard (0xDC00..<0xE000).contains(second),
      let scalar = Unicode.Scalar(0x10000 + (UInt32(first) - 0xD800) << 10 + (UInt32(second) - 0xDC00))
    else { throw failure(expected) }
    return scalar
  }

  private mutating func codeUnit() throws(Failure) -> UInt16 {
    var unit: UInt16 = 0
    for _ in 0..<4 {
      guard position < bytes.count, let digit = Character(Unicode.Scalar(bytes[position])).hexDigitValue else {
        throw failure("four hexadecimal digits after \"\\u\"")
      }
      unit = unit << 4 | UInt16(digit)
      position += 1
    }
    return unit
  }

  private mutating func take(_ byte: UInt8) -> Bool {
    guard position < bytes.count, bytes[position] == byte else { return false }
    position += 1
    return true
  }

  private mutating func skipSpace() {
    while position < bytes.count {
      switch bytes[position] {
      case 0x20, 0x0A, 0x0D, 0x09: position += 1
      default: return
      }
    }
  }

  private func failure(_ expected: String, found: String? = nil, isLimit: Bool = false) -> Failure {
    Failure(offset: position, expected: expected, found: found, isLimit: isLimit)
  }
}

extension JSONParser {
  /// What went wrong, still without line and column, which take linear time to count.
  struct Failure: Error {
    /// The position of the byte that can't be there.
    var offset: Int
    var expected: String
    /// What is there instead, if it is something else than the byte at the position.
    var found: String?
    var isLimit = false

    /// The error with its place in the text.
    func located(in bytes: UnsafeBufferPointer<UInt8>, firstLine: Int) -> JSONError {
      let before = bytes[..<offset]
      let lineStart = before.lastIndex(of: 0x0A).map { $0 + 1 } ?? 0
      var error = JSONError(
        line: firstLine + before.count { $0 == 0x0A }, column: 1 + before[lineStart...].count { $0 & 0xC0 != 0x80 },
        offset: offset, expected: expected, found: found ?? Self.word(in: bytes, at: offset))
      error.isLimit = isLimit
      return error
    }

    private static func word(in bytes: UnsafeBufferPointer<UInt8>, at offset: Int) -> String {
      guard offset < bytes.count else { return "the end of the text" }
      let byte = bytes[offset]
      if byte < 0x20 || byte == 0x7F {
        switch byte {
        case 0x0A: return "the end of the line"
        case 0x09: return "a tab"
        default: return "control character U+00" + (byte < 16 ? "0" : "") + String(byte, radix: 16, uppercase: true)
        }
      }
      let isWord = { (byte: UInt8) in byte >= 0x80 || byte == 0x5F || Character(Unicode.Scalar(byte)).isLetter }
      var end = offset + 1
      if isWord(byte) {
        while end < bytes.count, end - offset < 24, isWord(bytes[end]) { end += 1 }
        while end < bytes.count, bytes[end] & 0xC0 == 0x80 { end += 1 }
      }
      let word = String(decoding: bytes[offset..<end], as: UTF8.self)
      return word.unicodeScalars.first == "\u{FEFF}" ? "a byte order mark" : byte == 0x22 ? "a quote" : "\"\(word)\""
    }
  }
}
