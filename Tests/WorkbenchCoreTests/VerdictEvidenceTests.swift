import Content
import Domain
import Evidence
import Foundation
import Grading
import Testing

@testable import WorkbenchCore

/// What a verdict takes from runs and files, before any rule is applied.
@Suite struct VerdictEvidenceTests {
  private func set(_ count: Int, group: ((Int) -> String?)? = nil, question: ((Int) -> String)? = nil) -> EvalSet {
    let cases = (0..<count).map { number in
      EvalCase(
        id: "c\(number)", input: ["q": .string(question?(number) ?? "question \(number) of many")],
        expected: ["label": "yes"], group: group?(number))
    }
    return EvalSet(
      name: "main", path: "evals/main.jsonl", cases: cases, graders: GraderSet([]), hash: ContentHash(hex: "s"))
  }

  private func outputs(_ set: EvalSet, _ texts: (Int) -> [String]) -> [Output] {
    set.cases.indices.flatMap { place in
      texts(place).enumerated().map { sample, text in
        Output(
          caseID: set.cases[place].id, sample: sample, requestKey: ContentHash(hex: "k"), answer: Answer(text: text),
          value: text == "yes" ? 1 : 0, passed: text == "yes", formatValid: true)
      }
    }
  }

  private func run(
    _ number: Int64, _ variant: Variant, version: String = "v", cases: Int = 200, done: Int? = nil, mean: Double = 0.5
  ) -> Run {
    var summary = RunSummary()
    summary.done = done ?? cases
    summary.mean = mean
    return Run(
      id: RunID(number), identity: ContentHash(hex: "\(number)"), variant: variant,
      promptVersion: ContentHash(hex: version), set: "main", setHash: ContentHash(hex: "s"), state: .finished,
      started: Date(timeIntervalSince1970: Double(number)), seconds: 1, cases: cases, summary: summary)
  }

  private func variant(_ name: String, model: String = "small", sections: [String]? = nil, tuned: Bool = false)
    -> Variant
  {
    Variant(name: name, model: model, prompt: "main", sections: sections, adapter: tuned ? "a" : nil)
  }

  private func measured(
    _ number: Int64, _ variant: Variant, _ set: EvalSet, version: String = "v", _ texts: (Int) -> [String]
  ) -> MeasuredVariant {
    let outputs = outputs(set, texts)
    var run = run(number, variant, version: version, cases: set.cases.count)
    run.summary = RunSummary(of: outputs)
    return MeasuredVariant(variant: variant, run: run, isCurrent: true, outputs: outputs, on: set)
  }

  private func evidence(_ set: EvalSet, _ measured: [MeasuredVariant]) -> VerdictEvidence {
    var workspace = Workspace(folder: "/", name: "x")
    workspace.variants = measured.map(\.variant)
    return VerdictEvidence(workspace: workspace, set: set, measured: measured.ranked)
  }

  // MARK: - Pairs

  @Test func repeatsAreMeansOfTheirCase() throws {
    let set = set(100)
    let facts = evidence(
      set,
      [
        measured(1, variant("prompted"), set) { _ in ["yes", "yes", "no"] },
        measured(2, variant("tuned", tuned: true), set) { _ in ["yes", "yes", "yes"] },
      ]
    ).facts(cost: nil)
    let comparison = try #require(facts.comparison)
    #expect(comparison.count == 100 && abs(comparison.difference - 1.0 / 3) < 1e-9)
    #expect(facts.prompted?.score?.count == 100, "cases are counted, not answers")
    #expect(facts.prompted?.format?.count == 100)
  }

  @Test func casesOfOneGroupOrQuestionAreOneUnit() throws {
    for set in [set(200, group: { "conversation \($0 / 10)" }), set(200, question: { "the same question \($0 / 10)" })]
    {
      let facts = evidence(
        set,
        [
          measured(1, variant("prompted"), set) { [$0 / 10 < 12 ? "yes" : "no"] },
          measured(2, variant("tuned", tuned: true), set) { [$0 / 10 < 16 ? "yes" : "no"] },
        ]
      ).facts(cost: nil)
      let comparison = try #require(facts.comparison)
      #expect(comparison.count == 200 && abs(comparison.effectiveUnits - 20) < 1e-9)
      #expect(comparison.rawPValue > 0.05, "four conversations of twenty")
    }
  }

