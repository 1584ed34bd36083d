/// Up to 4096 neighbouring points of a ``StepSeries``, with a summary of every 64.
struct StepChunk: Sendable {
  /// Points in a full chunk.
  static let capacity = 4096
  /// Points in a full block.
  static let blockSize = 64

  /// The averages before the first point, for each strength of smoothing; not a number where no value came yet.
  let start: SIMD4<Double>
  private(set) var steps = Steps()
  private(set) var values: [Float] = []
  private var blocks: [Block] = []

  /// Steps, of which nothing but the first and the distance is kept while they are evenly spaced.
  struct Steps: Sendable {
    private(set) var count = 0
    private var first = 0
    private var stride = 0
    private var listed: [Int] = []

    subscript(index: Int) -> Int { listed.isEmpty ? first &+ stride &* index : listed[index] }

    mutating func append(_ step: Int) {
      defer { count += 1 }
      if !listed.isEmpty { return listed.append(step) }
      switch count {
      case 0: first = step
      case 1:
        let (distance, isTooFar) = step.subtractingReportingOverflow(first)
        if isTooFar { listed = [first, step] } else { stride = distance }
      default:
        let last = self[count - 1]
        if step.subtractingReportingOverflow(last) == (stride, false) { return }
        listed.reserveCapacity(StepChunk.capacity)
        for index in 0..<count { listed.append(first &+ stride &* index) }
        listed.append(step)
      }
    }
  }

  /// What neighbouring points span: the values themselves, and their averages at each strength.
  struct Block: Sendable {
    var low = Float.infinity
    var high = -Float.infinity
    var lows = SIMD4<Float>(repeating: .infinity)
    var highs = SIMD4<Float>(repeating: -.infinity)
    /// The averages after the last point.
    var state: SIMD4<Double>

    mutating func add(_ value: Float) {
      guard value.isFinite else { return }
      low = min(low, value)
      high = max(high, value)
      state = Self.average(state, with: Double(value))
      let rounded = SIMD4<Float>(state)
      lows = pointwiseMin(lows, rounded)
      highs = pointwiseMax(highs, rounded)
    }

    mutating func add(_ next: Block) {
      low = min(low, next.low)
      high = max(high, next.high)
      lows = pointwiseMin(lows, next.lows)
      highs = pointwiseMax(highs, next.highs)
      state = next.state
    }

    static func average(_ state: SIMD4<Double>, with value: Double) -> SIMD4<Double> {
      state.x.isNaN ? SIMD4(repeating: value) : state * StepChunk.kept + (1 - StepChunk.kept) * value
    }
  }

  /// What each strength of smoothing keeps of the average before.
  static let kept = SIMD4<Double>(
    StepSeries.Smoothing.light.keeping, StepSeries.Smoothing.medium.keeping, StepSeries.Smoothing.strong.keeping,
    StepSeries.Smoothing.strongest.keeping)

  init(start: SIMD4<Double>) { self.start = start }

  var count: Int { steps.count }
  var isFull: Bool { count == Self.capacity }
  /// The averages after the last point.
  var state: SIMD4<Double> { blocks.last?.state ?? start }

  mutating func append(_ step: Int, _ value: Float) {
    if count % Self.blockSize == 0 { blocks.append(Block(state: state)) }
    steps.append(step)
    values.append(value)
    blocks[blocks.count - 1].add(value)
  }

  /// The same with its first points only.
  func prefix(_ count: Int) -> StepChunk {
    var result = StepChunk(start: start)
    for index in 0..<count { result.append(steps[index], values[index]) }
    return result
  }

  /// A summary of all points.
  var whole: Block {
    var result = Block(state: start)
    for block in blocks { result.add(block) }
    return result
  }

  /// The first point whose step isn't before `x`, or the number of points.
  func index(notBefore x: Double) -> Int {
    var (low, high) = (0, count)
    while low < high {
      let middle = (low + high) / 2
      if Double(steps[middle]) < x { low = middle + 1 } else { high = middle }
    }
    return low
  }

  /// The value of a point; where smoothed, the average up to it. Not a number where the value is none.
  func value(_ index: Int, _ smoothing: StepSeries.Smoothing) -> Float {
    let value = values[index]
    guard let lane = smoothing.lane, value.isFinite else { return value.isFinite ? value : .nan }
    let block = index / Self.blockSize
    var average = state(before: block)[lane]
    for place in (block * Self.blockSize)...index { average = next(average, lane, values[place]) }
    return Float(average)
  }

  /// The least and the greatest value of some points; the first above the second where none is finite.
  func extremes(_ range: Range<Int>, _ smoothing: StepSeries.Smoothing) -> (low: Float, high: Float) {
    var (low, high) = (Float.infinity, -Float.infinity)
    var index = range.lowerBound
    while index < range.upperBound {
      let block = index / Self.blockSize
      let first = block * Self.blockSize
      let end = min(first + Self.blockSize, count)
      if index == first, end <= range.upperBound {
        low = min(low, blocks[block].low(smoothing))
        high = max(high, blocks[block].high(smoothing))
      } else if let lane = smoothing.lane {
        var average = state(before: block)[lane]
        for place in first..<min(end, range.upperBound) {
          average = next(average, lane, values[place])
          guard place >= index, values[place].isFinite else { continue }
          low = min(low, Float(average))
          high = max(high, Float(average))
        }
      } else {
        for place in index..<min(end, range.upperBound) where values[place].isFinite {
          low = min(low, values[place])
          high = max(high, values[place])
        }
      }
      index = end
    }
    return (low, high)
  }

  private func state(before block: Int) -> SIMD4<Double> { block == 0 ? start : blocks[block - 1].state }

  private func next(_ average: Double, _ lane: Int, _ value: Float) -> Double {
    guard value.isFinite else { return average }
    let kept = Self.kept[lane]
    return average.isNaN ? Double(value) : average * kept + (1 - kept) * Double(value)
  }
}

extension StepChunk.Block {
  func low(_ smoothing: StepSeries.Smoothing) -> Float { smoothing.lane.map { lows[$0] } ?? low }
  func high(_ smoothing: StepSeries.Smoothing) -> Float { smoothing.lane.map { highs[$0] } ?? high }
}
