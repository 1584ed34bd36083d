import Domain
import Grading

/// What a judge makes of one answer.
package struct JudgeTest: Sendable {
  /// What was sent.
  package var messages: Judge.Messages
  /// What was said, vote by vote.
  package var replies: [JudgeReply]
  /// The judgement; nil where there is none.
  package var finding: JudgeFinding?
  /// Why there is none.
  package var reason: String?
}

extension Workbench {
  /// A case with an answer to try a judge on.
  /// - Parameters:
  ///   - set: The eval set; the first that asks the judge, or else the workspace's first, where nil.
  ///   - caseID: The case; the first where nil.
  ///   - answer: The answer; the newest stored one where nil.
  /// - Throws: `WorkbenchError` that says what is missing.
  package func judgeQuestion(
    _ judge: Judge, set name: String?, caseID: String?, answer: String?
  ) async throws -> JudgeQuestion {
    let sets = snapshot.workspace.evalSets
    let usual = sets.first { set in set.graders.graders.contains { $0.judge == judge.name } } ?? sets.first
    guard let set = name.map({ snapshot.workspace.evalSet($0) }) ?? usual else {
      throw WorkbenchError.unknown("eval set", name ?? "main", among: sets.map(\.name))
    }
    guard let evalCase = caseID.map({ id in set.cases.first { $0.id == id } }) ?? set.cases.first else {
      throw WorkbenchError.unknown(
        "case of \"\(set.name)\"", caseID ?? "", among: set.cases.prefix(20).map(\.id), whenNone: .add(to: set.path))
    }
    var text = answer
    if text == nil {
      for run in snapshot.runs where run.set == set.name && text == nil {
        let outputs = try await store.outputs(of: run.id)
        text = outputs.first { $0.caseID == evalCase.id && $0.isAnswered }?.answer.map {
          AnswerText($0.text, reasoning: set.keepsReasoning ? .keep : .cut).text
        }
      }
    }
    guard let text else {
      throw WorkbenchError.input("There is no stored answer to \(evalCase.id) yet: give one with --answer.")
    }
    return JudgeQuestion(caseID: evalCase.id, answer: text, expected: evalCase.expected, input: evalCase.input)
  }

  /// What a test takes.
  package func testCharge(of judge: Judge, on question: JudgeQuestion) async -> Charge? {
    await judgeCharge(
      judge, requests: 1, characters: question.answer.count + question.input.text().count,
      what: "A test of the judge \(judge.name)")
  }

  /// Has a judge judge one answer. What it said before isn't asked again.
  /// - Throws: `WorkbenchError.model` where a model gives no reply.
  package func test(_ judge: Judge, on question: JudgeQuestion, consent: Consent) async throws -> JudgeTest {
    try requireTrust()
    try require(consent, to: await testCharge(of: judge, on: question))
    let desk = try await desk(for: [judge], isAsking: true)
    do {
      let messages = try judge.messages(for: question)
      let replies = try await desk.replies(
        of: try await ready(judge), to: messages, scale: judge.scale, caseID: question.caseID)
      do {
        return JudgeTest(messages: messages, replies: replies, finding: try judge.finding(of: replies))
      } catch { return JudgeTest(messages: messages, replies: replies, reason: error.reason) }
    } catch let error as Unscorable {
      try Task.checkCancellation()
      throw WorkbenchError.model(error.reason.prefix(1).uppercased() + error.reason.dropFirst() + ".")
    }
  }
}