  /// Beating every prompt needs no correction for their number; one that isn't beaten counts.
  @Test func theHardestPromptCounts() throws {
    let set = set(100)
    func prompt(_ number: Int64, _ name: String, _ right: Range<Int>) -> MeasuredVariant {
      measured(number, variant(name), set) { [right.contains($0) ? "yes" : "no"] }
    }
    let tuned = measured(9, variant("tuned", tuned: true), set) { [$0 < 15 || $0 >= 30 ? "yes" : "no"] }
    let best = prompt(1, "best", 11..<85)
    let alone = try #require(evidence(set, [best, tuned]).comparison)
    let hopeless = (2..<6).map { prompt(Int64($0), "bad \($0)", 0..<10) }
    let among = try #require(evidence(set, [best, tuned] + hopeless).comparison)
    #expect(among.pValue == alone.pValue && among.family == 1)
    #expect(evidence(set, [best, tuned] + hopeless).facts(cost: nil).tunedTried == 1)
  }

  // MARK: - History

  @Test func versionsAreOfOnePromptOnOneModel() {
    let prompted = variant("prompted")
    let runs = [
      run(1, prompted, version: "a"), run(2, prompted, version: "b"), run(3, prompted, version: "b", done: 20),
      run(4, variant("ladder", sections: ["task"]), version: "c"), run(5, variant("big", model: "large"), version: "d"),
      run(6, variant("tuned", tuned: true), version: "e"), run(7, prompted, version: "f", done: 5),
      run(8, prompted, version: "g"), run(9, variant("renamed"), version: "h"),
    ]
    let found = PromptHistory.versions(of: prompted, on: set(200), among: runs.reversed())
    #expect(found.map(\.id.number) == [1, 2, 8, 9])
  }

  @Test func whatWasTriedIsCounted() {
    let prompted = variant("prompted")
    let tuned = variant("tuned", tuned: true)
    let runs = [
      run(1, prompted, version: "a"), run(2, prompted, version: "b"), run(3, prompted, version: "b"),
      run(4, prompted, version: "c", done: 5), run(5, tuned, version: "a"),
      run(6, variant("gone", tuned: true), version: "b"),
    ]
    let tried = PromptHistory.tried(on: set(200), among: runs, variants: [prompted, tuned])
    #expect(tried.prompted == 2 && tried.tuned == 2)
  }

  // MARK: - Leaks and failed trainings

  @Test func evalCasesInAPromptAreFound() {
    let set = set(50)
    func cases(_ body: String) -> [String] {
      let part = PromptVersion.Part(title: "examples", role: .system, body: body)
      return CaseTextSearch(PromptVersion(prompt: "main", parts: [part])).cases(of: set)
    }
    #expect(cases("Q:  Question 1 of\n many?\nA: yes\n\nQ: question 12 of many") == ["c1", "c12"])
    #expect(cases("question 123 of many, question 1 of manyfold, {{ q }}").isEmpty)
    #expect(cases("").isEmpty)
    let short = self.set(3, question: { "hi \($0)" })
    #expect(CaseTextSearch(["hi 1 and more, say hi 2"]).cases(of: short).isEmpty)
    #expect(CaseTextSearch(["Q: Hi 1\nA: yes", "hi  2"]).cases(of: short) == ["c1", "c2"], "short ones as lines")
  }

  /// Rows ask a case with the instructions around it, too.
  @Test func casesWithinTrainingRowsAreFound() {
    let rows = ["Answer with the label.\n\nQuestion 7 of many", "question 8 OF many", "another question"].map {
      TrainingRow(messages: [
        ChatMessage(role: .user, content: $0), ChatMessage(role: .assistant, content: "question 9 of many"),
      ])
    }
    #expect(TrainingSplit.leakedCases(of: rows, in: set(20)) == ["c7", "c8"])
  }

  /// Whole inputs within a template are found; a sentence that another request shares is none.
  @Test func aSharedSentenceIsNoLeak() {
    func leaks(_ texts: [String]) -> Set<String> {
      let rows = texts.map { text in
        TrainingRow(messages: [ChatMessage(role: .user, content: text), ChatMessage(role: .assistant, content: "a")])
      }
      return TrainingSplit.leakedCases(of: rows, in: set(20))
    }
    #expect(leaks(["Sort this: question 7 of many Answer:", "Sort this: how are you? Answer:"]) == ["c7"])
    #expect(leaks(["Good morning, question 7 of many. We are stuck.", "Hello, is it down? Thanks."]).isEmpty)
    #expect(leaks([]).isEmpty && leaks(["question 7 of many"]) == ["c7"])
    let long = set(1, question: { _ in "why does the north harbour not open on Sundays before nine" })
    let row = TrainingRow(messages: [
      ChatMessage(role: .user, content: "Hi! Why does the north harbour not open on Sundays before nine? Thanks."),
      ChatMessage(role: .assistant, content: "a"),
    ])
    #expect(TrainingSplit.leakedCases(of: [row], in: long) == ["c0"], "a long one is no accident")
  }

