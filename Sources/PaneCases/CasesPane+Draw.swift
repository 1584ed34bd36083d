import Content
import Drawing
import Foundation
import NumberFormat
import PaneKit
import WorkbenchCore

extension CasesPane {
  /// Draws the table and the case, beside or below each other, or the one that has the focus.
  public mutating func draw(
    _ snapshot: Snapshot, in rect: Rect, focused: Bool, on surface: inout Surface, theme: Theme
  ) {
    surface.fill(rect, style: theme[.text])
    guard !rect.isEmpty else { return }
    sync(snapshot)
    guard let set = set(snapshot) else {
      drawNoSet(snapshot, in: rect, focused: focused, on: &surface, theme: theme)
      return
    }
    let isAsking = question != nil
    let rows = rect.rows([.rest, .fixed(isAsking && rect.height >= 2 ? 1 : 0)])
    place(rows[0])
    let pen = Pen(snapshot: snapshot, set: set, theme: theme, isFocused: focused && !isAsking)
    if !tableArea.isEmpty { drawTable(in: tableArea, pen, on: &surface) }
    if !detailArea.isEmpty {
      if draft != nil {
        drawEditor(in: detailArea, pen, on: &surface)
      } else {
        drawDetail(in: detailArea, pen, on: &surface)
      }
    }
    drawQuestion(in: rows[1].isEmpty ? rect.row(rect.height - 1) : rows[1], pen, focused: focused, on: &surface)
  }

  /// What every panel needs for drawing.
  struct Pen {
    var snapshot: Snapshot
    var set: EvalSet
    var theme: Theme
    var isFocused: Bool

    /// Draws a panel's frame and returns the space within.
    func frame(
      _ rect: Rect, _ title: String, label: [Span] = [], focused: Bool, on surface: inout Surface
    ) -> Rect {
      let inner = surface.frame(
        rect, title: title, style: theme[focused ? .borderFocused : .border],
        titleStyle: theme[focused ? .titleFocused : .title])
      surface.label(label, on: .top, of: rect, titleColumns: TextWidth.columns(of: title))
      return inner
    }
  }

  private mutating func place(_ rect: Rect) {
    isSplit = rect.width >= 100 ? rect.height >= 4 : rect.width >= 30 && rect.height >= 14
    guard isSplit else {
      tableArea = panel == .table && draft == nil ? rect : .empty
      detailArea = tableArea.isEmpty ? rect : .empty
      return
    }
    isStacked = rect.width < 100
    let (first, second) = isStacked ? rowsSplitter.split(rect) : columnsSplitter.split(rect)
    // The line between is the first part's border.
    tableArea = Rect(
      x: first.x, y: first.y, width: first.width + (isStacked ? 0 : 1), height: first.height + (isStacked ? 1 : 0))
    detailArea = second
  }

  // MARK: Table

  private mutating func drawTable(in rect: Rect, _ pen: Pen, on surface: inout Surface) {
    let theme = pen.theme
    let rows = rows(pen.snapshot)
    let all = pen.set.cases.count
    let isFiltered = !search.isEmpty || tag != nil
    let title = "Cases · \(pen.set.name)" + (tag.map { " · #\($0)" } ?? "")
    let count = isFiltered ? "\(rows.count) of \(all)" : "\(all)"
    let inner = pen.frame(
      rect, title, label: [Span(count, theme[isFiltered ? .statusBusy : .textDim])],
      focused: pen.isFocused && panel == .table && draft == nil, on: &surface)
    let problems = problems(pen.snapshot)
    let runs = runLine(pen)
    let foot = inner.height >= 6 ? min(problems.count, max(1, inner.height / 4)) + (runs == nil ? 0 : 1) : 0
    let parts = inner.rows([.rest, .fixed(foot)])
    let body = parts[0].insetColumns
    if rows.isEmpty {
      drawEmpty(isFiltered: isFiltered, problems, in: body, pen, on: &surface)
    } else {
      widths.update(pen.set)
      table.draw(
        rows, columns: columns(pen), in: body,
        focused: pen.isFocused && panel == .table && draft == nil, on: &surface, theme: theme)
    }
    var row = 0
    for problem in problems.prefix(foot - (runs == nil || foot == 0 ? 0 : 1)) {
      let style = theme[problem.severity == .error ? .error : .warning]
      let more = row == 0 && problems.count > foot ? " (and \(problems.count - 1) more)" : ""
      surface.write([Span("! \(problem)\(more)", style)], in: parts[1].insetColumns.row(row))
      row += 1
    }
    guard foot > 0, let runs else { return }
    let place = parts[1].insetColumns.row(row)
    if let progress = runs.progress {
      let fraction = progress.total > 0 ? Double(progress.done) / Double(progress.total) : nil
      ProgressBar(fraction: fraction, label: "\(progress.done)/\(progress.total) \(runs.text)").draw(
        in: place, on: &surface, theme: theme)
    } else {
      surface.write([Span(runs.text, theme[.textDim])], in: place)
    }
  }

  /// What the last row says of the variant's run over this set.
  private func runLine(_ pen: Pen) -> (text: String, progress: RunProgress?)? {
    guard let variant = variant(pen.snapshot), !pen.set.cases.isEmpty else { return nil }
    if let active = activeRun(pen.snapshot) { return (active.progress.waiting ?? variant.name, active.progress) }
    guard let meant = pen.snapshot.meantRun(of: variant.name, on: pen.set.name), meant.run.summary.scored > 0 else {
      return ("\(variant.name): not measured on this set", nil)
    }
    let (run, summary) = (meant.run, meant.run.summary)
    let age = run.setHash != pen.set.hash ? " on an older set" : meant.isCurrent != false ? "" : " on an older version"
    return (
      "\(variant.name): \(NumberFormat.percent(summary.mean, summary.low, summary.high)), "
        + "\(run.casesComplete) of \(run.cases) done\(age)", nil
    )
  }

