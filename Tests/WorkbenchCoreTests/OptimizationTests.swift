import Content
import Domain
import Evidence
import Foundation
import Synchronization
import Testing

@testable import WorkbenchCore

@Suite struct OptimizationTests {
  private static let rule = "RULE: say the word alone."

  private func optimize(
    _ workspace: Workspace, store: FakeStore = FakeStore(), model: FakeModel,
    _ request: OptimizationRequest = OptimizationRequest(variant: "base")
  ) async throws -> OptimizationReport {
    let (workbench, _) = try await WorkbenchCoreTests.workbench(workspace, store: store, model: model)
    return try await workbench.optimize(request, consent: .given)
  }

  /// Answers a proposer by `proposal`, and cases as in an ablation; a `RULE` makes every case right.
  private static func model(proposing proposal: @escaping @Sendable (Int) -> String = { _ in "{}" }) -> FakeModel {
    let proposals = Mutex(0)
    let ablation = AblationTests.model()
    return FakeModel { request, number in
      if request.caseID == "proposal" {
        let number = proposals.withLock { count in
          count += 1
          return count
        }
        return Answer(text: proposal(number), usage: TokenUsage(prompt: 5, completion: 5))
      }
      if request.messages.contains(where: { $0.content.contains("RULE") }) {
        return Answer(text: request.messages.last?.content ?? "", usage: TokenUsage(prompt: 9, completion: 1))
      }
      return try await ablation.answer(request, onText: nil)
    }
  }

  @Test func whatHarmsAndWhatDoesNothingIsLeftOut() async throws {
    let model = Self.model()
    let report = try await optimize(AblationTests.workspace(cases: 200), model: model)
    #expect(report.parts == [80, 60, 60] && report.ending == .exhausted)
    #expect(report.best.changes.contains(.removed("examples")) && report.best.changes.contains(.removed("role")))
    #expect(!report.best.changes.contains(.removed("format")))
    let sealed = try #require(report.sealed)
    #expect(sealed.count == 60 && sealed.difference > 0.1)
    #expect(report.requests <= report.budget && model.asked == report.requests)
    #expect(report.sentences.contains { $0.contains("on which nothing was decided") })
    let best = try #require(report.rows.last { $0.fate == .kept }?.candidate)
    #expect(best == report.best && report.frontier.contains(best.version.hash.hex))
  }

