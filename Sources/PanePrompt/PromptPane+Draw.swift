import Domain
import Drawing
import Foundation
import NumberFormat
import WorkbenchCore

extension PromptPane {
  /// Draws the panels that have room.
  package mutating func draw(
    _ snapshot: Snapshot, in rect: Rect, focused: Bool, on surface: inout Surface, theme: Theme
  ) {
    surface.fill(rect, style: theme[.text])
    guard !rect.isEmpty else { return }
    sync(snapshot)
    guard let subject = subject(snapshot) else {
      drawNoPrompt(snapshot, in: rect, focused: focused, on: &surface, theme: theme)
      return
    }
    let isAsking = question != nil || finder.isTyping
    let rows = rect.rows([.rest, .fixed(!isAsking || rect.height < 2 ? 0 : 1)])
    layout = makeLayout(rows[0], showsTrial: snapshot.trial != nil && !isTrialHidden)
    panels.begin(isFocused: focused && !isAsking)
    let pen = Pen(snapshot: snapshot, subject: subject, theme: theme)
    for (panel, place) in layout.places {
      switch panel {
      case .sections: drawSections(in: place, pen, on: &surface)
      case .text: drawText(in: place, pen, on: &surface)
      case .model: drawModel(in: place, pen, on: &surface)
      case .trial: drawTrial(in: place, pen, on: &surface)
      case .versions: drawVersions(in: place, pen, on: &surface)
      case .variants: drawVariants(in: place, pen, on: &surface)
      case .ablation: drawAblation(in: place, pen, on: &surface)
      }
    }
    drawQuestion(
      snapshot, in: rows[1].isEmpty ? rect.row(rect.height - 1) : rows[1], focused: focused, on: &surface, theme)
  }

  /// What every panel needs for drawing.
  struct Pen {
    var snapshot: Snapshot
    var subject: PromptSubject
    var theme: Theme

    /// How far the rendering of what is chosen is.
    var rendering: QueryState<RenderedPrompt> { subject.request.map { snapshot[RenderQuery($0)] } ?? .loading }

    /// The rendering of what is chosen.
    var rendered: RenderedPrompt? { rendering.answer }
  }

  // MARK: Sections

  private mutating func drawSections(in rect: Rect, _ pen: Pen, on surface: inout Surface) {
    let sections = pen.subject.prompt.sections
    let theme = pen.theme
    let index = list.selectedIndex(in: sections).map { "\($0 + 1)/\(sections.count)" } ?? "0"
    let inner = panels.frame(
      .sections, "Sections", label: [Span(index, theme[.textDim])], in: rect, on: &surface, theme: theme
    ).insetColumns
    let head = inner.height >= 9 ? 3 : 0
    let score = inner.height >= 12 ? scoreLines(pen) : []
    let foot = inner.height >= 5 ? 1 + (score.isEmpty ? 0 : score.count + 1) : 0
    let parts = inner.rows([.fixed(head), .rest, .fixed(foot)])
    drawChoice(in: parts[0], pen, on: &surface)
    if sections.isEmpty {
      let sentence = "\(pen.subject.prompt.path) has no sections. Press a to add one."
      for (row, line) in TextWidth.wrap(sentence, to: max(1, parts[1].width)).enumerated() {
        surface.write([Span(line, theme[.textDim])], in: parts[1].row(row))
      }
    }
    let counts = tokenCounts(pen)
    let sent = pen.subject.sent
    var list = list
    list.draw(sections, in: parts[1], focused: panels.isFocused(.sections), on: &surface, theme: theme) {
      section, row, surface in
      drawRow(section, in: row, counts[section.id], isSent: sent.contains(section.id), pen, on: &surface)
    }
    self.list = list
    let total = sections.filter { sent.contains($0.id) }.reduce(0) { $0 + (counts[$1.id]?.count ?? 0) }
    let isExact = sections.allSatisfy { !sent.contains($0.id) || counts[$0.id]?.isExact == true }
    surface.write([Span("total tokens", theme[.textDim])], in: parts[2].row(0))
    surface.write(
      [Span(NumberFormat.tokens(total, isExact: isExact), theme[.textStrong])], in: parts[2].row(0), .right)
    for (offset, line) in score.enumerated() {
      surface.write(line.left, in: parts[2].row(offset + 2))
      surface.write(line.right, in: parts[2].row(offset + 2), .right)
    }
    if foot > 2, let active = activeRun(pen.snapshot) {
      drawProgress(active.progress, in: parts[2].row(2), on: &surface, theme)
    }
  }

