import Content
import Domain
import Evidence
import Foundation
import Testing

@testable import WorkbenchCore

@Suite struct AblationTests {
  /// Six sections of which one helps, one harms and two do nothing.
  static func workspace(cases: Int = 100) -> Workspace {
    var workspace = sampleWorkspace(cases: cases)
    let texts = [
      ("10-role.md", "role", "You repeat."), ("20-format.md", "format", "HELPS: the word alone."),
      ("30-examples.md", "examples", "HARMS: many words that say little."), ("40-empty.md", "empty", "  "),
    ]
    workspace.prompts[0].sections =
      texts.map { Section(id: $0.0, title: $0.1, role: .system, body: $0.2) } + [
        Section(id: "80-query.md", title: "query", role: .user, body: "{{ word }}")
      ]
    for index in workspace.evalSets[0].cases.indices {
      workspace.evalSets[0].cases[index].tags = [index % 2 == 0 ? "even" : "odd"]
    }
    return workspace
  }

  /// Right in 9 of 10 cases; in 3 of 10 fewer without the format, in 2 of 10 fewer with the examples.
  static func model() -> FakeModel {
    FakeModel { request, _ in
      let system = request.messages.filter { $0.role == .system }.map(\.content).joined()
      let word = request.messages.last?.content ?? ""
      let digit = (Int(word.split(separator: " ").last ?? "") ?? 0) % 10
      var isRight = digit != 0
      if !system.contains("HELPS"), [1, 2, 3].contains(digit) { isRight = false }
      if system.contains("HARMS"), [4, 5].contains(digit) { isRight = false }
      let tokens = request.messages.reduce(0) { $0 + $1.content.split(whereSeparator: \.isWhitespace).count }
      return Answer(text: isRight ? word : "no", usage: TokenUsage(prompt: tokens, completion: 1))
    }
  }

