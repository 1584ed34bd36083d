import Drawing
import WorkbenchCore

/// How the curves of a job are looked at: scale, smoothing, and where the cursor is.
struct LossCurves: Hashable, Sendable {
  /// How much of the last value each point of the training loss keeps.
  enum Smoothing: Double, Sendable, CaseIterable {
    case none = 0
    case some = 0.6
    case strong = 0.9

    var next: Smoothing {
      switch self {
      case .none: .some
      case .some: .strong
      case .strong: .none
      }
    }

    /// Its name in the chart's label.
    var words: String? {
      switch self {
      case .none: nil
      case .some: "smoothed 0.6"
      case .strong: "smoothed 0.9"
      }
    }
  }

  var isLogarithmic = false
  var smoothing = Smoothing.none
  /// The step to read values off; nil for the newest.
  var cursor: Double?

  /// Moves the cursor from report to report; false if the event means nothing to a chart.
  mutating func handle(_ event: Event, _ detail: JobDetail?) -> Bool {
    guard case .key(let key) = event else { return false }
    let steps = detail?.metrics.map { Double($0.step) } ?? []
    guard let last = steps.last else { return false }
    let present = cursor.map { cursor in steps.lastIndex { $0 <= cursor } ?? 0 }
    let move: Int
    switch key {
    case .left: move = -1
    case .right: move = 1
    case .pageUp: move = -10
    case .pageDown: move = 10
    case .home, "g":
      cursor = steps.first
      return true
    case .end, "G":
      cursor = last
      return true
    default: return false
    }
    cursor = steps[min(steps.count - 1, max(0, (present ?? steps.count) + move))]
    return true
  }

  /// Training and validation loss.
  func losses(_ detail: JobDetail) -> LineChart {
    let train = Self.smoothed(
      detail.metrics.map { ChartSeries.Value(x: Double($0.step), y: $0.loss) }, keeping: smoothing.rawValue)
    let validation = detail.validations.map { ChartSeries.Value(x: Double($0.step), y: $0.loss) }
    var series = [ChartSeries(name("loss", train), train, style: .chartTrain)]
    if !validation.isEmpty {
      series.append(ChartSeries(name("validation", validation), validation, style: .chartValidation, line: .dashed))
    }
    return LineChart(series, scale: isLogarithmic ? .logarithmic : .linear, xTitle: "step", cursor: cursor)
  }

  /// The learning rate over the steps.
  func learningRates(_ detail: JobDetail) -> LineChart {
    chart("learning rate", .chartThird, detail) { $0.learningRate }
  }

  /// The speed over the steps.
  func speeds(_ detail: JobDetail) -> LineChart { chart("tokens/s", .chartFourth, detail) { $0.tokensPerSecond } }

  /// With the newest value, where the cursor doesn't show another one.
  private func name(_ name: String, _ values: [ChartSeries.Value]) -> String {
    guard cursor == nil, let last = values.last else { return name }
    return "\(name) \(Figure.loss(last.y))"
  }

  private func chart(
    _ name: String, _ style: StyleName, _ detail: JobDetail, value: (Metric) -> Double?
  ) -> LineChart {
    let values = detail.metrics.compactMap { metric in
      value(metric).map { ChartSeries.Value(x: Double(metric.step), y: $0) }
    }
    return LineChart([ChartSeries(name, values, style: style)], xTitle: "step", cursor: cursor)
  }

  /// An exponential moving average that starts at the first value; what isn't finite is passed over.
  static func smoothed(_ values: [ChartSeries.Value], keeping share: Double) -> [ChartSeries.Value] {
    guard share > 0 else { return values }
    var average: Double?
    return values.map { value in
      guard value.y.isFinite else { return value }
      let next = average.map { share * $0 + (1 - share) * value.y } ?? value.y
      average = next
      return ChartSeries.Value(x: value.x, y: next)
    }
  }
}

/// A curve in one row of text: eight heights, the highest value of each column.
enum Sparkline {
  private static let heights = Array("▁▂▃▄▅▆▇█")

  static func text(_ values: [Double], width: Int) -> String {
    let finite = values.filter(\.isFinite)
    guard width > 0, let high = finite.max(), let low = finite.min() else { return "" }
    let columns = min(width, finite.count)
    return String(
      (0..<columns).map { column -> Character in
        let from = column * finite.count / columns
        let upTo = max(from + 1, (column + 1) * finite.count / columns)
        let value = finite[from..<upTo].max() ?? low
        let share = high > low ? (value - min(low, 0)) / (high - min(low, 0)) : 1
        return heights[min(7, max(0, Int((share * 7).rounded())))]
      })
  }
}