  private func drawChoice(in rect: Rect, _ pen: Pen, on surface: inout Surface) {
    guard !rect.isEmpty else { return }
    let theme = pen.theme
    let entries = PromptChoice.entries(pen.snapshot.workspace)
    let place = choice.entry(pen.snapshot.workspace).flatMap { entries.firstIndex(of: $0) }.map { $0 + 1 } ?? 0
    let short = "\(place)/\(entries.count)"
    let title = pen.subject.variant?.name ?? pen.subject.prompt.name
    let long = "variant " + short
    let number = TextWidth.columns(of: title) + 1 + long.count <= rect.width ? long : short
    let name = Rect(x: rect.x, y: rect.y, width: rect.width - number.count - 1, height: 1)
    guard let variant = pen.subject.variant else {
      surface.write([Span(pen.subject.prompt.name, theme[.textStrong])], in: name)
      surface.write([Span("no variant uses it", theme[.textDim])], in: rect.row(1))
      return
    }
    surface.write([Span(variant.name, theme[.textStrong])], in: name)
    surface.write([Span(number, theme[.textDim])], in: rect.row(0), .right)
    let badge = Span(variant.isTuned ? "tuned " : "", theme[.badgeTuned])
    surface.write([badge, Span("\(pen.subject.prompt.name) → \(variant.model)", theme[.textDim])], in: rect.row(1))
  }

  private func drawRow(
    _ section: Section, in row: Rect, _ tokens: TokenCount?, isSent: Bool, _ pen: Pen, on surface: inout Surface
  ) {
    let theme = pen.theme
    let glyph = isSent ? "●" : section.isEnabled ? "◌" : "○"
    let name: StyleName = !isSent ? .sectionOff : section.role == .user ? .sectionUser : .sectionSystem
    let state = drafts[SectionID(prompt: pen.subject.prompt.name, section: section.id)]?.state ?? .clean
    let mark: Span =
      switch state {
      case .clean: Span("")
      case .edited, .saving: Span(" *", theme[.warning])
      case .conflict, .gone, .failed: Span(" !", theme[.error])
      }
    let tag = section.role == .system ? "sys" : section.role.rawValue
    let count = isSent ? tokens.map { NumberFormat.tokens($0.count, isExact: $0.isExact) } ?? "" : "–"
    let right = TextWidth.pad(tag, to: 4) + TextWidth.pad(count, to: 5, .right)
    let width = row.width - right.count - 1
    guard width >= 6 else {
      surface.write(
        [Span("\(glyph) ", theme[name]), Span(section.title, theme[isSent ? .text : .sectionOff])], in: row)
      return
    }
    let left = Rect(x: row.x, y: row.y, width: width, height: 1)
    let title = TextWidth.truncate(section.title, to: width - 2 - mark.columns)
    surface.write(
      [Span("\(glyph) ", theme[name]), Span(title, Style(theme[isSent ? .text : .sectionOff].foreground)), mark],
      in: left)
    surface.write([Span(right, Style(theme[.textDim].foreground))], in: row, .right)
  }

  /// Tokens of a section, exact or estimated.
  struct TokenCount {
    var count: Int
    var isExact: Bool
  }

  private func tokenCounts(_ pen: Pen) -> [String: TokenCount] {
    var counts: [String: TokenCount] = [:]
    var parts = pen.rendered?.parts ?? []
    let isExact = pen.rendered?.countsAreExact ?? false
    for section in pen.subject.prompt.sent(pen.subject.choice) {
      if let index = parts.firstIndex(where: { $0.title == section.title && $0.role == section.role }) {
        let part = parts.remove(at: index)
        if let tokens = part.tokens { counts[section.id] = TokenCount(count: tokens, isExact: isExact) }
      }
      if counts[section.id] == nil {
        let bytes = section.body.utf8.count
        counts[section.id] = TokenCount(count: bytes == 0 ? 0 : max(1, bytes / 4), isExact: false)
      }
    }
    return counts
  }

  // MARK: Score

  /// A line of the score block.
  struct ScoreLine {
    var left: [Span] = []
    var right: [Span] = []
  }

