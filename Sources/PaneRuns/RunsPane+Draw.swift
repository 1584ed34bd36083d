import Domain
import Drawing
import Evidence
import NumberFormat
import WorkbenchCore

extension RunsPane {
  /// Smaller panes show one panel at a time.
  private static let smallest = Size(width: 64, height: 12)
  /// From here on the run stands beside its requests instead of above them.
  private static let wide = 150

  /// Draws the list, the selected run, and what lies over them.
  package mutating func draw(
    _ snapshot: Snapshot, in rect: Rect, focused: Bool, on surface: inout Surface, theme: Theme
  ) {
    surface.fill(rect, style: theme[.text])
    panels.begin(isFocused: focused && labels == nil && deletion == nil)
    guard !rect.isEmpty else { return }
    let sentence = deletionSentence(snapshot)
    if deletion != nil, sentence == nil { deletion = nil }
    let parts = rect.rows([.rest, .fixed(sentence != nil && rect.height > 3 ? 1 : 0)])
    drawPanels(snapshot, in: parts[0], on: &surface, theme: theme)
    if let sentence { Question(sentence).draw(in: parts[1], on: &surface, theme: theme) }
    labels?.draw(over: rect, on: &surface, theme: theme)
  }

  private mutating func drawPanels(_ snapshot: Snapshot, in rect: Rect, on surface: inout Surface, theme: Theme) {
    showWhatIsFound(snapshot)
    sync(snapshot)
    let pen = Pen(snapshot: snapshot, theme: theme)
    if snapshot.runs.isEmpty {
      area = .runs
      drawRuns(in: rect, pen, on: &surface)
    } else if rect.width < Self.smallest.width || rect.height < Self.smallest.height {
      draw(area, in: rect, pen, on: &surface)
    } else {
      let height = listHeight(snapshot, in: rect)
      let parts = rect.rows([.fixed(height), .rest])
      drawRuns(in: parts[0], pen, on: &surface)
      drawSelected(in: parts[1], pen, on: &surface)
    }
  }

  /// What every panel needs for drawing.
  struct Pen {
    var snapshot: Snapshot
    var theme: Theme
  }

  /// No more rows than there are runs, and the rest for the selected one.
  private mutating func listHeight(_ snapshot: Snapshot, in rect: Rect) -> Int {
    let wanted = max(1, rows(snapshot).count) + 3 + (search.isShown ? 1 : 0)
    let most = max(6, Int((Double(rect.height) * listShare).rounded()))
    return min(wanted, most, rect.height - 5)
  }

  /// The run that is shown is always one that is in the list, where there is any.
  private mutating func showWhatIsFound(_ snapshot: Snapshot) {
    guard !search.query.isEmpty, let id = selected(snapshot)?.id else { return }
    let rows = rows(snapshot)
    if let first = rows.first, !rows.contains(where: { $0.id == id }) { choose(first.id) }
  }

  private mutating func draw(_ area: Area, in rect: Rect, _ pen: Pen, on surface: inout Surface) {
    switch area {
    case .runs: drawRuns(in: rect, pen, on: &surface)
    case .run: drawRun(in: rect, pen, on: &surface)
    case .requests: drawRequests(in: rect, pen, on: &surface)
    case .text: drawText(in: rect, pen, on: &surface)
    }
  }

  private mutating func drawSelected(in rect: Rect, _ pen: Pen, on surface: inout Surface) {
    guard running(pen.snapshot) != nil else { return drawRun(in: rect, pen, on: &surface) }
    if rect.width >= Self.wide {
      let columns = rect.columns([.share(2), .share(3)])
      drawRun(in: columns[0], pen, isTall: true, on: &surface)
      let rows = columns[1].rows([.share(2), .share(3)])
      drawRequests(in: rows[0], pen, on: &surface)
      drawText(in: rows[1], pen, on: &surface)
    } else if rect.height >= 10 {
      let lines = runLines(pen, isTall: false, width: rect.width - 6).count
      let most = max(5, rect.height * (rect.height >= 18 ? 45 : 50) / 100)
      let parts = rect.rows([.fixed(min(lines + 3, most)), .rest])
      drawRun(in: parts[0], pen, on: &surface)
      drawAnswers(in: parts[1], pen, on: &surface)
    } else if area.rawValue <= Area.run.rawValue {
      drawRun(in: rect, pen, on: &surface)
    } else {
      drawAnswers(in: rect, pen, on: &surface)
    }
  }