  @Test func idsThatLookLikePartsAreNoticed() throws {
    func hint(_ ids: [String], group: String? = nil) -> GroupHint? {
      GroupHint(ids.map { EvalCase(id: $0, input: ["q": .string($0)], group: group) })
    }
    let turns = (0..<200).map { "conv\($0 / 10)-turn\($0 % 10)" }
    #expect(try #require(hint(turns)) == GroupHint(cases: 200, groups: 20, example: "conv0"))
    #expect(hint(turns, group: "stated") == nil)
    #expect(hint((0..<200).map { "case-\($0)" }) == nil)
    #expect(hint((0..<200).map { "\(["billing", "bug"][$0 % 2])-\($0)" }) == nil)
    #expect(hint((0..<200).map { "2024-\($0)" }) == nil, "one stem is a prefix")
  }

  @Test func anAdapterWithoutEffectIsNoticed() {
    let set = set(40)
    let answers: (Int) -> [String] = { [$0.isMultiple(of: 3) ? "no \($0 % 7)" : "yes"] }
    let base = measured(1, variant("base"), set, answers)
    let same = measured(2, variant("tuned", tuned: true), set, answers)
    #expect(TunedAnswers.findings(of: same, base: base, on: set) == [.inactive(answers: 40, base: "base")])
    let other = measured(3, variant("tuned", tuned: true), set) { $0 == 0 ? ["yes"] : answers($0) }
    #expect(TunedAnswers.findings(of: other, base: base, on: set).isEmpty)
    let long: (Int) -> [String] = { [String(repeating: "a long answer to case \($0), ", count: 4)] }
    let text = measured(7, variant("base"), set, long)
    let nearly = measured(8, variant("tuned", tuned: true), set) { $0 == 0 ? ["another"] : long($0) }
    #expect(TunedAnswers.findings(of: nearly, base: text, on: set) == [.inactive(answers: 40, base: "base")])
    let right = measured(4, variant("tuned", tuned: true), set) { _ in ["yes"] }
    let rightBase = measured(5, variant("base"), set) { _ in ["yes"] }
    #expect(TunedAnswers.findings(of: right, base: rightBase, on: set).isEmpty, "all right answers are equal anyway")
    let shorter = measured(6, variant("tuned", tuned: true), set, version: "w", answers)
    #expect(TunedAnswers.findings(of: shorter, base: base, on: set).isEmpty, "to another prompt")
  }

  @Test func aCollapsedModelIsNoticed() {
    var set = set(80)
    for place in set.cases.indices { set.cases[place].expected = .string("label \(place % 4)") }
    let tuned = measured(1, variant("tuned", tuned: true), set) { $0 < 2 ? ["label 1"] : ["label 0"] }
    #expect(TunedAnswers.findings(of: tuned, base: nil, on: set) == [.collapsed(equal: 78, answers: 80)])
  }

  // MARK: - Forgetting

  @Test func forgettingIsMeasuredAgainstTheOwnBase() throws {
    let (main, general) = (set(100), set(200))
    let tuned = variant("tuned", tuned: true)
    let big = variant("big", model: "large")
    let half: (Int) -> [String] = { [$0 < 100 ? "yes" : "no"] }
    var evidence = evidence(main, [measured(1, big, main) { _ in ["yes"] }, measured(2, tuned, main) { _ in ["yes"] }])
    let onGeneral = [measured(3, big, general) { _ in ["yes"] }, measured(4, tuned, general, half)]
    evidence.general = [(general, onGeneral)]
    #expect(evidence.facts(cost: nil).general.isEmpty)
    #expect(evidence.facts(cost: nil).generalGap == .baseNotMeasured(base: "small", set: "main"))
    evidence.general = [(general, onGeneral + [measured(5, variant("small"), general, half)])]
    let found = try #require(evidence.facts(cost: nil).general.first)
    #expect(found.base == "small" && found.forgetting.state == .kept)
    var elsewhere = tuned
    elsewhere.adapter = nil
    elsewhere.isDeclaredTuned = true
    evidence.measured = [measured(6, elsewhere, main) { _ in ["yes"] }]
    #expect(evidence.facts(cost: nil).generalGap == .unknownBase)
  }

