import Content
import Evidence

/// A run's outputs by case, as the evidence takes them: each case once, with all that was answered to it.
package struct CaseOutputs: Sendable {
  private let outputs: [String: [Output]]

  /// Sorts outputs by case.
  package init(_ outputs: some Sequence<Output>) { self.outputs = Dictionary(grouping: outputs, by: \.caseID) }

  /// Cases with a reply that is no answer.
  package var noAnswers: Set<String> {
    Set(outputs.filter { $0.value.contains { $0.noAnswer != nil && !$0.isAnswered } }.keys)
  }

  /// All outputs of a case, by their numbers.
  package func all(of id: String) -> [Output] { (outputs[id] ?? []).sorted { $0.sample < $1.sample } }

  /// The output that stands for a case.
  package func representative(of id: String) -> Output? { (outputs[id] ?? []).representatives[id] }

  /// Whether there is any reply to a case, be it no answer.
  package func hasReply(to id: String) -> Bool { outputs[id]?.contains { $0.isScored || $0.noAnswer != nil } ?? false }

  /// The scores of each case, in the order of `cases`; one that was not asked is unscored.
  /// - Parameter noAnswersAreWrong: whether replies that are no answer score 0, instead of being unscored.
  package func scored(_ cases: [EvalCase], noAnswersAreWrong: Bool = false) -> [ScoredCase] {
    cases.map { evalCase in
      evalCase.scored(
        (outputs[evalCase.id] ?? []).map { output in
          if output.isScored, let value = output.value, let passed = output.passed {
            return .scored(value, passed: passed)
          }
          if noAnswersAreWrong, output.noAnswer != nil { return .scored(0, passed: false) }
          return .unscored(output.unscored ?? output.failure ?? "not answered")
        })
    }
  }

  /// Whether the answers to each case have the asked form, as scores of 0 and 1.
  package func formats(_ cases: [EvalCase]) -> [ScoredCase] {
    cases.map { evalCase in
      evalCase.scored(
        (outputs[evalCase.id] ?? []).map { output in
          output.isAnswered
            ? .scored(output.formatValid ? 1 : 0, passed: output.formatValid)
            : .unscored(output.failure ?? "not answered")
        })
    }
  }

  /// The mean time that the answers to each case took, in seconds; cases without a time are left out.
  package func times(_ time: (Answer) -> Double?) -> [String: Double] {
    outputs.compactMapValues { outputs in
      let times = outputs.compactMap { $0.answer.flatMap(time) }.filter { $0 > 0 }
      return times.isEmpty ? nil : times.reduce(0, +) / Double(times.count)
    }
  }

  /// What the answers to each case cost at a price, in dollars, the mean of those that the server counted; cases without
  /// any are left out.
  package func costs(_ price: TokenPrice) -> [String: Double] {
    outputs.compactMapValues { outputs in
      let costs = outputs.compactMap { $0.answer.flatMap { price.cost(of: $0.usage) } }
      return costs.isEmpty ? nil : costs.reduce(0, +) / Double(costs.count)
    }
  }

  /// The text of the first answer to each case, and whether it ended by itself.
  package var firstAnswers: [String: (text: String, hasEnded: Bool)] {
    outputs.compactMapValues { outputs in
      outputs.min { $0.sample < $1.sample }?.answer.map { ($0.text, !$0.isCut) }
    }
  }
}

extension EvalCase {
  /// The case with what a variant's answers to it got.
  fileprivate func scored(_ samples: [CaseSample]) -> ScoredCase {
    ScoredCase(
      id, input: input.text(), expected: expected?.text() ?? "", group: group, weight: weight, samples: samples)
  }
}
