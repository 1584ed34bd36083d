import Content
import Testing

@testable import Grading

/// Programs and judges that reply what they are told to, and say what they were asked.
struct OutsideScript: OutsideGrading {
  var reply: JSONValue?
  var finding: JudgeFinding?

  func reply(of program: GraderProgram, to line: JSONObject) async throws(Unscorable) -> JSONValue {
    guard let reply else {
      throw Unscorable("the program \(program.words[0]) was asked \(JSONValue.object(line).text())")
    }
    return reply
  }

  func finding(of judge: String, on question: JudgeQuestion) async throws(Unscorable) -> JudgeFinding {
    guard let finding else {
      var error = Unscorable("the judge \(judge) gave no judgement")
      error.replies = [JudgeReply(model: "m", raw: "I can't say")]
      throw error
    }
    return finding
  }
}

/// What a program's reply makes of an answer.
@Suite struct CommandGraderTests {
  private static let spec: JSONValue = ["type": "command", "command": ["python3", "grade.py"]]

  private func score(_ reply: String?, _ spec: JSONValue = Self.spec) async throws -> Score {
    let set = GraderSet([try Grader(spec: spec)])
    let outside = OutsideScript(reply: try reply.map { try JSONValue(parsing: $0) })
    return await set.grade(AnswerText("4"), id: "c1", expected: "5", input: ["q": "2+2"], asking: outside).scores[0]
  }

  @Test(
    arguments: [
      (#"{"score": 0.5}"#, 0.5, true), (#"{"score": 0.49}"#, 0.49, false),
      (#"{"score": 1, "passed": false}"#, 1, false),
      (#"{"passed": true}"#, 1, true), (#"{"passed": false, "reason": ""}"#, 0, false),
      (#"{"score": 0, "passed": null, "unscored": false}"#, 0, false),
    ] as [(String, Double, Bool)])
  func repliesThatJudge(reply: String, value: Double, passed: Bool) async throws {
    let score = try await score(reply)
    #expect(score.value == value && score.passed == passed && !score.reason.isEmpty)
  }

  @Test(arguments: [
    "{}", "[]", "7", #"{"score": 7}"#, #"{"score": -0.1}"#, #"{"score": "1"}"#, #"{"score": true}"#, #"{"passed": 1}"#,
    #"{"passed": "yes"}"#, #"{"unscored": true, "passed": true}"#, #"{"unscored": "no idea", "score": 1}"#,
    #"{"unscored": 3, "passed": true}"#, #"{"score": 2, "passed": true}"#, #"{"reason": "fine"}"#,
  ]) func repliesThatDoNot(reply: String) async throws {
    let score = try await score(reply)
    #expect(score.isUnscored && !score.reason.isEmpty)
    #expect(try await self.score(reply, ["type": "not-command", "command": ["x"]]).isUnscored)
  }

  @Test func reasonsComeThrough() async throws {
    #expect(try await score(#"{"score": 1, "reason": "close"}"#).reason == "close")
    #expect(try await score(#"{"unscored": true, "reason": "odd"}"#).reason == "odd")
    let silent = try await score(nil)
    #expect(
      silent.reason
        == #"the program python3 was asked {"case":"c1","answer":"4","input":{"q":"2+2"},"expected":"5"}"#)
  }

  @Test(arguments: [
    (#"{"type": "command"}"#, "command"), (#"{"type": "command", "command": "python3 x.py"}"#, "command"),
    (#"{"type": "command", "command": []}"#, "command"), (#"{"type": "command", "command": ["x", 1]}"#, "command"),
    (#"{"type": "command", "command": ["x"], "timeout": 0}"#, "timeout"),
    (#"{"type": "command", "command": ["x"], "env": ["A B"]}"#, "env"),
    (#"{"type": "command", "command": ["x"], "concurrency": 0}"#, "concurrency"),
    (#"{"type": "command", "command": ["x"], "threshold": 2}"#, "threshold"),
    (#"{"type": "judge"}"#, "type"), (#"{"type": "judge", "judge": 3}"#, "judge"),
  ]) func mistakesNameTheirKey(spec: String, key: String) throws {
    let error = #expect(throws: GraderError.self) { try Grader(spec: JSONValue(parsing: spec)) }
    #expect(error?.key == key || (error?.description.contains("\"\(key)\"") ?? false))
  }

  @Test func judgesAreAskedToo() async throws {
    let set = GraderSet([try Grader(spec: ["type": "judge", "judge": "fair"])])
    #expect(set.awaits && set.graders[0].judge == "fair")
    let silent = await set.grade(AnswerText("a"), expected: nil, asking: OutsideScript())
    #expect(silent.passed == nil && silent.scores[0].replies.first?.raw == "I can't say")
    let finding = JudgeFinding(value: 0.75, passed: true, reason: "kind", replies: [JudgeReply(model: "m", label: "4")])
    let grade = await set.grade(AnswerText("a"), expected: nil, asking: OutsideScript(finding: finding))
    #expect(grade.value == 0.75 && grade.passed == true && grade.scores[0].replies == finding.replies)
  }
}
