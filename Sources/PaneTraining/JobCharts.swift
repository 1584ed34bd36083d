import Domain
import Drawing
import Evidence
import NumberFormat
import WorkbenchCore

/// A job whose curves are laid over the shown one's.
struct OverlaidJob: Sendable {
  /// Styles and lines of such curves: as many jobs can be told apart.
  static let looks: [(style: StyleName, line: ChartSeries.Line)] = [
    (.chartThird, .dotted), (.chartFourth, .mixed), (.chartFifth, .sparse), (.chartSixth, .dashed),
  ]

  var detail: JobDetail
  /// Which of them is its.
  var look: Int
}

/// How the curves of a job are looked at: which, what part of them, on what scale, how smooth, and where the cursor is.
struct JobCharts: Sendable {
  /// The least steps to zoom in to.
  private static let leastWidth = 4.0

  var isLogarithmic = false
  var smoothing = StepSeries.Smoothing.none
  /// The step to read values off; nil for the newest.
  var cursor: Double?
  /// Which part of the steps is seen.
  private(set) var window = ChartWindow()
  /// What the large chart shows, where the job reported it; else the loss.
  private var large = JobCurves.Quantity.loss
  /// How many of the other quantities the small charts pass over.
  private var passedOver = 0
  /// Where the large chart was drawn last.
  private var frame: ChartFrame?

  // MARK: - What is shown

  /// What the large chart shows.
  func largeQuantity(_ detail: JobDetail) -> JobCurves.Quantity {
    detail.curves[large].isEmpty ? JobCurves.Quantity.reported(detail).first ?? .loss : large
  }

  /// What the small charts show, the first one first.
  func smallQuantities(_ detail: JobDetail) -> [JobCurves.Quantity] {
    let shown = largeQuantity(detail)
    let others = JobCurves.Quantity.reported(detail).filter { $0 != shown }
    guard !others.isEmpty else { return [] }
    let first = passedOver % others.count
    return Array(others[first...] + others[..<first])
  }

  mutating func showNextLarge(_ detail: JobDetail) {
    let all = JobCurves.Quantity.reported(detail)
    guard let index = all.firstIndex(of: largeQuantity(detail)) else { return }
    large = all[(index + 1) % all.count]
  }

  mutating func showNextSmall(_ detail: JobDetail) {
    let count = JobCurves.Quantity.reported(detail).count - 1
    if count > 0 { passedOver = (passedOver + 1) % count }
  }

  /// The large chart: the shown job's curve, with the validation loss beside the loss, over those of other jobs.
  func largeChart(_ detail: JobDetail, over overlays: [OverlaidJob] = []) -> LineChart {
    let quantity = largeQuantity(detail)
    let tag = overlays.isEmpty ? "" : "\(detail.job.id)"
    var series = [curve(quantity, detail, style: .chartTrain, tag: tag)]
    if quantity == .loss, !detail.curves[.validationLoss].isEmpty {
      series.append(curve(.validationLoss, detail, style: .chartValidation, line: .dashed))
    }
    for index in series.indices { series[index].layer = 1 }
    series += overlays.map { other in
      let (look, number) = (OverlaidJob.looks[other.look], "\(other.detail.job.id)")
      return curve(quantity, other.detail, name: "job \(number)", style: look.style, line: look.line, tag: number)
    }
    var chart = LineChart(series, scale: isLogarithmic ? .logarithmic : .linear, xTitle: "step", cursor: cursor)
    chart.window = window
    let marks = JobMarks(detail)
    chart.marks = marks.signs
    if let cursor { chart.cursorText = cursorText(detail, marks, cursor) }
    let words = [isLogarithmic ? "log" : nil, quantity.isNoisy ? smoothing.words : nil]
    chart.note = words.compactMap { $0 }.joined(separator: ", ")
    return chart
  }

