import Content
import Domain
import Evidence
import Foundation
import Grading
import Routing
import Testing

@testable import WorkbenchCore

@Suite struct RouterTests {
  /// Inputs with the word `hard` in every fourth.
  static func hardWorkspace(cases: Int = 80, router: Router? = nil) -> Workspace {
    var workspace = sampleWorkspace(cases: cases)
    workspace.evalSets[0].cases = workspace.evalSets[0].cases.enumerated().map { place, evalCase in
      let word = JSONValue.string(place % 4 == 0 ? "a hard word \(place)" : "an easy word \(place)")
      return EvalCase(id: evalCase.id, line: evalCase.line, input: ["word": word], expected: word)
    }
    workspace.models[0].price = TokenPrice(input: 1, output: 1)
    workspace.models.append(workspace.models[0])
    workspace.models[2] = ModelSpec(
      name: "l", api: .endpoint(Endpoint(.chat, baseURLs: ["http://localhost/v1"], model: "y")), concurrency: 1,
      price: TokenPrice(input: 10, output: 10))
    var short = workspace.prompts[0]
    short = Prompt(name: "short", path: "prompts/short", sections: short.sections)
    short.sections[0].body = "Short."
    workspace.prompts.append(short)
    workspace.variants = [
      Variant(name: "small", model: "m", prompt: "short"), Variant(name: "large", model: "l", prompt: "main"),
    ]
    if let router { workspace.variants.append(Variant(name: "both", router: router)) }
    return workspace
  }

  /// The small one fails hard words: it says nothing of the first half, and something wrong of the others.
  static let model = FakeModel { request, _ in
    let word = request.messages.last?.content ?? ""
    let isSmall = request.messages[0].content == "Short."
    let usage = TokenUsage(prompt: 10, completion: 10)
    if isSmall, word.contains("hard") {
      return Answer(text: word.hasSuffix("0") ? "" : "wrong", usage: usage, latency: 0.25)
    }
    return Answer(text: word, usage: usage, latency: isSmall ? 0.25 : 2)
  }

  static func asking() -> FakeModel { FakeModel { request, number in try await model.answer(request, onText: nil) } }

  static let rules = Router(
    cheap: "small", strong: "large",
    policy: .rules([.init(when: .contains("hard"), arm: .strong)], otherwise: .cheap))

  @Test func aRouterAsksOnlyTheArmThatACaseIsSentTo() async throws {
    let model = Self.asking()
    let (workbench, _) = try await workbench(Self.hardWorkspace(cases: 8, router: Self.rules), model: model)
    let run = try await evaluate(workbench, "both")
    #expect(model.asked == 8)
    #expect(run.state == .finished && run.summary.passed == 8 && run.summary.done == 8)
    #expect(run.variant.router == Self.rules)
    // Two cases cost $0.0002 each, six $0.00002.
    let cost = try #require(run.summary.cost)
    let wanted: Double = 2 * 0.0002 + 6 * 0.00002
    #expect(abs(cost - wanted) < 1e-12)
    let arms = await workbench.snapshot.runs.filter { !$0.variant.isRouter }
    #expect(Set(arms.map { "\($0.variant.name) \($0.summary.done)" }) == ["small 6", "large 2"])
    _ = try await evaluate(workbench, "both")
    #expect(model.asked == 8, "nothing is asked twice")
    #expect(await workbench.snapshot.runs.count { $0.variant.isRouter } == 1)
  }

  @Test func storedAnswersOfArmsServe() async throws {
    let model = Self.asking()
    let (workbench, _) = try await workbench(Self.hardWorkspace(cases: 8, router: Self.rules), model: model)
    _ = try await evaluate(workbench, "small")
    _ = try await evaluate(workbench, "large")
    #expect(model.asked == 16)
    let estimate = try await workbench.estimate(EvaluateRequest(variant: "both"))
    #expect(estimate.calls == 0 && estimate.reused == 8)
    #expect(await workbench.charge(for: [.evaluate(EvaluateRequest(variant: "both"))]) == nil)
    _ = try await evaluate(workbench, "both")
    #expect(model.asked == 16)
  }

