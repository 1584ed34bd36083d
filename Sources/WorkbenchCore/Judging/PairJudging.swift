import Content
import Domain
import Evidence
import Grading

/// Two runs' answers, compared by a judge that sees both, each pair in both orders.
package struct PairJudgement: Sendable {
  /// What came of one case; wins are the second run's.
  package enum Outcome: String, Sendable, Hashable {
    /// The first run's answer is better in both orders.
    case a
    /// The second run's is.
    case b
    /// Neither is, or the orders disagree.
    case tie
  }

  /// One case.
  package struct Case: Sendable, Hashable, Identifiable {
    /// The case.
    package var id: String
    /// What the judge says with the first run's answer in front: `first`, `second` or `tie`.
    package var inOrder: String
    /// What it says with the second run's answer in front.
    package var swapped: String
    /// The reason that it gave first.
    package var reason: String
    /// How many characters longer the second run's answer is.
    package var extraLength: Int
    /// Whether both have nearly the same length: at most a tenth of the longer one apart.
    package var isOfEqualLength: Bool

    /// What came of it.
    package var outcome: Outcome {
      switch (inOrder, swapped) {
      case ("first", "second"): .a
      case ("second", "first"): .b
      default: .tie
      }
    }

    /// Whether the orders name different answers.
    package var isContradiction: Bool { inOrder == swapped && inOrder != "tie" }
  }

  /// The runs.
  package var a: Run
  /// The second one.
  package var b: Run
  /// The judge's name.
  package var judge: String
  /// The cases that could be judged.
  package var cases: [Case]
  /// Cases that both answered and the judge gave no label that can be read, with the reason.
  package var unscored: [(id: String, reason: String)]

  /// Preference for the second run over the first.
  package var preference: PairedComparison { Self.preference(cases) }
  /// The same where both answers have about the same length.
  package var preferenceAtEqualLength: PairedComparison { Self.preference(cases.filter(\.isOfEqualLength)) }

  private static func preference(_ cases: [Case]) -> PairedComparison {
    PairedComparison(
      wins: cases.count { $0.outcome == .b }, losses: cases.count { $0.outcome == .a },
      ties: cases.count { $0.outcome == .tie })
  }

  /// How often the side shown first won, among all verdicts that named one.
  package var positionBias: PositionBias {
    let decided = cases.filter { $0.inOrder != "tie" && $0.swapped != "tie" }
    let firsts = decided.reduce(0) { $0 + ($1.inOrder == "first" ? 1 : 0) + ($1.swapped == "first" ? 1 : 0) }
    return PositionBias(firstWins: Proportion(successes: firsts, of: decided.count * 2))
  }
}

extension Workbench {
  /// The pairs that a judge would be shown: cases that both runs have answered.
  private func pairs(
    _ a: Run, _ b: Run, on set: EvalSet
  ) async throws -> [(evalCase: EvalCase, a: String, b: String)] {
    let first = try await outputs(of: a, on: set).outputs.representatives
    let second = try await outputs(of: b, on: set).outputs.representatives
    func text(_ output: Output?) -> String? {
      guard let output, output.isAnswered, let answer = output.answer else { return nil }
      return AnswerText(answer.text, reasoning: set.keepsReasoning ? .keep : .cut).text
    }
    return set.cases.compactMap { evalCase in
      guard let left = text(first[evalCase.id]), let right = text(second[evalCase.id]) else { return nil }
      return (evalCase, left, right)
    }
  }

  /// What comparing two runs by a judge takes at most.
  package func pairCharge(_ a: Run, _ b: Run, on set: EvalSet, by judge: Judge) async throws -> Charge? {
    let pairs = try await pairs(a, b, on: set)
    let characters = pairs.reduce(0) { $0 + $1.a.count + $1.b.count } / max(1, pairs.count)
    return await judgeCharge(
      judge, requests: pairs.count { $0.a != $0.b } * 2, characters: characters,
      what: "The judge \(judge.name) on pairs of answers")
  }

  /// Has a judge compare two runs' answers, in both orders. What it said before isn't asked again.
  package func comparePairs(
    _ a: Run, _ b: Run, on set: EvalSet, by judge: Judge, consent: Consent
  ) async throws -> PairJudgement {
    try requireTrust()
    try require(consent, to: try await pairCharge(a, b, on: set, by: judge))
    let pairs = try await pairs(a, b, on: set)
    guard !pairs.isEmpty else {
      throw WorkbenchError.input("Runs \(a.id) and \(b.id) have answered no case of \(set.name) both.")
    }
    let desk = try await desk(for: [judge], isAsking: true)
    let ready = try await ready(judge)
    typealias Found = (place: Int, result: Result<PairJudgement.Case, Unscorable>)
    let found = await withTaskGroup(of: Found.self) { group in
      for (place, pair) in pairs.enumerated() {
        group.addTask {
          do throws(Unscorable) {
            return (place, .success(try await desk.compared(pair.a, pair.b, on: pair.evalCase, by: ready)))
          } catch { return (place, .failure(error)) }
        }
      }
      var all: [Found] = []
      for await one in group { all.append(one) }
      return all.sorted { $0.place < $1.place }
    }
    try Task.checkCancellation()
    if let reason = await desk.requests?.stopReason { throw WorkbenchError.model("The judge can't go on: \(reason)") }
    var judgement = PairJudgement(a: a, b: b, judge: judge.name, cases: [], unscored: [])
    for one in found {
      switch one.result {
      case .success(let result): judgement.cases.append(result)
      case .failure(let error): judgement.unscored.append((pairs[one.place].evalCase.id, error.reason))
      }
    }
    return judgement
  }
}

extension GradingDesk {
  /// What a judge makes of two answers, in both orders. The same answer twice is a tie, and isn't asked about.
  func compared(
    _ a: String, _ b: String, on evalCase: EvalCase, by ready: ReadyJudge
  ) async throws(Unscorable) -> PairJudgement.Case {
    var result = PairJudgement.Case(
      id: evalCase.id, inOrder: "tie", swapped: "tie", reason: "the answers are the same",
      extraLength: b.count - a.count, isOfEqualLength: abs(a.count - b.count) * 10 <= max(a.count, b.count))
    guard a != b else { return result }
    let first = try await verdict(a, b, evalCase, ready)
    let second = try await verdict(b, a, evalCase, ready)
    (result.inOrder, result.swapped, result.reason) = (first.label, second.label, first.reason)
    return result
  }

  private func verdict(
    _ first: String, _ second: String, _ evalCase: EvalCase, _ ready: ReadyJudge
  ) async throws(Unscorable) -> (label: String, reason: String) {
    let question = JudgeQuestion(
      caseID: evalCase.id, answer: first, expected: evalCase.expected, input: evalCase.input)
    let messages = try ready.judge.messages(for: question, second: second)
    let replies = try await replies(of: ready, to: messages, scale: JudgePair.scale, caseID: evalCase.id)
    let labels = replies.compactMap(\.label)
    guard labels.count * 2 > replies.count else {
      throw Unscorable("the judge \(ready.judge.name) gave no label that can be read")
    }
    // Where most don't agree nothing is better.
    let winner = JudgePair.labels.first { label in labels.count { $0 == label } * 2 > labels.count } ?? "tie"
    return (winner, replies.first { $0.label == winner }?.reason ?? replies.compactMap(\.reason).first ?? "")
  }
}
