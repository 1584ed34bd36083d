import Drawing
import Evidence
import NumberFormat
import WorkbenchCore

/// When tuning pays for itself: both ways' costs over time, how likely the investment comes back, and what matters most.
struct ForecastView {
  private let report: VerdictReport

  init(_ report: VerdictReport) { self.report = report }

  /// What can be drawn: the costs of a month.
  var monthly: MonthlyCost? { report.cost?.monthly }

  // MARK: - Lines

  /// Everything in words, the chances first.
  var lines: [VerdictLine] {
    guard report.cost != nil else { return [unpriced] }
    var lines: [VerdictLine] = []
    if let place = report.advice.lines.firstIndex(where: { $0.rule == .cost }) {
      var line = VerdictLine(.detail("cost"), report.advice.lines[place].statement + ".", opening: .fact(nil))
      line.label = ("cost", .textDim)
      lines.append(line)
    }
    guard let money = report.forecast, let forecast = money.forecast else {
      return lines + gaps(report.forecast?.missing ?? [])
    }
    lines.append(.heading("How likely tuning has paid for itself"))
    for months in CostForecast.months {
      lines.append(Self.chance("within \(months) months", forecast.probabilities[months] ?? 0))
    }
    lines.append(Self.chance("never", forecast.neverProbability))
    if let queries = forecast.breakEvenQueries, let low = queries[5], let middle = queries[50], let high = queries[95] {
      let range =
        low < high ? " (90 % of draws: \(NumberFormat.count(low)) to \(NumberFormat.count(high)))" : ""
      lines.append(
        VerdictLine(.detail("queries"), "Where it does, after \(NumberFormat.count(middle)) queries\(range)."))
    }
    lines.append(.heading("What matters most: the net after a year"))
    lines.append(
      VerdictLine(
        .detail("median"), "\(MoneyForecast.signed(forecast.medianNet)) with every number in the middle of its range."))
    let longest = forecast.tornado.map(\.length).max() ?? 0
    for bar in forecast.tornado {
      var line = VerdictLine(.detail(bar.input.rawValue), money.words(bar))
      line.label = (Self.bar(longest > 0 ? bar.length / longest : 0, width: 8), .info)
      line.opening = Self.fact(bar.input)
      lines.append(line)
    }
    let exact = forecast.exact.map(\.rawValue)
    if !exact.isEmpty {
      lines.append(
        VerdictLine(.detail("exact"), "Taken as exact: \(exact.joined(separator: ", ")).", style: .textDim))
    }
    return lines
  }

  private var unpriced: VerdictLine {
    let gap =
      report.prompted == nil || report.tuned == nil
      ? "It takes a prompted and a tuned variant that are measured on \(report.set)."
      : "The prices of both models aren't known: add price to them under models in assay.yaml, or the server counted no tokens."
    return VerdictLine(.nothing, "When tuning pays for itself can't be worked out yet. " + gap)
  }

  /// What a forecast still needs, each a line that leads to its fact.
  private func gaps(_ missing: [CostForecast.Input]) -> [VerdictLine] {
    guard !missing.isEmpty else { return [] }
    return [.heading("What the forecast still needs")]
      + missing.map { input in
        let words = input == .saving ? "what a query saves, from runs of both variants" : input.rawValue
        var line = VerdictLine(.detail(input.rawValue), words)
        line.label = ("·", .textDim)
        line.opening = Self.fact(input)
        return line
      }
  }

  private static func fact(_ input: CostForecast.Input) -> VerdictLine.Opening? {
    input == .saving ? nil : .fact(input.rawValue)
  }

  private static func chance(_ words: String, _ probability: Double) -> VerdictLine {
    let name = words + String(repeating: " ", count: max(0, 17 - words.count))
    var line = VerdictLine(.detail(words), "\(bar(probability, width: 20)) \(CostForecast.percent(probability))")
    line.label = (name, .textDim)
    return line
  }

  /// A share as a bar that reads without colour.
  private static func bar(_ share: Double, width: Int) -> String {
    let full = min(width, max(0, Int((share * Double(width)).rounded())))
    return String(repeating: "█", count: full) + String(repeating: "░", count: width - full)
  }

  // MARK: - Chart

  /// Draws the cumulative cost of both ways, with a mark where they cross.
  func drawChart(in rect: Rect, on surface: inout Surface, theme: Theme) {
    guard let monthly else { return }
    let months = monthly.chartMonths
    let dollars: @Sendable (Double) -> String = { NumberFormat.dollars($0) }
    var chart = LineChart(
      [
        ChartSeries(
          "prompting", CostLine(start: 0, month: monthly.prompted, months: months), style: .badgePrompted, tag: "P",
          text: dollars),
        ChartSeries(
          "tuning", CostLine(start: monthly.investment, month: monthly.tuned, months: months), style: .badgeTuned,
          line: .dashed, tag: "T", text: dollars),
      ], xTitle: "months")
    if let crossing = monthly.crossing, crossing <= months {
      chart.marks = [ChartMark(x: crossing, glyph: "▲", style: .warning)]
      chart.note = "▲ same after \(NumberFormat.trimmed(crossing, decimals: 1)) months"
    } else {
      chart.note = monthly.crossing == nil ? "tuning never catches up" : "they meet beyond ten years"
    }
    chart.draw(in: rect, on: &surface, theme: theme)
  }
}

/// A cost that grows evenly.
private struct CostLine: ChartPoints {
  /// What it costs before the first month.
  var start: Double
  /// What each month adds.
  var month: Double
  /// Where the line ends.
  var months: Double

  var extent: ClosedRange<Double>? { 0...months }

  private func value(_ x: Double) -> Double { start + month * x }

  func columns(_ number: Int, from start: Double, to end: Double) -> [ChartColumn?] {
    let width = (end - start) / Double(max(1, number))
    return (0..<number).map { column in
      let from = max(0, start + Double(column) * width)
      let to = min(months, from + width)
      guard from <= to else { return nil }
      let (a, b) = (value(from), value(to))
      return ChartColumn(first: a, last: b, low: min(a, b), high: max(a, b))
    }
  }

  func nearest(to x: Double) -> ChartPoint? { point(min(months, max(0, x))) }
  func last(before x: Double) -> ChartPoint? { x > 0 ? point(min(months, x)) : nil }
  func first(notBefore x: Double) -> ChartPoint? { x <= months ? point(max(0, x)) : nil }

  private func point(_ x: Double) -> ChartPoint { ChartPoint(x: x, y: value(x)) }
}