  @Test func aCascadePaysAndWaitsForBoth() async throws {
    let cascade = Router(cheap: "small", strong: "large", policy: .cascade([.noAnswer]))
    let model = Self.asking()
    let (workbench, _) = try await workbench(Self.hardWorkspace(cases: 24, router: cascade), model: model)
    let before = try await workbench.estimate(EvaluateRequest(variant: "both"))
    #expect(before.calls == 48, "all that may be asked")
    let run = try await evaluate(workbench, "both")
    // Of the hard words 0, 4, 8, 12, 16 and 20 the small one says nothing to 0 and 20.
    #expect(model.asked == 26)
    #expect(run.summary.passed == 24 - 4)
    let cost = try #require(run.summary.cost)
    let wanted: Double = 24 * 0.00002 + 2 * 0.0002
    #expect(abs(cost - wanted) < 1e-12)
    let outputs = try await workbench.outputs(ofRun: "both", set: nil).outputs
    let escalated = try #require(outputs.first { $0.caseID == "c1" })
    #expect(escalated.answer?.latency == 2.25 && escalated.answer?.usage.prompt == 20)
    #expect(escalated.passed == true && escalated.answer?.text == "a hard word 0")
    let usual = try #require(outputs.first { $0.caseID == "c2" })
    #expect(usual.answer?.latency == 0.25 && usual.answer?.usage.prompt == 10)
    _ = try await evaluate(workbench, "both")
    #expect(model.asked == 26)
  }

  @Test func otherRulesAreAnotherRunAndChangedArmsToo() async throws {
    let (workbench, files) = try await workbench(
      Self.hardWorkspace(cases: 8, router: Self.rules), model: Self.asking())
    let first = try await evaluate(workbench, "both")
    var learned = Self.rules
    learned.origin = Router.Origin(set: "main", cases: 8)
    await files.set(variants: Self.hardWorkspace(router: learned).variants)
    try await workbench.perform(.reload)
    #expect(try await evaluate(workbench, "both").id == first.id, "where it was learnt doesn't matter")
    var others = Self.rules
    others.policy = .rules([.init(when: .over(.words, 99), arm: .strong)], otherwise: .cheap)
    await files.set(variants: Self.hardWorkspace(router: others).variants)
    try await workbench.perform(.reload)
    let second = try await evaluate(workbench, "both")
    #expect(second.id != first.id && second.summary.passed == 6)
    await files.set(variants: Self.hardWorkspace(router: Self.rules).variants)
    await files.set(body: "Shorter.", of: "10-task.md")
    try await workbench.perform(.reload)
    #expect(try await evaluate(workbench, "both").id != first.id)
  }

  @Test func aPartOfTheCasesAndABudgetHold() async throws {
    let model = Self.asking()
    let (workbench, _) = try await workbench(Self.hardWorkspace(cases: 16, router: Self.rules), model: model)
    let part = try await workbench.evaluate(
      EvaluateRequest(variant: "both", only: ["c1", "c2"]), consent: .given)
    #expect(part.summary.done == 2 && model.asked == 2)
    let limited = EvaluateRequest(variant: "both", budget: RunPlan.Budget(calls: 5))
    await #expect(throws: WorkbenchError.self) { try await workbench.perform(.evaluate(limited), consent: .given) }
    #expect(model.asked == 7)
    let kept = try #require(await workbench.snapshot.runs.first { $0.variant.isRouter })
    #expect(kept.state == .paused && kept.summary.done == 7, "what was answered is kept")
    #expect(try await evaluate(workbench, "both").summary.done == 16)
    #expect(model.asked == 16)
  }

