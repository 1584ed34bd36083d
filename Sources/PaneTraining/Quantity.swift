import Domain
import Drawing
import Evidence
import NumberFormat
import WorkbenchCore

extension JobCurves.Quantity {
  /// Its name in legends.
  var title: String {
    switch self {
    case .loss: "loss"
    case .validationLoss: "validation"
    case .learningRate: "learning rate"
    case .gradNorm: "gradient norm"
    case .tokensPerSecond: "tokens/s"
    case .stepsPerSecond: "steps/s"
    case .peakMemory: "peak memory, GB"
    case .memory: "memory, GB"
    case .cpu: "CPU %"
    case .gpu: "GPU %"
    case .gpuMemory: "GPU memory, GB"
    case .gpuPower: "GPU power, W"
    case .seconds: "seconds"
    }
  }

  /// Its name where there is little room.
  var shortTitle: String {
    switch self {
    case .learningRate: "rate"
    case .gradNorm: "gradient"
    case .peakMemory: "peak GB"
    case .memory: "GB"
    case .gpuMemory: "GPU GB"
    case .gpuPower: "GPU W"
    default: title
    }
  }

  /// A value in few characters.
  func text(_ value: Double) -> String {
    switch self {
    case .loss, .validationLoss, .gradNorm: NumberFormat.loss(value)
    case .learningRate: NumberFormat.learningRate(value)
    case .tokensPerSecond, .cpu, .gpu, .gpuPower:
      value.isFinite ? NumberFormat.count(Int(min(max(value, -1e12), 1e12).rounded())) : "–"
    case .stepsPerSecond, .peakMemory, .memory, .gpuMemory: NumberFormat.fixed(value, decimals: 2)
    case .seconds: NumberFormat.duration(value.rounded())
    }
  }

  /// How it looks in a small chart.
  var style: StyleName {
    switch self {
    case .learningRate: .chartThird
    case .tokensPerSecond, .stepsPerSecond: .chartFourth
    case .gradNorm: .chartSixth
    case .validationLoss, .cpu, .gpu, .gpuPower: .chartValidation
    case .loss, .peakMemory, .memory, .gpuMemory, .seconds: .chartTrain
    }
  }

  /// Whether its values jump about from report to report, so that smoothing shows more.
  var isNoisy: Bool {
    switch self {
    case .loss, .gradNorm, .tokensPerSecond, .stepsPerSecond, .cpu, .gpu, .gpuPower: true
    default: false
    }
  }

  /// Those that a job reported and that have a chart of their own: the validation loss stands in that of the loss.
  static func reported(_ detail: JobDetail) -> [Self] {
    allCases.filter { $0 != .validationLoss && $0 != .seconds && !detail.curves[$0].isEmpty }
  }
}

extension StepSeries.Smoothing {
  /// Its name in the chart's label.
  var words: String? { self == .none ? nil : "smoothed \(keeping)" }
}

/// A curve's points, smoothed or not, as charts ask for them.
struct CurvePoints: ChartPoints {
  var series: StepSeries
  var smoothing = StepSeries.Smoothing.none

  var extent: ClosedRange<Double>? {
    guard let first = series.first, let last = series.last else { return nil }
    return Double(first.step)...Double(last.step)
  }

  func columns(_ number: Int, from start: Double, to end: Double) -> [ChartColumn?] {
    series.columns(number, from: start, to: end, smoothing).map { column in
      column.map { ChartColumn(first: $0.first, last: $0.last, low: $0.low, high: $0.high) }
    }
  }

  func nearest(to x: Double) -> ChartPoint? { series.index(nearestTo: x).map(point) }

  func last(before x: Double) -> ChartPoint? {
    let index = series.index(notBefore: x)
    return index > 0 ? point(index - 1) : nil
  }

  func first(notBefore x: Double) -> ChartPoint? {
    let index = series.index(notBefore: x)
    return index < series.count ? point(index) : nil
  }

  private func point(_ index: Int) -> ChartPoint {
    let point = series.point(index, smoothing)
    return ChartPoint(x: Double(point.step), y: point.value)
  }
}

/// A curve in one row of text: eight heights, the highest value of each column.
enum Sparkline {
  private static let heights = Array("▁▂▃▄▅▆▇█")

  static func text(_ points: some ChartPoints, in range: ClosedRange<Double>, width: Int) -> String {
    let columns = width > 0 ? points.columns(width, from: range.lowerBound, to: range.upperBound.nextUp) : []
    let before = points.last(before: range.lowerBound)?.y ?? .nan
    let finite = (columns.flatMap { [$0?.low ?? .nan, $0?.high ?? .nan] } + [before]).filter(\.isFinite)
    guard let high = finite.max(), let low = finite.min() else { return "" }
    func height(_ value: Double) -> Character {
      let share = high > low ? (value - low) / (high - low) : 1
      return heights[min(7, max(0, Int((share * 7).rounded())))]
    }
    var last: Character = before.isFinite ? height(before) : " "
    return String(
      columns.map { column -> Character in
        if let column { last = column.high.isFinite ? height(column.high) : " " }
        return last
      })
  }
}
