import Domain
import Testing
import WorkbenchCore

@testable import WorkspaceFiles

/// What says that a variant is tuned, and which cases are kept apart for the verdict.
struct TunedAndHeldOutTests {
  private static let models = """
    models:
      small: { api: openai, base_url: "http://127.0.0.1:1/v1", model: small }
      ft: { api: openai, base_url: "http://127.0.0.1:1/v1", model: ft, tuned: true, base: small }
      recorded: { api: replay, file: recorded.jsonl }
      mine: { api: command, command: [./model] }

    """
  private static let files = ["recorded.jsonl": "", "model": "", "prompts/main/10-a.md": "x"]

  @Test func tunedIsWhatWasTrainedWherever() async throws {
    let workspace = try await read(
      Self.models + """
        variants:
          plain: { model: small, prompt: main }
          adapter: { model: small, prompt: main, adapter: lora }
          model: { model: ft, prompt: main }
          untuned: { model: ft, prompt: main, tuned: false }
          flag: { model: recorded, prompt: main, tuned: true, base: small }
          replay: { model: recorded, prompt: main, adapter: my adapter }
          program: { model: mine, prompt: main, adapter: my-adapter }
        """, Self.files)
    #expect(workspace.lines == [])
    #expect(workspace.variants.filter(\.isTuned).map(\.name) == ["adapter", "model", "flag", "replay", "program"])
    let bases = workspace.variants.map(\.untunedModel)
    #expect(bases == [nil, "small", "small", nil, "small", "recorded", "mine"])
    #expect(
      workspace.variants[4].line == "flag: { model: recorded, prompt: main, tuned: true, base: small }",
      "what is written for it reads the same")
  }

  @Test func contradictionsAreTold() async throws {
    let workspace = try await read(
      """
      models:
        small: { api: replay, file: recorded.jsonl, base: other }
        ft: { api: replay, file: recorded.jsonl, tuned: true, base: smal }
        self: { api: replay, file: recorded.jsonl, tuned: true, base: self }
        ok: { api: replay, file: recorded.jsonl }
      variants:
        a: { model: ok, prompt: main, adapter: x, tuned: false }
        b: { model: ok, prompt: main, base: ok }
        c: { model: ok, prompt: main, tuned: maybe }
      """, Self.files)
    #expect(
      workspace.problems.compactMap(\.key) == [
        "models.small.base", "models.ft.base", "models.self.base", "variants.a.tuned", "variants.b.base",
        "variants.c.tuned",
      ])
    #expect(workspace.problems[1].message.contains("Did you mean \"small\"?"))
  }

  // MARK: - Cases that are kept apart

  private func cases(_ count: Int, _ more: (Int) -> String = { _ in "" }) -> String {
    (0..<count).map { "{\"id\": \"c\($0)\", \"input\": {\"q\": \"question \($0)\"}\(more($0))}" }.joined(
      separator: "\n")
  }

  private func workspace(_ yaml: String, cases: String) async throws -> Workspace {
    try await read(yaml, Self.files.merging(["evals/main.jsonl": cases, "evals/other.jsonl": cases]) { $1 })
  }

  @Test func aShareOfTheCasesIsHeldOut() async throws {
    for yaml in [
      "eval_sets: { main: { path: evals/main.jsonl, held_out: 0.3 } }",
      "held_out: 0.3\neval_sets: { main: evals/main.jsonl }",
    ] {
      let workspace = try await self.workspace(yaml, cases: cases(400))
      #expect(workspace.lines == [])
      #expect(workspace.evalSets.map(\.name) == ["main", "main-held-out"])
      #expect(workspace.evalSets.map(\.isHeldOut) == [false, true])
      let (main, kept) = (workspace.evalSets[0], workspace.evalSets[1])
      #expect(main.cases.count + kept.cases.count == 400)
      // Four standard deviations of a binomial of 400 and 0.3.
      #expect(abs(kept.cases.count - 120) < 37)
      #expect(main.hash != kept.hash)
    }
  }

  @Test func theSameCasesStayHeldOutWhenOthersCome() async throws {
    let yaml = "held_out: 0.3\neval_sets: { main: evals/main.jsonl }"
    let before = try await workspace(yaml, cases: cases(300)).evalSets[1].cases.map(\.id)
    let after = try await workspace(yaml, cases: cases(400)).evalSets[1].cases.map(\.id)
    #expect(Array(after.prefix(before.count)) == before)
  }

  @Test func groupsAndEqualInputsStayTogether() async throws {
    let yaml = "held_out: 0.5\neval_sets: { main: evals/main.jsonl }"
    let grouped = try await workspace(yaml, cases: cases(800) { ", \"group\": \"g\($0 / 8)\"" })
    let sides = grouped.evalSets.map { Set($0.cases.compactMap(\.group)) }
    #expect(sides[0].isDisjoint(with: sides[1]) && sides[0].count + sides[1].count == 100)
    let twins = (0..<200).map { "{\"id\": \"c\($0)\", \"input\": {\"q\": \"question \($0 / 2)\"}}" }.joined(
      separator: "\n")
    let inputs = try await workspace(yaml, cases: twins).evalSets.map { Set($0.cases.map(\.input)) }
    #expect(inputs[0].isDisjoint(with: inputs[1]))
  }

  @Test func tooFewToHoldOutAreRefusedWithTheNumberMissing() async throws {
    let workspace = try await self.workspace(
      "eval_sets: { main: { path: evals/main.jsonl, held_out: 0.3 } }", cases: cases(40))
    #expect(workspace.evalSets.map(\.name) == ["main"] && workspace.evalSets[0].cases.count == 40)
    let problem = try #require(workspace.problems.first)
    #expect(problem.key == "eval_sets.main.held_out" && problem.severity == .error)
    #expect(problem.message.contains("at least 30 independent cases") && problem.message.contains("add about"))
  }

  @Test(arguments: ["0", "1e-300", "1e-3", "0.95", "-1", ".nan"])
  func aShareBeyondReasonIsRefused(_ share: String) async throws {
    let workspace = try await self.workspace(
      "eval_sets: { main: { path: evals/main.jsonl, held_out: \(share) } }", cases: cases(40))
    let messages = workspace.problems.filter { $0.key == "eval_sets.main.held_out" }.map(\.message)
    #expect(messages.contains { $0.contains("a share from 0.01 to 0.9") }, "\(workspace.problems)")
  }

  @Test func aSetCanBeKeptApart() async throws {
    let workspace = try await self.workspace(
      """
      eval_sets:
        main: evals/main.jsonl
        last: { path: evals/other.jsonl, verdict: true }
        both: { path: evals/other.jsonl, verdict: true, held_out: 0.3 }
        general: { path: evals/other.jsonl, general: true, verdict: true }
      """, cases: cases(10))
    #expect(workspace.evalSets.map(\.name) == ["main", "last"])
    #expect(workspace.evalSets.map(\.isHeldOut) == [false, true])
    #expect(workspace.problems.map(\.key) == ["eval_sets.both.held_out", "eval_sets.general.verdict"])
  }

  // MARK: - Groups and weights

  @Test func groupsAndWeightsAreRead() async throws {
    let text = #"""
      {"id": "a", "input": {"q": 1}, "group": "talk 1", "weight": 2.5}
      {"id": "b", "input": {"q": 2}, "group": 7}
      {"id": "c", "input": {"q": 3}, "group": ["x"], "weight": 0}
      {"id": "d", "input": {"q": 4}, "group": null, "weight": null}
      """#
    let workspace = try await self.workspace("eval_sets: { main: evals/main.jsonl }", cases: text)
    let set = workspace.evalSets[0]
    #expect(set.cases.map(\.group) == ["talk 1", "7", nil, nil])
    #expect(set.cases.map(\.weight) == [2.5, 1, 1, 1])
    #expect(workspace.problems.map(\.key) == ["group", "weight"])
    #expect(workspace.problems.allSatisfy { $0.severity == .warning && $0.line == 3 })
  }

  @Test func anEditKeepsTheGroup() async throws {
    let text = #"{"id": "a", "input": {"q": 1}, "group": "talk 1", "weight": 2}"#
    let edited = try CaseFileEditor.apply(
      .replace(id: "a", EvalCase(id: "a", input: ["q": 2])), to: Array(text.utf8), path: "x.jsonl")
    #expect(
      String(decoding: edited, as: UTF8.self) == #"{"id": "a", "input": {"q": 2}, "group": "talk 1", "weight": 2}"#)
  }

  @Test func factsKnowTheirLines() async throws {
    let workspace = try await read(
      """
      facts:
        domain_jargon: true
        worthwhile_gain: 0.02
        no_such_fact: 1
      """, Self.files)
    #expect(workspace.facts.lines["domain_jargon"] == 2)
    #expect(workspace.facts.worthwhileGain == 0.02)
    #expect(workspace.problems.map(\.key) == ["facts.no_such_fact"])
  }
}
