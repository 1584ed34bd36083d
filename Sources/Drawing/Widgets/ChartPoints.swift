/// A place on a curve.
package struct ChartPoint: Hashable, Sendable {
  /// How far along.
  package var x: Double
  /// How much; not a number where the curve has a gap.
  package var y: Double

  package init(x: Double, y: Double) {
    self.x = x
    self.y = y
  }
}

/// What all points of a curve span that fall into one column of dots.
package struct ChartColumn: Hashable, Sendable {
  /// The first one's value; not a number where that is a gap.
  package var first: Double
  /// The last one's value; not a number where that is a gap.
  package var last: Double
  /// The least value; not a number where all is a gap.
  package var low: Double
  /// The greatest value; not a number where all is a gap.
  package var high: Double

  package init(first: Double, last: Double, low: Double, high: Double) {
    self.first = first
    self.last = last
    self.low = low
    self.high = high
  }
}

/// The points of a curve, with `x` growing, kept by somebody who can tell what many of them span without going over them:
/// a chart asks for columns, never for all points.
package protocol ChartPoints: Sendable {
  /// From the first point's `x` to the last one's; nil without points.
  var extent: ClosedRange<Double>? { get }
  /// What the points from `start` to before `end` span, in columns of the same width; nil where a column has none.
  func columns(_ number: Int, from start: Double, to end: Double) -> [ChartColumn?]
  /// The point nearest to `x`; nil without points.
  func nearest(to x: Double) -> ChartPoint?
  /// The last point before `x`.
  func last(before x: Double) -> ChartPoint?
  /// The first point that isn't before `x`.
  func first(notBefore x: Double) -> ChartPoint?
}
