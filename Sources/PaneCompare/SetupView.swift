import Content
import Domain
import Drawing
import NumberFormat
import WorkbenchCore

/// What each side is asked with: its model, its parameters and the text of its prompt, in columns.
struct SetupView: Sendable {
  var text = TextView()

  /// Rows in columns; parameters that differ among the sides are marked.
  static func rows(
    _ sides: [(letter: String, side: ComparePair.Side)], _ snapshot: Snapshot, unit: DifferenceUnit, width: Int,
    theme: Theme
  ) -> [[Span]] {
    guard !sides.isEmpty else { return [] }
    let widths = sides.indices.map { (width - 3 * (sides.count - 1) + $0) / sides.count }
    var blocks: [[[[Span]]]] = [
      sides.map { letter, side in
        [[Span("\(letter) \(side.variant.name)", theme[side.variant.isTuned ? .badgeTuned : .badgePrompted])], []]
      }
    ]
    let names = parameters(sides[0].side).map(\.name)
    for (place, name) in names.enumerated() {
      let values = sides.map { parameters($0.side)[place].value }
      let differs = Set(values).count > 1
      blocks.append(
        values.map { value in
          [
            [
              Span(differs ? "≠ " : "  ", theme[.warning]), Span(name + " ", theme[.textDim]),
              Span(value, differs ? theme[.textStrong] : .plain),
            ]
          ]
        })
    }
    blocks.append(prompts(sides, snapshot, unit: unit, theme: theme))
    return blocks.flatMap { block in
      let wrapped = zip(block, widths).map { lines, width in
        lines.flatMap { LineBreaker.rows(of: $0, width: width) }
      }
      return (0..<(wrapped.map(\.count).max() ?? 0)).map { row in
        wrapped.enumerated().flatMap { place, rows -> [Span] in
          let spans = row < rows.count ? rows[row] : []
          guard place + 1 < wrapped.count else { return spans }
          let columns = spans.reduce(0) { $0 + $1.columns }
          let pad = String(repeating: " ", count: max(0, widths[place] - columns))
          return spans + [Span(pad), Span(" │ ", theme[.border])]
        }
      }
    }
  }

  /// What decides an answer besides the prompt's text.
  private static func parameters(_ side: ComparePair.Side) -> [(name: String, value: String)] {
    let (variant, sampling) = (side.run?.variant ?? side.variant, (side.run?.variant ?? side.variant).sampling)
    func number(_ value: Double?) -> String { value.map { NumberFormat.trimmed($0, decimals: 3) } ?? "not set" }
    return [
      ("model", variant.model), ("adapter", variant.adapter ?? "none"), ("prompt", variant.prompt),
      ("sections", Self.words(variant.choice)),
      ("version", side.run.map { $0.promptVersion.short } ?? "not run"),
      ("temperature", number(sampling.temperature)), ("top-p", number(sampling.topP)),
      ("most tokens", sampling.maxTokens.map { "\($0)" } ?? "not set"),
      ("seed", sampling.seed.map { "\($0)" } ?? "not set"),
    ]
  }

  /// Which sections are sent.
  private static func words(_ choice: SectionChoice) -> String {
    var words = [choice.only?.joined(separator: ", ") ?? "all that are on"]
    if !choice.with.isEmpty { words.append("with " + choice.with.joined(separator: ", ")) }
    if !choice.without.isEmpty { words.append("without " + choice.without.joined(separator: ", ")) }
    return words.joined(separator: "; ")
  }

  /// The prompts section by section, each with its differences from the first side's.
  private static func prompts(
    _ sides: [(letter: String, side: ComparePair.Side)], _ snapshot: Snapshot, unit: DifferenceUnit, theme: Theme
  ) -> [[[Span]]] {
    let texts = sides.map { text(of: $0.side, snapshot) }
    return texts.enumerated().map { place, text in
      guard let text else { return [[], [Span("The text that it was asked with is not kept.", theme[.textDim])]] }
      let other = place > 0 ? texts[0] : texts.count == 2 ? texts[1] : nil
      guard unit != .off, let other, other != text else { return [[]] + lines([(text, .plain)]) }
      let (first, second) = place > 0 ? (other, text) : (text, other)
      let difference = TextDifference(from: first, to: second, by: unit == .lines ? .lines : .words, limit: 2000)
      let runs = place > 0 ? difference.right : difference.left
      let mark = theme[place > 0 ? .diffAdded : .diffRemoved]
      let style = Style(
        mark.foreground, on: mark.background, mark.attributes.subtracting(.strikethrough).union(.underline))
      return [[]] + lines(runs.map { ($0.text, $0.kind == .same ? .plain : style) })
    }
  }

  private static func lines(_ pieces: [(text: String, style: Style)]) -> [[Span]] {
    var lines: [[Span]] = [[]]
    for piece in pieces {
      for (place, part) in piece.text.split(omittingEmptySubsequences: false, whereSeparator: \.isNewline).enumerated()
      {
        if place > 0 { lines.append([]) }
        if !part.isEmpty { lines[lines.count - 1].append(Span(String(part), piece.style)) }
      }
    }
    return lines
  }

  /// The text of the version that a run sent, or of the one that would be sent now.
  private static func text(of side: ComparePair.Side, _ snapshot: Snapshot) -> String? {
    let version =
      side.run.map { run in snapshot.versions.first { $0.version.hash == run.promptVersion }?.version }
      ?? snapshot.workspace.prompt(side.variant.prompt).map { PromptVersion(freezing: $0, side.variant.choice) }
    return version.map { version in
      LongText(version.parts.map { "[\($0.role.rawValue)] \($0.title)\n\($0.body)" }.joined(separator: "\n\n")).shown
    }
  }
}
