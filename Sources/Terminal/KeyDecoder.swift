import Drawing

/// Turns the bytes that a terminal sends into events.
///
/// A value without a clock: what can't be decided yet is kept until more bytes come, or until `flush` says that none
/// will (a lone Escape, for one). Understands what xterm and its relatives, the Linux console, rxvt and kitty's
/// `CSI u` send, whatever mode the cursor keys are in, and further sequences from the terminal's own description.
package struct KeyDecoder: Sendable {
  private var pending: [UInt8] = []
  private var pasted: [UInt8]?
  /// What is passed over, because it is longer than any key.
  private var passing: Passing?
  private let described: [[UInt8]: Key]

  private enum Passing { case controlSequence, string }

  /// A sequence that goes on longer is no key.
  static let longestSequence = 64
  private static let pasteEnd: [UInt8] = Array("\u{1B}[201~".utf8)

  /// Makes a decoder; `described` are sequences that its terminal's description names.
  package init(described: [[UInt8]: Key] = [:]) { self.described = described }

  /// True if the bytes so far could be the beginning of something longer.
  package var isWaiting: Bool { (!pending.isEmpty || passing != nil) && pasted == nil }

  /// True in the middle of a paste, whose end may take a while on a slow connection.
  package var isPasting: Bool { pasted != nil }

  /// Takes bytes and returns the events that are complete now.
  package mutating func feed(_ bytes: some Sequence<UInt8>) -> [Event] {
    pending += bytes
    return decode(isComplete: false)
  }

  /// Nothing follows: returns what the bytes kept back mean by themselves.
  package mutating func flush() -> [Event] { decode(isComplete: true) }

  private mutating func decode(isComplete: Bool) -> [Event] {
    var events: [Event] = []
    var rest = pending[...]
    while !rest.isEmpty {
      if pasted != nil {
        guard let event = takePaste(&rest) else { break }
        events.append(event)
        continue
      }
      if let kind = passing {
        guard pass(kind, &rest) else { break }
        continue
      }
      switch KeyDecoder.token(rest, described) {
      case .event(let event, let length):
        events.append(event)
        rest = rest.dropFirst(length)
      case .text(let length):
        for character in String(decoding: rest.prefix(length), as: UTF8.self) {
          events.append(.key(.character(character)))
        }
        rest = rest.dropFirst(length)
      case .paste(let length):
        pasted = []
        rest = rest.dropFirst(length)
      case .nothing(let length): rest = rest.dropFirst(length)
      case .incomplete where isComplete && KeyDecoder.beginsString(rest):
        // It was the key after all.
        events.append(.key(.alt(Character(Unicode.Scalar(rest[rest.startIndex + 1])))))
        rest = rest.dropFirst(2)
      case .incomplete where isComplete:
        events += KeyDecoder.alone(rest)
        rest = []
      case .incomplete where rest.count > KeyDecoder.longestSequence && rest.dropFirst().first == 0x1B:
        events.append(.key(.escape))
        rest = rest.dropFirst()
      case .incomplete where rest.count > KeyDecoder.longestSequence:
        passing = KeyDecoder.beginsString(rest) ? .string : .controlSequence
        rest = rest.dropFirst(2)
      case .incomplete:
        pending = Array(rest)
        return events
      }
    }
    if isComplete {
      if let text = pasted { events.append(KeyDecoder.paste(text + rest)) }
      (pending, pasted, passing) = ([], nil, nil)
    } else {
      pending = Array(rest)
    }
    return events
  }

  /// Passes over the rest of a sequence up to its end, or up to what can't belong to it; false if more is needed to tell.
  private mutating func pass(_ kind: Passing, _ rest: inout ArraySlice<UInt8>) -> Bool {
    let end =
      switch kind {
      case .controlSequence: rest.firstIndex { !(0x20...0x3F).contains($0) }
      case .string: rest.firstIndex { $0 < 0x20 }
      }
    rest = end.map { rest[$0...] } ?? []
    guard let last = rest.first else { return true }
    if kind == .string, rest.elementsEqual([0x1B]) { return false }
    passing = nil
    if rest.starts(with: [0x1B, 0x5C]), kind == .string {
      rest = rest.dropFirst(2)
    } else if last >= 0x20 || last == 0x07 && kind == .string {
      rest = rest.dropFirst()
    }
    return true
  }

  /// What an unfinished sequence means by itself: Escape, Alt with the key after it, or nothing.
  private static func alone(_ bytes: ArraySlice<UInt8>) -> [Event] {
    guard bytes.first == 0x1B else { return [] }
    if bytes.count == 1 { return [.key(.escape)] }
    if bytes.elementsEqual([0x1B, 0x1B]) { return [.key(.escape), .key(.escape)] }
    if bytes.count == 2, let last = bytes.last, last == 0x5B || last == 0x4F {
      return [.key(.alt(Character(Unicode.Scalar(last))))]
    }
    return []
  }

  private mutating func takePaste(_ rest: inout ArraySlice<UInt8>) -> Event? {
    let end = KeyDecoder.pasteEnd
    var index = rest.startIndex
    while index < rest.endIndex {
      if rest[index] == 0x1B {
        let candidate = rest[index...].prefix(end.count)
        if candidate.elementsEqual(end) {
          let event = KeyDecoder.paste((pasted ?? []) + rest[..<index])
          pasted = nil
          rest = rest[index...].dropFirst(end.count)
          return event
        }
        if candidate.elementsEqual(end.prefix(candidate.count)) { break }  // perhaps the end, not all of it here yet
      }
      index += 1
    }
    pasted? += rest[..<index]
    rest = rest[index...]
    return nil
  }

  /// A paste; terminals send a carriage return for each line break in it.
  private static func paste(_ bytes: [UInt8]) -> Event {
    let text = String(decoding: bytes, as: UTF8.self)
    guard bytes.contains(0x0D) else { return .paste(text) }
    var result = ""
    for character in text { result.append(character == "\r" || character == "\r\n" ? "\n" : character) }
    return .paste(result)
  }
}