  /// Skills are described, those that fell most first, and the whole is what is claimed.
  @Test func aGeneralSetIsDescribedBySkill() throws {
    let main = set(100)
    var general = set(120)
    general.isGeneral = true
    for place in general.cases.indices {
      general.cases[place].tags = place < 60 ? ["recall"] : place < 112 ? ["arithmetic"] : ["few"]
    }
    let tuned = variant("tuned", tuned: true)
    var evidence = evidence(main, [measured(2, tuned, main) { _ in ["yes"] }])
    evidence.general = [
      (
        general,
        [
          measured(4, tuned, general) { [$0 < 30 ? "no" : "yes"] },
          measured(5, variant("small"), general) { [$0 == 80 ? "no" : "yes"] },
        ]
      )
    ]
    let facts = evidence.facts(cost: nil)
    let skills = try #require(facts.general.first?.skills)
    #expect(skills.map(\.name) == ["recall", "arithmetic"])
    #expect(skills.map(\.comparison.count) == [60, 52] && skills.allSatisfy { $0.comparison.family == 2 })
    #expect(abs(skills[0].comparison.difference + 0.5) < 1e-9)
    let line = try #require(Advice(facts).lines.first { $0.rule == .forgetting })
    #expect(line.statement.hasSuffix("; by skill: recall -50 points, arithmetic +2 points"))
    #expect(line.figures.first { $0.name == "recall difference" }?.interval == skills[0].comparison.interval)
  }

  @Test func generalTasksAreNamedWhereThereAreNone() {
    let main = set(100)
    let evidence = evidence(main, [measured(2, variant("tuned", tuned: true), main) { _ in ["yes"] }])
    let missing = Advice(evidence.facts(cost: nil)).missing.first { $0.rule == .forgetting }
    #expect(missing?.command == "assay cases general --write evals/general.jsonl")
  }

  @Test func whatIsMissingHasItsCommand() {
    let set = set(20)
    let prompted = variant("prompted", model: "large")
    var evidence = evidence(set, [measured(1, prompted, set) { _ in ["yes"] }])
    evidence.workspace.variants = [prompted, variant("it's tuned", tuned: true)]
    let steps = evidence.facts(cost: nil).steps
    #expect(steps[.tuned]?.command == "assay eval 'it'\\''s tuned' --set main")
    evidence.heldOut = .unmeasured(set: "main-held-out")
    #expect(
      evidence.facts(cost: nil).steps[.heldOut]?.command == "assay eval prompted 'it'\\''s tuned' --set main-held-out")
    #expect(steps[.tunedWithFullPrompt]?.command == "assay eval 'it'\\''s tuned' --set main")
  }

  // MARK: - What lines rest on

  @Test func everyMeasuredLineNamesItsRuns() throws {
    let set = set(100)
    var evidence = evidence(
      set,
      [
        measured(1, variant("prompted"), set) { [$0 < 60 ? "yes" : "no"] },
        measured(2, variant("tuned", tuned: true), set) { [$0 < 95 ? "yes" : "no"] },
      ])
    func another(_ name: String) -> EvalSet {
      EvalSet(
        name: name, path: "evals/\(name).jsonl", cases: set.cases, graders: GraderSet([]), hash: ContentHash(hex: "o"))
    }
    let other = another("other")
    evidence.others = [
      (
        other, measured(11, variant("prompted"), other) { _ in ["yes"] },
        measured(12, variant("tuned", tuned: true), other) { _ in ["yes"] }
      )
    ]
    let general = another("general")
    let base = measured(21, variant("base"), general) { _ in ["yes"] }
    let tuned = measured(22, variant("tuned", tuned: true), general) { [$0 < 40 ? "yes" : "no"] }
    evidence.general = [(general, [base, tuned])]
    evidence.leakedIDs = ["c7", "c3"]
    evidence.rows = (.known(file: "train/main.jsonl"), 2, 500)
    evidence.workspace.facts.project.hasJargon = true
    evidence.workspace.facts.lines = ["domain_jargon": 9]
    let lines = Advice(evidence.facts(cost: nil)).lines
    let sources = evidence.sources(of: lines)
    #expect(sources.count == lines.count)
    func source(_ rule: Rule) throws -> VerdictSource? {
      sources[try #require(lines.firstIndex { $0.rule == rule }, "\(rule)")]
    }
    #expect(try source(.quality) == .runs(RunID(1), RunID(2), set: "main"))
    #expect(try source(.otherSets) == .runs(RunID(11), RunID(12), set: "other"))
    #expect(try source(.forgetting) == .runs(RunID(21), RunID(22), set: "general"))
    #expect(try source(.leak) == .cases(["c3", "c7"], set: "main"))
    #expect(try source(.jargon) == .file("assay.yaml", key: "facts.domain_jargon", line: 9))
    #expect(try source(.heldOut) == .file("assay.yaml", key: "eval_sets", line: nil))
    #expect(evidence.letters == ["prompted": "b", "tuned": "a"])
  }

  @Test func variantsThatCantBeToldApartShareALetter() {
    let set = set(60)
    let names = ["one": 40, "two": 41, "three": 8]
    let measured = names.keys.sorted().enumerated().map { place, name in
      self.measured(Int64(place), variant(name), set) { [$0 < names[name] ?? 0 ? "yes" : "no"] }
    }
    let letters = evidence(set, measured).letters
    #expect(letters["one"] == letters["two"] && letters["three"] != letters["one"])
    #expect(evidence(set, [measured[0]]).letters.isEmpty, "one variant is like no other")
  }

  @Test func whatIsMissingIsMeasuredByOneRequest() throws {
    let set = set(60)
    var evidence = evidence(
      set,
      [
        measured(1, variant("prompted"), set) { [$0 < 30 ? "yes" : "no"] },
        measured(2, variant("tuned one", sections: ["task"], tuned: true), set) { [$0 < 50 ? "yes" : "no"] },
      ])
    evidence.heldOut = .unmeasured(set: "kept")
    let advice = Advice(evidence.facts(cost: nil))
    let byCommand = Dictionary(
      evidence.measures.map { ($0.value.command, $0.value) }, uniquingKeysWith: { first, _ in first })
    // A router is learnt from what is measured, and no evaluation.
    let commands = advice.missing.compactMap(\.command).filter { $0.hasPrefix("assay eval") }
    #expect(!commands.isEmpty && commands.allSatisfy { byCommand[$0] != nil }, "\(commands)")
    let kept = try #require(evidence.measures[.heldOut])
    #expect(kept.evaluations.map(\.variant) == ["prompted", "tuned one"])
    #expect(kept.command == "assay eval prompted 'tuned one' --set kept")
    let full = try #require(evidence.measures[.tunedWithFullPrompt])
    #expect(full.variants == [full.variant?.name] && full.variant?.adapter == "a")
  }
}

