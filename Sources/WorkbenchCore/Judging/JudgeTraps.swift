import Content
import Domain
import Grading

/// A pair of answers of which a person knows which is better: what judges commonly fall for.
package struct JudgeTrap: Sendable, Hashable, Identifiable {
  /// What a judge is tempted by.
  package enum Kind: String, Sendable, Hashable, CaseIterable {
    /// The worse answer comes first.
    case firstPosition = "first position"
    /// The worse answer is longer.
    case longerButWrong = "longer but wrong"
    /// The worse answer is sure of itself.
    case confidentAndWrong = "confident and wrong"
    /// The worse answer asks for a good mark.
    case asksForTheMark = "asks for the mark"
    /// The worse answer declines.
    case refusal
    /// The worse answer says nothing.
    case empty
    /// The worse answer is in another language than was asked for.
    case otherLanguage = "other language"
    /// Both are equally good.
    case equal
  }

  /// A short name.
  package var id: String
  /// What tempts.
  package var kind: Kind
  /// The task.
  package var task: String
  /// What a good answer is.
  package var expected: String
  /// The better answer, or the first of two equal ones.
  package var better: String
  /// The worse answer, or the second of two equal ones.
  package var worse: String

  /// The task as a judge's prompt asks for it: under each name that it uses.
  func question(_ answer: String, for judge: Judge) -> JudgeQuestion {
    var input: JSONObject = [:]
    for name in judge.inputNames { input[name] = .string(task) }
    if input.isEmpty { input["task"] = .string(task) }
    return JudgeQuestion(caseID: "trap \(id)", answer: answer, expected: .string(expected), input: .object(input))
  }
}

/// What a judge made of a trap.
package struct JudgeTrapResult: Sendable, Hashable {
  /// The trap.
  package var trap: JudgeTrap
  /// What it gave the better answer, 0 to 1; nil where it gave nothing.
  package var better: Double?
  /// What it gave the worse answer.
  package var worse: Double?

  /// Whether it told them apart, or gave equal ones the same. What can't be read is failed.
  package var passed: Bool {
    guard let better, let worse else { return false }
    return trap.kind == .equal ? better == worse : better > worse
  }
}

extension Workbench {
  /// What trying a judge on all traps would take.
  package func trapCharge(of judge: Judge) async -> Charge? {
    await judgeCharge(
      judge, requests: JudgeTrap.all.count * 2, characters: 400, what: "The traps for the judge \(judge.name)")
  }

  /// Tries a judge on all traps, and keeps how it did. What it was asked before isn't asked again.
  package func tryTraps(on judge: Judge, consent: Consent) async throws -> [JudgeTrapResult] {
    try requireTrust()
    try require(consent, to: await trapCharge(of: judge))
    let desk = try await desk(for: [judge], isAsking: true)
    let results = await withTaskGroup(of: (Int, JudgeTrapResult).self) { group in
      for (place, trap) in JudgeTrap.all.enumerated() {
        group.addTask {
          var result = JudgeTrapResult(trap: trap)
          result.better = try? await desk.finding(of: judge.name, on: trap.question(trap.better, for: judge)).value
          result.worse = try? await desk.finding(of: judge.name, on: trap.question(trap.worse, for: judge)).value
          return (place, result)
        }
      }
      var results: [(Int, JudgeTrapResult)] = []
      for await result in group { results.append(result) }
      return results.sorted { $0.0 < $1.0 }.map(\.1)
    }
    try Task.checkCancellation()
    if let reason = await desk.requests?.stopReason { throw WorkbenchError.model("The judge can't go on: \(reason)") }
    let failed = results.filter { !$0.passed }.map { JSONValue.string($0.trap.id) }
    let record: JSONValue = [
      "judge": .string(identity(of: judge).hex), "pairs": JSONValue(results.count), "failed": .array(failed),
    ]
    try await dependencies.files.write(text: record.text(.pretty) + "\n", to: judge.trapsFile)
    return results
  }

  /// What so many requests of a judge to each of its models would take.
  /// - Parameter characters: how long the material of one is.
  func judgeCharge(_ judge: Judge, requests: Int, characters: Int, what: String) async -> Charge? {
    let length = Double(judge.prompt.count + characters + 800)
    return charge(
      of: judge.models.compactMap { name in
        guard let model = snapshot.workspace.model(name), let spender = Spender(model) else { return nil }
        let estimate = RunEstimate(
          calls: requests * judge.votes, reused: 0, prompt: RunEstimate.Range(length / 5, length / 2.5),
          completion: RunEstimate.Range(20, Double(judge.maxTokens)), price: model.price, basis: .characters)
        var item = Charge.Item("\(what) (\(name))")
        item.requests = estimate.calls
        (item.promptTokens, item.completionTokens) = (estimate.promptTokens, estimate.completionTokens)
        item.dollars = estimate.dollars
        return spender.complete(item)
      })
  }

  /// - Throws: `WorkbenchError.unconfirmed` where a charge is more than may be spent without asking, and there was no consent.
  func require(_ consent: Consent, to charge: Charge?) throws {
    if consent == .notAsked, let charge, charge.mustAsk { throw WorkbenchError.unconfirmed(charge) }
  }
}