  private func scoreLines(_ pen: Pen) -> [ScoreLine] {
    let theme = pen.theme
    guard let variant = pen.subject.variant, let set = pen.subject.set else { return [] }
    if let active = activeRun(pen.snapshot) {
      let progress = active.progress
      let rate = progress.rate.map { String(format: "%.1f/s", $0) }
      let remaining = progress.remainingSeconds.map { "\(NumberFormat.clock($0)) left" } ?? ""
      let left = progress.waiting ?? (progress.errors > 0 ? NumberFormat.plural(progress.errors, "error") : remaining)
      return [ScoreLine(), ScoreLine(left: [Span(left, theme[.textDim])], right: [Span(rate ?? "", theme[.textDim])])]
    }
    guard let meant = pen.snapshot.meantRun(of: variant.name, on: set.name), meant.run.summary.scored > 0 else {
      return [ScoreLine(left: [Span("not measured on \(set.name)", theme[.textDim])])]
    }
    let run = meant.run
    guard let summary = pen.snapshot.summary(of: run, on: set) else {
      return [ScoreLine(left: [Span("scoring \(set.name) again", theme[.textDim])])]
    }
    guard summary.scored > 0 else {
      return [ScoreLine(left: [Span("not measured on \(set.name) as it is", theme[.textDim])])]
    }
    // What is typed and not saved counts here, too.
    let isSame = meant.isCurrent != false && run.promptVersion == pen.subject.version.hash
    let mark = run.state == .paused ? "paused" : isSame ? "current" : "older version"
    return [
      ScoreLine(
        left: [Span("score ", theme[.textDim]), Span(NumberFormat.percent(summary.mean), theme[.textStrong])],
        right: [Span(NumberFormat.range(summary.low, summary.high), theme[.textDim])]),
      ScoreLine(
        left: [Span("\(set.name) \(run.casesComplete)/\(run.cases)", theme[.textDim])],
        right: [Span(mark, theme[isSame && run.state == .finished ? .success : .warning])]),
    ]
  }

  private func drawProgress(_ progress: RunProgress, in row: Rect, on surface: inout Surface, _ theme: Theme) {
    let fraction = progress.total > 0 ? Double(progress.done) / Double(progress.total) : nil
    ProgressBar(fraction: fraction, label: "\(progress.done)/\(progress.total)").draw(
      in: row, on: &surface, theme: theme)
  }

  // MARK: Around the panels

  /// Tells of a text that was typed and never saved.
  func notSaved(_ kept: KeptDraft, _ snapshot: Snapshot) -> String {
    let ago = NumberFormat.ago(snapshot.time.timeIntervalSince(kept.time))
    return "Typed \(ago == "now" ? "just now" : ago) and not saved."
  }

  private func drawQuestion(
    _ snapshot: Snapshot, in row: Rect, focused: Bool, on surface: inout Surface, _ theme: Theme
  ) {
    switch question {
    case .title(let field, let problem):
      field.draw(in: row, focused: focused, on: &surface, theme: theme)
      if let problem { surface.write([Span(" \(problem) ", theme[.error])], in: row, .right) }
    case .delete(_, let title): ask("Delete the section \"\(title)\" and its file?", in: row, on: &surface, theme)
    case .unsaved(let title, _): ask("\(title) is not saved.", in: row, on: &surface, theme)
    case .editor(_, let field, let problem), .copy(_, let field, let problem):
      field.draw(in: row, focused: focused, on: &surface, theme: theme)
      if let problem { surface.write([Span(" \(problem) ", theme[.error])], in: row, .right) }
    case .restore(let kept):
      ask(notSaved(kept, snapshot), in: row, on: &surface, theme)
    case nil: if finder.isTyping { finder.draw(in: row, focused: focused, on: &surface, theme: theme) }
    }
  }

  private func ask(_ sentence: String, in row: Rect, on surface: inout Surface, _ theme: Theme) {
    Drawing.Question(sentence).draw(in: row, on: &surface, theme: theme)
  }

  private func drawNoPrompt(
    _ snapshot: Snapshot, in rect: Rect, focused: Bool, on surface: inout Surface, theme: Theme
  ) {
    let inner = surface.frame(
      rect, title: "Prompt", style: theme[focused ? .borderFocused : .border],
      titleStyle: theme[focused ? .titleFocused : .title])
    var lines = [Span("This workspace has no prompt.", theme[.textStrong])]
    let help =
      "Name one in assay.yaml (prompts: { main: prompts/main }) and write its first section to prompts/main/10-task.md."
    lines += TextWidth.wrap(help, to: max(1, inner.width - 2)).map { Span($0) }
    for problem in snapshot.workspace.problems.prefix(5) { lines.append(Span(problem.description, theme[.error])) }
    for (offset, line) in lines.enumerated() { surface.write([line], in: inner.inset(dx: 1, dy: 0).row(offset + 1)) }
  }
}
