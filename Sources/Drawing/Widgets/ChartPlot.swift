/// Where the values of a chart lie on its surface.
struct ChartPlot {
  let rect: Rect
  /// The cells between the axes.
  let area: Rect
  /// What is seen of `x`.
  let range: ClosedRange<Double>
  let xTicks: [(value: Double, text: String)]
  let yTicks: [(value: Double, text: String)]
  private let yRange: ClosedRange<Double>  // of heights: logarithms on a logarithmic scale
  private let scale: LineChart.Scale

  /// - Parameter rect: where the chart may draw, below its legend.
  init?(_ chart: LineChart, _ rect: Rect) {
    scale = chart.scale
    guard let extent = chart.extent else { return nil }
    range = Self.widened(chart.window.range(in: extent))
    guard let values = Self.values(chart, range) else { return nil }
    let (low, high) = (values.lowerBound, values.upperBound)
    let rows = rect.height - 2
    let most = max(2, (rows + 1) / 2)
    let ticks: [Double]
    switch chart.scale {
    case .linear:
      // The axis ends at round values.
      ticks = ChartNumber.ticks(low, high, most: most)
      yRange = Self.widened(min(low, ticks.first ?? low)...max(high, ticks.last ?? high))
    case .logarithmic:
      // Round values may be far away there: the axis ends with the curves.
      ticks = ChartNumber.roundValues(low, high, most: most)
      yRange = Self.widened(ChartNumber.log10(low)...ChartNumber.log10(high))
    }
    yTicks = ChartNumber.labeled(ticks)
    let labels = yTicks.map(\.text.count).max() ?? 0
    self.rect = rect
    area = Rect(x: rect.x + labels + 1, y: rect.y, width: rect.width - labels - 1, height: rows)
    let seen = range
    xTicks = ChartNumber.labeled(
      ChartNumber.ticks(seen.lowerBound, seen.upperBound, most: max(3, area.width / 10)).filter(seen.contains))
    guard area.width >= 2, area.height >= 1 else { return nil }
  }

  /// The least and the greatest value that are seen and can be drawn.
  private static func values(_ chart: LineChart, _ range: ClosedRange<Double>) -> ClosedRange<Double>? {
    // On a logarithmic scale the least value that counts lies somewhere among others: ask for smaller parts.
    let parts = chart.scale == .linear ? 1 : 256
    let end = range.upperBound.nextUp
    var columns = chart.series.flatMap { $0.points.columns(parts, from: range.lowerBound, to: end) }.compactMap { $0 }
    if !columns.contains(where: { height($0.high, chart.scale) != nil }) {
      // Nothing but lines between points out of view.
      let around = chart.series.flatMap {
        [$0.points.last(before: range.lowerBound), $0.points.first(notBefore: end)]
      }
      columns = around.compactMap { $0?.y }.map { ChartColumn(first: $0, last: $0, low: $0, high: $0) }
    }
    let ends = columns.flatMap { [$0.low, $0.high] }.filter { height($0, chart.scale) != nil }
    guard let low = ends.min(), let high = ends.max() else { return nil }
    return low...high
  }

  /// The column in which `x` lies, if it is in range.
  func column(ofX x: Double?) -> Int? {
    guard let x, range.contains(x) else { return nil }
    return area.x + min(area.width - 1, dotX(x) / 2)
  }

  /// The row in which `y` lies, if it is in range.
  func row(ofY y: Double) -> Int? {
    guard let height = Self.height(y, scale), yRange.contains(height) else { return nil }
    return area.y + dotY(height) / 4
  }

  /// Draws a curve: a line from dot to dot, and in each column of dots all that its values span. On a logarithmic scale,
  /// what isn't positive lies below the chart.
  /// - Returns: the dots where it ends.
  func draw(_ curve: ChartSeries, _ dots: inout BrailleDots) -> (x: Int, y: Int)? {
    let count = area.width * 2
    let step = range.length / Double(count - 1)
    let (left, right) = (range.lowerBound - step / 2, range.upperBound + step / 2)
    var last = curve.points.last(before: left).flatMap { before in
      curve.points.first(notBefore: left).flatMap { crossing(range.lowerBound, from: before, to: $0, dot: 0) }
    }
    var end: (x: Int, y: Int)?
    var previous = curve.points.last(before: left)
    for (x, column) in curve.points.columns(count, from: left, to: right).enumerated() {
      guard let column else { continue }
      previous = nil
      guard let top = Self.height(column.high, scale) else {
        last = nil
        continue
      }
      let bottom = Self.height(column.low, scale) ?? -.infinity
      if let last, let first = Self.height(column.first, scale) {
        dots.line(from: last, to: (x, clippedY(first)))
      }
      dots.line(from: (x, clippedY(bottom)), to: (x, clippedY(top)))
      let final = Self.height(column.last, scale)
      last = final.map { (x, clippedY($0)) }
      end = (x, clippedY(final ?? top))
    }
    guard let last, let after = curve.points.first(notBefore: right) else { return end }
    // It goes on beyond the right edge.
    if let before = previous ?? curve.points.last(before: right),
      let edge = crossing(range.upperBound, from: before, to: after, dot: count - 1)
    {
      dots.line(from: last, to: edge)
      end = edge
    }
    return end
  }

  /// Where the line between two points crosses an edge, as dots.
  private func crossing(_ x: Double, from: ChartPoint, to: ChartPoint, dot: Int) -> (x: Int, y: Int)? {
    guard let start = Self.height(from.y, scale), let end = Self.height(to.y, scale), to.x > from.x else { return nil }
    return (dot, clippedY(start + (end - start) * min(1, max(0, (x - from.x) / (to.x - from.x)))))
  }

  private func dotX(_ x: Double) -> Int { Self.dot(x, range, area.width * 2) }

  private func dotY(_ height: Double) -> Int { area.height * 4 - 1 - Self.dot(height, yRange, area.height * 4) }

  /// The same, and just out of sight for what lies beyond the chart.
  private func clippedY(_ height: Double) -> Int {
    if height < yRange.lowerBound { return area.height * 4 }
    return height > yRange.upperBound ? -1 : dotY(height)
  }

  private static func dot(_ value: Double, _ range: ClosedRange<Double>, _ count: Int) -> Int {
    let share = (value - range.lowerBound) / range.length
    return Int((min(1, max(0, share)) * Double(count - 1)).rounded())
  }

  private static func height(_ y: Double, _ scale: LineChart.Scale) -> Double? {
    guard y.isFinite else { return nil }
    switch scale {
    case .linear: return y
    case .logarithmic: return y > 0 ? ChartNumber.log10(y) : nil
    }
  }

  private static func widened(_ range: ClosedRange<Double>) -> ClosedRange<Double> {
    if range.length > 0 { return range }
    let margin = max(abs(range.lowerBound) * 0.5, 0.5)
    return (range.lowerBound - margin)...(range.upperBound + margin)
  }
}
