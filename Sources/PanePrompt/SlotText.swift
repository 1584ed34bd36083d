import Content
import Drawing
import WorkbenchCore

/// Shows the slots of a prompt's text.
enum SlotText {
  /// One line as written, its slots marked; those that `isKnown` denies stand out as mistakes.
  static func highlight(_ line: String, theme: Theme, isKnown: (String) -> Bool) -> [Span] {
    var spans: [Span] = []
    var plain = line.startIndex
    var rest = line[...]
    while let open = rest.range(of: "{{"), let close = rest[open.upperBound...].range(of: "}}") {
      let candidate = String(line[open.lowerBound..<close.upperBound])
      if case .slot(let name)? = PromptTemplate.pieces(of: candidate).first {
        if plain < open.lowerBound { spans.append(Span(String(line[plain..<open.lowerBound]))) }
        spans.append(Span(candidate, theme[isKnown(name) ? .variable : .variableUnknown]))
        plain = close.upperBound
        rest = rest[close.upperBound...]
      } else {
        rest = rest[open.upperBound...]
      }
    }
    if plain < line.endIndex { spans.append(Span(String(line[plain...]))) }
    return spans
  }

  /// A text with its slots filled from `input`, the values marked, as lines; nil if that isn't `expected`.
  static func filled(_ body: String, with input: JSONValue, expected: String, theme: Theme) -> [[Span]]? {
    var pieces: [(text: String, style: Style)] = []
    for piece in PromptTemplate.pieces(of: body) {
      switch piece {
      case .text(let text): pieces.append((String(text), .plain))
      case .slot(let name):
        guard let value = try? PromptTemplate.fill("{{ \(name) }}", with: input) else { return nil }
        pieces.append((value, theme[.variable]))
      }
    }
    guard pieces.map(\.text).joined() == expected else { return nil }
    var lines: [[Span]] = [[]]
    for piece in pieces {
      let parts = piece.text.split(omittingEmptySubsequences: false, whereSeparator: \.isNewline)
      for (index, part) in parts.enumerated() {
        if index > 0 { lines.append([]) }
        if !part.isEmpty { lines[lines.count - 1].append(Span(String(part), piece.style)) }
      }
    }
    return lines
  }

  /// Plain lines.
  static func plain(_ text: String, style: Style = .plain) -> [[Span]] {
    text.split(omittingEmptySubsequences: false, whereSeparator: \.isNewline).map { [Span(String($0), style)] }
  }
}
