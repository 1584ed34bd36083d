import Content
import Domain
import Drawing
import WorkbenchCore

/// Shows the slots of a prompt's text.
enum SlotText {
  /// One line as written, its slots marked; those that `isKnown` denies stand out as mistakes.
  static func highlight(_ line: String, theme: Theme, isKnown: (String) -> Bool) -> [Span] {
    var spans: [Span] = []
    var place = line.startIndex
    for piece in PromptTemplate.pieces(of: line) {
      switch piece {
      case .text(let text):
        let isLiteral = line[place...].hasPrefix("{{{{")
        spans.append(Span(String(isLiteral ? line[place...].prefix(4) : text)))
        place = isLiteral ? line.index(place, offsetBy: 4) : text.endIndex
      case .slot(let name):
        let end = line[place...].range(of: "}}")?.upperBound ?? line.endIndex
        spans.append(Span(String(line[place..<end]), theme[isKnown(name) ? .variable : .variableUnknown]))
        place = end
      case .flaw(let flaw):
        spans.append(Span(String(flaw.text), theme[.variableUnknown]))
        place = flaw.text.endIndex
      }
    }
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
      case .flaw: return nil
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
