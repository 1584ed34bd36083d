import Drawing
import Testing

@testable import Terminal

/// What a terminal sends, and what it is sent.
@Suite struct TerminalFuzzTests {
  private static let keys = [
    "a", "é作👩‍🚀", "\u{1B}[A", "\u{1B}OA", "\u{1B}[1;5C", "\u{1B}[3~", "\u{1B}[27;5;13~", "\u{1B}[120;5u", "\u{1B}x",
    "\u{1B}[<0;3;5M\u{1B}[<32;4;5M\u{1B}[<0;4;5m", "\u{1B}[<65;300;200M", "\u{1B}[M !!x", "\u{1B}[I\u{1B}[O",
    "\u{1B}[200~pasted\r\ntext\u{1B}[201~", "\u{1B}[?62;52;c", "\u{1B}]11;rgb:0000/0000/0000\u{7}",
    "\u{1B}P1+r\u{1B}\\",
    "\u{1B}[[A", "\u{1B}\u{1B}[A",
  ]

  /// However the bytes come in pieces, the events are the same; and after a silence a key is a key.
  @Test func keys() async throws {
    let words = [
      "\u{1B}", "\u{1B}[", "\u{1B}O", "\u{1B}[<", "\u{1B}[200~", "\u{1B}[201~", ";", "~", "M", "m", "u", "\u{9B}",
    ]
    try await Fuzzer("keys", corpus: Self.keys, words: words).run { bytes, generator in
      var whole = KeyDecoder()
      var piecewise = KeyDecoder()
      let expected = whole.feed(bytes)
      var events: [Event] = []
      var rest = bytes[...]
      while !rest.isEmpty {
        let piece = rest.prefix(Int.random(in: 1...9, using: &generator))
        events += piecewise.feed(piece)
        rest = rest.dropFirst(piece.count)
      }
      if Self.joined(events) != Self.joined(expected) { return "cut otherwise, other keys" }
      for case .key(let key) in events {
        if case .character(let character) = key.code, character.unicodeScalars.contains(where: { $0.value < 0x20 }) {
          return "a control typed as text"
        }
      }
      _ = whole.flush()
      if whole.feed("q".utf8) != [.key("q")] { return "a key after a silence is none" }
      for case .mouse(let mouse) in events where mouse.point.x < 0 || mouse.point.y < 0 {
        return "a place that is none"
      }
      return nil
    }
  }

  /// The events with what is typed in one piece: a mark may come after the character that it belongs to.
  private static func joined(_ events: [Event]) -> [String] {
    events.reduce(into: []) { texts, event in
      if case .key(let key) = event, case .character(let character) = key.code, key.modifiers.isEmpty {
        if texts.last?.hasPrefix("typed\n") != true { texts.append("typed\n") }
        texts[texts.count - 1].unicodeScalars.append(contentsOf: character.unicodeScalars)
      } else {
        texts.append("\(event)")
      }
    }
  }

  /// Text that anybody wrote, on its way to a terminal.
  @Test func shownText() async throws {
    let corpus = ["plain", "é作👩‍🚀 e\u{301} \u{1F1E9}\u{1F1EA}", "\u{1B}]0;x\u{7}", "a\tb\r\nc", "שלום \u{202E}x\u{2066}"]
    try await Fuzzer("shown-text", corpus: corpus, words: ["\u{1B}[2J", "\u{9B}", "\u{200B}", "\u{E0001}", "\u{FE0F}"])
      .run {
        bytes, generator in
        let text = String(decoding: bytes, as: UTF8.self)
        for shown in [TextWidth.sanitized(text), TextWidth.singleLine(text)] {
          for scalar in shown.unicodeScalars where scalar.value < 0x20 && scalar != "\n" && scalar != "\t" {
            return "the control \(scalar.value) is shown"
          }
          if shown.unicodeScalars.contains(where: {
            (0x7F..<0xA0).contains($0.value) || (0x202A...0x202E).contains($0.value)
          }) {
            return "a control is shown"
          }
        }
        if TextWidth.singleLine(text).contains("\n") { return "a line break in a line" }
        if TextWidth.copyable(text).unicodeScalars.contains("\u{1B}") { return "an escape is copied" }
        let width = Int.random(in: 0...40, using: &generator)
        if TextWidth.columns(of: TextWidth.truncate(text, to: width)) > width { return "wider than \(width)" }
        var surface = Surface(width: width, height: 3)
        surface.write(text, at: Point(x: Int.random(in: -5...45, using: &generator), y: 1))
        for cell in surface.cells {
          for scalar in cell.glyph.scalars where scalar.value < 0x20 || (0x7F..<0xA0).contains(scalar.value) {
            return "a control in a cell"
          }
        }
        // One character may take more, such as a space with a wide mark.
        for line in TextWidth.wrap(text, to: max(2, width))
        where TextWidth.columns(of: line) > max(2, width) && line.count > 1 {
          return "a wrapped line is wider than \(width)"
        }
        return nil
      }
  }

  /// Compiled terminfo entries, which `TERMINFO` may take from anywhere.
  @Test func descriptions() async throws {
    let real = ["xterm-256color", "tmux-256color", "vt100", "linux"].compactMap {
      TerminalDescription.entry(named: $0, environment: [:])
    }
    try await Fuzzer("descriptions", corpus: real + [[0x1E, 2, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0]], words: []).run {
      bytes, _ in
      guard let plain = TerminalDescription.plain(bytes) else { return nil }
      return plain.count == bytes.count ? nil : "an entry of another size"
    }
  }
}
