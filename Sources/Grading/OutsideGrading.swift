import Content

/// What graders ask that can't judge alone: programs, and judges, which ask models.
package protocol OutsideGrading: Sendable {
  /// What a program replies to a line.
  /// - Parameter line: `case`, `answer`, `input`, and `expected` where the case says it.
  /// - Throws: ``Unscorable`` when it gives no reply.
  func reply(of program: GraderProgram, to line: JSONObject) async throws(Unscorable) -> JSONValue

  /// What a judge finds of an answer.
  /// - Throws: ``Unscorable`` when it gives no judgement.
  func finding(of judge: String, on question: JudgeQuestion) async throws(Unscorable) -> JudgeFinding
}

/// No programs and no judges: graders that need one leave answers unscored.
package struct NothingOutside: OutsideGrading {
  package init() {}

  /// None.
  package func reply(of program: GraderProgram, to line: JSONObject) async throws(Unscorable) -> JSONValue {
    throw Unscorable("the program \(program.words.first ?? "") isn't run here")
  }

  /// None.
  package func finding(of judge: String, on question: JudgeQuestion) async throws(Unscorable) -> JudgeFinding {
    throw Unscorable("the judge \"\(judge)\" isn't asked here")
  }
}

/// A program that grades answers: it reads a line of JSON for each and writes one.
package struct GraderProgram: Sendable, Hashable {
  /// The program and its arguments; no shell takes them apart.
  package var words: [String]
  /// Environment variables that it is given besides the usual ones, by name.
  package var environment: [String] = []
  /// The longest that it may be silent while answers wait, in seconds.
  package var timeout = 30.0
  /// The most answers that are under way at once, where it names the ids of those that it replies to.
  package var concurrency = 16

  package init(words: [String]) { self.words = words }
}

/// What a judge is asked about.
package struct JudgeQuestion: Sendable, Hashable {
  /// The id of the case.
  package var caseID: String
  /// The answer, without reasoning.
  package var answer: String
  /// What a good answer is, where the case says it.
  package var expected: JSONValue?
  /// The variables of the case.
  package var input: JSONValue

  package init(caseID: String, answer: String, expected: JSONValue?, input: JSONValue) {
    self.caseID = caseID
    self.answer = answer
    self.expected = expected
    self.input = input
  }
}

/// What a judge makes of an answer, its votes counted.
package struct JudgeFinding: Sendable, Hashable {
  /// From 0 to 1.
  package var value: Double
  /// Whether the answer is good enough.
  package var passed: Bool
  /// A sentence without a full stop.
  package var reason: String
  /// What was said, vote by vote.
  package var replies: [JudgeReply]

  package init(value: Double, passed: Bool, reason: String, replies: [JudgeReply]) {
    self.value = value
    self.passed = passed
    self.reason = reason
    self.replies = replies
  }
}

/// One vote of a judge.
package struct JudgeReply: Sendable, Hashable {
  /// The name of the model that was asked.
  package var model: String
  /// The label that it chose; nil where the reply has none.
  package var label: String?
  /// The reason that it gave.
  package var reason: String?
  /// The reply as it came, where it can't be read.
  package var raw: String?
  /// Dollars; nil where they aren't known.
  package var cost: Double?

  package init(model: String, label: String? = nil, reason: String? = nil, raw: String? = nil) {
    self.model = model
    self.label = label
    self.reason = reason
    self.raw = raw
  }
}