/// Parts of a set by tag, id and what failed.
@Suite struct CaseSelectionTests {
  private let set = EvalSet(
    name: "main", path: "evals/main.jsonl",
    cases: (0..<6).map {
      EvalCase(id: "c\($0)", input: ["q": JSONValue($0)], tags: $0 < 2 ? ["hard", "long"] : ["easy"])
    },
    graders: GraderSet([]), hash: ContentHash(hex: "s"))

  @Test func casesAreChosen() throws {
    #expect(CaseSelection().isAll)
    #expect(try CaseSelection(tags: ["hard"]).cases(of: set, passed: []) == ["c0", "c1"])
    #expect(try CaseSelection(ids: ["c4", "c1"]).cases(of: set, passed: []) == ["c1", "c4"])
    #expect(try CaseSelection(tags: ["easy"], onlyFailed: true).cases(of: set, passed: ["c2", "c3"]) == ["c4", "c5"])
    #expect(throws: WorkbenchError.self) { try CaseSelection(ids: ["c9"]).cases(of: set, passed: []) }
    #expect(throws: WorkbenchError.self) { try CaseSelection(tags: ["hrad"]).cases(of: set, passed: []) }
    #expect(throws: WorkbenchError.self) { try CaseSelection(ids: ["c0"], tags: ["easy"]).cases(of: set, passed: []) }
  }

  @Test func tagsAreBrokenDown() throws {
    func scored(_ right: Set<Int>) -> [ScoredCase] {
      set.cases.indices.map {
        ScoredCase("c\($0)", samples: [.scored(right.contains($0) ? 1 : 0, passed: right.contains($0))])
      }
    }
    let found = TagBreakdown.all(a: scored([0]), b: scored([0, 1, 2, 3]), of: set.cases)
    #expect(found.map(\.tag) == ["easy", "hard", "long"])
    #expect(found.map(\.pairs.count) == [4, 2, 2])
    #expect(found.map { $0.a?.mean } == [0, 0.5, 0.5] && found.map { $0.b?.mean } == [0.5, 1, 1])
    #expect(found[0].pairs.difference == 0.5 && found[0].pairs.family == 3)
    #expect(TagBreakdown.all(a: [], b: [], of: []).isEmpty)
  }
}
