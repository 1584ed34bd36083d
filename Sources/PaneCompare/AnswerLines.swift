import Content
import Domain
import Drawing
import NumberFormat
import PaneKit
import WorkbenchCore

/// One of the answers to a case, with what to call it.
struct AnswerSide: Hashable, Sendable {
  /// A letter and the variant's name.
  var name: String
  var badge: StyleName
  var output: Output
  /// What a person found of it, and whether that is good.
  var found: String?
  var isFoundGood = false
  /// How it fails, in a person's words.
  var failures: [String] = []
  /// Whether nothing but its text may be shown.
  var isBlind = false
}

/// Where two answers differ: marked by words or whole lines, or not at all.
enum DifferenceUnit: String, Sendable, Hashable, CaseIterable {
  case words, lines, off

  /// The one after it.
  var next: DifferenceUnit {
    switch self {
    case .words: .lines
    case .lines: .off
    case .off: .words
    }
  }
}

/// One case as rows of text: the input, what is expected, and the answers beside each other or one above the other.
///
/// Rows are kept until the case, the width or the theme is another one.
struct AnswerLines: Sendable {
  private struct Origin: Equatable {
    var evalCase: EvalCase
    var sides: [AnswerSide]
    var correction: String?
    var width: Int
    var isCompact: Bool
    var unit: DifferenceUnit
    var search: TextSearch
    var theme: Theme
  }

  private var origin: Origin?
  private(set) var rows: [[Span]] = []

  /// Fewer columns for each answer show them one above the other.
  static let narrowestSide = 21

  /// The rows for a case; compact ones save rows.
  mutating func update(
    _ evalCase: EvalCase, sides: [AnswerSide], correction: String?, width: Int, isCompact: Bool,
    unit: DifferenceUnit, search: TextSearch, theme: Theme
  ) {
    let wanted = Origin(
      evalCase: evalCase, sides: sides, correction: correction, width: width, isCompact: isCompact, unit: unit,
      search: search, theme: theme)
    guard wanted != origin else { return }
    origin = wanted
    rows = Layout(theme: theme, width: width, isCompact: isCompact, search: search).rows(
      evalCase, sides, correction: correction, unit: unit)
  }
}

private struct Layout {
  let theme: Theme
  let width: Int
  let isCompact: Bool
  let search: TextSearch

  func rows(_ evalCase: EvalCase, _ given: [AnswerSide], correction: String?, unit: DifferenceUnit) -> [[Span]] {
    var sides = given.enumerated().map { place, side in
      Side(side: side, style: place == 0 ? .diffRemoved : .diffAdded, expected: evalCase.expected)
    }
    mark(&sides, unit)
    var rows = section("input", lines: inputLines(evalCase.input))
    if let expected = evalCase.expected {
      rows += section("expected", lines: expected.string.map { text($0) } ?? json(expected))
    }
    if let correction { rows += section("edited: what it should be", lines: text(correction)) }
    rows.append([])
    let narrowest = sides.count * (AnswerLines.narrowestSide + 3) - 3
    guard width >= narrowest, !sides.isEmpty else {
      return rows + sides.enumerated().flatMap { ($0 > 0 ? [[]] : []) + blocks(of: $1, width: width).joined() }
    }
    let gaps = 3 * (sides.count - 1)
    let widths = sides.indices.map { (width - gaps + $0) / sides.count }
    return rows + beside(zip(sides, widths).map { (blocks(of: $0, width: $1), $1) })
  }

  /// Notes where the answers differ from the first one's, which of two shows its own part as well.
  private func mark(_ sides: inout [Side], _ unit: DifferenceUnit) {
    guard unit != .off, let first = sides.first?.side.output.answer?.text else { return }
    for place in sides.indices.dropFirst() {
      guard let other = sides[place].side.output.answer?.text, other != first else { continue }
      let difference = TextDifference(
        from: LongText(first).shown, to: LongText(other).shown, by: unit == .lines ? .lines : .words, limit: 400)
      sides[place].runs = difference.right
      if sides.count == 2 { sides[0].runs = difference.left }
    }
  }

