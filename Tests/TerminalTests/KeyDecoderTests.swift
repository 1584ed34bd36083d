import Drawing
import Terminal
import Testing

@Suite struct KeyDecoderTests {
  private func keys(_ text: String) -> [String] {
    var decoder = KeyDecoder()
    return (decoder.feed(text.utf8) + decoder.flush()).map(\.written)
  }

  @Test(arguments: [
    ("a", ["a"]), ("é作", ["é", "作"]), ("e\u{301}", ["e\u{301}"]), ("👩‍🚀", ["👩‍🚀"]), (" ", ["Space"]),
    ("\r", ["Enter"]), ("\n", ["Enter"]), ("\t", ["Tab"]), ("\u{7F}", ["Backspace"]), ("\u{08}", ["Backspace"]),
    ("\u{03}", ["Ctrl-c"]), ("\u{1A}", ["Ctrl-z"]), ("\u{00}", ["Ctrl-Space"]), ("\u{1C}", ["Ctrl-\\"]),
    ("\u{1B}", ["Esc"]), ("\u{1B}\u{1B}", ["Esc", "Esc"]), ("\u{1B}x", ["Alt-x"]), ("\u{1B}é", ["Alt-é"]),
    ("\u{1B}\r", ["Alt-Enter"]), ("\u{1B}\u{7F}", ["Alt-Backspace"]), ("\u{1B}[", ["Alt-["]),
    ("\u{1B}[A", ["Up"]), ("\u{1B}OA", ["Up"]), ("\u{1B}[1;5C", ["Ctrl-Right"]), ("\u{1B}[1;2B", ["Shift-Down"]),
    ("\u{1B}[1;3D", ["Alt-Left"]), ("\u{1B}[1;6D", ["Ctrl-Shift-Left"]), ("\u{1B}[H", ["Home"]), ("\u{1B}OF", ["End"]),
    ("\u{1B}[1~", ["Home"]), ("\u{1B}[4~", ["End"]), ("\u{1B}[7~", ["Home"]), ("\u{1B}[3~", ["Delete"]),
    ("\u{1B}[3;5~", ["Ctrl-Delete"]), ("\u{1B}[5~\u{1B}[6~", ["PageUp", "PageDown"]), ("\u{1B}[2~", ["Insert"]),
    ("\u{1B}OP", ["F1"]), ("\u{1B}[[A", ["F1"]), ("\u{1B}[15~", ["F5"]), ("\u{1B}[17~", ["F6"]),
    ("\u{1B}[24~", ["F12"]),
    ("\u{1B}[Z", ["Shift-Tab"]), ("\u{1B}Od", ["Ctrl-Left"]), ("\u{1B}[a", ["Shift-Up"]),
    ("\u{1B}[3^", ["Ctrl-Delete"]),
    ("\u{1B}\u{1B}[A", ["Alt-Up"]), ("\u{1B}[120;5u", ["Ctrl-x"]), ("\u{1B}[27;5;13~", ["Ctrl-Enter"]),
    ("\u{1B}]11;rgb:0000/1111/2222\u{7}x", ["x"]), ("\u{1B}P1+r4d73\u{1B}\\x", ["x"]), ("\u{1B}_G\u{1B}\\", []),
    ("\u{1B}[1;5\u{1B}[A", ["Up"]), ("\u{1B}]", ["Alt-]"]), ("\u{1B}P\u{1B}P", ["Alt-P", "Alt-P"]),
    ("\u{1B}]a", ["Alt-]", "a"]),
    ("\u{1B}[I\u{1B}[O", ["focus", "blur"]), ("\u{1B}[?62;c", []), ("\u{1B}[M !!x", ["x"]),
  ])
  func sequences(bytes: String, expected: [String]) {
    #expect(keys(bytes) == expected)
  }