  @Test func theGateKnowsWhatARouterMayCost() async throws {
    var workspace = Self.hardWorkspace(cases: 40, router: Self.rules)
    workspace.models[2].price = TokenPrice(input: 100_000, output: 100_000)
    let model = Self.asking()
    let (workbench, _) = try await workbench(workspace, model: model)
    await #expect {
      try await workbench.perform(.evaluate(EvaluateRequest(variant: "both")))
    } throws: { if case WorkbenchError.unconfirmed? = $0 as? WorkbenchError { true } else { false } }
    #expect(model.asked == 0)
    let charge = try #require(await workbench.charge(for: [.evaluate(EvaluateRequest(variant: "both"))]))
    #expect(charge.items.map(\.requests) == [30, 10])
    #expect(charge.items.allSatisfy { $0.what.hasSuffix(", for both") })
  }

  @Test func aRouterIsComparedLikeAnyVariant() async throws {
    let (workbench, _) = try await workbench(Self.hardWorkspace(router: Self.rules), model: Self.asking())
    for name in ["small", "both"] { _ = try await evaluate(workbench, name) }
    let query = try await workbench.comparisonQuery("small", "both", set: nil)
    let comparison = try await workbench.answer(to: query)
    #expect(comparison.count(.onlyB) == 16 && comparison.count(.onlyA) == 0)
    #expect(comparison.count(.unanswered) == 4)
    #expect(await workbench.snapshot.meantRun(of: "both", on: "main")?.isCurrent == true)
    let message = await #expect(throws: WorkbenchError.self) {
      try await workbench.answer(to: RenderQuery(RenderRequest(variant: "both", set: "main")))
    }
    #expect("\(try #require(message))".contains("is a router"))
  }

  @Test func routersAreLearntFromStoredAnswers() async throws {
    let model = Self.asking()
    let (workbench, _) = try await workbench(Self.hardWorkspace(cases: 120), model: model)
    await #expect(throws: WorkbenchError.self) { try await workbench.answer(to: RouterLabQuery("small", "large")) }
    for name in ["small", "large"] { _ = try await evaluate(workbench, name) }
    let asked = model.asked
    let report = try await workbench.answer(to: RouterLabQuery("large", "small"))
    #expect(report.lab.cheapName == "small" && report.order == .cost, "whatever the order of the names")
    let best = report.lab.candidates[try #require(report.lab.best)]
    #expect(best.standing.score?.mean == 1)
    #expect(report.lab.oracle.score?.mean == 1 && report.leftOut == 0)
    let rules = try #require(report.lab.candidates.first { $0.kind == .rules })
    for evalCase in Self.hardWorkspace(cases: 120).evalSets[0].cases {
      let isHard = evalCase.input["word"]?.string?.contains("hard") == true
      #expect(rules.router.choice(for: InputFeatures(RouteInput(evalCase))).arm == (isHard ? .strong : .cheap))
    }
    #expect(model.asked == asked, "no call")
    try await workbench.save(best.router, as: "learnt")
    #expect(await workbench.snapshot.workspace.variant("learnt")?.router == best.router)
    await #expect(throws: WorkbenchError.self) { try await workbench.save(best.router, as: "small") }
    await #expect(throws: WorkbenchError.self) { try await workbench.save(best.router, as: "../x") }
    await #expect(throws: WorkbenchError.self) { try await workbench.answer(to: RouterLabQuery("learnt", "large")) }
    await #expect(throws: WorkbenchError.self) { try await workbench.answer(to: RouterLabQuery("small", "small")) }
  }

  @Test func aFlawedRouterIsNotEvaluated() async throws {
    var workspace = Self.hardWorkspace(cases: 8, router: Self.rules)
    workspace.problems = [
      Problem(file: "variants/both.yaml", line: 3, key: "variants.both.router.otherwize", message: "Unknown key.")
    ]
    let model = Self.asking()
    let (workbench, _) = try await workbench(workspace, model: model)
    await #expect(throws: WorkbenchError.self) { try await evaluate(workbench, "both") }
    _ = try await evaluate(workbench, "small")
    #expect(model.asked == 8)
  }

  @Test func signsOfAnswers() {
    func output(_ text: String, finish: String? = nil, none: NoAnswer? = nil, isValid: Bool = true) -> Output {
      Output(
        caseID: "a", requestKey: ContentHash(hex: ""), answer: Answer(text: text, finishReason: finish),
        noAnswer: none, formatValid: isValid)
    }
    #expect(EscalationSign.signs(of: output("fine")) == [])
    #expect(EscalationSign.signs(of: output("", none: .empty)) == [.noAnswer])
    #expect(EscalationSign.signs(of: output("", finish: "length", none: .reasoningCut)) == [.noAnswer, .cut])
    #expect(EscalationSign.signs(of: output("no", none: .refused)) == [.refusal])
    #expect(EscalationSign.signs(of: output("{", finish: "length", isValid: false)) == [.cut, .invalidFormat])
    #expect(EscalationSign.signs(of: output("I'm sorry, but I can't help with that.")) == [.refusal])
  }
}
