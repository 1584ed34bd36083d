/// One curve of a chart.
public struct ChartSeries: Hashable, Sendable {
  /// A place on the curve.
  public struct Value: Hashable, Sendable {
    /// How far along.
    public var x: Double
    /// How much.
    public var y: Double

    /// Makes a value.
    public init(x: Double, y: Double) {
      self.x = x
      self.y = y
    }
  }

  /// What tells its line from others without colour.
  public enum Line: Hashable, Sendable {
    case solid, dashed
  }

  /// Its name in the legend.
  public var name: String
  /// Its values, with `x` growing; those that aren't finite are left out.
  public var values: [Value]
  /// How it looks.
  public var style: StyleName
  /// How its line is drawn.
  public var line: Line

  /// Makes a curve.
  public init(_ name: String, _ values: [Value], style: StyleName = .chartTrain, line: Line = .solid) {
    self.name = name
    self.values = values
    self.style = style
    self.line = line
  }
}

/// Curves drawn in braille dots, two by four to a cell, with axes, legend and a read-out at a cursor.
///
/// However many values there are, each column of dots spans all of them that fall into it: no peak is lost.
public struct LineChart: Hashable, Sendable {
  /// How values become heights.
  public enum Scale: Hashable, Sendable {
    /// Equal differences look equal.
    case linear
    /// Equal ratios look equal; values that aren't positive are left out.
    case logarithmic
  }

  /// The curves; later ones are drawn over earlier ones.
  public var series: [ChartSeries]
  /// How values become heights.
  public var scale: Scale
  /// What `x` counts, such as `step`.
  public var xTitle: String
  /// Where to read values off; nil for nowhere.
  public var cursor: Double?

  /// Makes a chart.
  public init(_ series: [ChartSeries], scale: Scale = .linear, xTitle: String = "", cursor: Double? = nil) {
    self.series = series
    self.scale = scale
    self.xTitle = xTitle
    self.cursor = cursor
  }

  /// Draws the legend into the first row, the axes at the left and at the bottom, and the curves between them.
  public func draw(in rect: Rect, on surface: inout Surface, theme: Theme) {
    guard rect.width >= 8, rect.height >= 4, let plot = ChartPlot(self, rect) else {
      if !rect.isEmpty { surface.write([Span(emptySentence, theme[.textDim])], in: rect) }
      return
    }
    drawLegend(plot, in: rect.row(0), &surface, theme)
    drawAxes(plot, &surface, theme)
    if let x = plot.column(ofX: cursor) {
      surface.verticalLine(at: Point(x: x, y: plot.area.y), length: plot.area.height, style: theme[.chartCursor])
    }
    var dots = BrailleDots(plot.area)
    for (index, curve) in series.enumerated() {
      dots.style = index
      dots.isDashed = curve.line == .dashed
      plot.draw(curve, &dots)
    }
    dots.draw(on: &surface) { theme[series[$0].style] }
  }

  private var emptySentence: String {
    series.allSatisfy(\.values.isEmpty) ? "Nothing to draw yet." : "Too small for a chart."
  }

  private func drawLegend(_ plot: ChartPlot, in row: Rect, _ surface: inout Surface, _ theme: Theme) {
    var spans = series.flatMap { curve in
      let value = plot.value(of: curve, at: cursor)
      let text = value.map { " \(ChartNumber.text($0))" } ?? ""
      return [Span(curve.line == .solid ? "━ " : "╍ ", theme[curve.style]), Span(curve.name + text), Span("   ")]
    }
    if let cursor { spans.append(Span("\(xTitle) \(ChartNumber.text(cursor))", theme[.chartCursor])) }
    surface.write(spans, in: row)
  }

  private func drawAxes(_ plot: ChartPlot, _ surface: inout Surface, _ theme: Theme) {
    let area = plot.area
    let style = theme[.chartAxis]
    surface.verticalLine(at: Point(x: area.x - 1, y: area.y), length: area.height, style: style)
    surface.horizontalLine(at: Point(x: area.x, y: area.maxY), length: area.width, style: style)
    surface.write("╰", at: Point(x: area.x - 1, y: area.maxY), style: style)
    for tick in plot.yTicks {
      guard let y = plot.row(ofY: tick) else { continue }
      let label = Rect(x: plot.rect.x, y: y, width: area.x - 1 - plot.rect.x, height: 1)
      surface.write([Span(ChartNumber.text(tick), style)], in: label, .right)
      surface.write("┤", at: Point(x: area.x - 1, y: y), style: style)
    }
    var free = area.x
    for tick in plot.xTicks {
      guard let x = plot.column(ofX: tick) else { continue }
      let text = ChartNumber.text(tick)
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
}
