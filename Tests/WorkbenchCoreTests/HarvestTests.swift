import Domain
import Foundation
import Grading
import Testing

@testable import WorkbenchCore

@Suite struct HarvestTests {
  private let version = PromptVersion(
    prompt: "short", parts: [PromptVersion.Part(title: "Task", role: .user, body: "Q: {{ q }}")])

  private func evalSet(_ name: String = "main", _ ids: [String] = ["c1", "c2", "c3"]) -> EvalSet {
    EvalSet(
      name: name, path: "\(name).jsonl", cases: ids.map { EvalCase(id: $0, input: ["q": .string("ask \($0)")]) },
      graders: GraderSet(), hash: ContentHash(hex: "set"))
  }

  private func run(_ number: Int64, _ variant: String = "big", set: String = "main", repeats: Int = 1) -> Run {
    Run(
      id: RunID(number), identity: ContentHash(hex: "\(number)"),
      variant: Variant(name: variant, model: "model-\(variant)", prompt: "long"), promptVersion: ContentHash(hex: "v"),
      set: set, setHash: ContentHash(hex: "set"), state: .finished, started: Date(timeIntervalSince1970: 0), seconds: 1,
      cases: 3, repeats: repeats, summary: RunSummary())
  }

  private func output(
    _ id: String, _ text: String?, sample: Int = 0, score: Double? = nil, passed: Bool = true, finish: String = "stop"
  ) -> Output {
    Output(
      caseID: id, sample: sample, requestKey: ContentHash(hex: "\(id)\(sample)"),
      answer: text.map { Answer(text: $0, finishReason: finish) }, value: score ?? (passed ? 1 : 0), passed: passed)
  }

  private func source(_ run: Run, _ outputs: [Output], changed: Set<String> = []) -> TrainingDataCollector.Source {
    TrainingDataCollector.Source(run: run, outputs: outputs, set: evalSet(run.set), version: version, changed: changed)
  }

  private func harvest(
    _ sources: [TrainingDataCollector.Source], _ kind: CollectRequest.Kind = .answers,
    _ filter: CollectFilter = CollectFilter(),
    reviews: Reviews = Reviews()
  ) throws -> TrainingDataCollector {
    try TrainingDataCollector(
      CollectRequest(runs: sources.map(\.run.id), kind: kind, filter: filter, path: "t.jsonl"), from: sources,
      reviews: reviews)
  }

  private func answers(_ harvest: TrainingDataCollector) -> [String: String] {
    Dictionary(
      harvest.rows.map { ($0.source?["case"]?.string ?? "", $0.messages.last?.content ?? "") },
      uniquingKeysWith: { $1 })
  }

  private func preference(
    _ id: String, _ a: OutputPlace, _ b: OutputPlace, _ better: Preference.Better, input: EvalCase? = nil
  ) -> Preference {
    let evalCase = input ?? EvalCase(id: id, input: ["q": .string("ask \(id)")])
    return Preference(
      set: "main", caseID: id, input: evalCase.inputHash, a: a, b: b, better: better,
      time: Date(timeIntervalSince1970: 1))
  }

  private func correction(_ id: String, _ text: String, _ source: OutputPlace, asked: String? = nil) -> Correction {
    let evalCase = EvalCase(id: id, input: ["q": .string(asked ?? "ask \(id)")])
    return Correction(
      set: "main", caseID: id, input: evalCase.inputHash, text: text, source: source,
      time: Date(timeIntervalSince1970: 1))
  }

