/// How many training examples a kind of change takes.
package enum DataTier: String, Sendable, Hashable, CaseIterable {
  /// Another format or style.
  case format
  /// A task of moderate difficulty.
  case task
  /// A complex domain.
  case domain
  /// A large change of behaviour.
  case behaviour

  /// The usual number of good examples.
  package var examples: ClosedRange<Int> {
    switch self {
    case .format: 50...100
    case .task: 200...500
    case .domain: 1000...5000
    case .behaviour: 5000...10_000
    }
  }

  /// The kind of change in words.
  package var title: String {
    switch self {
    case .format: "format or style"
    case .task: "a moderate task"
    case .domain: "a complex domain"
    case .behaviour: "a large change of behaviour"
    }
  }

  /// How many examples are missing to the lower end; 0 when there are enough.
  package func missing(from count: Int) -> Int { max(0, examples.lowerBound - count) }

  /// The most demanding kind of change that `count` examples are enough for; nil below 50.
  package static func reached(by count: Int) -> DataTier? {
    allCases.last { $0.missing(from: count) == 0 }
  }
}