  @Test func eachSectionIsToldForWhatItDoes() async throws {
    let model = Self.model()
    let (workbench, _) = try await workbench(Self.workspace(cases: 200), model: model)
    let report = try await workbench.ablate(AblationRequest(variant: "base"), consent: .given)
    #expect(model.asked == 800, "the whole prompt, and three sections of two hundred cases each")
    #expect(report.isComplete && report.rows.map(\.title) == ["role", "format", "examples"])
    #expect(report.rows.map(\.effect) == [.deadWeight, .helps, .harms])
    let effects = report.rows.compactMap { $0.comparison?.difference }
    #expect(effects.map { Int(($0 * 100).rounded()) } == [0, 30, -20])
    #expect(report.rows.map(\.gained) == [0, 60, 0] && report.rows.map(\.lost) == [0, 0, 40])
    #expect(report.rows.map(\.tokens) == [2, 4, 6])
    #expect(report.rows[2].tags.map(\.tag) == ["even", "odd"])
    #expect(report.rows[2].tags.map(\.pairs.count) == [100, 100])
    #expect(
      report.kept.map(\.sentence) == [
        "\"empty\" stays: it has no text.",
        "\"query\" stays: it holds {{ word }}, and without it the model wouldn't see the case.",
      ])
    #expect(report.sentences.contains { $0.hasPrefix("examples harms: -20 points") && $0.contains("6 tokens") })
    #expect(report.sentences.contains { $0.hasPrefix("Dead weight: role.") })
    #expect(report.sentences.contains("Helps: format +30 points."))
  }

  @Test func whatIsKnownIsNotAskedAgain() async throws {
    let model = Self.model()
    let (workbench, _) = try await workbench(Self.workspace(cases: 20), model: model)
    _ = try await evaluate(workbench)
    _ = try await workbench.ablate(AblationRequest(variant: "base", limit: 10), consent: .given)
    #expect(model.asked == 50)
    let whole = try await workbench.ablate(AblationRequest(variant: "base"), consent: .given)
    #expect(model.asked == 80 && whole.cases == 20)
    let again = try await workbench.ablate(AblationRequest(variant: "base"), consent: .given)
    #expect(model.asked == 80 && again.isComplete)
    let read = try await workbench.ablation(AblationRequest(variant: "base", limit: 10))
    #expect(read.rows.allSatisfy { $0.comparison?.count == 10 })
  }

  @Test func nothingIsAskedBeforeAPersonAgreesToAllOfIt() async throws {
    var workspace = Self.workspace(cases: 20)
    workspace.models[0].price = TokenPrice(input: 1, output: 10_000)
    workspace.variants[0].sampling.maxTokens = 100
    let model = Self.model()
    let (workbench, _) = try await workbench(workspace, model: model)
    await #expect(throws: WorkbenchError.self) { try await workbench.ablate(AblationRequest(variant: "base")) }
    #expect(model.asked == 0)
    let requests = try await workbench.evaluations(of: AblationRequest(variant: "base"))
    #expect(await workbench.charge(for: requests.map { .evaluate($0) })?.requests == 80)
    let report = try await workbench.ablate(AblationRequest(variant: "base"), consent: .given)
    let dollars = try #require(report.rows[2].dollarsPerThousand)
    #expect(abs(dollars - 0.006) < 1e-9, "six tokens more at a dollar the million, for a thousand requests")
  }

  @Test func plantedChangesTellWhetherTheTableCanBeBelieved() async throws {
    let request = AblationRequest(variant: "base", isChecked: true)
    let (workbench, _) = try await workbench(Self.workspace(), model: Self.model())
    let report = try await workbench.ablate(request, consent: .given)
    // Without instructions neither the gain of the format nor the harm of the examples is left.
    let check = try #require(report.check)
    #expect(check.withNeutral.difference == 0 && abs(check.withoutInstructions.difference - 0.1) < 1e-9)
    #expect(check.isSane == (check.withoutInstructions.pValue <= 0.05))
    // A model that any change of the prompt throws off.
    let shaky = FakeModel { request, _ in
      let system = request.messages.filter { $0.role == .system }.map(\.content).joined(separator: "\n\n")
      return Answer(text: system.hasSuffix("little.") ? request.messages.last?.content ?? "" : "no")
    }
    let (other, _) = try await self.workbench(Self.workspace(), model: shaky)
    let void = try await other.ablate(request, consent: .given)
    #expect(void.isVoid && void.sentences[0].hasPrefix("The check failed"))
    #expect(!void.sentences.contains { $0.contains("Dead weight") || $0.contains("Help") })
  }

  private func workbench(_ workspace: Workspace, model: FakeModel) async throws -> (Workbench, FakeFiles) {
    let files = FakeFiles(workspace)
    return try await WorkbenchCoreTests.workbench(workspace, files: files, model: model)
  }

  @Test func armsAreNoVersionsAndNoCandidates() async throws {
    let (workbench, _) = try await workbench(Self.workspace(cases: 20), model: Self.model())
    _ = try await evaluate(workbench)
    let before = try await workbench.answer(to: VerdictQuery())
    _ = try await workbench.ablate(AblationRequest(variant: "base", isChecked: true), consent: .given)
    let snapshot = await workbench.snapshot
    let workspace = snapshot.workspace
    #expect(snapshot.runs.count == 6)
    let base = try #require(workspace.variant("base"))
    #expect(PromptHistory.versions(of: base, on: workspace.evalSets[0], among: snapshot.runs).count == 1)
    let tried = PromptHistory.tried(on: workspace.evalSets[0], among: snapshot.runs, variants: workspace.variants)
    #expect(tried.prompted == 1)
    #expect(snapshot.meantRun(of: "base", on: "main")?.run.variant.ablated == nil)
    #expect(snapshot.sides(on: "main").map(\.variant.name) == ["base"])
    let after = try await workbench.answer(to: VerdictQuery())
    #expect(after?.advice == before?.advice && after?.runs.map(\.id) == before?.runs.map(\.id))
  }

  @Test func anArmIsAVariantByItsName() async throws {
    let model = Self.model()
    let (workbench, _) = try await workbench(Self.workspace(cases: 10), model: model)
    let run = try await evaluate(workbench, "base without examples")
    #expect(run.variant.ablated == "base" && run.variant.without == ["examples"] && run.summary.passed == 9)
    for (name, words) in [
      ("base without query", "wouldn't see the case"), ("base without exmples", "Did you mean \"examples\"?"),
      ("nobody without role", "no variant called"),
    ] {
      let error = await #expect(throws: WorkbenchError.self) { _ = try await evaluate(workbench, name) }
      #expect(error?.description.contains(words) == true, "\(name): \(error?.description ?? "")")
    }
  }

  @Test func nothingToLeaveOutIsSaid() async throws {
    var workspace = sampleWorkspace()
    workspace.prompts[0].sections.removeFirst()
    let (workbench, _) = try await workbench(workspace, model: Self.model())
    let error = await #expect(throws: WorkbenchError.self) {
      _ = try await workbench.evaluations(of: AblationRequest(variant: "base"))
    }
    #expect(error?.description.contains("sends no section that can be left out") == true)
  }

  @Test func sectionsThatCarryTheCaseStay() {
    func kept(_ sections: [Section]) -> [String] {
      AblationPlan(Prompt(name: "p", path: "p", sections: sections), .all).kept.map(\.title)
    }
    func section(_ title: String, _ role: MessageRole, _ body: String) -> Section {
      Section(id: title, title: title, role: role, body: body)
    }
    let task = section("task", .system, "Do it.")
    let context = section("context", .system, "The user is {{ tier }}.")
    let query = section("query", .user, "{{ question }}")
    #expect(kept([task, context, query]) == ["query"], "a slot of the context can be done without")
    #expect(kept([task, section("all", .system, "{{ question }}")]) == ["all"])
    #expect(kept([task, section("example", .user, "Hi"), section("reply", .assistant, "Yes"), query]) == ["query"])
    #expect(kept([task, section("talk", .history, "")]) == ["talk"])
    #expect(kept([context, section("go", .user, "Go.")]) == ["context", "go"])
    #expect(kept([task, section("same", .user, "a"), section("same", .user, "{{ q }}")]) == ["same"])
  }
}

