import Domain
import Drawing
import Evidence
import NumberFormat
import WorkbenchCore

/// The upper part of the pane: both runs in figures, how often which one was right, and what that shows.
struct SummaryStrip {
  let snapshot: Snapshot
  let pair: ComparePair
  let extras: [ComparePair.Side]
  let comparison: Comparison?
  /// Each further variant and B against A; nil while only two are compared, or it isn't worked out yet.
  let family: VariantFamily?
  let figures: ComparisonFigures
  let theme: Theme

  /// Rows it wants in a pane of this size, its frame included.
  func height(in rect: Rect, progress: Int) -> Int {
    let isFramed = rect.height >= 18
    let hasBar = rect.width < 100 && rect.height >= 26
    let compared = figures.cases > 0 ? (hasBar ? 3 : 2) : 0
    let wanted =
      (isFramed ? 5 : 2) + compared + progress + extras.count + (preferences == nil ? 0 : 1)
      + (family.map { $0.members.count - 1 } ?? 0)
    return min(wanted, max(0, rect.height - 5))
  }

  /// People's preferences, where there are any.
  private var preferences: PreferenceCount? {
    guard let comparison, !snapshot.reviews.isEmpty, let set = snapshot.workspace.evalSet(comparison.a.set) else {
      return nil
    }
    let found = snapshot.reviews.findings(of: comparison.b.id, against: comparison.a.id, on: set)
    return found.isEmpty ? nil : PreferenceCount(found)
  }

  private var runs: [Run] { [comparison?.a ?? pair.a?.run, comparison?.b ?? pair.b?.run].compactMap { $0 } }

  /// Draws as many of its rows as there is space for.
  func draw(in rect: Rect, isFramed: Bool, hasBar: Bool, on surface: inout Surface) {
    guard !rect.isEmpty else { return }
    var inner = rect
    if isFramed {
      inner = surface.frame(rect, title: title, style: theme[.border], titleStyle: theme[.title])
      let label =
        snapshot.workspace.evalSets.count > 1 ? [Span("s", theme[.key]), Span(" next set", theme[.textDim])] : []
      surface.label(label, on: .top, of: rect, titleColumns: TextWidth.columns(of: title))
      inner = inner.inset(dx: 1, dy: 0)
    }
    var y = inner.y
    func next() -> Rect? {
      defer { y += 1 }
      return y < inner.maxY ? Rect(x: inner.x, y: y, width: inner.width, height: 1) : nil
    }
    let table = RunTable(sides: sides, width: inner.width, theme: theme)
    if isFramed, let row = next() { table.drawHeader(in: row, on: &surface) }
    for index in sides.indices {
      if let row = next() { table.draw(index, in: row, on: &surface) }
    }
    for run in runs {
      guard let progress = snapshot.progress[run.id], let row = next() else { continue }
      drawProgress(progress, of: run, in: row, on: &surface)
    }
    guard figures.cases > 0 else { return }
    if inner.width >= 96 {
      if let row = next() {
        let parts = row.columns([.rest, .fixed(countsWidth)], gap: 2)
        drawBar(in: parts[0], on: &surface)
        surface.write(countSpans, in: parts[1])
      }
    } else {
      if let row = next() { surface.write(countsWidth <= row.width ? countSpans : shortCountSpans, in: row) }
      if hasBar, let row = next() { drawBar(in: row, on: &surface) }
    }
    if let family {
      let letters = Array(["B", "C", "D"].prefix(family.members.count))
      for line in FamilyLines(family, letters: letters, theme: theme).lines(width: inner.width) {
        if let row = next() { surface.write(line, in: row) }
      }
    } else if let row = next() {
      surface.write(differenceSpans(width: row.width), in: row)
    }
    if let preferences, let row = next() { surface.write(spans(preferences), in: row) }
  }

  private var title: String {
    guard let set = pair.set else { return "Compare" }
    let cases = comparison?.cases ?? snapshot.workspace.evalSet(set)?.cases.count
    return set + (cases.map { " · \(NumberFormat.plural($0, "case"))" } ?? "")
  }

  private var sides: [RunTable.Side] {
    [
      RunTable.Side(
        letter: "A", style: .badgePrompted, variant: comparison?.a.variant ?? pair.a?.variant,
        run: comparison?.a ?? pair.a?.run, isOutdated: isOutdated(comparison?.a ?? pair.a?.run),
        isUntrained: pair.a?.isUntrained(snapshot) ?? false),
      RunTable.Side(
        letter: "B", style: .badgeTuned, variant: comparison?.b.variant ?? pair.b?.variant,
        run: comparison?.b ?? pair.b?.run, isOutdated: isOutdated(comparison?.b ?? pair.b?.run),
        isUntrained: pair.b?.isUntrained(snapshot) ?? false),
    ]
      + zip(["C", "D"], extras).map { letter, side in
        RunTable.Side(
          letter: letter, style: side.variant.isTuned ? .badgeTuned : .badgePrompted, variant: side.variant,
          run: side.run, isOutdated: isOutdated(side.run), isUntrained: side.isUntrained(snapshot))
      }
  }

