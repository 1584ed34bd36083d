/// What a streamed answer is cut into.
package enum StreamFraming: Sendable {
  /// Server-sent events.
  case events
  /// A JSON value on each line.
  case lines

  /// A parser that has read nothing yet.
  var parser: any StreamParsing {
    switch self {
    case .events: ServerSentEvents()
    case .lines: JSONLines()
    }
  }
}

/// Cuts a stream of bytes into events. A pure value: the bytes may be cut anywhere.
protocol StreamParsing: Sendable {
  /// Takes the next bytes and returns the events they complete.
  mutating func feed(_ bytes: some Sequence<UInt8>) -> [ServerSentEvents.Event]
  /// The stream has ended: returns the event that was under way, if there is one.
  mutating func finish() -> ServerSentEvents.Event?
}

/// Cuts a stream of bytes into lines, an event each. A pure value: the bytes may be cut anywhere.
///
/// A line ends with LF or CRLF; a byte-order mark and blank lines are passed over.
struct JSONLines: StreamParsing {
  private var line: [UInt8] = []
  private var isFirst = true

  /// Bytes of the line that is under way.
  var pending: Int { line.count }

  mutating func feed(_ bytes: some Sequence<UInt8>) -> [ServerSentEvents.Event] {
    var events: [ServerSentEvents.Event] = []
    for byte in bytes {
      if byte == 0x0A {
        if let event = finish() { events.append(event) }
      } else {
        line.append(byte)
      }
    }
    return events
  }

  mutating func finish() -> ServerSentEvents.Event? {
    defer { line.removeAll(keepingCapacity: true) }
    var content = line[...]
    if isFirst, content.starts(with: [0xEF, 0xBB, 0xBF]) { content = content.dropFirst(3) }
    isFirst = false
    guard content.contains(where: { $0 > 0x20 }) else { return nil }
    return ServerSentEvents.Event(data: Array(content))
  }
}