  /// A chart of one quantity, of the same part of the steps.
  func smallChart(_ quantity: JobCurves.Quantity, _ detail: JobDetail) -> LineChart {
    var chart = LineChart([curve(quantity, detail, style: quantity.style)], xTitle: "step", cursor: cursor)
    chart.window = window
    chart.cursorText = ""
    return chart
  }

  /// What is seen of the steps; nil before the first report.
  func range(_ detail: JobDetail, over overlays: [OverlaidJob] = []) -> ClosedRange<Double>? {
    extent(detail, overlays).map(window.range)
  }

  /// A quantity's points, smoothed where it is noisy.
  func points(_ quantity: JobCurves.Quantity, _ detail: JobDetail) -> CurvePoints {
    CurvePoints(series: detail.curves[quantity], smoothing: quantity.isNoisy ? smoothing : .none)
  }

  private func curve(
    _ quantity: JobCurves.Quantity, _ detail: JobDetail, name: String? = nil, style: StyleName,
    line: ChartSeries.Line = .solid, tag: String = ""
  ) -> ChartSeries {
    ChartSeries(
      name ?? quantity.title, points(quantity, detail), style: style, line: line, tag: tag, text: quantity.text)
  }

  private func cursorText(_ detail: JobDetail, _ marks: JobMarks, _ cursor: Double) -> String {
    var words = ["step \(NumberFormat.count(Int(min(max(cursor, -1e15), 1e15))))"]
    let times = detail.curves[.seconds]
    if let index = times.index(nearestTo: cursor) {
      words.append("\(NumberFormat.duration(times.point(index).value.rounded())) in")
    }
    if let mark = marks.words(at: cursor, within: (frame?.step ?? 0) / 2) { words.append(mark.map(\.text).joined()) }
    return words.joined(separator: " · ")
  }

  // MARK: - Moving about

  /// From the first step of all shown curves to the last.
  private func extent(_ detail: JobDetail, _ overlays: [OverlaidJob]) -> ClosedRange<Double>? {
    largeChart(detail, over: overlays).extent
  }

  /// Makes what is seen so many times as wide, around the cursor or at the newest.
  mutating func zoom(by factor: Double, at x: Double? = nil, _ detail: JobDetail, over overlays: [OverlaidJob]) {
    guard let extent = extent(detail, overlays) else { return }
    window.zoom(by: factor, at: x ?? cursor, in: extent, least: Self.leastWidth)
  }

  /// Moves what is seen by so many of its widths.
  mutating func pan(by share: Double, _ detail: JobDetail, over overlays: [OverlaidJob]) {
    guard let extent = extent(detail, overlays) else { return }
    window.pan(by: share, in: extent)
  }

  /// Shows all steps.
  mutating func showAll() { window.reset() }

  /// Whether less than all is seen.
  var isZoomed: Bool { window.width != nil }

  /// Puts the cursor on the next mark in a direction; false where there is none.
  mutating func jumpToMark(forward: Bool, _ detail: JobDetail, over overlays: [OverlaidJob]) -> Bool {
    let from = cursor ?? (forward ? -.infinity : .infinity)
    guard let step = JobMarks(detail).step(from: from, forward: forward) else { return false }
    put(Double(step), detail, overlays)
    return true
  }

  /// Moves the cursor from report to report, or from column to column where there are more reports than columns; false if
  /// the event means nothing to a chart.
  mutating func handle(_ event: Event, _ detail: JobDetail?, over overlays: [OverlaidJob] = []) -> Bool {
    guard let detail else { return false }
    switch event {
    case .mouse(let mouse): return handle(mouse, detail, overlays)
    case .key(let key):
      switch key {
      case .left: return move(by: -1, detail, overlays)
      case .right: return move(by: 1, detail, overlays)
      case .pageUp: return move(by: -10, detail, overlays)
      case .pageDown: return move(by: 10, detail, overlays)
      case .home, "g": return move(by: -.max, detail, overlays)
      case .end, "G": return move(by: .max, detail, overlays)
      default: return false
      }
    default: return false
    }
  }

