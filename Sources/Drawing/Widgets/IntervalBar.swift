/// A score with its confidence interval on a line from 0 to 1: `──────├──●───┤────`.
package struct IntervalBar: Hashable, Sendable {
  /// The score.
  package var value: Double
  /// The lower end of the interval.
  package var low: Double
  /// The upper end of the interval.
  package var high: Double
  /// What the two ends of the line stand for; a difference of scores wants -1 to 1.
  package var bounds: ClosedRange<Double>

  package init(value: Double, low: Double, high: Double, bounds: ClosedRange<Double> = 0...1) {
    self.value = value
    self.low = low
    self.high = high
    self.bounds = bounds
  }

  /// The line in so many columns, for a cell of a table; nothing where a number is none.
  package func spans(width: Int, _ theme: Theme) -> [Span] {
    guard width > 0, value.isFinite, low.isFinite, high.isFinite else { return [] }
    func column(_ value: Double) -> Int {
      let span = bounds.upperBound - bounds.lowerBound
      let share = span > 0 ? min(1, max(0, (value - bounds.lowerBound) / span)) : 0
      return Int((share * Double(width - 1)).rounded())
    }
    let (left, right, mark) = (column(min(low, high)), column(max(low, high)), column(value))
    let zero = bounds.contains(0) && bounds.lowerBound < 0 ? column(0) : nil
    return (0..<width).map { x in
      if x == mark { return Span("●", theme[.intervalMark]) }
      if x == zero { return Span("┊", theme[.neutral]) }
      if x < left || x > right { return Span("─", theme[.interval]) }
      return Span(left == right ? "┼" : x == left ? "├" : x == right ? "┤" : "━", theme[.intervalRange])
    }
  }

  /// Draws it into the first row of `rect`.
  package func draw(in rect: Rect, on surface: inout Surface, theme: Theme) {
    surface.write(spans(width: rect.width, theme), at: rect.origin, clip: rect)
  }
}
