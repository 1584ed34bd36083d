import Content
import Domain
import Drawing
import Foundation
import NumberFormat
import PaneKit
import WorkbenchCore

extension CasesPane {
  /// Draws the table and the case, beside or below each other, or the one that has the focus.
  package mutating func draw(
    _ snapshot: Snapshot, in rect: Rect, focused: Bool, on surface: inout Surface, theme: Theme
  ) {
    surface.fill(rect, style: theme[.text])
    guard !rect.isEmpty else { return }
    sync(snapshot)
    guard let set = set(snapshot) else {
      drawNoSet(snapshot, in: rect, focused: focused, on: &surface, theme: theme)
      return
    }
    let isAsking = question != nil || finder.isTyping
    // A list of parts lies over the panels and needs no row.
    let hasRow = if case .part = question { false } else { isAsking }
    let rows = rect.rows([.rest, .fixed(hasRow && rect.height >= 2 ? 1 : 0)])
    panels.begin(isFocused: focused && !isAsking)
    let pen = Pen(snapshot: snapshot, set: set, theme: theme)
    let places = split(rows[0])
    if !places.table.isEmpty { drawTable(in: places.table, pen, on: &surface) }
    if !places.detail.isEmpty {
      if draft != nil {
        drawEditor(in: places.detail, pen, on: &surface)
      } else {
        drawDetail(in: places.detail, pen, on: &surface)
      }
    }
    drawQuestion(in: rows[1].isEmpty ? rect.row(rect.height - 1) : rows[1], pen, focused: focused, on: &surface)
  }

  /// What every panel needs for drawing.
  struct Pen {
    var snapshot: Snapshot
    var set: EvalSet
    var theme: Theme
  }

  /// Both panels beside or below each other, or the one that has the focus.
  private mutating func split(_ rect: Rect) -> (table: Rect, detail: Rect) {
    isSplit = rect.width >= 100 ? rect.height >= 4 : rect.width >= 30 && rect.height >= 14
    guard isSplit else {
      return panel == .table && draft == nil ? (rect, .empty) : (.empty, rect)
    }
    isStacked = rect.width < 100
    let (first, second) = isStacked ? rowsSplitter.split(rect) : columnsSplitter.split(rect)
    // The line between is the first part's border.
    let table = Rect(
      x: first.x, y: first.y, width: first.width + (isStacked ? 0 : 1), height: first.height + (isStacked ? 1 : 0))
    return (table, second)
  }

  // MARK: Table

  private mutating func drawTable(in rect: Rect, _ pen: Pen, on surface: inout Surface) {
    let theme = pen.theme
    let rows = rows(pen.snapshot)
    let all = pen.set.cases.count
    let isFiltered = !search.isEmpty || tag != nil || standing != nil
    let title =
      "Cases · \(pen.set.name)" + (tag.map { " · #\($0)" } ?? "") + (standing.map { " · \($0.words)" } ?? "")
    let count = isFiltered ? "\(rows.count) of \(all)" : "\(all)"
    let inner = panels.frame(
      .table, title, label: [Span(count, theme[isFiltered ? .statusBusy : .textDim])], in: rect, on: &surface,
      theme: theme)
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
        focused: panels.isFocused(.table), on: &surface, theme: theme)
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

  /// What the last row says of the run that is read, or of the variant's run over this set.
  private func runLine(_ pen: Pen) -> (text: String, progress: RunProgress?)? {
    if let run = pen.snapshot.runs.first(where: { $0.id == readRun && $0.set == pen.set.name }) {
      let score = score(pen.snapshot.summary(of: run, on: pen.set))
      return ("run \(run.id), \(run.variant.name): \(score)\(otherMark(pen)) · Esc: the newest again", nil)
    }
    guard let variant = variant(pen.snapshot), !pen.set.cases.isEmpty else { return nil }
    if let active = activeRun(pen.snapshot) { return (active.progress.waiting ?? variant.name, active.progress) }
    guard let meant = pen.snapshot.meantRun(of: variant.name, on: pen.set.name), meant.run.summary.scored > 0 else {
      return ("\(variant.name): not measured on this set", nil)
    }
    let run = meant.run
    let isEdited = run.setHash != pen.set.hash
    let age =
      isEdited ? ", scored again by the set as it is now" : meant.isCurrent != false ? "" : " on an older version"
    return (
      "\(variant.name): \(score(pen.snapshot.summary(of: run, on: pen.set))), "
        + "\(run.casesComplete) of \(run.cases) done\(age)\(otherMark(pen))", nil
    )
  }

  private func score(_ summary: RunSummary?) -> String {
    guard let summary else { return "scoring its answers again" }
    return summary.scored > 0
      ? NumberFormat.percent(summary.mean, summary.low, summary.high) : "no answer to the cases as they are now"
  }

  /// Whose marks stand in the second column.
  private func otherMark(_ pen: Pen) -> String {
    guard let other = markedRuns(pen.snapshot, pen.set).dropFirst().first else { return "" }
    return " · \(other.variant.isTuned ? "T" : "P"): \(other.variant.name)"
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
    case .part(let list): drawParts(list, pen, focused: focused, on: &surface)
    case .delete(let evalCase):
      ask("Delete the case \"\(evalCase.id)\" from \(pen.set.path)?", in: row, on: &surface, theme)
    case .restore: ask("A text was typed here and not saved.", in: row, on: &surface, theme)
    case .discard: ask("Drop your changes to this case?", in: row, on: &surface, theme)
    case nil: if finder.isTyping { finder.draw(in: row, focused: focused, on: &surface, theme: theme) }
    }
  }

  private func ask(_ sentence: String, in row: Rect, on surface: inout Surface, _ theme: Theme) {
    Drawing.Question(sentence).draw(in: row, on: &surface, theme: theme)
  }

  private mutating func drawParts(
    _ list: ListView<String>, _ pen: Pen, focused: Bool, on surface: inout Surface
  ) {
    let theme = pen.theme
    let outputs = marks(pen.snapshot, pen.set).first
    let parts = filter.parts(of: pen.set, in: outputs)
    let area = panels.places[.table] ?? panels.places[.detail] ?? .empty
    let inner = surface.popup(
      Size(width: 34, height: parts.count + 2),
      title: outputs.map { "Cases of run \($0.run.id) · Esc closes" } ?? "Tags · Esc or q closes", over: area,
      theme: theme)
    var list = list
    list.draw(parts, in: inner, focused: focused, on: &surface, theme: theme) { part, row, surface in
      switch part.kind {
      case .all: surface.write([Span("all cases")], in: row)
      case .standing(let standing):
        surface.write([Span(standing.mark + " ", theme[standing.style]), Span(standing.words)], in: row)
      case .tag(let tag): surface.write([Span(tag, theme[.tag])], in: row)
      }
      surface.write([Span("\(part.count)", theme[.textDim])], in: row, .right)
    }
    question = .part(list)
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