  private mutating func move(by count: Int, _ detail: JobDetail, _ overlays: [OverlaidJob]) -> Bool {
    let series = detail.curves[largeQuantity(detail)]
    guard let last = series.last else { return false }
    if abs(count) == .max {
      put(Double(count < 0 ? series.point(0).step : last.step), detail, overlays)
      return true
    }
    guard let cursor, let present = series.index(nearestTo: cursor) else {
      put(Double(last.step), detail, overlays)
      return true
    }
    let reached = series.index(nearestTo: cursor + Double(count) * (frame?.step ?? 0)) ?? present
    let wanted = count < 0 ? min(reached, present + count) : max(reached, present + count)
    put(Double(series.point(min(series.count - 1, max(0, wanted))).step), detail, overlays)
    return true
  }

  private mutating func put(_ x: Double, _ detail: JobDetail, _ overlays: [OverlaidJob]) {
    cursor = x
    if let extent = extent(detail, overlays) { window.reveal(x, in: extent) }
  }

  /// The wheel zooms where the pointer is; a click or a drag puts the cursor on the report there.
  private mutating func handle(_ mouse: MouseEvent, _ detail: JobDetail, _ overlays: [OverlaidJob]) -> Bool {
    guard let frame, frame.area.contains(mouse.point) else { return false }
    let x = frame.x(atColumn: mouse.point.x)
    switch mouse.action {
    case .wheelUp: zoom(by: 0.8, at: x, detail, over: overlays)
    case .wheelDown: zoom(by: 1.25, at: x, detail, over: overlays)
    case .press(.left), .drag(.left):
      let series = detail.curves[largeQuantity(detail)]
      cursor = series.index(nearestTo: x).map { Double(series.point($0).step) }
    default: return false
    }
    return true
  }

  // MARK: - Drawing

  /// Draws the large chart with small ones beside it, or with single rows below where there is little room.
  mutating func draw(
    _ detail: JobDetail, over overlays: [OverlaidJob], in rect: Rect, on surface: inout Surface, theme: Theme
  ) {
    var main = rect
    let others = smallQuantities(detail)
    if rect.width >= 100, rect.height >= 12, !others.isEmpty {
      let parts = rect.columns([.share(2), .share(1)], gap: 2)
      main = parts[0]
      let places = parts[1].rows(Array(repeating: .rest, count: min(others.count, max(2, rect.height / 8))))
      for (quantity, place) in zip(others, places) {
        smallChart(quantity, detail).draw(in: place, on: &surface, theme: theme)
      }
    } else if rect.height >= 7, let range = range(detail, over: overlays) {
      let count = min(others.count, max(1, (rect.height - 8) / 4))
      let parts = rect.rows([.rest, .fixed(count)])
      main = parts[0]
      for (index, quantity) in others.prefix(count).enumerated() {
        drawRow(quantity, detail, range, in: parts[1].row(index), on: &surface, theme: theme)
      }
    }
    frame = largeChart(detail, over: overlays).draw(in: main, on: &surface, theme: theme)
  }

  private func drawRow(
    _ quantity: JobCurves.Quantity, _ detail: JobDetail, _ range: ClosedRange<Double>, in row: Rect,
    on surface: inout Surface, theme: Theme
  ) {
    let points = points(quantity, detail)
    guard let end = points.extent?.upperBound, let point = points.nearest(to: cursor ?? min(end, range.upperBound))
    else { return }
    let text = "\(quantity.shortTitle) \(quantity.text(point.y)) "
    let used = surface.write(text, at: row.origin, style: theme[.textDim], clip: row)
    let line = Sparkline.text(points, in: range, width: row.width - used)
    surface.write(line, at: Point(x: row.x + used, y: row.y), style: theme[quantity.style], clip: row)
  }
}