  @Test func onlyWhatPassedIsTakenAndKeepsWhereItCameFrom() throws {
    let outputs = [output("c1", "one"), output("c2", "no", passed: false), output("c3", nil, passed: false)]
    let harvest = try harvest([source(run(7), outputs)])
    #expect(
      harvest.rows == [
        TrainingRow(messages: [
          ChatMessage(role: .user, content: "Q: ask c1"), ChatMessage(role: .assistant, content: "one"),
        ])
      ])
    #expect(harvest.rows[0].group == "c1")
    #expect(
      harvest.rows[0].source == [
        "set": "main", "case": "c1", "run": 7, "variant": "big", "model": "model-big", "sample": 0, "score": 1,
        "passed": true,
      ])
    #expect(harvest.report.leftOut == [.failed: 1, .unanswered: 1])
    #expect(harvest.report.rows == 1)
  }

  @Test func theBestOfSeveralRunsIsTakenOnce() throws {
    let harvest = try harvest([
      source(run(1), [output("c1", "low", score: 0.7), output("c2", "a longer one"), output("c3", "x")]),
      source(run(2, "other"), [output("c1", "high", score: 0.9), output("c2", "short"), output("c3", "x")]),
    ])
    #expect(answers(harvest) == ["c1": "high", "c2": "short", "c3": "x"])
    #expect(harvest.rows[0].source?["run"]?.int == 2)
    // Of equals the older run's.
    #expect(harvest.rows[2].source?["run"]?.int == 1)
  }

  @Test func theFilterAsksForScoreAndAgreement() throws {
    let outputs = [
      output("c1", "{\"a\": 1, \"b\": 2}"), output("c1", "{\"b\":2,\"a\":1}", sample: 1), output("c1", "x", sample: 2),
      output("c2", "p", score: 0.6), output("c2", "q", sample: 1, score: 0.6), output("c2", "r", sample: 2, score: 0.6),
    ]
    let source = source(run(1, repeats: 3), outputs)
    let agreeing = try harvest([source], .answers, CollectFilter(minAgreement: 0.67))
    #expect(agreeing.rows.count == 1)
    #expect(agreeing.rows[0].source?["agreement"]?.double == 0.6667)
    #expect(agreeing.report.leftOut == [.disagreed: 1])
    let scored = try harvest([source], .answers, CollectFilter(minScore: 0.8))
    #expect(scored.report.leftOut == [.lowScore: 1])
    #expect(try harvest([source], .answers, CollectFilter(minScore: 0.5)).rows.count == 2)
  }

  @Test func whatIsCutEmptyGoneOrChangedIsNotLearnt() throws {
    let outputs = [
      output("c1", "cut", finish: "length"), output("c2", " \n"), output("c3", "fine"), output("c9", "gone"),
    ]
    let harvest = try harvest([source(run(1), outputs, changed: ["c3"])])
    #expect(harvest.rows.isEmpty)
    #expect(harvest.report.leftOut == [.cut: 1, .blank: 1, .changed: 1, .gone: 1])
  }

  @Test func whatAPersonFoundCountsBeforeScores() throws {
    let (a, b) = (OutputPlace(run: RunID(1)), OutputPlace(run: RunID(2)))
    let sources = [
      source(run(1), [output("c1", "one", passed: false), output("c2", "two"), output("c3", "three")]),
      source(run(2, "other"), [output("c1", "uno"), output("c2", "due"), output("c3", "tre")]),
    ]
    let reviews = Reviews(
      preferences: [
        preference("c1", b, a, .b), preference("c2", a, b, .neither),
        // The case asks something else by now.
        preference("c3", a, b, .b, input: EvalCase(id: "c3", input: ["q": "other"])),
      ])
    let harvest = try harvest(sources, reviews: reviews)
    #expect(answers(harvest) == ["c1": "one", "c3": "tre"])
    #expect(harvest.rows[0].source?["preferred"]?.bool == true)
    #expect(harvest.report.preferred == 1 && harvest.report.leftOut == [.worse: 1])
  }

  @Test func editedAnswersComeFirst() throws {
    let place = OutputPlace(run: RunID(1))
    let reviews = Reviews(corrections: [
      correction("c1", "right", place), correction("c2", "old", place, asked: "something else"),
    ])
    let sources = [source(run(1), [output("c1", "wrong", passed: false), output("c2", "two")])]
    let harvest = try harvest(sources, reviews: reviews)
    #expect(answers(harvest) == ["c1": "right", "c2": "two"])
    #expect(
      harvest.rows[0].source == [
        "set": "main", "case": "c1", "run": 1, "variant": "big", "model": "model-big", "sample": 0, "edited": true,
      ])
    let pairs = try self.harvest(sources, .pairs, reviews: reviews)
    #expect(
      pairs.rows.map(\.content) == [
        .pair(
          prompt: [RowMessage(role: .user, content: "Q: ask c1")], chosen: .answer("right"), rejected: .answer("wrong"))
      ])
  }

  @Test func pairsHoldAFailedAnswerAgainstAGoodOne() throws {
    let sources = [
      source(run(1), [output("c1", "good"), output("c2", "fine"), output("c3", " same ")]),
      source(
        run(2, "small"),
        [
          output("c1", "worst", score: 0.1, passed: false), output("c1", "bad", sample: 1, score: 0.4, passed: false),
          output("c2", "also fine"), output("c3", "same", passed: false),
        ]),
    ]
    let harvest = try harvest(sources, .pairs)
    #expect(harvest.rows.count == 1)
    let row = try #require(harvest.rows.first)
    #expect(
      row.content
        == .pair(
          prompt: [RowMessage(role: .user, content: "Q: ask c1")], chosen: .answer("good"), rejected: .answer("bad")))
    #expect(row.source?["chosen"]?["run"]?.int == 1)
    #expect(row.source?["rejected"]?["run"]?.int == 2 && row.source?["rejected"]?["sample"]?.int == 1)
    #expect(row.group == "c1")
    #expect(harvest.report.leftOut == [.unopposed: 2])
  }

  @Test func pairsFollowPeopleNotScores() throws {
    let (a, b) = (OutputPlace(run: RunID(1)), OutputPlace(run: RunID(2)))
    let sources = [
      source(run(1), [output("c1", "one"), output("c2", "two"), output("c2", "2", sample: 1, passed: false)]),
      source(run(2, "other"), [output("c1", "uno"), output("c2", "due")]),
    ]
    let reviews = Reviews(preferences: [preference("c1", a, b, .b), preference("c2", a, b, .both)])
    let harvest = try harvest(sources, .pairs, reviews: reviews)
    #expect(
      harvest.rows.map(\.content) == [
        .pair(
          prompt: [RowMessage(role: .user, content: "Q: ask c1")], chosen: .answer("uno"), rejected: .answer("one")),
        .pair(prompt: [RowMessage(role: .user, content: "Q: ask c2")], chosen: .answer("two"), rejected: .answer("2")),
      ])
  }

  @Test func onlyWhatAPersonPreferredMakesPairsWhereThatIsAskedFor() throws {
    let (a, b) = (OutputPlace(run: RunID(1)), OutputPlace(run: RunID(2)))
    let sources = [
      source(run(1), [output("c1", "one"), output("c2", "two"), output("c3", "three")]),
      source(run(2, "other"), [output("c1", "uno"), output("c2", "due", passed: false), output("c3", "tre")]),
    ]
    let reviews = Reviews(preferences: [preference("c1", a, b, .b), preference("c3", a, b, .both)])
    let harvest = try harvest(sources, .pairs, CollectFilter(onlyPreferred: true), reviews: reviews)
    #expect(
      harvest.rows.map(\.content) == [
        .pair(prompt: [RowMessage(role: .user, content: "Q: ask c1")], chosen: .answer("uno"), rejected: .answer("one"))
      ], "a failed answer alone makes no pair")
  }

  @Test func aPromptThatCantBeFilledIsSaidBeforeAnythingIsWritten() throws {
    var source = source(run(1), [output("c1", "one")])
    source.version = PromptVersion(
      prompt: "short", parts: [PromptVersion.Part(title: "Task", role: .user, body: "{{ mail }}")])
    #expect {
      try harvest([source])
    } throws: { error in
      "\(error)".contains("\"short\" can't be filled for 1 case of \"main\" (c1)") && "\(error)".contains("{{ mail }}")
    }
  }

  @Test func theBeginningOfAnAnswerBelongsToIt() throws {
    var source = source(run(1), [output("c1", " 4}")])
    source.version = PromptVersion(
      prompt: "short",
      parts: [
        PromptVersion.Part(title: "Task", role: .user, body: "{{ q }}"),
        PromptVersion.Part(title: "Start", role: .assistant, body: "{\"n\":"),
      ])
    let harvest = try harvest([source])
    #expect(harvest.rows[0].messages.map(\.content) == ["ask c1", "{\"n\": 4}"])
  }
}

