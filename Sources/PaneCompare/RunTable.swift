import Domain
import Drawing
import Evidence
import NumberFormat
import WorkbenchCore

/// The figures of both sides in aligned columns, as many as fit.
struct RunTable {
  struct Side {
    var letter: String
    var style: StyleName
    var variant: Variant?
    var run: Run?
    /// Whether the eval set has changed since.
    var isOutdated: Bool
    /// Whether its adapter is still to be made.
    var isUntrained: Bool
  }

  private struct Column {
    var title: String
    var width: Int
    var content: (Run) -> [Span]
  }

  private let sides: [Side]
  private let columns: [Column]
  private let nameWidth: Int
  private let barWidth: Int
  private let theme: Theme

  init(sides: [Side], width: Int, theme: Theme) {
    self.sides = sides
    self.theme = theme
    let names = sides.map { side in
      TextWidth.columns(of: side.variant?.name ?? "nothing yet") + (side.isOutdated ? 10 : 0)
        + (side.variant.flatMap { Self.kind(of: $0) }.map { $0.count + 1 } ?? 0)
    }
    nameWidth = min((names.max() ?? 10) + 2, max(12, width - 44))
    var left = width - nameWidth
    var kept: [Column] = []
    for column in Self.columns(theme, sides.compactMap(\.run)) where left >= column.width + 2 {
      kept.append(column)
      left -= column.width + 2
    }
    barWidth = left >= 14 ? min(40, left - 3) : 0
    columns = kept
  }

  private static func columns(_ theme: Theme, _ runs: [Run]) -> [Column] {
    func dim(_ text: String) -> [Span] { [Span(text, theme[.textDim])] }
    // Recorded answers come without either.
    func each(_ run: Run) -> String {
      let (read, written) = (run.summary.meanPromptTokens, run.summary.meanCompletionTokens)
      return read.flatMap { read in written.map { "\(Int((read + $0).rounded()))" } } ?? "–"
    }
    func median(_ run: Run) -> String {
      run.summary.latencyMedian > 0 ? NumberFormat.duration(run.summary.latencyMedian) : "–"
    }
    let errors = Column(title: "errors", width: 6) { run in
      [Span("\(run.summary.errors)", theme[run.summary.errors > 0 ? .error : .textDim])]
    }
    let cost = Column(title: "$/case", width: 9) { run in
      dim(run.summary.costPerReply.map(NumberFormat.dollars) ?? "–")
    }
    let always = [
      Column(title: "score", width: 6) { [Span(NumberFormat.percent($0.summary.mean), theme[.textStrong])] },
      Column(title: "95 %", width: 9) { dim(NumberFormat.range($0.summary.low, $0.summary.high)) },
      Column(title: "valid", width: 6) { run in
        [Span(NumberFormat.percent(Double(run.summary.formatValid) / Double(max(1, run.summary.done))))]
      },
      Column(title: "tok/case", width: 8) { [Span(each($0))] },
      Column(title: "median", width: 7) { [Span(median($0))] },
    ]
    let done = Column(title: "done", width: 9) { dim("\($0.summary.done)/\($0.requests)") }
    return always + (runs.contains { $0.summary.done < $0.requests } ? [done] : [])
      + (runs.contains { $0.summary.errors > 0 } ? [errors] : [])
      + (runs.contains { $0.summary.cost != nil } ? [cost] : [])
      + [Column(title: "run", width: 5) { dim("#\($0.id)") }]
  }

  /// Prompted or tuned, where the name doesn't say it.
  private static func kind(of variant: Variant) -> String? {
    let kind = variant.isTuned ? "tuned" : "prompted"
    return variant.name.contains(kind) ? nil : kind
  }

  /// The headings.
  func drawHeader(in row: Rect, on surface: inout Surface) {
    forEachPlace(in: row) { column, place in
      surface.write([Span(column.title, theme[.textDim])], in: place, .right)
    }
  }

  /// One side.
  func draw(_ index: Int, in row: Rect, on surface: inout Surface) {
    let side = sides[index]
    let name = Rect(x: row.x, y: row.y, width: min(nameWidth, row.width), height: 1)
    guard let variant = side.variant else {
      surface.write([Span(side.letter + " ", theme[side.style]), Span("nothing yet", theme[.textDim])], in: row)
      return
    }
    let spans = [
      Span(side.letter + " ", theme[side.style]),
      Span(variant.name, theme[.textStrong]),
      Span(side.isOutdated ? " older set" : "", theme[.warning]),
      Span(Self.kind(of: variant).map { " " + $0 } ?? "", theme[.textDim]),
    ]
    surface.write(spans, in: name)
    guard let run = side.run, run.summary.scored > 0 else {
      let rest = Rect(x: name.maxX + 2, y: row.y, width: row.maxX - name.maxX - 2, height: 1)
      let words =
        side.isUntrained
        ? ("not trained yet; ", "5", " opens Training") : ("no run yet; ", "r", " evaluates it")
      surface.write(
        [Span(words.0, theme[.textDim]), Span(words.1, theme[.key]), Span(words.2, theme[.textDim])], in: rest)
      return
    }
    forEachPlace(in: row) { column, place in surface.write(column.content(run), in: place, .right) }
    if barWidth > 0 {
      let columnsWidth = columns.reduce(nameWidth) { $0 + $1.width + 2 }
      let place = Rect(x: row.x + columnsWidth + 3, y: row.y, width: barWidth, height: 1)
      IntervalBar(value: run.summary.mean, low: run.summary.low, high: run.summary.high)
        .draw(in: place, on: &surface, theme: theme)
    }
  }

  private func forEachPlace(in row: Rect, _ body: (Column, Rect) -> Void) {
    var x = row.x + nameWidth
    for column in columns {
      body(column, Rect(x: x + 2, y: row.y, width: column.width, height: 1).intersection(row))
      x += column.width + 2
    }
  }
}
