import Drawing
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
    let names = sides.map { TextWidth.columns(of: $0.variant?.name ?? "nothing yet") }
    nameWidth = min(max(10, (names.max() ?? 10) + 13), max(12, width / 2 - 6))
    var left = width - nameWidth
    var kept: [Column] = []
    for column in Self.columns(theme) where left >= column.width + 2 {
      kept.append(column)
      left -= column.width + 2
    }
    barWidth = left >= 14 ? min(30, left - 2) : 0
    columns = kept
  }

  private static func columns(_ theme: Theme) -> [Column] {
    func dim(_ text: String) -> [Span] { [Span(text, theme[.textDim])] }
    func each(_ run: Run) -> String {
      let done = max(1, run.summary.done - run.summary.errors)
      return "\((run.summary.promptTokens + run.summary.completionTokens) / done)"
    }
    return [
      Column(title: "score", width: 7) { [Span(Figure.percent($0.summary.mean), theme[.textStrong])] },
      Column(title: "95 %", width: 9) { dim(Figure.range($0.summary.low, $0.summary.high)) },
      Column(title: "valid", width: 7) { run in
        let answered = max(1, run.summary.done - run.summary.errors)
        return [Span(Figure.percent(Double(run.summary.formatValid) / Double(answered)))]
      },
      Column(title: "tok/case", width: 8) { [Span(each($0))] },
      Column(title: "median", width: 8) { [Span(Figure.duration($0.summary.latencyMedian))] },
      Column(title: "run", width: 5) { dim("#\($0.id)") },
      Column(title: "errors", width: 6) { run in
        [Span("\(run.summary.errors)", theme[run.summary.errors > 0 ? .error : .textDim])]
      },
      Column(title: "$/case", width: 9) { run in
        dim(run.summary.cost.map { Figure.decimal($0 / Double(max(1, run.summary.done)), places: 5) } ?? "–")
      },
    ]
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
      Span(TextWidth.pad(variant.isTuned ? "tuned" : "prompted", to: 9), theme[side.style]),
      Span(variant.name + (side.isOutdated ? " (old set)" : ""), theme[.textStrong]),
    ]
    surface.write(spans, in: name)
    guard let run = side.run, run.summary.done > 0 else {
      let rest = Rect(x: name.maxX + 2, y: row.y, width: row.maxX - name.maxX - 2, height: 1)
      surface.write(
        [Span("no run yet; ", theme[.textDim]), Span("r", theme[.key]), Span(" evaluates it", theme[.textDim])],
        in: rest)
      return
    }
    forEachPlace(in: row) { column, place in surface.write(column.content(run), in: place, .right) }
    if barWidth > 0 {
      let place = Rect(x: row.maxX - barWidth, y: row.y, width: barWidth, height: 1)
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
