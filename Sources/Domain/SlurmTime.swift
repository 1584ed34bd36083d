/// Slurm's way to write a span of time: minutes, `minutes:seconds`, `hours:minutes:seconds`, and with days in front
/// `days-hours`, `days-hours:minutes`, `days-hours:minutes:seconds`.
package enum SlurmTime {
  /// The seconds that a text means; nil for what is no span of time.
  package static func seconds(in text: String) -> Int? {
    let halves = text.split(separator: "-", maxSplits: 1, omittingEmptySubsequences: false)
    let parts = halves.last?.split(separator: ":", omittingEmptySubsequences: false) ?? []
    guard let numbers = numbers(parts) else { return nil }
    let units: [Int]
    switch (halves.count, numbers.count) {
    case (2, 1...3): units = [3600, 60, 1]
    case (1, 1), (1, 2): units = [60, 1]
    case (1, 3): units = [3600, 60, 1]
    default: return nil
    }
    var days = 0
    if halves.count == 2 {
      guard let number = Self.numbers([halves[0]]) else { return nil }
      days = number[0]
    }
    return zip(numbers, units).reduce(days * 86_400) { $0 + $1.0 * $1.1 }
  }

  private static func numbers(_ parts: [Substring]) -> [Int]? {
    var numbers: [Int] = []
    for part in parts {
      guard part.utf8.allSatisfy({ (48...57).contains($0) }), let number = Int(part), number < 1 << 31 else {
        return nil
      }
      numbers.append(number)
    }
    return numbers
  }
}