  @Test func nothingIsAskedTwice() async throws {
    let (store, workspace) = (FakeStore(), AblationTests.workspace(cases: 100))
    let model = Self.model { _ in #"{"text": "RULE: repeat it."}"# }
    let request = OptimizationRequest(variant: "base", budget: 600, proposer: workspace.models[0].name)
    let first = try await optimize(workspace, store: store, model: model, request)
    let asked = model.asked
    let again = try await optimize(workspace, store: store, model: model, request)
    #expect(model.asked == asked, "the same course, from what is stored")
    #expect(again.best == first.best && again.rows.map(\.fate) == first.rows.map(\.fate))
    let wider = try await optimize(
      workspace, store: store, model: model, OptimizationRequest(variant: "base", budget: 700))
    #expect(wider.best.changes.first == first.best.changes.first, "another budget goes the same way")
  }

  @Test func theModelRewritesWhatWasWrong() async throws {
    let told = Mutex<[String]>([])
    let model = FakeModel { request, _ in
      if request.caseID == "proposal" {
        told.withLock { $0.append(request.messages.last?.content ?? "") }
        return Answer(text: "Here it is:\n```json\n{\"text\": \"\(Self.rule)\"}\n```")
      }
      let isRight = request.messages.contains { $0.content.contains("RULE") }
      return Answer(
        text: isRight ? request.messages.last?.content ?? "" : "no", usage: TokenUsage(prompt: 9, completion: 1))
    }
    let workspace = AblationTests.workspace()
    let report = try await optimize(
      workspace, model: model, OptimizationRequest(variant: "base", proposer: workspace.models[0].name))
    #expect(report.best.changes.contains { if case .rewritten = $0 { true } else { false } })
    #expect(report.sealedScores?.best == 1 && report.sealedScores?.start == 0)
    let first = try #require(told.withLock { $0 }.first)
    #expect(first.contains("Answer given: no") && first.contains("Right answer:"), "failures are named")
  }

  @Test(
    arguments: [
      ("{}", "holds no text"), (#"{"text": "  "}"#, "no text"), (#"{"text": "Say {{ other }}."}"#, "other slots"),
      (#"{"text": "RULE {{ word"}"#, "other slots"),
      (#"{"text": "Such as: the long secret word of case number 7"}"#, "copied from a case"),
      (#"{"text": "\#(String(repeating: "longer ", count: 200))"}"#, "half as long again"),
    ] as [(String, String)])
  func whatMayNotBeTriedIsRefused(_ reply: String, _ reason: String) async throws {
    var workspace = AblationTests.workspace()
    for index in workspace.evalSets[0].cases.indices {
      workspace.evalSets[0].cases[index].input = ["word": .string("the long secret word of case number \(index)")]
    }
    let model = Self.model { _ in reply }
    let report = try await optimize(
      workspace, model: model, OptimizationRequest(variant: "base", proposer: workspace.models[0].name))
    let refused = report.rows.filter { row in
      switch row.change {
      case .rewritten, .reworded: row.fate == .refused
      case .start, .removed, .examples: false
      }
    }
    // The section with the slot is refused for losing it, whatever else is wrong.
    let reasons = Set(refused.compactMap { row in row.reason.map { $0.contains("other slots") ? "other slots" : $0 } })
    #expect(reasons.contains { $0.contains(reason) } && reasons.subtracting(["other slots"]).count <= 1, "\(reasons)")
    #expect(report.best.changes.allSatisfy { if case .removed = $0 { true } else { false } })
  }

  @Test func examplesComeFromTrainingCasesOnly() async throws {
    let seen = Mutex<[[String]]>([])
    let model = FakeModel { request, _ in
      let examples = request.messages.filter { $0.role == .user }.dropLast().map(\.content)
      if !examples.isEmpty { seen.withLock { $0.append(examples + [request.messages.last?.content ?? ""]) } }
      let text = request.messages.contains { $0.role == .assistant } ? request.messages.last?.content ?? "" : "no"
      return Answer(text: text, usage: TokenUsage(prompt: 9, completion: 1))
    }
    var workspace = AblationTests.workspace()
    for index in workspace.evalSets[0].cases.indices {
      workspace.evalSets[0].cases[index].expected = .string("{{ answer \(index) }}")
    }
    workspace.prompts[0].sections[1].body = String(repeating: "A long rule. ", count: 100)
    let report = try await optimize(workspace, model: model)
    let shown = seen.withLock { $0 }
    #expect(!shown.isEmpty)
    for messages in shown {
      #expect(!messages.dropLast().contains(messages.last ?? ""), "the case itself is no example")
    }
    #expect(report.rows.contains { $0.change.words == "2 examples" })
  }

  @Test func aCeilingIsAFinding() async throws {
    let model = FakeModel { request, _ in Answer(text: request.messages.last?.content ?? "") }
    let report = try await optimize(AblationTests.workspace(), model: model)
    #expect(report.ending == .ceiling && model.asked == 30 && report.sealed == nil)
    #expect(report.sentences.count == 1 && report.sentences[0].contains("right"))
  }

  @Test func tooLittleIsRefusedBeforeAnythingIsAsked() async throws {
    let model = Self.model()
    let request = OptimizationRequest(variant: "base", budget: 149)
    await #expect(throws: WorkbenchError.self) { try await optimize(AblationTests.workspace(), model: model, request) }
    await #expect(throws: WorkbenchError.self) { try await optimize(AblationTests.workspace(cases: 90), model: model) }
    #expect(model.asked == 0)
    let least = try await optimize(
      AblationTests.workspace(), model: model, OptimizationRequest(variant: "base", budget: 150))
    #expect(least.ending == .budget && least.requests <= 150)
  }

  @Test func aFailureIsNoZero() async throws {
    let model = FakeModel { request, _ in
      let word = request.messages.last?.content ?? ""
      // Without a role the server fails on every second case, and is right on the others.
      guard request.messages.first?.content.contains("You repeat") == true else {
        if (Int(word.split(separator: " ").last ?? "") ?? 0) % 2 == 0 { throw ModelFailure.rejected("no") }
        return Answer(text: word, usage: TokenUsage(prompt: 5, completion: 1))
      }
      return Answer(
        text: word.hasSuffix("1") ? "no" : word, usage: TokenUsage(prompt: 9, completion: 1))
    }
    let report = try await optimize(AblationTests.workspace(), model: model)
    #expect(report.best.changes.contains(.removed("role")), "\(report.rows)")
  }

  @Test func candidatesAreNoVersionsOfTheVerdict() async throws {
    let (workbench, _) = try await workbench(
      AblationTests.workspace(), files: FakeFiles(AblationTests.workspace()), model: Self.model())
    let report = try await workbench.optimize(OptimizationRequest(variant: "base"), consent: .given)
    let snapshot = await workbench.snapshot
    #expect(snapshot.versions.contains { $0.version.hash == report.best.version.hash }, "each is a stored version")
    let candidates = snapshot.runs.filter { $0.variant.name != "base" }
    #expect(!candidates.isEmpty && candidates.allSatisfy { $0.variant.ablated == "base" })
  }
}

@Suite struct CasePartsTests {
  @Test func groupsStayTogetherAndSharesAreMet() {
    let cases = (0..<200).map { ScoredCase("\($0)", input: "input \($0 / 2)", group: nil, samples: []) }
    let parts = CaseParts(cases, shares: [0.3, 0.3])
    #expect(parts.units == [40, 30, 30])
    for pair in stride(from: 0, to: 200, by: 2) { #expect(parts.part[pair] == parts.part[pair + 1]) }
    #expect(CaseParts(cases.reversed(), shares: [0.3, 0.3]).part.reversed() == parts.part, "order doesn't matter")
    #expect(CaseParts([], shares: [0.3, 0.3]).units == [0, 0, 0])
  }
}
