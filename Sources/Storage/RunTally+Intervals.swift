import Evidence

extension RunTally {
  /// The 95 % interval of the mean: Wilson's where every score is 0 or 1, else from the scores' spread.
  var interval: Interval {
    let n = Double(done)
    guard n > 0 else { return Interval(0, 1) }
    let z = 1.959963984540054
    let mean = sum / n
    if fractional == 0 {
      let centre = (mean + z * z / (2 * n)) / (1 + z * z / n)
      let half = z / (1 + z * z / n) * (mean * (1 - mean) / n + z * z / (4 * n * n)).squareRoot()
      return Interval(max(0, centre - half), min(1, centre + half))
    }
    guard done > 1 else { return Interval(0, 1) }
    let variance = max(0, (sumOfSquares - n * mean * mean) / (n - 1))
    let half = z * (variance / n).squareRoot()
    return Interval(max(0, mean - half), min(1, mean + half))
  }

  /// A percentile of the latencies, 0 without answers.
  func percentile(_ share: Double) -> Double {
    guard let last = latencies.last else { return 0 }
    let place = share * Double(latencies.count - 1)
    let index = Int(place)
    guard index + 1 < latencies.count else { return last }
    return latencies[index] + (place - Double(index)) * (latencies[index + 1] - latencies[index])
  }
}