  // MARK: Input and expected

  private func inputLines(_ input: JSONValue) -> [[Span]] {
    guard let object = input.object, !object.isEmpty else { return text(input.string ?? input.text(.spaced)) }
    if object.count == 1, let only = object.values.first { return text(only.string ?? only.text(.spaced)) }
    return object.flatMap { member -> [[Span]] in
      var lines = text(member.value.string ?? member.value.text(.spaced))
      lines[0].insert(Span(member.key + "  ", theme[.jsonKey]), at: 0)
      return lines
    }
  }

  private func section(_ title: String, lines: [[Span]]) -> [[Span]] {
    let heading = Span(title, theme[.textDim])
    var lines = lines
    if isCompact {
      lines[0] = [heading, Span("  ")] + lines[0]
    } else {
      lines.insert([heading], at: 0)
    }
    return lines.flatMap { LineBreaker.rows(of: $0, width: width) }
  }

  private func text(_ text: String, style: Style = .plain) -> [[Span]] {
    let long = LongText(text)
    return lines(of: long.shown).map { marked([Span($0, style)]) } + missing(long)
  }

  private func json(_ value: JSONValue) -> [[Span]] {
    let long = LongText(value.text(.spaced))
    return [marked(JSONText.spans(of: long.shown, theme: theme))] + missing(long)
  }

  private func missing(_ text: LongText) -> [[Span]] { text.missing.map { [[Span($0, theme[.warning])]] } ?? [] }

  /// At least one line; tabs become spaces, so that columns stay where they are.
  private func lines(of text: String) -> [String] {
    text.split(omittingEmptySubsequences: false, whereSeparator: \.isNewline).map { line in
      line.reduce(into: "") { $0 += $1 == "\t" ? "    " : String($1) }
    }
  }

  private func marked(_ spans: [Span]) -> [Span] { search.mark(spans, style: theme[.searchMatch]) }

  // MARK: The sides

  private struct Side {
    var side: AnswerSide
    var style: StyleName
    var expected: JSONValue?
    var runs: [TextDifference.Run]?  // where another side's text is another one
    var output: Output { side.output }
  }

  /// Heading, answer, judgement and figures: kept apart so that those of all sides start in the same row.
  private func blocks(of side: Side, width: Int) -> [[[Span]]] {
    let judged = side.side.isBlind ? [] : judgement(side.output) + fields(side)
    return [heading(side), answer(side), judged, figures(side.output)].map { block in
      block.flatMap { LineBreaker.rows(of: $0, width: width) }
    }
  }

  private func beside(_ sides: [(blocks: [[[Span]]], width: Int)]) -> [[Span]] {
    (0..<(sides.map(\.blocks.count).max() ?? 0)).flatMap { block -> [[Span]] in
      let height = sides.map { $0.blocks[block].count }.max() ?? 0
      let gap: [[Span]] = block == 1 || block == 2 ? [joined(sides.map { ([], $0.width) })] : []
      return (0..<height).map { row in
        joined(sides.map { (row < $0.blocks[block].count ? $0.blocks[block][row] : [], $0.width) })
      } + gap
    }
  }

  private func joined(_ parts: [(spans: [Span], width: Int)]) -> [Span] {
    parts.enumerated().flatMap { place, part -> [Span] in
      let isLast = place + 1 == parts.count
      let columns = part.spans.reduce(0) { $0 + $1.columns }
      let pad = isLast ? [] : [Span(String(repeating: " ", count: max(0, part.width - columns)))]
      return part.spans + pad + (isLast ? [] : [Span(" │ ", theme[.border])])
    }
  }

