/// Which part of a chart's `x` is seen: all of it, or a part that stands still or goes along with the newest points.
package struct ChartWindow: Hashable, Sendable {
  /// How much of `x` is seen; nil for all of it.
  package private(set) var width: Double?
  /// Where it ends; nil where it goes along with the newest.
  package private(set) var end: Double?

  /// A window on everything.
  package init() {}

  /// What is seen of a curve that reaches so far.
  package func range(in extent: ClosedRange<Double>) -> ClosedRange<Double> {
    guard let width, width < extent.length else { return extent }
    let end = min(extent.upperBound, max(extent.lowerBound + width, end ?? extent.upperBound))
    return (end - width)...end
  }

  /// Shows everything again.
  package mutating func reset() { self = ChartWindow() }

  /// Makes what is seen so many times as wide, with `x` staying where it is; where `x` isn't seen or nil, the end stays.
  /// - Parameter least: the least width to go to.
  package mutating func zoom(by factor: Double, at x: Double?, in extent: ClosedRange<Double>, least: Double) {
    let seen = range(in: extent)
    let fixed = x.flatMap { seen.contains($0) ? $0 : nil } ?? seen.upperBound
    let wanted = max(min(least, extent.length), seen.length * factor)
    guard wanted < extent.length else { return reset() }
    let share = seen.length > 0 ? (seen.upperBound - fixed) / seen.length : 0
    width = wanted
    place(fixed + share * wanted, in: extent)
  }

  /// Moves by so many of its widths, to the right or, where negative, to the left.
  package mutating func pan(by share: Double, in extent: ClosedRange<Double>) {
    guard width != nil else { return }
    let seen = range(in: extent)
    place(max(seen.upperBound + share * seen.length, extent.lowerBound + seen.length), in: extent)
  }

  /// Moves as little as needed to show `x`.
  package mutating func reveal(_ x: Double, in extent: ClosedRange<Double>) {
    let seen = range(in: extent)
    guard width != nil, !seen.contains(x) else { return }
    place(x < seen.lowerBound ? x + seen.length : x, in: extent)
  }

  /// At the end of the curve it goes along with it.
  private mutating func place(_ end: Double, in extent: ClosedRange<Double>) {
    self.end = end >= extent.upperBound ? nil : end
  }
}

extension ClosedRange<Double> {
  var length: Double { upperBound - lowerBound }
}