  private func spans(_ found: PreferenceCount) -> [Span] {
    [
      Span("preferred  "), Span("A \(found.worse)", theme[.badgePrompted]), Span(" · "),
      Span("B \(found.better)", theme[.badgeTuned]), Span(" · neither \(found.ties)", theme[.textDim]),
      Span(" · sign test \(NumberFormat.pValue(found.pValue))", theme[.textDim]),
    ]
  }

  private func isOutdated(_ run: Run?) -> Bool {
    guard let run, let set = snapshot.workspace.evalSet(run.set) else { return false }
    return set.hash != run.setHash
  }

  private func drawProgress(_ progress: RunProgress, of run: Run, in row: Rect, on surface: inout Surface) {
    var words = "\(progress.done)/\(progress.total)"
    if progress.errors > 0 { words += " · \(NumberFormat.plural(progress.errors, "error"))" }
    if let seconds = progress.remainingSeconds { words += " · \(NumberFormat.clock(seconds)) left" }
    if let waiting = progress.waiting { words = TextWidth.truncate(waiting, to: row.width / 2) }
    let label = "running \(run.variant.name) "
    let used = surface.write(TextWidth.truncate(label, to: row.width / 3), at: row.origin, style: theme[.statusBusy])
    let bar = Rect(x: row.x + used, y: row.y, width: row.width - used, height: 1)
    let fraction = progress.total > 0 ? Double(progress.done) / Double(progress.total) : nil
    ProgressBar(fraction: fraction, label: words).draw(in: bar, on: &surface, theme: theme)
  }

  // MARK: Counts

  /// Each outcome with the fill that stands for it in the bar, so that it reads without colour.
  private static let fills: [(outcome: Comparison.Outcome, fill: String, style: StyleName)] = [
    (.bothRight, "█", .good), (.onlyA, "▓", .badgePrompted), (.onlyB, "▒", .badgeTuned), (.bothWrong, "░", .bad),
  ]

  private var countSpans: [Span] {
    Self.fills.enumerated().flatMap { index, item in
      [
        Span(index > 0 ? "   " : ""), Span(item.fill, theme[item.style]), Span(" "),
        Span("\(figures.count(item.outcome)) ", theme[.textStrong]), Span(item.outcome.words),
      ]
    }
  }

  private var shortCountSpans: [Span] {
    Self.fills.flatMap { [Span($0.outcome.glyph, theme[$0.style]), Span(" \(figures.count($0.outcome))  ")] }
  }

  private var countsWidth: Int { countSpans.reduce(0) { $0 + $1.columns } }

  private func drawBar(in row: Rect, on surface: inout Surface) {
    var before = 0
    var x = row.x
    for item in Self.fills {
      before += figures.count(item.outcome)
      let end = row.x + Int((Double(before) / Double(figures.cases) * Double(row.width)).rounded())
      let text = String(repeating: item.fill, count: max(0, end - x))
      surface.write(text, at: Point(x: x, y: row.y), style: theme[item.style], clip: row)
      x = end
    }
  }

  /// As much of it as fits: the conclusion before the test, and both before their details.
  private func differenceSpans(width: Int) -> [Span] {
    guard let difference = figures.difference else { return [] }
    let (points, test) = (difference.points, " · " + difference.test)
    let variants = [
      [points, test, " · " + difference.conclusion], [points, test, " · " + difference.verdict],
      [points, "", " · " + difference.verdict],
    ]
    var missing: [Span] = []
    if let count = comparison?.missing, count > 0 {
      missing = [Span(" · \(NumberFormat.plural(count, "case")) not compared yet", theme[.warning])]
    }
    let style: StyleName = difference.winner == nil ? .neutral : difference.winner == .onlyB ? .better : .worse
    let lines = variants.map { pieces in
      [
        Span("B − A  "), Span(pieces[0], theme[style]), Span(pieces[1]),
        Span(pieces[2], theme[difference.winner == nil ? .textDim : .textStrong]),
      ] + missing
    }
    return lines.first { $0.reduce(0) { $0 + $1.columns } <= width } ?? lines[lines.count - 1]
  }
}
