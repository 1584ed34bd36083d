import Domain

/// Answers of a run that have come and aren't graded yet. They are stored before that, so that none is asked for twice
/// whatever happens to the grading.
struct UngradedAnswers: Sendable {
  /// An answer with the key of its request.
  struct Entry: Sendable, Hashable {
    var key: ContentHash
    var answer: Answer
  }

  private var entries: [Int: Entry] = [:]
  private var unstored: Set<Int> = []

  /// Whether every answer is graded.
  var isEmpty: Bool { entries.isEmpty }
  /// How many are not.
  var count: Int { entries.count }
  /// Whether some answer is neither graded nor handed to the store.
  var hasUnstored: Bool { !unstored.isEmpty }

  /// The answer to a request has come.
  mutating func arrived(_ entry: Entry, at index: Int) {
    entries[index] = entry
    unstored.insert(index)
  }

  /// The answer to a request is graded.
  mutating func graded(at index: Int) {
    entries[index] = nil
    unstored.remove(index)
  }

  /// Takes out what has to be stored by itself because its grading takes time.
  mutating func takeUnstored() -> [Entry] {
    defer { unstored = [] }
    return unstored.sorted().compactMap { entries[$0] }
  }
}
