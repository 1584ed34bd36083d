import Domain
import Drawing
import WorkbenchCore

extension ComparePane {
  /// Fewer columns than this show either the list or the case.
  private static let twoPanelWidth = 64

  /// Draws the figures, the list, the selected case, and what lies over them.
  package mutating func draw(
    _ snapshot: Snapshot, in rect: Rect, focused: Bool, on surface: inout Surface, theme: Theme
  ) {
    surface.fill(rect, style: theme[.text])
    guard !rect.isEmpty else { return }
    let pair = pair(snapshot)
    let comparison = comparison(snapshot, pair)
    refresh(comparison)
    if desk != nil { return drawDesk(snapshot, in: rect, on: &surface, theme: theme) }
    let strip = SummaryStrip(
      snapshot: snapshot, pair: pair, extras: extraSides(snapshot, pair), comparison: comparison,
      family: familyQuery(snapshot, pair).flatMap { snapshot[$0].answer }, figures: figures, theme: theme)
    let parts = rect.rows([.fixed(strip.height(in: rect, progress: running(pair, snapshot).count)), .rest])
    strip.draw(in: parts[0], isFramed: rect.height >= 18, hasBar: rect.height >= 26, on: &surface)
    panels.begin(isFocused: focused && chooser == nil && draft == nil && failureMenu == nil)
    if duel != nil {
      drawDuel(snapshot, in: parts[1], focused: focused, on: &surface, theme: theme)
    } else if setup != nil {
      drawSetup(snapshot, pair, in: parts[1], on: &surface, theme: theme)
    } else {
      drawBody(snapshot, pair, comparison, in: parts[1], on: &surface, theme: theme)
    }
    failureMenu?.draw(over: rect, on: &surface, theme: theme)
    chooser?.draw(snapshot, pair, over: rect, on: &surface, theme: theme)
    drawDraft(over: rect, on: &surface, theme: theme)
  }

  private mutating func drawBody(
    _ snapshot: Snapshot, _ pair: ComparePair, _ comparison: Comparison?, in rect: Rect,
    on surface: inout Surface, theme: Theme
  ) {
    guard let comparison, !comparison.rows.isEmpty else {
      let inner = surface.frame(rect, title: "Cases", style: theme[.border], titleStyle: theme[.title])
      let text = emptySentences(snapshot, pair, comparison).joined(separator: "\n")
      EmptyState(text).draw(in: inner.inset(dx: inner.width > 8 ? 2 : 0, dy: 0), on: &surface, theme: theme)
      return
    }
    let isNarrow = rect.width < Self.twoPanelWidth
    let (left, right) = isNarrow ? (rect, rect) : splitter.split(rect)
    if !isNarrow || area == .list {
      drawList(pair, comparison, snapshot.reviews, in: left, on: &surface, theme: theme)
    }
    if !isNarrow || area == .detail {
      drawCase(comparison, snapshot, pair, in: right, on: &surface, theme: theme)
    } else {
      detail.scrollToTop()
    }
  }

  // MARK: - List

  private mutating func drawList(
    _ pair: ComparePair, _ comparison: Comparison, _ reviews: Reviews, in rect: Rect,
    on surface: inout Surface, theme: Theme
  ) {
    guard !rect.isEmpty else { return }
    let focused = panels.isFocused(.list)
    let count = rows.count == comparison.rows.count ? "\(rows.count)" : "\(rows.count) of \(comparison.rows.count)"
    var inner = panels.frame(
      .list, filter.title(kinds: pair.names), label: [Span(count, theme[.textDim])], in: rect, on: &surface,
      theme: theme
    ).insetColumns
    if search.isShown, inner.height > 1 {
      search.draw(in: inner.row(0), focused: focused, on: &surface, theme: theme)
      inner = inner.withoutFirstRow
    }
    guard !rows.isEmpty else {
      EmptyState(noRowsSentence).draw(in: inner, on: &surface, theme: theme)
      return
    }
    let found = TextSearch(search.query)
    let longest = rows.prefix(100).map { TextWidth.columns(of: $0.id) }.max() ?? 0
    let idWidth = min(max(6, inner.width - 12), max(6, longest), 24)
    list.draw(rows, in: inner, focused: focused, on: &surface, theme: theme) { row in
      let id = [Span(TextWidth.pad(row.id, to: idWidth))]
      let review = ReviewMarks(row, comparison, reviews).words
      return [Span(row.outcome.glyph, theme[Self.style(of: row.outcome)]), Span(" ")]
        + found.mark(id, style: theme[.searchMatch])
        + (review.isEmpty ? [] : [Span(" " + review, theme[.better])])
        + [Span(" " + row.evalCase.tags.joined(separator: " "), theme[.tag])]
    }
  }

