/// A score with its confidence interval on a line from 0 to 1: `──────├──●───┤────`.
public struct IntervalBar: Hashable, Sendable {
  /// The score.
  public var value: Double
  /// The lower end of the interval.
  public var low: Double
  /// The upper end of the interval.
  public var high: Double
  /// What the two ends of the line stand for; a difference of scores wants -1 to 1.
  public var bounds: ClosedRange<Double>

  /// Makes a bar.
  public init(value: Double, low: Double, high: Double, bounds: ClosedRange<Double> = 0...1) {
    self.value = value
    self.low = low
    self.high = high
    self.bounds = bounds
  }

  /// Draws it into the first row of `rect`.
  public func draw(in rect: Rect, on surface: inout Surface, theme: Theme) {
    guard !rect.isEmpty, value.isFinite, low.isFinite, high.isFinite else { return }
    func column(_ value: Double) -> Int {
      let span = bounds.upperBound - bounds.lowerBound
      let share = span > 0 ? min(1, max(0, (value - bounds.lowerBound) / span)) : 0
      return rect.x + Int((share * Double(rect.width - 1)).rounded())
    }
    surface.write(
      String(repeating: "─", count: rect.width), at: rect.origin, style: theme[.interval], clip: rect)
    let (left, right) = (column(min(low, high)), column(max(low, high)))
    for x in left...right {
      let glyph = left == right ? "┼" : x == left ? "├" : x == right ? "┤" : "━"
      surface.write(glyph, at: Point(x: x, y: rect.y), style: theme[.intervalRange], clip: rect)
    }
    if bounds.contains(0), bounds.lowerBound < 0 {
      surface.write("┊", at: Point(x: column(0), y: rect.y), style: theme[.neutral], clip: rect)
    }
    surface.write("●", at: Point(x: column(value), y: rect.y), style: theme[.intervalMark], clip: rect)
  }
}
