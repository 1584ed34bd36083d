/// Cuts bytes into lines as they come in. A carriage return ends a line too: that is how progress is drawn.
package struct LineSplitter: Sendable {
  /// What is longer is cut into several lines.
  package static let longestLine = 16_384

  private var pending: [UInt8] = []

  /// Nothing read yet.
  package init() {}

  /// Takes in bytes and returns the lines that are whole now, without their ends and without empty ones.
  package mutating func add(_ bytes: some Sequence<UInt8>) -> [String] {
    var lines: [String] = []
    for byte in bytes {
      if byte == 10 || byte == 13 || pending.count >= Self.longestLine {
        if let line = finish() { lines.append(line) }
      }
      if byte != 10 && byte != 13 { pending.append(byte) }
    }
    return lines
  }

  /// What came after the last line's end.
  package mutating func finish() -> String? {
    defer { pending.removeAll(keepingCapacity: true) }
    return pending.isEmpty ? nil : String(decoding: pending, as: UTF8.self)
  }
}
