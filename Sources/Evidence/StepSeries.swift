/// Numbers over steps, as a training job reports them: any number of them, of which any part can be looked at quickly.
///
/// Points are kept in full chunks that never change and one that grows, with summaries of every 64 and every 4096, so a
/// copy shares all but the newest chunk with the original, and what a range of steps spans takes time for its ends, not
/// for its points. A value is a 32-bit number, of which seven digits are right; with its share of the summaries a point
/// takes between 5.5 bytes, where steps are evenly spaced, and 14. What isn't finite is a gap.
///
/// Smoothing is the exponential moving average over all points, not over what is drawn: each value's share is
/// `1 - keeping`, the first value is the first average, and gaps are passed over.
package struct StepSeries: Sendable {
  /// How much the values are smoothed.
  package enum Smoothing: Int, Sendable, CaseIterable {
    case none, light, medium, strong, strongest

    /// How much of the average before each point keeps, 0 to 1.
    package var keeping: Double { [0, 0.6, 0.9, 0.99, 0.999][rawValue] }

    /// The next stronger one; after the strongest, none.
    package var next: Smoothing { Smoothing(rawValue: rawValue + 1) ?? .none }

    var lane: Int? { self == .none ? nil : rawValue - 1 }
  }

  /// A value at a step.
  package struct Point: Sendable, Hashable {
    /// The step.
    package var step: Int
    /// The value, or the average up to it; not a number where there is a gap.
    package var value: Double
    package init(step: Int, value: Double) {
      self.step = step
      self.value = value
    }
  }

  /// What the points of a range of steps span.
  package struct Column: Sendable, Hashable {
    /// The first value; not a number where the range begins with a gap.
    package var first: Double
    /// The last value; not a number where the range ends with a gap.
    package var last: Double
    /// The least value; not a number where all is a gap.
    package var low: Double
    /// The greatest value; not a number where all is a gap.
    package var high: Double
  }

  /// A full chunk, shared by all copies.
  private final class Full: Sendable {
    let chunk: StepChunk
    let whole: StepChunk.Block
    let last: Int

    init(_ chunk: StepChunk) {
      self.chunk = chunk
      whole = chunk.whole
      last = chunk.steps[chunk.count - 1]
    }
  }

  private var full: [Full] = []
  private var tail = StepChunk(start: SIMD4(repeating: .nan))

  /// A series without points.
  package init() {}

  /// How many points there are, gaps among them.
  package var count: Int { full.count * StepChunk.capacity + tail.count }

  /// Whether there is no point.
  package var isEmpty: Bool { count == 0 }

  /// The first point.
  package var first: Point? { isEmpty ? nil : point(0) }

  /// The last point.
  package var last: Point? { isEmpty ? nil : point(count - 1) }

  // MARK: - Changing

  /// Adds a point. A step before the last one means that a job began there again: what came after it is dropped.
  package mutating func append(_ value: Double, at step: Int) {
    if let last = lastStep, step < last { removeAll(after: step) }
    tail.append(step, Float(value))
    guard tail.isFull else { return }
    full.append(Full(tail))
    tail = StepChunk(start: tail.state)
  }

  /// Drops all points after a step, in time for one chunk.
  package mutating func removeAll(after step: Int) {
    guard let last = lastStep, last > step else { return }
    let kept = full.partition { $0.last > step }
    if kept < full.count {
      tail = full[kept].chunk
      full.removeLast(full.count - kept)
    }
    var (low, high) = (0, tail.count)
    while low < high {
      let middle = (low + high) / 2
      if tail.steps[middle] <= step { low = middle + 1 } else { high = middle }
    }
    tail = tail.prefix(low)
  }

  private var lastStep: Int? { tail.count > 0 ? tail.steps[tail.count - 1] : full.last?.last }

  // MARK: - Looking

  /// A point by its place, counted from 0.
  package func point(_ index: Int, _ smoothing: Smoothing = .none) -> Point {
    let (chunk, place) = (chunk(index / StepChunk.capacity), index % StepChunk.capacity)
    return Point(step: chunk.steps[place], value: Double(chunk.value(place, smoothing)))
  }

  /// The place of the first point whose step isn't before `x`; the number of points where there is none.
  package func index(notBefore x: Double) -> Int {
    let number = full.partition { Double($0.last) >= x }
    return number * StepChunk.capacity + chunk(number).index(notBefore: x)
  }

  /// The place of the point nearest to `x`, the earlier of two equally near; nil without points.
  package func index(nearestTo x: Double) -> Int? {
    guard !isEmpty else { return nil }
    let after = index(notBefore: x)
    guard after > 0 else { return 0 }
    guard after < count else { return count - 1 }
    return x - Double(point(after - 1).step) <= Double(point(after).step) - x ? after - 1 : after
  }

  /// What the points from `start` to before `end` span, in columns of the same width from left to right; nil where a
  /// column has no point.
  package func columns(
    _ number: Int, from start: Double, to end: Double, _ smoothing: Smoothing = .none
  ) -> [Column?] {
    guard number > 0, end > start, end.isFinite, start.isFinite else { return [] }
    var result = [Column?](repeating: nil, count: number)
    let width = (end - start) / Double(number)
    var index = index(notBefore: start)
    for column in 0..<number where index < count {
      let edge = column == number - 1 ? end : start + width * Double(column + 1)
      let next = max(index, self.index(notBefore: edge))
      if next > index { result[column] = self.column(index..<next, smoothing) }
      index = next
    }
    return result
  }

  /// What some points span, which must be there: at least one.
  package func column(_ range: Range<Int>, _ smoothing: Smoothing = .none) -> Column {
    var (low, high) = (Float.infinity, -Float.infinity)
    var index = range.lowerBound
    while index < range.upperBound {
      let (number, place) = (index / StepChunk.capacity, index % StepChunk.capacity)
      let end = min(range.upperBound - number * StepChunk.capacity, StepChunk.capacity)
      if place == 0, end == StepChunk.capacity, number < full.count {
        low = min(low, full[number].whole.low(smoothing))
        high = max(high, full[number].whole.high(smoothing))
      } else {
        let extremes = chunk(number).extremes(place..<end, smoothing)
        low = min(low, extremes.low)
        high = max(high, extremes.high)
      }
      index = number * StepChunk.capacity + end
    }
    let isGap = low > high
    return Column(
      first: point(range.lowerBound, smoothing).value, last: point(range.upperBound - 1, smoothing).value,
      low: isGap ? .nan : Double(low), high: isGap ? .nan : Double(high))
  }

  private func chunk(_ number: Int) -> StepChunk { number < full.count ? full[number].chunk : tail }
}

extension Array {
  /// The first place from which on a condition holds, which must not hold before an element for which it does not.
  fileprivate func partition(_ holds: (Element) -> Bool) -> Int {
    var (low, high) = (0, count)
    while low < high {
      let middle = (low + high) / 2
      if holds(self[middle]) { high = middle } else { low = middle + 1 }
    }
    return low
  }
}
