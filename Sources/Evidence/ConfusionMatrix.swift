/// How often cases of each label were answered with which label.
package struct ConfusionMatrix: Sendable, Hashable {
  /// One case with what was expected and what was answered.
  package struct Entry: Sendable, Hashable {
    /// The case, its group, its copies and its weight.
    package var of: ScoredCase
    /// The label that was expected.
    package var expected: String
    /// The label that was answered; nil where the answer has none.
    package var answered: String?

    /// A case. Its scores don't matter.
    package init(_ scored: ScoredCase, expected: String, answered: String?) {
      of = scored
      self.expected = expected
      self.answered = answered
    }
  }

  /// The expected labels, the most frequent first, equally frequent ones by name.
  package let labels: [String]
  /// How many cases of the row's label were answered with the column's; the last column holds all other answers.
  package let counts: [[Int]]
  /// The share of each label's cases that were answered with it, with an interval over what is independent.
  package let recall: [Estimate?]
  /// The share of the answers with each label that were right; nil where no answer has it.
  package let precision: [Estimate?]

  /// With more labels a table can't be read.
  package static let mostLabels = 12

  /// Counts entries; nil unless there are 2 to ``mostLabels`` labels with two cases each on average: with more, what is
  /// expected is a text and no label.
  package init?(_ entries: [Entry]) {
    let sizes = Dictionary(grouping: entries, by: \.expected).mapValues(\.count)
    guard (2...Self.mostLabels).contains(sizes.count), sizes.count * 2 <= entries.count else { return nil }
    let labels = sizes.sorted { ($1.value, $0.key) < ($0.value, $1.key) }.map(\.key)
    let places = Dictionary(uniqueKeysWithValues: labels.enumerated().map { ($1, $0) })
    var counts = Array(repeating: Array(repeating: 0, count: labels.count + 1), count: labels.count)
    for entry in entries {
      guard let row = places[entry.expected] else { continue }
      counts[row][entry.answered.flatMap { places[$0] } ?? labels.count] += 1
    }
    func share(_ entries: [Entry]) -> Estimate? {
      VariantScores(
        entries.map { entry in
          let isRight = entry.expected == entry.answered
          return entry.of.with(samples: [.scored(isRight ? 1 : 0, passed: isRight)])
        }
      ).estimate
    }
    self.labels = labels
    self.counts = counts
    recall = labels.map { label in share(entries.filter { $0.expected == label }) }
    precision = labels.map { label in share(entries.filter { $0.answered == label }) }
  }

  /// The number of cases.
  package var count: Int { counts.reduce(0) { $0 + $1.reduce(0, +) } }
}

extension ScoredCase {
  /// The same case with other samples.
  package func with(samples: [CaseSample]) -> ScoredCase {
    ScoredCase(id, input: input, expected: expected, group: group, weight: weight, samples: samples)
  }
}