  private func heading(_ side: Side) -> [[Span]] {
    if side.side.isBlind { return [[Span(side.side.name, theme[side.side.badge])]] }
    let standing = side.output.standing
    let found = side.side.found.map { [Span(" · " + $0, theme[side.side.isFoundGood ? .better : .worse])] } ?? []
    let failures =
      side.side.failures.isEmpty ? [] : [Span(" · " + side.side.failures.joined(separator: ", "), theme[.warning])]
    return [
      [
        Span(standing.mark, theme[standing.style]), Span(" "), Span(side.side.name, theme[side.side.badge]),
        Span(" " + standing.words, theme[.textDim]),
      ] + found + failures
    ]
  }

  private func answer(_ side: Side) -> [[Span]] {
    guard let answer = side.output.answer else {
      return text(side.output.failure ?? "There is no answer, and no word why.", style: theme[.error])
    }
    if let failure = side.output.failure { return text(failure, style: theme[.error]) + text(answer.text) }
    if answer.text.isEmpty { return [[Span("(an empty answer)", theme[.textDim])]] }
    guard let runs = side.runs else { return text(answer.text) }
    var lines: [[Span]] = [[]]
    for run in runs {
      let style = run.kind == .same ? .plain : difference(side.style)
      for (index, part) in self.lines(of: run.text).enumerated() {
        if index > 0 { lines.append([]) }
        if !part.isEmpty { lines[lines.count - 1].append(Span(part, style)) }
      }
    }
    return lines.map(marked) + missing(LongText(answer.text))
  }

  /// Underlined, so that it can be told without colour, and not struck through: neither answer is taken away.
  private func difference(_ name: StyleName) -> Style {
    let style = theme[name]
    return Style(
      style.foreground, on: style.background, style.attributes.subtracting(.strikethrough).union(.underline))
  }

  private func judgement(_ output: Output) -> [[Span]] {
    output.scores.map { score in
      [
        Span(score.standing.mark, theme[score.standing.style]), Span(" \(score.grader) "),
        Span(score.value.map { NumberFormat.fixed($0, decimals: 2) } ?? "not scored", theme[score.standing.style]),
        Span(score.reason.isEmpty ? "" : "  " + score.reason, theme[.textDim]),
      ]
    }
  }

  /// Where an answer in JSON is another one than expected, apart from what the judgement names already.
  private func fields(_ side: Side) -> [[Span]] {
    guard let expected = side.expected, let text = side.output.answer?.text, LongText(text).missing == nil,
      let wanted = expected.object == nil ? expected.string.flatMap({ try? JSONValue(parsing: $0) }) : expected,
      let found = try? JSONValue(parsing: text), wanted.object != nil, found.object != nil
    else { return [] }
    return JSONDifference(from: wanted, to: found).changes.prefix(20).compactMap { change in
      guard !side.output.scores.contains(where: { $0.reason.contains("\(change.path) is ") }) else { return nil }
      let name = Span("\(change.path) ", theme[.jsonKey])
      guard let value = change.second else {
        return [Span("− ", theme[.bad]), name, Span("is missing", theme[.textDim])]
      }
      let words = change.first.map { "is \(short(value)), expected \(short($0))" } ?? "is not expected"
      return [Span(change.first == nil ? "+ " : "≠ ", theme[.warning]), name, Span(words, theme[.textDim])]
    }
  }

  private func short(_ value: JSONValue) -> String {
    let text = value.text(.spaced)
    return text.utf8.count <= 80 ? text : text.prefix(80) + "…"
  }

  private func figures(_ output: Output) -> [[Span]] {
    guard let answer = output.answer else { return [] }
    var words: [String] = []
    if let prompt = answer.usage.prompt, let completion = answer.usage.completion {
      words.append("\(prompt) + \(completion) tokens")
    } else if let completion = answer.usage.completion {
      words.append("\(completion) tokens")
    }
    if answer.latency > 0 { words.append(NumberFormat.duration(answer.latency)) }
    if let cost = output.cost { words.append(NumberFormat.dollars(cost)) }
    if let reason = answer.finishReason, reason != "stop" { words.append("ended by \(reason)") }
    return words.isEmpty ? [] : [[Span(words.joined(separator: " · "), theme[.textDim])]]
  }
}
