import Content

/// A model's text, taken apart into its reasoning and the answer proper.
///
/// Reasoning stands between `<think>` and `</think>`, `<thinking>` and `</thinking>`, or `[THINK]` and `[/THINK]` at the
/// beginning of a line, or in the channels of gpt-oss other than `final`. A closing tag without an opening one ends
/// reasoning that began in the prompt, unless it stands inside a JSON value or in backticks.
package struct AnswerText: Sendable, Hashable {
  /// What becomes of reasoning.
  package enum Reasoning: String, Sendable, Hashable, CaseIterable {
    /// It is kept apart from the answer.
    case cut
    /// It is part of the answer.
    case keep
  }

  /// The text as it came.
  package let raw: String
  /// What graders see: the text without reasoning and the white space after it.
  package let text: String
  /// The reasoning, blocks separated by blank lines; nil when there is none or it is kept.
  package let reasoning: String?
  /// Whether the text ends inside its reasoning, so that there is no answer.
  package let isUnclosed: Bool
  /// What is known of the reply besides its text.
  package let facts: AnswerFacts

  /// Takes a model's text apart in linear time.
  package init(_ raw: String, reasoning: Reasoning = .cut, facts: AnswerFacts = AnswerFacts()) {
    self.raw = raw
    self.facts = facts
    var parts = Parts()
    if reasoning == .keep || !Self.mayHaveReasoning(raw) {
      parts.answer = raw
    } else if Self.isChannelled(raw) {
      let messages = ChannelledMessages(raw)
      parts.answer = messages.answer
      parts.reasoning = messages.reasoning
      parts.isUnclosed = messages.isUnclosed
    } else {
      parts.readTags(raw)
    }
    text = parts.answer
    self.reasoning = parts.reasoning.isEmpty ? nil : parts.reasoning.joined(separator: "\n\n")
    isUnclosed = parts.isUnclosed
  }

  /// Whether there is anything like the beginning of a tag; most answers are not looked at further.
  private static func mayHaveReasoning(_ raw: String) -> Bool {
    var raw = raw
    return raw.withUTF8 { bytes in
      guard bytes.count > 2 else { return false }
      for place in 0..<(bytes.count - 1) where bytes[place] == UInt8(ascii: "<") || bytes[place] == UInt8(ascii: "[") {
        switch bytes[place + 1] {
        case UInt8(ascii: "t"), UInt8(ascii: "T"), UInt8(ascii: "/"), UInt8(ascii: "|"): return true
        default: continue
        }
      }
      return false
    }
  }

  /// Whether the text is a sequence of gpt-oss messages (OpenAI, "harmony" response format).
  private static func isChannelled(_ raw: String) -> Bool {
    let start = raw.drop { $0.isWhitespace }
    return ["<|channel|>", "<|start|>"].contains(where: start.hasPrefix)
      || raw[...].range(ofFirst: "<|channel|>final<|message|>") != nil
  }
}

/// The parts of a text, while it is read.
private struct Parts {
  var answer = ""
  var reasoning: [String] = []
  var isUnclosed = false

  private mutating func think(_ text: Substring) {
    let text = text.trimmed
    if !text.isEmpty { reasoning.append(String(text)) }
  }

  // MARK: Tags

  private static let tags: [(open: StaticString, close: StaticString)] = [
    ("<think>", "</think>"), ("<thinking>", "</thinking>"), ("[THINK]", "[/THINK]"),
  ]

  mutating func readTags(_ raw: String) {
    var rest = raw[...]
    if let end = Self.loneClosing(in: rest) {
      think(rest[..<end.lowerBound])
      rest = rest[end.upperBound...].trimmedAtStart
    }
    while let (open, close) = Self.nextOpening(in: rest) {
      answer += rest[..<open.lowerBound]
      rest = rest[open.upperBound...]
      guard let end = rest.range(ofFirst: close) else {
        think(rest)
        isUnclosed = true
        answer = String(answer[...].trimmedAtEnd)
        return
      }
      think(rest[..<end.lowerBound])
      rest = rest[end.upperBound...].trimmedAtStart
    }
    answer += rest
  }

  /// The first opening tag that begins a line or the text.
  private static func nextOpening(in text: Substring) -> (range: Range<Substring.Index>, close: StaticString)? {
    let bytes = text.utf8
    var index = bytes.startIndex
    var isBlank = true
    while index < bytes.endIndex {
      switch bytes[index] {
      case UInt8(ascii: "\n"): isBlank = true
      case UInt8(ascii: " "), UInt8(ascii: "\t"): break
      default:
        let rest = text[index...]
        if isBlank, let tag = tags.first(where: { rest.begins(with: $0.open) }) {
          return (index..<bytes.index(index, offsetBy: tag.open.utf8CodeUnitCount), tag.close)
        }
        isBlank = false
      }
      index = bytes.index(after: index)
    }
    return nil
  }

  /// The first closing tag, if it stands before every opening one and ends reasoning.
  private static func loneClosing(in text: Substring) -> Range<Substring.Index>? {
    var values: [EmbeddedJSON]?
    for (open, close) in tags {
      guard let range = text.range(ofFirst: close) else { continue }
      if let opening = text.range(ofFirst: open), opening.lowerBound < range.lowerBound { continue }
      guard !text[..<range.lowerBound].hasSuffix("`") else { continue }
      let found = values ?? EmbeddedJSON.all(in: String(text)).values
      values = found
      let place = text.utf8.distance(from: text.startIndex, to: range.lowerBound)
      if !found.contains(where: { $0.range.contains(place) }) { return range }
    }
    return nil
  }
}

extension Substring {
  /// Whether the text begins with `mark`, which is ASCII.
  func begins(with mark: StaticString) -> Bool {
    utf8.starts(with: UnsafeBufferPointer(start: mark.utf8Start, count: mark.utf8CodeUnitCount))
  }
}
