extension JSONValue {
  /// How a document is laid out.
  package enum Layout: Sendable, Hashable {
    /// No white space at all: one line of a JSONL file.
    case compact
    /// One line, with a space after each comma and colon.
    case spaced
    /// A member or element per line, indented by two spaces.
    case pretty
  }

  /// The document as JSON text, which always reads back as the same value.
  ///
  /// Only quotes, backslashes and control characters are escaped. There is no newline at the end.
  package func text(_ layout: Layout = .compact) -> String {
    text(layout, limit: .max)
  }

  /// The beginning of the document, in UTF-8 bytes; a little more than `limit`, since texts of up to that length are
  /// not cut.
  func text(_ layout: Layout, limit: Int) -> String {
    var writer = JSONWriter(layout: layout, limit: limit)
    writer.write(self)
    return String(decoding: writer.bytes, as: UTF8.self)
  }
}

/// Collects the bytes of a JSON text.
private struct JSONWriter {
  let layout: JSONValue.Layout
  let limit: Int
  var bytes: [UInt8] = []
  private var level = 0

  init(layout: JSONValue.Layout, limit: Int) {
    self.layout = layout
    self.limit = limit
  }

  mutating func write(_ value: JSONValue) {
    guard bytes.count < limit else { return }
    switch value {
    case .null: bytes.append(contentsOf: "null".utf8)
    case .bool(let value): bytes.append(contentsOf: (value ? "true" : "false").utf8)
    case .number(let number): bytes.append(contentsOf: number.text.utf8)
    case .string(let text): write(text)
    case .array(let values):
      write(from: "[", to: "]", count: values.count) { $0.write(values[$1]) }
    case .object(let object):
      write(from: "{", to: "}", count: object.count) { writer, place in
        writer.write(object.keys[place])
        writer.bytes.append(UInt8(ascii: ":"))
        if writer.layout != .compact { writer.bytes.append(UInt8(ascii: " ")) }
        writer.write(object.values[place])
      }
    }
  }

  private mutating func write(
    from open: Unicode.Scalar, to close: Unicode.Scalar, count: Int, element: (inout JSONWriter, Int) -> Void
  ) {
    bytes.append(UInt8(ascii: open))
    level += 1
    for place in 0..<count {
      guard bytes.count < limit else { return }
      if place > 0 {
        bytes.append(UInt8(ascii: ","))
        if layout == .spaced { bytes.append(UInt8(ascii: " ")) }
      }
      breakLine()
      element(&self, place)
    }
    level -= 1
    if count > 0 { breakLine() }
    bytes.append(UInt8(ascii: close))
  }

  private mutating func breakLine() {
    guard layout == .pretty else { return }
    bytes.append(UInt8(ascii: "\n"))
    bytes.append(contentsOf: repeatElement(UInt8(ascii: " "), count: 2 * level))
  }

  private mutating func write(_ text: String) {
    bytes.append(UInt8(ascii: "\""))
    // A text much longer than the limit is cut between scalars.
    var text = text.utf8.count / 2 > limit ? String(text.unicodeScalars.prefix(limit)) : text
    text.withUTF8 { units in
      var plain = 0
      for place in units.indices where Self.isEscaped(units[place]) {
        bytes.append(contentsOf: units[plain..<place])
        escape(units[place])
        plain = place + 1
      }
      bytes.append(contentsOf: units[plain...])
    }
    bytes.append(UInt8(ascii: "\""))
  }

  private static func isEscaped(_ byte: UInt8) -> Bool {
    byte < 0x20 || byte == UInt8(ascii: "\"") || byte == UInt8(ascii: "\\") || byte == 0x7F
  }

  private mutating func escape(_ byte: UInt8) {
    switch byte {
    case UInt8(ascii: "\""): bytes.append(contentsOf: "\\\"".utf8)
    case UInt8(ascii: "\\"): bytes.append(contentsOf: "\\\\".utf8)
    case 0x0A: bytes.append(contentsOf: "\\n".utf8)
    case 0x0D: bytes.append(contentsOf: "\\r".utf8)
    case 0x09: bytes.append(contentsOf: "\\t".utf8)
    default: bytes.append(contentsOf: ("\\u00" + (byte < 16 ? "0" : "") + String(byte, radix: 16)).utf8)
    }
  }
}
