import Drawing

/// The next thing in the bytes.
enum KeyToken {
  case event(Event, length: Int)
  /// Characters to be read as text, so that combined ones stay together.
  case text(length: Int)
  /// The beginning of a paste.
  case paste(length: Int)
  /// Something we don't understand, as a whole.
  case nothing(length: Int)
  /// More is needed to tell.
  case incomplete

  static func key(_ key: Key, _ length: Int) -> KeyToken { .event(.key(key), length: length) }
}

extension KeyDecoder {
  static func token(_ bytes: ArraySlice<UInt8>, _ described: [[UInt8]: Key]) -> KeyToken {
    guard let first = bytes.first else { return .incomplete }
    switch first {
    case 0x1B: return escape(bytes, described)
    case 0x00: return .key(Key(.character(" "), .control), 1)
    case 0x08, 0x7F: return .key(.backspace, 1)
    case 0x09: return .key(.tab, 1)
    case 0x0A, 0x0D: return .key(.enter, 1)
    case 0x01...0x1A: return .key(.control(Character(Unicode.Scalar(first + 0x60))), 1)
    case 0x1C...0x1F: return .key(.control(Character(Unicode.Scalar(first + 0x40))), 1)
    default: return text(bytes)
    }
  }

  /// A run of text; an unfinished character at its end waits.
  private static func text(_ bytes: ArraySlice<UInt8>) -> KeyToken {
    var rest = bytes
    while let byte = rest.first, byte >= 0x20, byte != 0x7F, let length = characterLength(rest) {
      rest = rest.dropFirst(length)
    }
    let length = bytes.count - rest.count
    return length > 0 ? .text(length: length) : .incomplete
  }

  /// How many bytes the first character takes, one that is broken among them; nil if more may follow.
  private static func characterLength(_ bytes: ArraySlice<UInt8>) -> Int? {
    guard let first = bytes.first else { return nil }
    let size = first < 0xC2 ? 1 : first < 0xE0 ? 2 : first < 0xF0 ? 3 : first < 0xF5 ? 4 : 1
    let following = bytes.dropFirst().prefix(size - 1).prefix { (0x80..<0xC0).contains($0) }
    return 1 + following.count == bytes.count && following.count < size - 1 ? nil : 1 + following.count
  }

  private static func escape(_ bytes: ArraySlice<UInt8>, _ described: [[UInt8]: Key]) -> KeyToken {
    if let known = described.first(where: { bytes.starts(with: $0.key) }) { return .key(known.value, known.key.count) }
    let rest = bytes.dropFirst()
    guard let second = rest.first else { return .incomplete }
    switch second {
    case 0x5B: return controlSequence(bytes)
    case 0x4F: return singleShift(bytes)
    case _ where beginsString(bytes): return string(bytes)
    case 0x1B where rest.dropFirst().first == 0x1B: return .key(.escape, 1)
    default:
      // Alt sends Escape before the key.
      switch token(rest, described) {
      case .event(.key(let key), let length) where key != .escape:
        return .key(Key(key.code, key.modifiers.union(.alt)), length + 1)
      case .text:
        guard let length = characterLength(rest) else { return .incomplete }
        let text = String(decoding: rest.prefix(length), as: UTF8.self)
        return text.first.map { .key(.alt($0), 1 + length) } ?? .nothing(length: 1 + length)
      case .incomplete: return .incomplete
      default: return .key(.escape, 1)
      }
    }
  }

  /// Whether these are the first bytes of a string for programs: `ESC ]`, `ESC P`, `ESC ^` or `ESC _`. They are those of a
  /// key with Alt, too, after which nothing comes for a while.
  static func beginsString(_ bytes: ArraySlice<UInt8>) -> Bool {
    bytes.first == 0x1B && bytes.dropFirst().first.map { [0x5D, 0x50, 0x5E, 0x5F].contains($0) } == true
  }

  /// A terminal's answer to what another program asked, such as its colours: up to BEL or `ESC \`. It is no key.
  private static func string(_ bytes: ArraySlice<UInt8>) -> KeyToken {
    let body = bytes.dropFirst(2)
    guard let end = body.firstIndex(where: { $0 < 0x20 }) else { return .incomplete }
    let isLong = end - bytes.startIndex >= longestSequence
    if bytes[end] == 0x07 { return .nothing(length: end - bytes.startIndex + 1) }
    if bytes[end] == 0x1B {
      guard let last = body[end...].dropFirst().first else { return .incomplete }
      if last == 0x5C { return .nothing(length: end - bytes.startIndex + 2) }
    }
    if isLong { return .nothing(length: end - bytes.startIndex) }  // cut short by another
    return .key(.alt(Character(Unicode.Scalar(bytes[bytes.startIndex + 1]))), 2)
  }

  /// `ESC O x`: cursor keys in application mode, F1 to F4, the keypad.
  private static func singleShift(_ bytes: ArraySlice<UInt8>) -> KeyToken {
    guard let final = bytes.dropFirst(2).first else { return .incomplete }
    switch final {
    case 0x4D: return .key(.enter, 3)
    case 0x61...0x64:  // rxvt: control with an arrow
      return letters[final - 0x20].map { .key(Key($0, .control), 3) } ?? .nothing(length: 3)
    default: return letters[final].map { .key(Key($0), 3) } ?? .nothing(length: 3)
    }
  }