  /// Requests under way, and beside them the answer to the selected one.
  private mutating func drawAnswers(in rect: Rect, _ pen: Pen, on surface: inout Surface) {
    let columns = rect.columns([.share(2), .share(3)])
    drawRequests(in: columns[0], pen, on: &surface)
    drawText(in: columns[1], pen, on: &surface)
  }

  // MARK: - The list

  private mutating func drawRuns(in rect: Rect, _ pen: Pen, on surface: inout Surface) {
    let (snapshot, theme) = (pen.snapshot, pen.theme)
    let active = snapshot.progress.count
    let label = active > 0 ? [Span("\(active) under way", theme[.badgeRunning])] : []
    var inner = panels.frame(.runs, "Runs", label: label, in: rect, on: &surface, theme: pen.theme).insetColumns
    guard !snapshot.runs.isEmpty else {
      EmptyState(emptySentences(snapshot)).draw(in: inner, on: &surface, theme: theme)
      return
    }
    let rows = rows(snapshot)
    if search.isShown, inner.height > 1 {
      search.draw(
        "\(rows.count) of \(snapshot.runs.count)", in: inner.row(inner.height - 1),
        focused: panels.isFocused(.runs), on: &surface, theme: theme)
      inner = inner.withoutLastRow
    }
    guard !rows.isEmpty else {
      let text = "No run holds “\(search.query)”. Esc shows all runs again."
      EmptyState(text).draw(in: inner, on: &surface, theme: theme)
      return
    }
    if let id = selected(snapshot)?.id, table.selection != id { table.select(id) }
    let cache = PresentVariantsCache(present)
    table.draw(
      rows, columns: columns(rows, pen, cache, isScrolled: rows.count > inner.height - 1, width: inner.width),
      in: inner.withBar(for: rows.count),
      focused: panels.isFocused(.runs), on: &surface, theme: theme)
    present = cache.present
  }

  /// A column without cells that keeps a scroll bar off the figures before it.
  static func gap<Row>() -> TableColumn<Row> { TableColumn("", width: 0...0, priority: 30) { _ in [] } }

  private func emptySentences(_ snapshot: Snapshot) -> String {
    let first =
      snapshot.workspace.variants.isEmpty
      ? "Nothing was evaluated here yet, and assay.yaml has no variants: a variant is a model with a prompt."
      : "Nothing was evaluated here yet: r in Prompt, Cases or Verdict evaluates a variant."
    return first + "\nHow far a run is, why requests fail and what is under way are shown here."
  }

