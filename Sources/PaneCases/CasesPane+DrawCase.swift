import Content
import Domain
import Drawing
import PaneKit
import WorkbenchCore

extension CasesPane {
  // MARK: The opened case

  mutating func drawDetail(in rect: Rect, _ pen: Pen, on surface: inout Surface) {
    let theme = pen.theme
    guard let evalCase = selected(pen.snapshot) else {
      _ = panels.frame(.detail, "Case", in: rect, on: &surface, theme: theme)
      return
    }
    let path = evalCase.line > 0 ? "\(pen.set.path):\(evalCase.line)" : pen.set.path
    let label = saved == evalCase.id ? Span("saved", theme[.success]) : Span(path, theme[.textDim])
    let inner = panels.frame(.detail, evalCase.id, label: [label], in: rect, on: &surface, theme: theme)
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
      lines.append([Span("Nothing: graders that compare with it can't score it.", theme[.textDim])])
    }
    for outputs in marks(pen.snapshot, pen.set) {
      guard let output = outputs[evalCase.id] else { continue }
      lines.append([])
      let mark = Span(output.standing.mark + " ", theme[output.standing.style])
      let variant = outputs.run.variant
      lines.append([mark, Span(variant.name, theme[variant.isTuned ? .badgeTuned : .badgePrompted])])
      lines += Self.long(output.answer?.text ?? output.failure ?? "", theme)
      for score in output.scores where score.passed != true { lines.append([Span(score.reason, theme[.textDim])]) }
    }
    return lines.map { search.mark($0, style: theme[.searchMatch]) }
  }

  /// A value for reading: texts as they are, anything else as JSON, with a member per line unless one line will do.
  private static func text(_ value: JSONValue, _ theme: Theme, _ width: Int) -> [[Span]] {
    if case .string(let text) = value { return long(text, theme) }
    let line = value.text(.spaced)
    if line.utf8.count <= 4 * width, TextWidth.columns(of: line) <= width {
      return [JSONText.spans(of: line, theme: theme)]
    }
    return long(value.text(.pretty), theme) { JSONText.spans(of: $0, theme: theme) }
  }

  private static func long(
    _ text: String, _ theme: Theme, spans: (String) -> [Span] = { [Span($0)] }
  ) -> [[Span]] {
    let long = LongText(text)
    return long.shown.split(omittingEmptySubsequences: false, whereSeparator: \.isNewline).map { spans(String($0)) }
      + (long.missing.map { [[Span($0, theme[.warning])]] } ?? [])
  }

  // MARK: The editor

  mutating func drawEditor(in rect: Rect, _ pen: Pen, on surface: inout Surface) {
    let theme = pen.theme
    draft?.buffer.show()
    guard let draft else { return }
    let inner = panels.frame(
      .detail, draft.title, label: [label(of: draft, theme)], in: rect, on: &surface, theme: theme)
    let message =
      draft.flaw.map { Span("✗ line \($0.line), column \($0.column): \($0.message)", theme[.error]) }
      ?? draft.warning.map { Span($0, theme[.warning]) }
    let lines = message.map { TextWidth.wrap($0.text, to: max(1, inner.width - 2)) } ?? []
    let rows = inner.rows([.rest, .fixed(min(lines.count, max(0, inner.height - 1)))])
    self.draft?.editor.draw(
      in: rows[0].insetColumns, focused: panels.isFocused(.detail), on: &surface, theme: theme,
      highlight: { JSONText.spans(of: $0, theme: theme) })
    for (index, line) in lines.enumerated() {
      surface.write([Span(line, message?.style ?? .plain)], in: rows[1].insetColumns.row(index))
    }
  }

  private func label(of draft: CaseDraft, _ theme: Theme) -> Span {
    draft.buffer.state.label(theme) ?? Span("editing", theme[.statusBusy])
  }
}
