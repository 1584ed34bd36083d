import Content
import Domain
import Evidence
import Foundation
import Testing

@testable import WorkbenchCore

@Suite struct StripTests {
  /// A tuned variant with four sections of which only `format` matters, on so many cases.
  static func workspace(cases: Int, isHeldOut: Bool = false) -> Workspace {
    var workspace = sampleWorkspace(cases: cases)
    workspace.models[0].price = TokenPrice(input: 1, output: 1)
    let sections = ["role", "context", "format"].enumerated().map { place, title in
      Section(id: "\(place)0-\(title).md", title: title, role: .system, body: "[\(title)] some words of text")
    }
    workspace.prompts = [
      Prompt(name: "main", path: "prompts/main", sections: sections + [workspace.prompts[0].sections[1]])
    ]
    var tuned = Variant(name: "tuned", model: "m", prompt: "main")
    tuned.isDeclaredTuned = true
    workspace.variants = [Variant(name: "base", model: "m", prompt: "main", sections: ["role"]), tuned]
    if isHeldOut {
      var held = workspace.evalSets[0]
      held = EvalSet(
        name: "held", path: "evals/held.jsonl", cases: held.cases, graders: held.graders,
        hash: ContentHash(hex: "held"))
      held.isHeldOut = true
      workspace.evalSets.append(held)
    }
    return workspace
  }

  static func model() -> FakeModel {
    FakeModel { request, _ in
      let sent = request.messages.map(\.content).joined(separator: " ")
      let word = request.messages.last?.content ?? ""
      let isRight = sent.contains("[format]") || word.hasSuffix("1")
      return Answer(
        text: isRight ? word : "no",
        usage: TokenUsage(prompt: sent.split(separator: " ").count, completion: 2), latency: 0.1)
    }
  }

  @Test func theShortestPromptThatIsNotWorseIsNamed() async throws {
    let model = Self.model()
    let (workbench, _) = try await workbench(Self.workspace(cases: 150), model: model)
    let request = StripRequest(variant: "tuned")
    let all = try await workbench.evaluations(of: request)
    #expect(all.order.count == 4 && all.ladder.count == 4)
    let report = try await workbench.strip(request, consent: .given)
    // The whole prompt and three arms, then the two steps that no arm has asked: five hundred and more are reused.
    #expect(model.asked == 150 * 6)
    #expect(report.steps.map(\.dropped.count) == [0, 1, 2, 3])
    #expect(report.steps.last?.dropped.last == "format", "what matters most goes last")
    let shortest = try #require(report.shortest)
    #expect(Set(shortest.dropped) == ["role", "context"])
    #expect(report.steps[3].isNotInferior == false)
    #expect(report.family == 3 && report.isHeldOut == false)
    let tokens = (try #require(report.steps[0].tokens), try #require(shortest.tokens))
    #expect(tokens.1 < tokens.0)
    #expect(report.sentences.first?.hasPrefix("tuned does without ") == true)
    #expect(report.sentences.contains { $0.contains("which flatters") })
    _ = try await workbench.strip(request, consent: .given)
    #expect(model.asked == 150 * 6, "nothing is asked twice")
    try await workbench.save(shortest, of: "tuned", as: "tuned-short")
    let saved = try #require(await workbench.snapshot.workspace.variant("tuned-short"))
    #expect(saved.isTuned && Set(saved.without) == ["role", "context"])
    _ = try await evaluate(workbench, "tuned-short")
    #expect(model.asked == 150 * 6)
  }

  @Test func heldOutCasesJudge() async throws {
    let model = Self.model()
    let (workbench, _) = try await workbench(Self.workspace(cases: 100, isHeldOut: true), model: model)
    let report = try await workbench.strip(StripRequest(variant: "tuned"), consent: .given)
    #expect(report.set == "held" && report.ordering == "main" && report.isHeldOut)
    #expect(report.sentences.contains { $0.contains("ordered on main and judged on held") })
    let own = try await workbench.stripped(StripRequest(variant: "tuned", set: "main"))
    #expect(own.set == "main" && own.ordering == "main")
  }

  @Test func fewCasesShowNothing() async throws {
    let (workbench, _) = try await workbench(Self.workspace(cases: 20), model: Self.model())
    let report = try await workbench.strip(StripRequest(variant: "tuned"), consent: .given)
    #expect(report.shortest == nil, "20 cases can't rule a loss of 5 points out")
    #expect(report.sentences.first == "No shorter prompt is shown to be not worse by 5 points or more.")
    let wide = try await workbench.stripped(StripRequest(variant: "tuned", margin: 0.4))
    #expect(wide.shortest.map { Set($0.dropped) } == ["role", "context"])
  }

  @Test func nothingIsAskedBeforeTheCostIsAgreedTo() async throws {
    var workspace = Self.workspace(cases: 40)
    workspace.models[0].price = TokenPrice(input: 100_000, output: 100_000)
    let model = Self.model()
    let (workbench, _) = try await workbench(workspace, model: model)
    await #expect {
      try await workbench.strip(StripRequest(variant: "tuned"))
    } throws: { if case WorkbenchError.unconfirmed? = $0 as? WorkbenchError { true } else { false } }
    #expect(model.asked == 0)
    #expect(try await workbench.stripped(StripRequest(variant: "tuned")).steps.isEmpty)
  }

  @Test func whatCannotBeStrippedSaysSo() async throws {
    let (workbench, _) = try await workbench(Self.workspace(cases: 4), model: Self.model())
    for (name, words) in [("base", "is not tuned"), ("nobody", "no variant called")] {
      let error = await #expect(throws: WorkbenchError.self) {
        try await workbench.strip(StripRequest(variant: name), consent: .given)
      }
      #expect(error?.description.contains(words) == true)
    }
  }
}