@Suite struct ReviewTests {
  @Test func theOrderOfTwoAnswersDoesntMatter() {
    let evalCase = EvalCase(id: "c", input: ["b": 1, "a": 2.0])
    let (old, new) = (OutputPlace(run: RunID(3), sample: 1), OutputPlace(run: RunID(10)))
    let one = Preference(
      set: "s", caseID: "c", input: evalCase.inputHash, a: new, b: old, better: .a, time: Date(timeIntervalSince1970: 0)
    )
    #expect(one.a == old && one.better == .b)
    let reviews = Reviews(preferences: [one])
    #expect(reviews.better(of: new, old, on: evalCase, in: "s") == .a)
    #expect(reviews.better(of: old, new, on: evalCase, in: "s") == .b)
    // Written in another way the input is the same; another one isn't.
    #expect(reviews.better(of: old, new, on: EvalCase(id: "c", input: ["a": 2, "b": 1]), in: "s") == .b)
    #expect(reviews.better(of: old, new, on: EvalCase(id: "c", input: ["a": 3, "b": 1]), in: "s") == nil)
    #expect(reviews.better(of: old, new, on: evalCase, in: "t") == nil)
  }

  private func evaluated() async throws -> Workbench {
    let model = FakeModel { request, _ in Answer(text: request.caseID == "c1" ? "wrong" : "right") }
    let (workbench, _) = try await workbench(model: model)
    try await workbench.perform(.evaluate(EvaluateRequest(variant: "base")))
    return workbench
  }

