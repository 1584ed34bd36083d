/// What a grader made of one answer.
package enum CaseSample: Sendable, Hashable {
  /// A score from 0 to 1, and whether it reaches the threshold to pass. A bad answer (empty, refused, cut off, of the
  /// wrong form) has a score of 0: that is about the model.
  case scored(Double, passed: Bool)
  /// No score, with the reason: a request or a grader failed, or nothing was asked. That is about the harness.
  case unscored(String)

  /// The score; nil when unscored.
  package var score: Double? { if case .scored(let score, _) = self { score } else { nil } }
  /// Whether it passed; nil when unscored.
  package var passed: Bool? { if case .scored(_, let passed) = self { passed } else { nil } }
}

/// One case of an eval set with what one variant got for it.
package struct ScoredCase: Sendable, Hashable, Identifiable {
  /// The case's name, which finds it in another variant's cases.
  package let id: String
  /// A hash of the rendered input. Cases with equal input are copies of one question, and one unit.
  package let input: String
  /// A hash of the expected value. Two variants are compared on a case only if input and expected value are the same.
  package let expected: String
  /// What it belongs to, such as a conversation or a document; cases of one group are one unit. Nil: to nothing.
  package let group: String?
  /// How much it counts, above 0.
  package let weight: Double
  /// One entry for each time that the case was asked, at least one.
  package let samples: [CaseSample]

  /// A case.
  ///
  /// Scores are clipped to 0…1 and NaN is unscored; a weight that isn't above 0 and finite counts as 1.
  /// - Parameters:
  ///   - id: the case's name, unique in its set.
  ///   - input: a hash of the rendered input; `id` unless told.
  ///   - expected: a hash of the expected value.
  ///   - group: what it belongs to.
  ///   - weight: how much it counts.
  ///   - samples: what the answers got; without any the case is unscored.
  package init(
    _ id: String, input: String? = nil, expected: String = "", group: String? = nil, weight: Double = 1,
    samples: [CaseSample]
  ) {
    self.id = id
    self.input = input ?? id
    self.expected = expected
    self.group = group
    self.weight = weight.isFinite && weight > 0 ? weight : 1
    let samples = samples.isEmpty ? [.unscored("not asked")] : samples
    self.samples = samples.map {
      guard case .scored(let score, let passed) = $0 else { return $0 }
      return score.isNaN ? .unscored("the score is not a number") : .scored(min(1, max(0, score)), passed: passed)
    }
  }

  /// What is averaged over cases.
  package enum Measure: Sendable, Hashable {
    /// The score, 0 to 1.
    case score
    /// Whether the answer passed, as 0 or 1.
    case passRate
  }

  /// What the scored samples got.
  func values(_ measure: Measure) -> [Double] {
    switch measure {
    case .score: samples.compactMap(\.score)
    case .passRate: samples.compactMap(\.passed).map { $0 ? 1 : 0 }
    }
  }

  /// The mean over the scored samples; nil when none is.
  package func value(_ measure: Measure = .score) -> Double? {
    let values = values(measure)
    return values.isEmpty ? nil : values.reduce(0, +) / Double(values.count)
  }

  /// Whether at least one sample has a score.
  package var isScored: Bool { samples.contains { $0.score != nil } }

  /// Whether its samples disagree on whether the answer passes.
  package var isFlaky: Bool { Set(samples.compactMap(\.passed)).count > 1 }

  /// The unit of each case: a number that cases share when they share a group or an input, directly or through others.
  package static func units(of cases: [ScoredCase]) -> [Int] {
    var parents = Array(cases.indices)
    func root(_ index: Int) -> Int {
      var index = index
      while parents[index] != index {
        parents[index] = parents[parents[index]]
        index = parents[index]
      }
      return index
    }
    var groups: [String: Int] = [:]
    var inputs: [String: Int] = [:]
    for (index, entry) in cases.enumerated() {
      for first in [inputs[entry.input], entry.group.flatMap { groups[$0] }].compactMap({ $0 }) {
        let (one, other) = (root(first), root(index))
        parents[max(one, other)] = min(one, other)
      }
      inputs[entry.input] = inputs[entry.input] ?? index
      if let group = entry.group { groups[group] = groups[group] ?? index }
    }
    return cases.indices.map(root)
  }
}