  /// The first rows stand for all where a column asks what there is: there may be thousands.
  private func columns(
    _ rows: [Run], _ pen: Pen, _ cache: PresentVariantsCache, isScrolled: Bool, width: Int
  ) -> [TableColumn<Run>] {
    let (snapshot, theme) = (pen.snapshot, pen.theme)
    func dim(_ text: String) -> [Span] { [Span(text, theme[.textDim])] }
    func measured(_ words: @escaping (Run) -> [Span]) -> (Run) -> [Span] {
      { run in run.summary.done > 0 ? words(run) : dim("–") }
    }
    let sample = rows.prefix(100)
    let longest =
      sample.map {
        TextWidth.columns(of: $0.variant.name) + ($0.labels.name.map { TextWidth.columns(of: $0) + 3 } ?? 0)
      }
      .max() ?? 0
    let longestSet = sample.map { TextWidth.columns(of: $0.set) }.max() ?? 0
    let set = min(width < 100 ? 6 : 14, max(4, longestSet))
    // Names have what the figures leave: those that are always wanted, and on wide screens the rest, too.
    let figures = 57 + set + (isScrolled ? 2 : 0) + (width < 100 ? 0 : 31)
    let name = max(11, min(longest + 2, width - figures))
    var columns: [TableColumn<Run>] = [
      TableColumn("run", width: 3...5, alignment: .right, priority: 20) { dim("\($0.id)") },
      TableColumn("variant", width: name...name, priority: 20) { run in
        let mark = cache.present.change(of: run, snapshot) == nil ? "" : " ≠"
        let style: StyleName = run.variant.isTuned ? .badgeTuned : .badgePrompted
        let words = run.labels.name.map { "\(run.variant.name) “\($0)”" } ?? run.variant.name
        return [
          Span(TextWidth.clippedInTheMiddle(words, to: name - (mark.isEmpty ? 0 : 2)), theme[style]),
          Span(mark, theme[.warning]),
        ]
      },
      TableColumn("set", width: set...set, priority: 8) { [Span(TextWidth.clippedInTheMiddle($0.set, to: set))] },
      TableColumn("state", width: 10...10, priority: 18) { run in
        let look = run.look(isHere: snapshot.progress[run.id] != nil)
        return [Span("\(look.glyph) \(look.word)", theme[look.style])]
      },
      TableColumn("answered", width: 9...15, alignment: .right, priority: 16) { run in
        let (done, all) = (NumberFormat.count(run.summary.done), NumberFormat.count(run.requests))
        return [Span(done == all ? all : "\(done)/\(all)", done == all ? .plain : theme[.textStrong])]
      },
      TableColumn(
        "score", width: 6...6, alignment: .right, priority: 17,
        content: measured { [Span(NumberFormat.percent($0.summary.mean), theme[.textStrong])] }),
      TableColumn(
        "95 %", width: 9...9, priority: 10,
        content: measured { dim(NumberFormat.range($0.summary.low, $0.summary.high)) }),
      TableColumn("errors", width: 6...6, alignment: .right, priority: 15) { run in
        let errors = snapshot.progress[run.id]?.errors ?? run.summary.errors
        return errors > 0 ? [Span("\(errors)", theme[.error])] : dim("–")
      },
      TableColumn("median", width: 7...7, alignment: .right, priority: 6) { run in
        run.summary.latencyMedian > 0 ? [Span(NumberFormat.duration(run.summary.latencyMedian))] : dim("–")
      },
      TableColumn("started", width: 10...10, alignment: .right, priority: 4) {
        dim(NumberFormat.ago(snapshot.time.timeIntervalSince($0.started)))
      },
    ]
    if sample.contains(where: { $0.summary.knownCost != nil }) {
      columns.insert(
        TableColumn("cost", width: 8...8, alignment: .right, priority: 5) { run in
          run.summary.costText.map { [Span($0)] } ?? dim("–")
        }, at: columns.count - 1)
    }
    if isScrolled { columns.append(Self.gap()) }
    let bar = min(30, width - columns.reduce(0) { $0 + $1.width.upperBound + 2 })
    if bar >= 14 {
      columns.insert(
        TableColumn(
          "0 %" + String(repeating: " ", count: bar - 8) + "100 %", width: bar...bar,
          content: { run in
            run.summary.done == 0
              ? []
              : IntervalBar(value: run.summary.mean, low: run.summary.low, high: run.summary.high).spans(
                width: bar, theme)
          }),
        at: 7)
    }
    return columns
  }
}

extension Run {
  /// Tells the state without colour; whether it is under way in this process decides what running means.
  func look(isHere: Bool) -> (glyph: String, word: String, style: StyleName) {
    if isHere { return ("▶", "running", .badgeRunning) }
    return switch state {
    case .running: ("▷", "running", .badgeRunning)
    case .paused: ("‖", "paused", .warning)
    case .finished: ("✓", "finished", .badgeDone)
    }
  }
}

extension Rect {
  /// With a column more for the scroll bar of a table with so many rows, so that it touches no figures.
  func withBar(for rows: Int) -> Rect {
    rows > height - 1 && width > 12 ? Rect(x: x, y: y, width: width + 1, height: height) : self
  }
}
