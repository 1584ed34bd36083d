import Drawing
import Grading
import WorkbenchCore

extension CasesPane {
  // MARK: The opened case

  mutating func drawDetail(in rect: Rect, _ pen: Pen, on surface: inout Surface) {
    let theme = pen.theme
    guard let evalCase = selected(pen.snapshot) else {
      _ = pen.frame(rect, "Case", focused: pen.isFocused && panel == .detail, on: &surface)
      return
    }
    let label = evalCase.line > 0 ? "\(pen.set.path):\(evalCase.line)" : pen.set.path
    let inner = pen.frame(
      rect, evalCase.id, label: [Span(label, theme[.textDim])], focused: pen.isFocused && panel == .detail, on: &surface
    )
    let place = inner.insetColumns
    detailView.draw(lines(of: evalCase, pen, width: place.width - 1), in: place, on: &surface, theme: theme)
  }

  private mutating func lines(of evalCase: EvalCase, _ pen: Pen, width: Int) -> [[Span]] {
    let theme = pen.theme
    var lines: [[Span]] = []
    if !evalCase.tags.isEmpty {
      lines.append(evalCase.tags.flatMap { [Span("#\($0)", theme[.tag]), Span(" ")] })
      lines.append([])
    }
    for (key, value) in evalCase.input.object ?? JSONObject([(key: "input", value: evalCase.input)]) {
      lines.append([Span(key, theme[.jsonKey])])
      lines += Self.text(value, theme, width)
      lines.append([])
    }
    lines.append([Span("expected", theme[.title])])
    if let expected = evalCase.expected {
      lines += Self.text(expected, theme, width)
    } else {
      lines.append([Span("Nothing: graders that compare with it can't pass.", theme[.textDim])])
    }
    if marks.update(pen.snapshot.comparison, set: pen.set), let comparison = pen.snapshot.comparison,
      let row = marks.row(evalCase.id, comparison)
    {
      for (run, output) in [(comparison.a, row.a), (comparison.b, row.b)] {
        lines.append([])
        let mark = output.passed ? Span("✓ ", theme[.good]) : Span("✗ ", theme[.bad])
        lines.append([mark, Span(run.variant.name, theme[run.variant.isTuned ? .badgeTuned : .badgePrompted])])
        lines += Self.split(output.answer?.text ?? output.failure ?? "", style: .plain)
        for score in output.scores where !score.passed { lines.append([Span(score.reason, theme[.textDim])]) }
      }
    }
    return lines.map { search.mark($0, style: theme[.searchMatch]) }
  }

  /// A value for reading: texts as they are, anything else as JSON, with a member per line unless one line will do.
  private static func text(_ value: JSONValue, _ theme: Theme, _ width: Int) -> [[Span]] {
    if case .string(let text) = value { return split(text, style: .plain) }
    let line = value.text(.spaced)
    if TextWidth.columns(of: line) <= width { return [JSONText.spans(of: line, theme: theme)] }
    return value.text(.pretty).split(separator: "\n").map { JSONText.spans(of: String($0), theme: theme) }
  }

  private static func split(_ text: String, style: Style) -> [[Span]] {
    text.split(omittingEmptySubsequences: false, whereSeparator: \.isNewline).map { [Span(String($0), style)] }
  }

  // MARK: The editor

  mutating func drawEditor(in rect: Rect, _ pen: Pen, on surface: inout Surface) {
    let theme = pen.theme
    guard let draft else { return }
    let label = draft.isChanged ? Span("* unsaved", theme[.warning]) : Span("editing", theme[.statusBusy])
    let inner = pen.frame(rect, draft.title, label: [label], focused: pen.isFocused, on: &surface)
    let flaw = draft.flaw.map { flaw in
      let place = draft.isWarned ? "" : "line \(flaw.line), column \(flaw.column): "
      return TextWidth.wrap("✗ \(place)\(flaw.message)", to: max(1, inner.width - 2))
    }
    let rows = inner.rows([.rest, .fixed(min(flaw?.count ?? 0, max(0, inner.height - 1)))])
    self.draft?.editor.draw(
      in: rows[0].insetColumns, focused: pen.isFocused, on: &surface, theme: theme,
      highlight: { JSONText.spans(of: $0, theme: theme) })
    for (index, line) in (flaw ?? []).enumerated() {
      surface.write([Span(line, theme[.error])], in: rows[1].insetColumns.row(index))
    }
  }
}
