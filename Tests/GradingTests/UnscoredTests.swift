import Content
import Testing

@testable import Grading

@Suite struct UnscoredTests {
  @Test(arguments: [
    (#"{"type": "exact"}"#, nil, "the case does not say what is expected"),
    (#"{"type": "exact"}"#, "null", "what the case expects is null, where a text is needed"),
    (#"{"type": "not-contains"}"#, nil, "the case does not say what is expected"),
    (#"{"type": "contains"}"#, #"[]"#, "what the case expects is an empty list"),
    (#"{"type": "contains-any", "expected": "w"}"#, #"{"w": ["a", ""]}"#, nil),
    (
      #"{"type": "contains"}"#, #"{"a": 1}"#,
      "what the case expects is an object, where a text is needed; name a field of it"
    ),
    (#"{"type": "starts-with", "expected": "s"}"#, #"{"s": ""}"#, "what the answer should start with is an empty text"),
    (#"{"type": "levenshtein"}"#, #"["a"]"#, "what the case expects is a list, where a text is needed"),
    (#"{"type": "levenshtein", "value": "{{ nmae }}"}"#, nil, nil),
    (
      #"{"type": "contains", "value": "{{ nmae }}"}"#, nil,
      #"{{ nmae }} in the grader is not in the case's input; did you mean "name"?"#
    ),
    (#"{"type": "contains", "value": "{{ none }}"}"#, nil, "{{ none }} in the grader is null in this case"),
    (
      #"{"type": "json-equal", "fields": ["user.nmae"]}"#, #"{"user": {"name": "Ann"}}"#,
      #"what the case expects has no "user.nmae"; did you mean "user.name"?"#
    ),
    (
      #"{"type": "json-equal", "fields": ["ids[-1]"]}"#, #"{"ids": [1]}"#,
      #"what the case expects has no "ids[-1]"; elements are counted from 0"#
    ),
    (
      #"{"type": "json-equal", "fields": ["a"], "partial": true}"#, #""a""#,
      #"what the case expects has no "a", since it is "a""#
    ),
  ])
  func saysWhyBeforeAnyAnswerIsThere(spec: String, expected: String?, reason: String?) throws {
    let grader = try Grader(spec: JSONValue(parsing: spec))
    let expected = try expected.map { try JSONValue(parsing: $0) }
    let input: JSONValue = ["name": "Ann", "none": .null]
    let why = grader.whyUnscorable(expected: expected, input: input)
    #expect(why != nil)
    if let reason { #expect(why == reason) }
    let score = grader.grade(answer: "anything at all", expected: expected, input: input)
    #expect(score.isUnscored)
    #expect(score.value == nil)
    #expect(score.passed == nil)
    #expect(score.reason == why)
  }

  @Test func limitsLeaveAnswersUnscored() throws {
    let pattern = try Grader(spec: ["type": "not-regex", "pattern": "(a+)+$"])
    let score = pattern.grade(answer: String(repeating: "a", count: 40) + "!", expected: nil)
    #expect(score.reason == "the pattern /(a+)+$/ takes too many steps on this text")
    #expect(score.isUnscored)
    let deep = String(repeating: "[", count: 200) + String(repeating: "]", count: 200)
    for answer in [deep, "See: " + deep] {
      let grade = try Grader(spec: "json-equal").grade(answer: answer, expected: [])
      #expect(grade.reason == "the answer has more than 128 levels of nesting")
      #expect(grade.isUnscored)
    }
    let long = String(repeating: "a", count: 200_001)
    #expect(try Grader(spec: "levenshtein").grade(answer: long, expected: "a").isUnscored)
  }

  @Test func gradesAreUnscoredWhenACountingGraderIs() throws {
    let set = try GraderSet(specs: ["exact", ["type": "contains", "value": "a"]])
    let grade = set.grade(answer: "a", expected: nil)
    #expect(grade.value == nil)
    #expect(grade.passed == nil)
    #expect(grade.unscoredReason == "the case does not say what is expected")
    #expect(grade.reason == grade.unscoredReason)
    #expect(grade.scores[1].passed == true)
    let informing = try GraderSet(specs: [["type": "exact", "weight": 0], ["type": "contains", "value": "a"]])
    #expect(informing.grade(answer: "a", expected: nil).value == 1)
    #expect(informing.whyUnscorable(expected: nil) == nil)
    #expect(set.whyUnscorable(expected: nil) == "the case does not say what is expected")
  }

  @Test func partialScoresLeaveOutWhatTheCaseLacks() throws {
    let grader = try Grader(spec: ["type": "json-equal", "fields": ["a", "b", "c"], "partial": true])
    let score = grader.grade(answer: #"{"a": 1, "b": 3}"#, expected: ["a": 1, "b": 2])
    #expect(score.value == 0.5)
    #expect(score.fields.map(\.path) == ["a", "b"])
  }

  @Test func problemsAreGatheredOverCases() throws {
    let set = try GraderSet(specs: [
      ["type": "json-equal", "fields": ["lable"]], ["type": "exact", "expected": "text"],
    ])
    let cases: [(expected: JSONValue?, input: JSONValue)] = [
      (["label": "a", "text": "x"], [:]), (["label": "b"], [:]),
    ]
    let problems = set.problems(in: cases)
    #expect(
      problems == [
        GraderSet.Problem(
          grader: "json-equal", reason: #"what the case expects has no "lable"; did you mean "label"?"#, cases: [0, 1],
          concernsAll: true),
        .init(grader: "exact", reason: #"what the case expects has no "text""#, cases: [1], concernsAll: false),
      ])
  }

  @Test(arguments: [
    #"{"type": "contains", "value": ""}"#, #"{"type": "contains-all", "values": []}"#,
    #"{"type": "icontains-any", "value": ["a", ""]}"#, #"{"type": "starts-with", "value": ""}"#,
    #"{"type": "starts-with", "value": ["a"]}"#, #"{"type": "contains", "value": null}"#,
    #"{"type": "contains", "value": [{}]}"#, #"{"type": "regex", "pattern": ""}"#,
    #"{"type": "json-equal", "fields": []}"#, #"{"type": "word-count", "min": 0}"#,
    #"{"type": "json-schema", "schema": "schema.json"}"#, #"{"type": "json-schema", "schema": {"file": "s.json"}}"#,
    #"{"type": "json-schema", "schema": {"type": "string"}, "formats": "maybe"}"#, #"{"type": "exact", "value": null}"#,
  ])
  func emptyRequirementsAreErrors(spec: String) throws {
    let value = try JSONValue(parsing: spec)
    #expect(throws: GraderError.self) { try Grader(spec: value) }
  }

  @Test func slots() throws {
    let grader = try Grader(spec: ["type": "exact", "value": "{{a.b}} {{{{x}} {{ expected.c }}"])
    #expect(grader.grade(answer: "1 {{x}} 2", expected: ["c": 2], input: ["a": ["b": 1]]).passed == true)
  }
}

/// A grader that cancels its task while it judges.
private struct CancellingGrader: AwaitingGraderKind {
  static let types = ["cancelling"]
  static let keys: [GraderKey] = []

  init() {}
  init(type: String, options: GraderOptions) throws(GraderError) {}

  func judge(
    _ text: String, _ case: GradedCase, asking outside: any OutsideGrading
  ) async throws(Unscorable) -> Judgement {
    await Task.yield()
    withUnsafeCurrentTask { $0?.cancel() }
    return Judgement(true, "the answer is \(text)")
  }
}

@Suite struct AwaitingTests {
  @Test func gradersCanBeAwaitedAndCancelled() async {
    let waiting = Grader(name: "w", type: "cancelling", weight: 1, isNegated: false, kind: CancellingGrader())
    let set = GraderSet([.exact, waiting, .exact])
    let grade = await Task { await set.grade(AnswerText("<think>a</think>x"), expected: "x", asking: NothingOutside()) }
      .value
    #expect(grade.scores.map(\.passed) == [true, true, nil])
    #expect(grade.scores[1].reason == "the answer is x")
    #expect(grade.unscoredReason == "grading was cancelled")
    #expect(
      set.grade(answer: "x", expected: "x").scores[1].reason == "a grader of type \"cancelling\" can only be awaited")
  }

  @Test func graderTypesAreRegisteredOnce() {
    #expect(Set(GraderRegistry.builtIn.types).count == GraderRegistry.builtIn.types.count)
    #expect(GraderRegistry.foreignTypes.isDisjoint(with: GraderRegistry.builtIn.types))
    for kind in GraderRegistry.builtIn.kinds {
      let names = (kind.keys + GraderKey.common).map(\.name)
      #expect(Set(names).count == names.count)
    }
  }
}
