import Testing

@testable import Evidence

@Suite struct StepSeriesTests {
  /// Numbers that look random and are the same each time (xorshift).
  private struct Numbers {
    var state: UInt64
    mutating func next() -> UInt64 {
      state ^= state << 13
      state ^= state >> 7
      state ^= state << 17
      return state
    }
    mutating func next(_ bound: Int) -> Int { Int(next() % UInt64(bound)) }
  }

  /// The same series as a plain list, for comparison.
  private struct Plain {
    var points: [(step: Int, value: Float)] = []

    mutating func append(_ value: Double, at step: Int) {
      removeAll(after: step)
      points.append((step, Float(value)))
    }

    mutating func removeAll(after step: Int) { while let last = points.last, last.step > step { points.removeLast() } }

    func smoothed(_ smoothing: StepSeries.Smoothing) -> [Float] {
      var average = Double.nan
      return points.map { point in
        guard point.value.isFinite else { return .nan }
        let value = Double(point.value)
        average = average.isNaN ? value : average * smoothing.keeping + (1 - smoothing.keeping) * value
        return smoothing == .none ? point.value : Float(average)
      }
    }

    func column(_ start: Double, _ end: Double, _ values: [Float]) -> (
      first: Float, last: Float, low: Float?, high: Float?
    )? {
      let inside = points.indices.filter { Double(points[$0].step) >= start && Double(points[$0].step) < end }
        .map { values[$0] }
      guard let first = inside.first, let last = inside.last else { return nil }
      let finite = inside.filter(\.isFinite)
      return (first, last, finite.min(), finite.max())
    }
  }

  private func isSame(_ left: Double, _ right: Float?) -> Bool {
    guard let right, !right.isNaN else { return left.isNaN }
    return left == Double(right)
  }

  private func expectSame(_ series: StepSeries, _ plain: Plain, _ numbers: inout Numbers) {
    #expect(series.count == plain.points.count)
    // An empty series has nothing more to compare than its count.
    if plain.points.isEmpty { return }
    let (first, last) = (plain.points[0].step, plain.points[plain.points.count - 1].step)
    for smoothing in StepSeries.Smoothing.allCases {
      let values = plain.smoothed(smoothing)
      for _ in 0..<2 {
        let span = Double(last - first + 10)
        let start = Double(first - 5) + span * Double(numbers.next(1_000)) / 1_000
        let end = start + span * Double(1 + numbers.next(1_000)) / 1_000
        let number = 1 + numbers.next(9)
        let columns = series.columns(number, from: start, to: end, smoothing)
        #expect(columns.count == number)
        let width = (end - start) / Double(number)
        for (index, column) in columns.enumerated() {
          let edge = index == number - 1 ? end : start + width * Double(index + 1)
          let expected = plain.column(start + width * Double(index), edge, values)
          #expect((column == nil) == (expected == nil))
          guard let column, let expected else { continue }
          #expect(isSame(column.first, expected.first) && isSame(column.last, expected.last))
          #expect(isSame(column.low, expected.low) && isSame(column.high, expected.high))
        }
      }
      let index = numbers.next(values.count)
      #expect(isSame(series.point(index, smoothing).value, values[index]))
    }
  }

  @Test(arguments: [10, 64, 65, 4_095, 4_096, 4_097, 9_000])
  func columnsAreWhatThePointsSay(count: Int) {
    var numbers = Numbers(state: UInt64(count) * 7919 + 1)
    for spacing in [1, 5, 0] {
      var (series, plain) = (StepSeries(), Plain())
      var step = 3
      for _ in 0..<count {
        let value = numbers.next(50) == 0 ? Double.nan : Double(numbers.next(100_000)) / 1e4 - 2
        series.append(value, at: step)
        plain.append(value, at: step)
        step += spacing > 0 ? spacing : numbers.next(4)
      }
      expectSame(series, plain, &numbers)
    }
  }

  @Test func aJobThatBeginsAgainDropsWhatItRepeats() {
    var numbers = Numbers(state: 11)
    var (series, plain) = (StepSeries(), Plain())
    for round in 0..<4 {
      let start = round == 0 ? 0 : numbers.next(1 + (plain.points.last?.step ?? 0))
      if round % 2 == 0 {
        series.removeAll(after: start)
        plain.removeAll(after: start)
      }
      for step in stride(from: start, to: start + numbers.next(7_000), by: 1) {
        series.append(Double(step % 97) + Double(round), at: step)
        plain.append(Double(step % 97) + Double(round), at: step)
      }
      expectSame(series, plain, &numbers)
    }
    series.removeAll(after: -1)
    #expect(series.isEmpty && series.last == nil && series.columns(3, from: 0, to: 9) == [nil, nil, nil])
    series.append(2, at: 7)
    #expect(series.first == StepSeries.Point(step: 7, value: 2) && series.point(0, .strong).value == 2)
  }

  @Test func aCopyStaysAsItWas() {
    var series = StepSeries()
    for step in 0..<5_000 { series.append(Double(step), at: step) }
    let copy = series
    for step in 5_000..<20_000 { series.append(Double(step), at: step) }
    series.removeAll(after: 100)
    series.append(-1, at: 101)
    #expect(copy.count == 5_000 && copy.last?.value == 4_999 && copy.column(0..<5_000).low == 0)
    #expect(series.count == 102 && series.column(0..<102).low == -1)
  }

  @Test func theNearestPointIsFound() {
    var series = StepSeries()
    #expect(series.index(nearestTo: 3) == nil)
    for step in stride(from: 10, through: 100_000, by: 10) { series.append(Double(step), at: step) }
    for (x, step) in [(-5.0, 10), (14, 10), (15, 10), (16, 20), (50_004, 50_000), (1e9, 100_000)] {
      #expect(series.index(nearestTo: x).map { series.point($0).step } == step)
    }
  }

  @Test func stepsFarApartAndValuesBeyondAllMeasure() {
    var series = StepSeries()
    for step in [Int.min, -3, 0, 4, .max] { series.append(Double(step), at: step) }
    #expect((0..<5).map { series.point($0).step } == [.min, -3, 0, 4, .max])
    series.append(1e300, at: .max)
    series.append(-.infinity, at: .max)
    #expect(series.point(5).value.isNaN && series.point(6).value.isNaN)
    #expect(series.column(5..<7).low.isNaN)
    #expect(series.columns(4, from: 3, to: 3).isEmpty && series.columns(0, from: 0, to: 3).isEmpty)
    #expect(series.columns(2, from: 0, to: .infinity).isEmpty)
  }
}
