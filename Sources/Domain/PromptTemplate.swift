import Content

/// Filling `{{ name }}` slots: plain substitution without logic, so that a prompt shows exactly what it sends. A name is
/// letters, digits, `_`, `-` and `.` (a path into the input). Values are never expanded again, `{{{{` writes two braces,
/// and whatever else stands in `{{ }}` or `{% %}` is a mistake.
///
/// One rule for values: a slot needs one. A member that is missing or null is none, an empty text is one and stays empty,
/// a text is sent as it is and anything else as JSON.
package enum PromptTemplate {
  /// Why a text can't be filled.
  package enum Failure: Error, Hashable, Sendable, CustomStringConvertible {
    /// The input has no such variable.
    case missing(slot: String, available: [String])
    /// The input says null there.
    case null(slot: String)
    /// Something that looks like a slot is none.
    case notASlot(PromptTemplate.Flaw, nearest: String?)
    /// The case has a conversation, which isn't sent: a sentence without a full stop.
    case conversation(String)
    /// The sentence.
    package var description: String {
      switch self {
      case .missing(let slot, let available):
        let near = Spelling.nearest(to: slot, among: available).map { " Did you mean {{ \($0) }}?" } ?? ""
        let names = available.isEmpty ? "no variables" : available.joined(separator: ", ")
        return "The prompt uses {{ \(slot) }}, but the case's input has \(names).\(near)"
      case .null(let slot):
        return "The prompt uses {{ \(slot) }}, and it is null in the case's input, which counts as missing: give it a "
          + "value. An empty text (\"\") is one, and is sent empty."
      case .notASlot(let flaw, let nearest): return flaw.sentence(nearest: nearest)
      case .conversation(let sentence): return sentence + "."
      }
    }
  }

  /// A stretch of a template.
  package enum Piece: Hashable, Sendable {
    /// Text to send; of four braces in a row it is the first two.
    case text(Substring)
    case slot(String)
    /// What looks like a slot or a tag and is none.
    case flaw(Flaw)
  }

  /// Something in `{{ }}` or `{% %}` that is no slot.
  package struct Flaw: Hashable, Sendable {
    /// The stretch, cut to its line.
    package var text: Substring
    /// Whether anything closes it.
    var isClosed = true

    /// The line in its text, counted from 0.
    var line: Int { text.base[..<text.startIndex].utf8.count { $0 == UInt8(ascii: "\n") } }

    /// The name that was probably meant.
    func nearest(among names: [String]) -> String? {
      let words = text.split { !PromptTemplate.isNamePart($0) }.map(String.init)
      return words.first { names.contains($0) }
        ?? words.lazy.compactMap { Spelling.nearest(to: $0, among: names) }.first
    }

    /// What is wrong and what to do.
    func sentence(nearest: String?) -> String {
      let shown = text.count > 60 ? text.prefix(60) + "…" : text
      let near = nearest.map { " Did you mean {{ \($0) }}?" } ?? ""
      if text.hasPrefix("{%") {
        return "\(shown) is a template tag, and prompts have no logic, only slots such as {{ name }}.\(near)"
      }
      let what =
        isClosed
        ? "\(shown) is no slot: a slot is one name (letters, digits, _, - and .) in {{ }}."
        : "\(shown) begins a slot that no }} closes."
      return what + (near.isEmpty ? " To send two braces as text, write {{{{." : near)
    }
  }

  static func isNamePart(_ character: Character) -> Bool {
    character.isLetter || character.isNumber || "_-.".contains(character)
  }

  /// Splits a text at its slots.
  package static func pieces(of text: String) -> [Piece] {
    let bytes = text.utf8
    let brace = UInt8(ascii: "{")
    var pieces: [Piece] = []
    var plain = bytes.startIndex
    var place = bytes.startIndex
    var slotEnds = PairSearch(UInt8(ascii: "}"), UInt8(ascii: "}"), in: text)
    var tagEnds = PairSearch(UInt8(ascii: "%"), UInt8(ascii: "}"), in: text)
    func take(_ piece: Piece, _ range: Range<String.Index>) {
      if plain < range.lowerBound { pieces.append(.text(text[plain..<range.lowerBound])) }
      pieces.append(piece)
      plain = range.upperBound
      place = range.upperBound
    }
    while let open = bytes[place...].firstIndex(of: brace) {
      let second = bytes.index(after: open)
      guard second < bytes.endIndex else { break }
      let inside = bytes.index(after: second)
      if bytes[second] == brace {
        if bytes[inside...].starts(with: [brace, brace]) {
          take(.text(text[open..<inside]), open..<bytes.index(inside, offsetBy: 2))
        } else {
          let (piece, end) = slot(in: text, from: open, inside: inside, closedAt: slotEnds.first(from: inside))
          take(piece, open..<end)
        }
      } else if bytes[second] == UInt8(ascii: "%"),
        let close = tagEnds.first(from: inside)
      {
        take(.flaw(Flaw(text: firstLine(text[open..<close.upperBound]))), open..<close.upperBound)
      } else {
        place = second
      }
    }
    if plain < text.endIndex { pieces.append(.text(text[plain...])) }
    return pieces
  }

  /// What begins with two braces, and where it ends.
  /// - Parameter close: the next two closing braces, where there are any.
  private static func slot(
    in text: String, from open: String.Index, inside: String.Index, closedAt close: Range<String.Index>?
  ) -> (Piece, String.Index) {
    // Another pair of braces before it, on the same line, belongs to something else.
    let candidates = text[inside..<(close?.lowerBound ?? text.endIndex)]
    let nested = pair(UInt8(ascii: "{"), UInt8(ascii: "{"), in: candidates)
      .flatMap { firstLine(candidates[..<$0.lowerBound]).endIndex == $0.lowerBound ? $0 : nil }
    guard let close, nested == nil else {
      let end = nested?.lowerBound ?? firstLine(candidates).endIndex
      return (.flaw(Flaw(text: text[open..<end], isClosed: false)), inside)
    }
    var name = text[inside..<close.lowerBound].utf8.drop { $0 == 0x20 || $0 == 0x09 }
    while let last = name.last, last == 0x20 || last == 0x09 { name.removeLast() }
    let word = Substring(name)
    if !word.isEmpty, word.allSatisfy(isNamePart) { return (.slot(String(word)), close.upperBound) }
    return (.flaw(Flaw(text: firstLine(text[open..<close.upperBound]))), close.upperBound)
  }

  private static func firstLine(_ text: Substring) -> Substring {
    text.utf8.firstIndex(of: UInt8(ascii: "\n")).map { text[..<$0] } ?? text
  }

  /// Where one byte stands next before another, for a search that only moves forward: a text is looked through once,
  /// however often it is asked.
  private struct PairSearch {
    private let first: UInt8
    private let second: UInt8
    private let text: String
    /// The result of the last search; nil before the first one.
    private var found: Range<String.Index>??

    init(_ first: UInt8, _ second: UInt8, in text: String) {
      self.first = first
      self.second = second
      self.text = text
    }

    /// The first place at or after `start`, which never lies before an earlier one.
    mutating func first(from start: String.Index) -> Range<String.Index>? {
      switch found {
      case .some(.none): return nil
      case .some(.some(let range)) where range.lowerBound >= start: return range
      default:
        let range = PromptTemplate.pair(first, second, in: text[start...])
        found = .some(range)
        return range
      }
    }
  }

  /// Where one byte stands before another: for each case of a run, so a search of texts would cost too much.
  private static func pair(_ first: UInt8, _ second: UInt8, in text: Substring) -> Range<String.Index>? {
    let bytes = text.utf8
    var start = bytes.startIndex
    while let hit = bytes[start...].firstIndex(of: first) {
      let next = bytes.index(after: hit)
      guard next < bytes.endIndex else { return nil }
      if bytes[next] == second { return hit..<bytes.index(after: next) }
      start = next
    }
    return nil
  }

  /// The texts around the slots: one more than there are slots.
  package static func literals(of text: String) -> [String] {
    var texts = [""]
    for piece in pieces(of: text) {
      switch piece {
      case .text(let plain): texts[texts.count - 1] += plain
      case .slot: texts.append("")
      case .flaw(let flaw): texts[texts.count - 1] += flaw.text
      }
    }
    return texts
  }

  /// Slot names in order of use, repeats included.
  package static func slots(of text: String) -> [String] {
    pieces(of: text).compactMap { if case .slot(let name) = $0 { name } else { nil } }
  }

  /// What looks like slots or tags and is none, in order.
  package static func flaws(of text: String) -> [Flaw] {
    pieces(of: text).compactMap { if case .flaw(let flaw) = $0 { flaw } else { nil } }
  }

  /// The text with slots in one spelling: two texts with the same one send the same.
  static func canonical(_ text: String) -> String {
    pieces(of: text).reduce(into: "") { result, piece in
      switch piece {
      case .text(let plain): result += plain == "{{" ? "{{{{" : plain
      case .slot(let name): result += "{{ \(name) }}"
      case .flaw(let flaw): result += flaw.text
      }
    }
  }

  /// The text with every slot replaced by the input's value: a string as it is, anything else as JSON.
  /// - Throws: `Failure`.
  package static func fill(_ text: String, with input: JSONValue) throws -> String {
    var result = ""
    for piece in pieces(of: text) {
      switch piece {
      case .text(let plain): result += plain
      case .slot(let name): result += try value(of: name, in: input)
      case .flaw(let flaw):
        throw Failure.notASlot(flaw, nearest: flaw.nearest(among: input.object?.keys ?? []))
      }
    }
    return result
  }

  private static func value(of name: String, in input: JSONValue) throws -> String {
    guard let value = input[name] ?? JSONPath(name).flatMap({ input[$0] }) else {
      throw Failure.missing(slot: name, available: input.object?.keys ?? [])
    }
    guard !value.isNull else { throw Failure.null(slot: name) }
    if name == Conversation.key, Conversation(in: input) != nil {
      throw Failure.conversation(
        "{{ \(name) }} is the case's conversation, and a slot holds text. Replace it by a section with `role: history`, "
          + "which sends the messages as they are")
    }
    return value.string ?? value.text()
  }
}