  @Test func findingsAreKeptShownAndTakenBack() async throws {
    let workbench = try await evaluated()
    let place = OutputPlace(run: RunID(1))
    try await workbench.perform(.review(ReviewRequest(caseID: "c1", output: place, finding: .answer("better"))))
    #expect(await workbench.snapshot.reviews.corrections.map(\.text) == ["better"])
    try await workbench.perform(.review(ReviewRequest(caseID: "c1", output: place, finding: .answer(nil))))
    #expect(await workbench.snapshot.reviews.isEmpty)
  }

  @Test(arguments: [
    (ReviewRequest(caseID: "c1", output: OutputPlace(run: RunID(9)), finding: .answer("x")), "no run called"),
    (ReviewRequest(caseID: "c77", output: OutputPlace(run: RunID(1)), finding: .answer("x")), "no case of"),
    (
      ReviewRequest(caseID: "c1", output: OutputPlace(run: RunID(1), sample: 2), finding: .answer("x")),
      "answer number 3"
    ),
    (ReviewRequest(caseID: "c1", output: OutputPlace(run: RunID(1)), finding: .answer(" \n")), "empty answer"),
    (
      ReviewRequest(
        caseID: "c1", output: OutputPlace(run: RunID(1)), finding: .better(than: OutputPlace(run: RunID(1)), .a)),
      "same answer"
    ),
  ])
  func whatIsNotThereCantBeReviewed(_ request: ReviewRequest, _ part: String) async throws {
    let workbench = try await evaluated()
    await #expect {
      try await workbench.perform(.review(request))
    } throws: {
      "\($0)".contains(part)
    }
  }
}