  private var noRowsSentence: String {
    search.query.isEmpty
      ? "No case is so: f shows others." : "No case holds “\(search.query)”. Esc shows all again."
  }

  private static func style(of outcome: Comparison.Outcome) -> StyleName {
    switch outcome {
    case .bothRight: .good
    case .onlyA: .badgePrompted
    case .onlyB: .badgeTuned
    case .bothWrong: .bad
    case .unanswered: .textDim
    case .unscored: .warning
    }
  }

  // MARK: - Case

  private mutating func drawCase(
    _ comparison: Comparison, _ snapshot: Snapshot, _ pair: ComparePair, in rect: Rect, on surface: inout Surface,
    theme: Theme
  ) {
    guard let row = list.selected(in: rows) else {
      _ = panels.frame(.detail, "case", in: rect, on: &surface, theme: theme)
      return
    }
    let tags = row.evalCase.tags.joined(separator: ", ")
    let label = [
      Span(row.outcome.words, theme[Self.style(of: row.outcome)]), Span(tags.isEmpty ? "" : " · " + tags, theme[.tag]),
    ]
    let inner = panels.frame(.detail, "case \(row.id)", label: label, in: rect, on: &surface, theme: theme)
    if row.id != shownCase { detail.scrollToTop() }
    shownCase = row.id
    let space = inner.inset(dx: inner.width > 20 ? 1 : 0, dy: 0)
    answers.update(
      row.evalCase, sides: answerSides(row, comparison, snapshot, pair),
      correction: ReviewMarks(row, comparison, snapshot.reviews).correction,
      width: max(1, space.width - (space.width > 30 ? 2 : 1)), isCompact: space.height < 16, unit: unit,
      search: TextSearch(search.query), theme: theme)
    detail.draw(answers.rows, in: space, on: &surface, theme: theme)
  }

  // MARK: - What the sides are asked with

  private mutating func drawSetup(
    _ snapshot: Snapshot, _ pair: ComparePair, in rect: Rect, on surface: inout Surface, theme: Theme
  ) {
    let inner = surface.frame(
      rect, title: "What each side is asked with · differences: \(unit.rawValue)", style: theme[.borderFocused],
      titleStyle: theme[.titleFocused]
    ).insetColumns
    let rows = SetupView.rows(
      lettered(snapshot, pair), snapshot, unit: unit, width: max(1, inner.width - 2), theme: theme)
    setup?.text.draw(rows, in: inner, on: &surface, theme: theme)
  }

  // MARK: - Nothing to show

  /// What to do next, with the key for it.
  private func emptySentences(_ snapshot: Snapshot, _ pair: ComparePair, _ comparison: Comparison?) -> [String] {
    guard pair.set != nil else { return ["This workspace has no eval set yet: add one to assay.yaml under eval_sets."] }
    guard let a = pair.a else { return ["This workspace has no variant yet: add one to assay.yaml under variants."] }
    guard let b = pair.b else {
      return [
        "There is only “\(a.variant.name)” to look at: comparing takes two.",
        "Train a model in Training, or add a variant to assay.yaml and press r here.",
      ]
    }
    let idle = [a, b].filter { ($0.run?.summary.done ?? 0) == 0 }
    if idle.contains(where: { side in side.run.map { snapshot.progress[$0.id] != nil } ?? false }) {
      return ["The first answers are on their way."]
    }
    if !idle.isEmpty {
      let ready = idle.filter { !$0.isUntrained(snapshot) }
      var lines = idle.filter { $0.isUntrained(snapshot) }.map {
        "“\($0.variant.name)” has no adapter yet. Train it first: 5 opens Training."
      }
      if !ready.isEmpty {
        let names = ready.map { "“\($0.variant.name)”" }.joined(separator: " and ")
        let verb = ready.count == 1 ? "has" : "have"
        lines.insert("\(names) \(verb) no run on \(pair.set ?? "") yet. Press r to evaluate.", at: 0)
      }
      return lines + ["c chooses other runs."]
    }
    if comparison != nil { return ["No case has both answers yet. Press r to run what is missing."] }
    if let problem = pair.query.flatMap({ snapshot[$0].problem }) { return [problem, "c chooses other runs."] }
    return ["Lining up the answers of both runs …"]
  }
}
