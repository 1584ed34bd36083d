/// Splits a stream of bytes into server-sent events. A pure value: the bytes may be cut anywhere.
///
/// It knows LF, CRLF and CR line ends, comment lines, a byte-order mark, data over several lines, and events that the
/// stream's end leaves without their blank line.
struct ServerSentEvents: StreamParsing {
  /// One event.
  struct Event: Hashable {
    /// The event's type; empty when the server gives none.
    var name = ""
    /// The data lines, joined by line feeds.
    var data: [UInt8] = []
  }

  private var line: [UInt8] = []
  private var event = Event()
  private var hasData = false
  private var afterCarriageReturn = false
  private var isFirstLine = true

  /// Takes the next bytes and returns the events they complete.
  mutating func feed(_ bytes: some Sequence<UInt8>) -> [Event] {
    var events: [Event] = []
    for byte in bytes {
      if byte == 0x0A, afterCarriageReturn {
        afterCarriageReturn = false
        continue
      }
      afterCarriageReturn = byte == 0x0D
      if byte == 0x0A || byte == 0x0D {
        if let event = endLine() { events.append(event) }
      } else {
        line.append(byte)
      }
    }
    return events
  }

  /// The stream has ended: returns the event that was under way, if it has data.
  mutating func finish() -> Event? {
    if !line.isEmpty { _ = endLine() }
    return endEvent()
  }

  private mutating func endLine() -> Event? {
    var content = line[...]
    line.removeAll(keepingCapacity: true)
    if isFirstLine {
      isFirstLine = false
      if content.starts(with: [0xEF, 0xBB, 0xBF]) { content = content.dropFirst(3) }
    }
    if content.isEmpty { return endEvent() }
    if content.first == UInt8(ascii: ":") { return nil }
    let colon = content.firstIndex(of: UInt8(ascii: ":")) ?? content.endIndex
    let field = content[..<colon]
    var value = content[colon...].dropFirst()
    if value.first == UInt8(ascii: " ") { value = value.dropFirst() }
    if field.elementsEqual("data".utf8) {
      if hasData { event.data.append(0x0A) }
      event.data.append(contentsOf: value)
      hasData = true
    } else if field.elementsEqual("event".utf8) {
      event.name = String(decoding: value, as: UTF8.self)
    }
    return nil
  }

  private mutating func endEvent() -> Event? {
    defer {
      event = Event()
      hasData = false
    }
    return hasData ? event : nil
  }
}