  /// `ESC [ parameters final`.
  private static func controlSequence(_ bytes: ArraySlice<UInt8>) -> KeyToken {
    let body = bytes.dropFirst(2)
    if body.first == 0x5B {  // the Linux console's F1 to F5
      guard let final = body.dropFirst().first else { return .incomplete }
      guard (0x41...0x45).contains(final) else { return .nothing(length: 4) }
      return .key(.function(Int(final) - 0x40), 4)
    }
    guard let end = body.firstIndex(where: { !(0x20...0x3F).contains($0) }) else { return .incomplete }
    if bytes[end] < 0x20 { return .nothing(length: end - bytes.startIndex) }  // cut short by another
    let length = end - bytes.startIndex + 1
    if length > longestSequence { return .nothing(length: length) }
    let parameters = body[..<end]
    if parameters.first == 0x3C {
      let event = mouse(numbers(parameters.dropFirst()), isRelease: bytes[end] == 0x6D)
      return event.map { .event($0, length: length) } ?? .nothing(length: length)
    }
    if bytes[end] == 0x4D, parameters.isEmpty {  // an old mouse report: three bytes that we don't want
      return bytes.count < length + 3 ? .incomplete : .nothing(length: length + 3)
    }
    // Those that begin with one of <=>? are answers to questions, or questions.
    if let first = parameters.first, first >= 0x3C { return .nothing(length: length) }
    return meaning(of: bytes[end], numbers(parameters), length)
  }

  private static func meaning(of final: UInt8, _ numbers: [Int], _ length: Int) -> KeyToken {
    let held = modifiers(numbers.count > 1 ? numbers[1] : 1)
    func key(_ code: Key.Code?, _ modifiers: Key.Modifiers) -> KeyToken {
      code.map { .key(Key($0, modifiers), length) } ?? .nothing(length: length)
    }
    switch final {
    case 0x49: return .event(.focusGained, length: length)
    case 0x4F: return .event(.focusLost, length: length)
    case 0x5A: return .key(.backTab, length)
    case 0x75: return key(code(ofCharacter: numbers.first ?? 0), held)
    case 0x7E:
      if numbers.first == 200 { return .paste(length: length) }
      if numbers.first == 27, numbers.count > 2 { return key(code(ofCharacter: numbers[2]), held) }
      return key(code(ofNumber: numbers.first ?? 0), held)
    case 0x24: return key(code(ofNumber: numbers.first ?? 0), .shift)  // rxvt: $ shift, ^ control, @ both
    case 0x5E: return key(code(ofNumber: numbers.first ?? 0), .control)
    case 0x40: return key(code(ofNumber: numbers.first ?? 0), [.control, .shift])
    case 0x61...0x64: return key(letters[final - 0x20], .shift)
    default: return key(letters[final], held)
    }
  }

  private static let letters: [UInt8: Key.Code] = [
    0x41: .up, 0x42: .down, 0x43: .right, 0x44: .left, 0x46: .end, 0x48: .home, 0x50: .function(1),
    0x51: .function(2), 0x52: .function(3), 0x53: .function(4),
  ]

  private static func code(ofNumber number: Int) -> Key.Code? {
    switch number {
    case 1, 7: .home
    case 2: .insert
    case 3: .delete
    case 4, 8: .end
    case 5: .pageUp
    case 6: .pageDown
    case 11...15: .function(number - 10)
    case 17...21: .function(number - 11)
    case 23, 24, 25, 26: .function(number - 12)
    case 28, 29: .function(number - 13)
    case 31...34: .function(number - 14)
    default: nil
    }
  }

  private static func code(ofCharacter number: Int) -> Key.Code? {
    switch number {
    case 9: .tab
    case 13: .enter
    case 27: .escape
    case 8, 127: .backspace
    case 32...0x10FFFF: Unicode.Scalar(UInt32(number)).map { .character(Character($0)) }
    default: nil
    }
  }

  private static func modifiers(_ number: Int) -> Key.Modifiers {
    let bits = max(0, number - 1)
    var result: Key.Modifiers = []
    if bits & 1 != 0 { result.insert(.shift) }
    if bits & (2 | 8) != 0 { result.insert(.alt) }
    if bits & 4 != 0 { result.insert(.control) }
    return result
  }

  private static func numbers(_ parameters: ArraySlice<UInt8>) -> [Int] {
    parameters.split(separator: 0x3B, omittingEmptySubsequences: false).map { digits in
      digits.prefix(7).reduce(0) { (0x30...0x39).contains($1) ? $0 * 10 + Int($1 - 0x30) : $0 }
    }
  }

  /// `ESC [ < button ; column ; row M`, or `m` when the button goes up.
  private static func mouse(_ numbers: [Int], isRelease: Bool) -> Event? {
    guard numbers.count == 3, numbers[1] > 0, numbers[2] > 0 else { return nil }
    let bits = numbers[0]
    var held: Key.Modifiers = []
    if bits & 4 != 0 { held.insert(.shift) }
    if bits & 8 != 0 { held.insert(.alt) }
    if bits & 16 != 0 { held.insert(.control) }
    let buttons: [MouseEvent.Button] = [.left, .middle, .right]
    let action: MouseEvent.Action
    switch (bits & ~(4 | 8 | 16 | 32), isRelease) {
    case (64, false): action = .wheelUp
    case (65, false): action = .wheelDown
    case (0...2, true): action = .release
    case (let button, false) where button < 3:
      action = bits & 32 != 0 ? .drag(buttons[button]) : .press(buttons[button])
    default: return nil
    }
    return .mouse(MouseEvent(action, at: Point(x: numbers[1] - 1, y: numbers[2] - 1), held))
  }
}