  @Test func mouseReports() {
    var decoder = KeyDecoder()
    let bytes =
      "\u{1B}[<0;3;5M\u{1B}[<32;4;5M\u{1B}[<0;4;5m\u{1B}[<64;1;1M\u{1B}[<65;300;200M\u{1B}[<18;1;1M\u{1B}[<35;2;2M"
    #expect(
      decoder.feed(bytes.utf8) == [
        .mouse(MouseEvent(.press(.left), at: Point(x: 2, y: 4))),
        .mouse(MouseEvent(.drag(.left), at: Point(x: 3, y: 4))),
        .mouse(MouseEvent(.release, at: Point(x: 3, y: 4))),
        .mouse(MouseEvent(.wheelUp, at: Point(x: 0, y: 0))),
        .mouse(MouseEvent(.wheelDown, at: Point(x: 299, y: 199))),
        .mouse(MouseEvent(.press(.right), at: Point(x: 0, y: 0), .control)),
      ])
  }

  @Test func pastesAreTextWhateverTheyHold() {
    var decoder = KeyDecoder()
    #expect(
      decoder.feed("x\u{1B}[200~a\r\nb\rc\u{1B}[A\u{03}\u{1B}[201~y".utf8) == [
        .key("x"), .paste("a\nb\nc\u{1B}[A\u{03}"), .key("y"),
      ])
  }

  /// A terminal may hand over its bytes in pieces of any size.
  @Test func bytesMayComeOneByOne() {
    let bytes = "é\u{1B}[1;5C\u{1B}OA作\u{1B}[200~pasted \u{1B}[20 text 👍\u{1B}[201~\u{1B}[<0;3;5Mz\u{1B}x"
    var whole = KeyDecoder()
    var piecewise = KeyDecoder()
    let expected = whole.feed(bytes.utf8)
    #expect(expected.count == 8)
    #expect(bytes.utf8.flatMap { piecewise.feed([$0]) } == expected)
    #expect(!piecewise.isWaiting)
  }

  @Test func aPasteWithoutEndEndsWithTheSilence() {
    var decoder = KeyDecoder()
    #expect(decoder.feed("\u{1B}[200~ab\rq\u{1B}[20".utf8) == [])
    #expect(decoder.isPasting && !decoder.isWaiting)
    #expect(decoder.flush() == [.paste("ab\nq\u{1B}[20")])
    #expect(decoder.feed("q".utf8) == [.key("q")])
  }

  /// A report of any length is no text, and what follows it is.
  @Test(arguments: [1, 7, 10_000]) func longReportsAreNotTyped(pieces: Int) {
    let numbers = String(repeating: "1;", count: 500)
    let bytes = Array("a\u{1B}[\(numbers)mb\u{1B}]52;c;\(numbers)\u{7}c\u{1B}P\(numbers)\u{1B}\\d".utf8)
    var decoder = KeyDecoder()
    var events: [Event] = []
    for start in stride(from: 0, to: bytes.count, by: pieces) {
      events += decoder.feed(bytes[start..<min(bytes.count, start + pieces)])
    }
    #expect(events == [.key("a"), .key("b"), .key("c"), .key("d")])
    #expect(!decoder.isWaiting)
  }

  @Test func escapesWithoutEndAreKeys() {
    var decoder = KeyDecoder()
    let events = decoder.feed([UInt8](repeating: 0x1B, count: 200_000)) + decoder.flush()
    #expect(events.count == 200_000 && events.allSatisfy { $0 == .key(.escape) })
  }

  /// A broken character doesn't swallow the key after it.
  @Test(arguments: ["\u{F0}", "\u{E2}\u{80}", "\u{C3}"]) func brokenTextEndsAtAnEscape(broken: String) {
    var decoder = KeyDecoder()
    let events = decoder.feed(broken.unicodeScalars.map { UInt8($0.value) } + Array("\u{1B}[A".utf8))
    #expect(events.last == .key(.up) && events.count == 2)
  }

  @Test func aLoneEscapeWaits() {
    var decoder = KeyDecoder()
    #expect(decoder.feed([0x1B]).isEmpty)
    #expect(decoder.isWaiting)
    #expect(decoder.flush() == [.key(.escape)])
    #expect(!decoder.isWaiting)
  }

  @Test func garbageIsSurvived() {
    var decoder = KeyDecoder()
    var state: UInt64 = 1
    for _ in 0..<20_000 {
      state = state &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
      let byte = UInt8(truncatingIfNeeded: state >> 33)
      _ = decoder.feed(state & 0x700_0000_0000 == 0 ? [0x1B, 0x5B] : [byte])
    }
    _ = decoder.flush()
    _ = decoder.feed("\u{1B}[201~".utf8)
    #expect(decoder.feed("q".utf8).last == .key("q"))
  }

  @Test func describedKeysComeFirst() {
    var decoder = KeyDecoder(described: [Array("\u{1B}[25~".utf8): .function(3)])
    #expect(decoder.feed("\u{1B}[25~".utf8) == [.key(.function(3))])
  }
}

extension Event {
  fileprivate var written: String {
    switch self {
    case .key(let key): key.description
    case .focusGained: "focus"
    case .focusLost: "blur"
    default: "\(self)"
    }
  }
}
