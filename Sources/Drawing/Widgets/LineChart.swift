/// One curve of a chart.
package struct ChartSeries: Sendable {
  /// What tells its line from others without colour.
  package enum Line: Hashable, Sendable, CaseIterable {
    case solid, dashed, dotted, mixed, sparse
  }

  /// Its name in the legend.
  package var name: String
  /// Its points.
  package var points: any ChartPoints
  /// How it looks.
  package var style: StyleName
  /// How its line is drawn.
  package var line: Line
  /// A character or a few at the end of its line, where several are told apart.
  package var tag: String
  /// Curves of higher layers are drawn over those of lower ones, and within a layer later ones over earlier ones.
  package var layer = 0
  /// How its values read in the legend; a number in about six characters unless told.
  package var text: @Sendable (Double) -> String

  package init(
    _ name: String, _ points: any ChartPoints, style: StyleName = .chartTrain, line: Line = .solid, tag: String = "",
    text: @escaping @Sendable (Double) -> String = { ChartNumber.text($0) }
  ) {
    self.name = name
    self.points = points
    self.style = style
    self.line = line
    self.tag = tag
    self.text = text
  }
}

/// Something that happened at a place along `x`, as a sign on the axis.
package struct ChartMark: Hashable, Sendable {
  /// Where.
  package var x: Double
  /// The sign, one column wide.
  package var glyph: String
  /// How it looks.
  package var style: StyleName
  /// Which of several in one place is seen: the one with the greatest weight.
  package var weight: Int

  package init(x: Double, glyph: String, style: StyleName, weight: Int = 0) {
    self.x = x
    self.glyph = glyph
    self.style = style
    self.weight = weight
  }
}

/// Where a chart was drawn, to find out what lies beneath the mouse.
package struct ChartFrame: Hashable, Sendable {
  /// The cells between the axes.
  package let area: Rect
  /// What is seen of `x`.
  package let range: ClosedRange<Double>

  /// How much of `x` a column of cells shows.
  package var step: Double { range.length / Double(max(1, area.width - 1)) }

  /// The `x` in the middle of a column of the surface, within the range.
  package func x(atColumn column: Int) -> Double {
    min(range.upperBound, max(range.lowerBound, range.lowerBound + Double(column - area.x) * step))
  }
}