  private func columns(_ pen: Pen) -> [TableColumn<EvalCase>] {
    let theme = pen.theme
    let (search, widths) = (search, widths)
    let match = theme[.searchMatch]
    var columns = [
      TableColumn<EvalCase>("Case", width: 6...max(6, widths.id), priority: 9) { evalCase in
        search.mark([Span(evalCase.id, theme[.textStrong])], style: match)
      },
      TableColumn<EvalCase>("Input", width: 20...400, priority: 8) { evalCase in
        search.mark([Span(CasePreview.text(evalCase.input))], style: match)
      },
      TableColumn<EvalCase>("Expected", width: min(12, max(8, widths.expected))...max(8, widths.expected), priority: 5)
      { evalCase in
        guard let expected = evalCase.expected else { return [Span("–", theme[.textDim])] }
        return search.mark([Span(CasePreview.text(expected))], style: match)
      },
      TableColumn<EvalCase>("Tags", width: 6...max(6, widths.tags), priority: 4) { evalCase in
        [Span(evalCase.tags.joined(separator: " "), theme[.tag])]
      },
    ]
    for (index, outputs) in marks(pen.snapshot, pen.set).enumerated() {
      columns.append(
        TableColumn<EvalCase>(
          outputs.run.variant.isTuned ? "T" : "P", width: index == 0 ? 1...1 : 2...2, priority: 6
        ) { evalCase in
          guard let standing = outputs[evalCase.id]?.standing else { return [Span("·", theme[.textDim])] }
          return [Span(standing.mark, theme[standing.style])]
        })
    }
    return columns
  }

  private func drawEmpty(
    isFiltered: Bool, _ problems: [Problem], in rect: Rect, _ pen: Pen, on surface: inout Surface
  ) {
    let theme = pen.theme
    let sentence =
      isFiltered
      ? "No case of \(pen.set.name) fits. Esc takes search and filter away."
      : "\(pen.set.path) has no cases yet. Press a to add one."
    for (row, line) in TextWidth.wrap(sentence, to: max(1, rect.width)).enumerated() {
      surface.write([Span(line, theme[.textDim])], in: rect.row(row + 1))
    }
  }

  // MARK: Around the panels

  private mutating func drawQuestion(in row: Rect, _ pen: Pen, focused: Bool, on surface: inout Surface) {
    let theme = pen.theme
    switch question {
    case .search(let field): field.draw(in: row, focused: focused, on: &surface, theme: theme)
    case .tag(let list): drawTags(list, in: row, pen, focused: focused, on: &surface)
    case .delete(let evalCase):
      ask("Delete the case \"\(evalCase.id)\" from \(pen.set.path)?", in: row, on: &surface, theme)
    case .restore:
      let keys = [("Enter", "restores it"), ("d", "drops it"), ("Esc", "later")]
      surface.fill(row, style: theme[.text])
      surface.write(
        [Span("A text was typed here and not saved.", theme[.warning])]
          + keys.flatMap { [Span("  \($0)", theme[.key]), Span(" \($1)")] }, in: row)
    case .discard: ask("Drop your changes to this case? (Ctrl-S saves them)", in: row, on: &surface, theme)
    case nil: break
    }
  }

  private func ask(_ sentence: String, in row: Rect, on surface: inout Surface, _ theme: Theme) {
    surface.fill(row, style: theme[.text])
    surface.write(
      [Span(sentence, theme[.warning]), Span("  y", theme[.key]), Span(" yes"), Span("  n", theme[.key]), Span(" no")],
      in: row)
  }

  private mutating func drawTags(
    _ list: ListView<String>, in row: Rect, _ pen: Pen, focused: Bool, on surface: inout Surface
  ) {
    let theme = pen.theme
    let tags = filter.tags(of: pen.set)
    let area = tableArea.isEmpty ? detailArea : tableArea
    let size = Size(width: 34, height: tags.count + 2)
    let place = area.centered(size)
    surface.fill(place, style: theme[.overlay])
    let inner = surface.frame(
      place, title: "Tags · Esc or q closes", style: theme[.overlayBorder], titleStyle: theme[.overlayTitle])
    var list = list
    list.draw(tags, in: inner.insetColumns, focused: focused, on: &surface, theme: theme) { entry, row, surface in
      surface.write([Span(entry.tag ?? "all cases", entry.tag == nil ? .plain : theme[.tag])], in: row)
      surface.write([Span("\(entry.count)", theme[.textDim])], in: row, .right)
    }
    question = .tag(list)
    surface.write(
      [Span("Enter", theme[.key]), Span(" shows, "), Span("Esc", theme[.key]), Span(" goes back")], in: row)
  }

  private func drawNoSet(
    _ snapshot: Snapshot, in rect: Rect, focused: Bool, on surface: inout Surface, theme: Theme
  ) {
    let inner = surface.frame(
      rect, title: "Cases", style: theme[focused ? .borderFocused : .border],
      titleStyle: theme[focused ? .titleFocused : .title]
    ).insetColumns
    var lines = [Span("This workspace has no eval set.", theme[.textStrong])]
    let help =
      "Name one in assay.yaml (eval_sets: { main: evals/main.jsonl }) and write a case per line: "
      + "{\"id\": \"1\", \"input\": {\"ticket\": \"…\"}, \"expected\": …, \"tags\": []}"
    lines += TextWidth.wrap(help, to: max(1, inner.width)).map { Span($0) }
    for problem in snapshot.workspace.problems.prefix(5) { lines.append(Span("! \(problem)", theme[.error])) }
    for (offset, line) in lines.enumerated() { surface.write([line], in: inner.row(offset + 1)) }
  }
}