@Suite struct SectionChoiceTests {
  @Test func aChoiceSendsWhatItSays() {
    func section(_ title: String, _ role: MessageRole = .system, on: Bool = true) -> Section {
      Section(id: title, title: title, role: role, isEnabled: on, body: "x")
    }
    let sections = [section("a"), section("b", on: false), section("c"), section("q", .user)]
    func sent(_ choice: SectionChoice) -> String { sections.filter(choice.sends).map(\.title).joined() }
    #expect(sent(.all) == "acq")
    #expect(sent(SectionChoice(only: ["b"])) == "bq")
    #expect(sent(SectionChoice(with: ["b"])) == "abcq")
    #expect(sent(SectionChoice(without: ["a", "q"])) == "c")
    #expect(sent(SectionChoice(only: ["a", "c"], with: ["b"], without: ["c"])) == "abq")
  }

  @Test func switchingTwiceChangesNothing() {
    let titles = ["a", "b", "c"]
    for mask in 0..<64 {
      let choice = SectionChoice(
        only: mask & 1 == 0 ? nil : ["a"], with: mask & 2 == 0 ? [] : ["b"], without: mask & 4 == 0 ? [] : ["c"])
      for title in titles {
        for role in [MessageRole.system, .user] {
          let section = Section(id: title, title: title, role: role, isEnabled: mask & 8 == 0, body: "")
          // A title that changes nothing may go.
          var other = choice
          other.without.removeAll { $0 == title }
          if other != choice, !other.sends(section) { continue }
          other = choice
          other.toggle(section)
          #expect(other.sends(section) != choice.sends(section), "\(choice) \(title)")
          other.toggle(section)
          #expect(other == choice, "\(title)")
        }
      }
    }
  }
}