/// Curves drawn in braille dots, two by four to a cell, with axes, legend, marks and a read-out at a cursor.
///
/// However many points there are, each column of dots spans all of them that fall into it: no peak is lost. The vertical
/// axis reaches as far as what is seen.
package struct LineChart: Sendable {
  /// How values become heights.
  package enum Scale: Hashable, Sendable {
    /// Equal differences look equal.
    case linear
    /// Equal ratios look equal; what isn't positive lies below the chart.
    case logarithmic
  }

  /// The curves, as the legend names them.
  package var series: [ChartSeries]
  /// How values become heights.
  package var scale: Scale
  /// What `x` counts, such as `step`.
  package var xTitle: String
  /// Which part is seen.
  package var window = ChartWindow()
  /// Where to read values off; nil for the end of each curve.
  package var cursor: Double?
  /// What the legend says of the cursor; its `x` unless told, nothing where empty.
  package var cursorText: String?
  /// What happened on the way, with `x` growing.
  package var marks: [ChartMark] = []
  /// A few words at the right of the legend, such as the scale.
  package var note = ""

  package init(_ series: [ChartSeries], scale: Scale = .linear, xTitle: String = "", cursor: Double? = nil) {
    self.series = series
    self.scale = scale
    self.xTitle = xTitle
    self.cursor = cursor
  }

  /// From the first point of all curves to the last.
  package var extent: ClosedRange<Double>? {
    let extents = series.compactMap(\.points.extent)
    guard let low = extents.map(\.lowerBound).min(), let high = extents.map(\.upperBound).max() else { return nil }
    return low...high
  }

  /// Draws the legend into the first rows, the axes at the left and at the bottom, and the curves between them.
  /// - Returns: where the curves are; nil where there are none.
  @discardableResult
  package func draw(in rect: Rect, on surface: inout Surface, theme: Theme) -> ChartFrame? {
    let legend = legendRows(rect, theme)
    let body = Rect(x: rect.x, y: rect.y + legend.count, width: rect.width, height: rect.height - legend.count)
    guard rect.width >= 8, body.height >= 3, let plot = ChartPlot(self, body) else {
      if !rect.isEmpty { surface.write([Span(emptySentence, theme[.textDim])], in: rect) }
      return nil
    }
    for (index, row) in legend.enumerated() { surface.write(row, in: rect.row(index)) }
    drawNote(legend, in: rect, &surface, theme)
    drawAxes(plot, &surface, theme)
    drawMarks(plot, &surface, theme)
    if let x = plot.column(ofX: cursor) {
      surface.verticalLine(at: Point(x: x, y: plot.area.y), length: plot.area.height, style: theme[.chartCursor])
    }
    var dots = BrailleDots(plot.area)
    let order = series.indices.sorted { (series[$0].layer, $0) < (series[$1].layer, $1) }
    var ends: [(x: Int, y: Int)?] = Array(repeating: nil, count: series.count)
    for index in order {
      dots.style = index
      dots.line = series[index].line
      ends[index] = plot.draw(series[index], &dots)
    }
    dots.draw(on: &surface) { theme[series[$0].style] }
    for index in order where !series[index].tag.isEmpty {
      let curve = series[index]
      guard let end = ends[index] else { continue }
      let x = min(plot.area.x + end.x / 2 + 1, plot.area.maxX - TextWidth.columns(of: curve.tag))
      let y = plot.area.y + min(plot.area.height - 1, max(0, end.y / 4))
      surface.write(
        curve.tag, at: Point(x: x, y: y), style: theme[curve.style].adding(.bold), clip: plot.area)
    }
    return ChartFrame(area: plot.area, range: plot.range)
  }

  private var emptySentence: String {
    extent == nil ? "Nothing to draw yet." : "Too small for a chart."
  }

  /// Each curve with its value, in as many rows as they need and a third of the chart can spare.
  private func legendRows(_ rect: Rect, _ theme: Theme) -> [[Span]] {
    var entries = series.map { curve in
      let point = (cursor ?? curve.points.extent?.upperBound).flatMap { curve.points.nearest(to: $0) }
      let text = point.map { " " + curve.text($0.y) } ?? ""
      return [Span(curve.line.sample + " ", theme[curve.style]), Span(curve.name + text)]
    }
    if let cursor, cursorText != "" {
      entries.append([Span(cursorText ?? "\(xTitle) \(ChartNumber.text(cursor))", theme[.chartCursor])])
    }
    var rows: [[Span]] = [[]]
    var used = 0
    for entry in entries {
      let columns = entry.reduce(0) { $0 + $1.columns }
      if used > 0, used + 3 + columns > rect.width, rows.count < rect.height / 4 {
        rows.append([])
        used = 0
      }
      if used > 0 { rows[rows.count - 1].append(Span("   ")) }
      rows[rows.count - 1] += entry
      used += columns + (used > 0 ? 3 : 0)
    }
    return rows
  }

  /// In the first row of the legend that has room for it.
  private func drawNote(_ legend: [[Span]], in rect: Rect, _ surface: inout Surface, _ theme: Theme) {
    let columns = TextWidth.columns(of: note)
    let row = legend.firstIndex { $0.reduce(0) { $0 + $1.columns } + 2 + columns <= rect.width }
    guard columns > 0, let row else { return }
    surface.write([Span(note, theme[.textDim])], in: rect.row(row), .right)
  }

  private func drawAxes(_ plot: ChartPlot, _ surface: inout Surface, _ theme: Theme) {
    let area = plot.area
    let style = theme[.chartAxis]
    surface.verticalLine(at: Point(x: area.x - 1, y: area.y), length: area.height, style: style)
    surface.horizontalLine(at: Point(x: area.x, y: area.maxY), length: area.width, style: style)
    surface.write("╰", at: Point(x: area.x - 1, y: area.maxY), style: style)
    for tick in plot.yTicks {
      guard let y = plot.row(ofY: tick.value) else { continue }
      let label = Rect(x: plot.rect.x, y: y, width: area.x - 1 - plot.rect.x, height: 1)
      surface.write([Span(tick.text, style)], in: label, .right)
      surface.write("┤", at: Point(x: area.x - 1, y: y), style: style)
    }
    var free = area.x
    for tick in plot.xTicks {
      guard let x = plot.column(ofX: tick.value) else { continue }
      let text = tick.text
      let start = min(x - text.count / 2, area.maxX - text.count)
      guard start >= free || free == area.x else { continue }
      surface.write("┴", at: Point(x: x, y: area.maxY), style: style)
      free = max(start, area.x) + text.count + 2
      surface.write(text, at: Point(x: max(start, area.x), y: area.maxY + 1), style: style, clip: plot.rect)
    }
    if free + xTitle.count < area.maxX {
      surface.write(xTitle, at: Point(x: area.maxX - xTitle.count, y: area.maxY + 1), style: style, clip: plot.rect)
    }
  }

  /// The marks that are seen, on the axis; of several in one column the weightiest, the later of two alike.
  private func drawMarks(_ plot: ChartPlot, _ surface: inout Surface, _ theme: Theme) {
    var shown: [Int: ChartMark] = [:]
    for mark in marks {
      guard let x = plot.column(ofX: mark.x) else { continue }
      if let other = shown[x], other.weight > mark.weight { continue }
      shown[x] = mark
    }
    for (x, mark) in shown {
      surface.write(mark.glyph, at: Point(x: x, y: plot.area.maxY), style: theme[mark.style], clip: plot.rect)
    }
  }
}
