import Domain
import Drawing
import Evidence
import WorkbenchCore

/// What the model answered to a few eval cases at each checkpoint: one case at a time, the newest answer last, so that one
/// reads the model learning.
struct SamplesView: Sendable {
  /// The case that is shown; the first where nil.
  private var caseID: String?
  private var text = TextView(follows: true)

  /// Turns to the next case, or the one before.
  mutating func turn(by step: Int, _ detail: JobDetail) {
    let ids = Self.ids(detail)
    guard !ids.isEmpty else { return }
    let now = ids.firstIndex { $0 == caseID } ?? 0
    caseID = ids[(now + step + ids.count) % ids.count]
    text = TextView(follows: true)
  }

  mutating func handle(_ event: Event) -> Bool { text.handle(event) }

  /// Words for the panel's label.
  func label(_ detail: JobDetail) -> String {
    let ids = Self.ids(detail)
    let now = ids.firstIndex { $0 == caseID } ?? 0
    return ids.count > 1 ? "case \(now + 1) of \(ids.count)" : ""
  }

  /// Cases with answers, in the order in which they were answered first.
  private static func ids(_ detail: JobDetail) -> [String] {
    var ids: [String] = []
    for sample in detail.samples where !ids.contains(sample.caseID) { ids.append(sample.caseID) }
    return ids
  }

  mutating func draw(
    _ detail: JobDetail, _ workspace: Workspace, in rect: Rect, on surface: inout Surface, theme: Theme
  ) {
    let ids = Self.ids(detail)
    guard let id = ids.first(where: { $0 == caseID }) ?? ids.first else { return }
    let samples = detail.samples.filter { $0.caseID == id }
    let evalCase = workspace.evalSets.lazy.compactMap { set in set.cases.first { $0.id == id } }.first
    let expected = evalCase?.expected.map { $0.string ?? $0.text() }
    // The view keeps a column for its scroll bar and wraps what is wider.
    let width = rect.width - 2
    var lines: [[Span]] = [[Span(id, theme[.textStrong])]]
    if let expected {
      lines += Self.rows("wanted", expected, width: width, label: theme[.textDim], text: theme[.jsonString])
    }
    for sample in samples {
      let isRight = expected.map { Self.folded($0) == Self.folded(sample.text) } ?? false
      let answer = sample.text.isEmpty ? "(nothing)" : sample.text
      lines += Self.rows(
        "\(isRight ? "✓" : " ") \(sample.step)", answer, width: width, label: theme[isRight ? .better : .textDim],
        text: theme[isRight ? .better : .text])
    }
    text.draw(lines, in: drawFigures(detail, in: rect, on: &surface, theme: theme), on: &surface, theme: theme)
  }

  /// What the newest answers have in common, above the rest; returns what is left of the space.
  private func drawFigures(
    _ detail: JobDetail, in rect: Rect, on surface: inout Surface, theme: Theme
  ) -> Rect {
    guard let figures = detail.answers.last, rect.height > 5 else { return rect }
    let style = theme[detail.answerSigns[figures.step] == nil ? .textDim : .warning]
    let lines = TextWidth.wrap(Self.words(figures), to: max(8, rect.width)).prefix(2)
    for (index, line) in lines.enumerated() { surface.write([Span(line, style)], in: rect.row(index)) }
    return Rect(
      x: rect.x, y: rect.y + lines.count, width: rect.width, height: rect.height - lines.count)
  }

  /// The same in words.
  private static func words(_ figures: AnswerFigures) -> String {
    var words = [
      "\(figures.share(figures.equal)) the same", "\(figures.share(figures.unending)) without an end",
    ]
    if let asBase = figures.asBase { words.append("\(figures.share(asBase)) as the base's") }
    return "step \(figures.step): " + words.joined(separator: ", ")
  }

  /// A step, and beside it the answer in as many rows as it takes, at most twelve.
  private static func rows(_ label: String, _ text: String, width: Int, label labelStyle: Style, text style: Style)
    -> [[Span]]
  {
    let indent = 7
    let lines = text.split(separator: "\n", omittingEmptySubsequences: false)
      .flatMap { TextWidth.wrap(TextWidth.sanitized(String($0)), to: max(8, width - indent)) }
    let kept = lines.prefix(12) + (lines.count > 12 ? ["…"] : [])
    return kept.enumerated().map { index, line in
      [
        Span(TextWidth.pad(index == 0 ? label : "", to: indent - 1, .right) + " ", labelStyle),
        Span(line, style),
      ]
    }
  }

  private static func folded(_ text: String) -> String {
    text.lowercased().filter { !$0.isWhitespace }
  }
}
