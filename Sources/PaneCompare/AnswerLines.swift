import Content
import Domain
import Drawing
import NumberFormat
import PaneKit
import WorkbenchCore

/// One case as rows of text: the input, what is expected, and the two answers beside each other or one above the other.
///
/// Rows are kept until the case, the width or the theme is another one.
struct AnswerLines: Sendable {
  private struct Origin: Equatable {
    var evalCase: EvalCase
    var a: Output
    var b: Output
    var columns: [String]
    var marks: ReviewMarks
    var width: Int
    var isCompact: Bool
    var search: TextSearch
    var theme: Theme
  }

  private var origin: Origin?
  private(set) var rows: [[Span]] = []

  /// Fewer columns than this show the answers one above the other.
  static let sideBySideWidth = 46

  /// The rows for a case; `names` are the headings of the two answers, and compact ones save rows.
  mutating func update(
    _ row: Comparison.Row, names: (a: String, b: String), marks: ReviewMarks, width: Int, isCompact: Bool,
    search: TextSearch, theme: Theme
  ) {
    let wanted = Origin(
      evalCase: row.evalCase, a: row.a, b: row.b, columns: [names.a, names.b], marks: marks, width: width,
      isCompact: isCompact,
      search: search, theme: theme)
    guard wanted != origin else { return }
    origin = wanted
    rows = Layout(theme: theme, width: width, isCompact: isCompact, search: search).rows(
      row, names: names, marks: marks)
  }
}

private struct Layout {
  let theme: Theme
  let width: Int
  let isCompact: Bool
  let search: TextSearch

  func rows(_ row: Comparison.Row, names: (a: String, b: String), marks: ReviewMarks) -> [[Span]] {
    let expected = row.evalCase.expected
    var a = Side(name: names.a, badge: .badgePrompted, output: row.a, style: .diffRemoved, expected: expected)
    var b = Side(name: names.b, badge: .badgeTuned, output: row.b, style: .diffAdded, expected: expected)
    a.found = marks.word(ofA: true)
    b.found = marks.word(ofA: false)
    if let left = row.a.answer?.text, let right = row.b.answer?.text, left != right {
      let difference = TextDifference(from: LongText(left).shown, to: LongText(right).shown, limit: 400)
      (a.runs, b.runs) = (difference.left, difference.right)
    }
    var rows = section("input", lines: inputLines(row.evalCase.input))
    if let expected = row.evalCase.expected {
      rows += section("expected", lines: expected.string.map { text($0) } ?? json(expected))
    }
    if let correction = marks.correction { rows += section("edited: what it should be", lines: text(correction)) }
    rows.append([])
    guard width >= AnswerLines.sideBySideWidth else {
      return rows + blocks(of: a, width: width).joined() + [[]] + blocks(of: b, width: width).joined()
    }
    let left = (width - 3) / 2
    let right = width - 3 - left
    return rows + beside(blocks(of: a, width: left), blocks(of: b, width: right), left: left)
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

  // MARK: The two sides

  private struct Side {
    var name: String
    var badge: StyleName
    var output: Output
    var style: StyleName
    var expected: JSONValue?
    var found: (text: String, isGood: Bool)?  // by a person
    var runs: [TextDifference.Run]?  // where the other side's text is another one
  }

  /// Heading, answer, judgement and figures: kept apart so that both sides' start in the same row.
  private func blocks(of side: Side, width: Int) -> [[[Span]]] {
    [heading(side), answer(side), judgement(side.output) + fields(side), figures(side.output)].map { block in
      block.flatMap { LineBreaker.rows(of: $0, width: width) }
    }
  }

  private func beside(_ a: [[[Span]]], _ b: [[[Span]]], left: Int) -> [[Span]] {
    zip(a, b).enumerated().flatMap { index, pair -> [[Span]] in
      let (first, second) = pair
      let gap: [[Span]] = index == 1 || index == 2 ? [joined([], [], left: left)] : []
      return (0..<max(first.count, second.count)).map { row in
        joined(row < first.count ? first[row] : [], row < second.count ? second[row] : [], left: left)
      } + gap
    }
  }

  private func joined(_ a: [Span], _ b: [Span], left: Int) -> [Span] {
    let columns = a.reduce(0) { $0 + $1.columns }
    return a + [Span(String(repeating: " ", count: max(0, left - columns))), Span(" │ ", theme[.border])] + b
  }

  private func heading(_ side: Side) -> [[Span]] {
    let standing = side.output.standing
    return [
      [
        Span(standing.mark, theme[standing.style]), Span(" "), Span(side.name, theme[side.badge]),
        Span(" " + standing.words, theme[.textDim]),
      ] + (side.found.map { [Span(" · " + $0.text, theme[$0.isGood ? .better : .worse])] } ?? [])
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
