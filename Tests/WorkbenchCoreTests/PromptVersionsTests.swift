import Domain
import Evidence
import Foundation
import Testing

@testable import WorkbenchCore

@Suite struct PromptVersionsTests {
  /// Right in the more cases, the more often the task says so.
  private static let model = FakeModel { request, _ in
    let word = request.messages.last?.content ?? ""
    let digit = (Int(word.split(separator: " ").last ?? "") ?? 0) % 10
    let good = request.messages[0].content.split(separator: "!").count - 1
    return Answer(text: digit < good * 2 ? word : "no", usage: TokenUsage(prompt: 10 + good, completion: 1))
  }

  private func workbench(cases: Int = 100) async throws -> (Workbench, FakeFiles) {
    let workspace = sampleWorkspace(cases: cases)
    let files = FakeFiles(workspace)
    return try await WorkbenchCoreTests.workbench(workspace, files: files, model: Self.model)
  }

  private func measure(_ body: String, _ workbench: Workbench, _ files: FakeFiles) async throws -> Run {
    await files.set(body: body, of: "10-task.md")
    try await workbench.perform(.reload)
    return try await WorkbenchCoreTests.evaluate(workbench)
  }

  @Test func eachVersionIsComparedWithItsParent() async throws {
    let (workbench, files) = try await workbench()
    _ = try await measure("Say it! .", workbench, files)
    _ = try await measure("Say it! ! ! .", workbench, files)
    _ = try await workbench.ablate(AblationRequest(variant: "base"), consent: .given)
    _ = try await workbench.evaluate(EvaluateRequest(variant: "base without task"), consent: .given)
    let versions = try await workbench.answer(to: PromptVersionsQuery(variant: "base", set: nil))
    #expect(versions.entries.count == 2, "arms of an ablation are no versions")
    #expect(versions.entries.map(\.isCurrent) == [true, false])
    let newest = versions.entries[0]
    #expect(newest.parent == versions.entries[1].id && newest.confounded == nil)
    #expect(newest.changes?.words == "task edited")
    #expect(newest.comparison.map { Int(($0.difference * 100).rounded()) } == 40)
    #expect(versions.entries[1].parent == nil && versions.entries[1].changes == nil)
    #expect(versions.number(of: newest.id) == 2)
  }

  @Test func severalChangesAtOnceAreConfounded() async throws {
    let (workbench, files) = try await workbench(cases: 10)
    _ = try await measure("One.", workbench, files)
    await files.set(body: "Word: {{ word }}", of: "80-query.md")
    _ = try await measure("Two.", workbench, files)
    await files.set(body: "{{ word }}", of: "80-query.md")
    _ = try await measure("Three.", workbench, files)
    let entries = try await workbench.answer(to: PromptVersionsQuery(variant: "base", set: nil)).entries
    #expect(entries.map(\.confounded) == [nil, "2 changes at once", nil])
    #expect(entries[0].parent == entries[2].id, "the version that it differs least from, not the one before")
  }

  @Test func theLastStepsTellWhetherItStillImproves() async throws {
    let (workbench, files) = try await workbench(cases: 200)
    for good in [1, 2, 3, 4] {
      _ = try await measure("Go" + String(repeating: " !", count: good) + " .", workbench, files)
    }
    var versions = try await workbench.answer(to: PromptVersionsQuery(variant: "base", set: nil))
    #expect(versions.plateau?.state == .improving)
    #expect(versions.plateauSentence?.hasPrefix("Still improving") == true)
    for word in ["so", "thus", "now"] {
      _ = try await measure("Go \(word)" + String(repeating: " !", count: 4) + " .", workbench, files)
    }
    versions = try await workbench.answer(to: PromptVersionsQuery(variant: "base", set: nil))
    #expect(versions.plateau?.state == .ceiling && versions.plateau?.isStuck == false)
    #expect(versions.plateauSentence?.hasPrefix("At the ceiling") == true)
  }

  @Test func aVersionIsBroughtBackAndWhatWasThereIsKept() async throws {
    let (workbench, files) = try await workbench(cases: 4)
    let first = try await measure("One.", workbench, files)
    await files.set(body: "Never measured.", of: "10-task.md")
    try await workbench.perform(.reload)
    let sentence = try await workbench.restore(first.promptVersion, variant: "base", prompt: nil, set: nil)
    #expect(sentence.contains("is back (1 section written)") && sentence.contains("is kept as version"))
    var workspace = await workbench.snapshot.workspace
    #expect(workspace.prompts[0].sections[0].body == "One.")
    let versions = try await workbench.answer(to: PromptVersionsQuery(variant: "base", set: nil))
    #expect(versions.entries.count == 2 && versions.entries.filter(\.isCurrent).map(\.id) == [first.promptVersion])
    let kept = try #require(versions.entries.first { !$0.isCurrent })
    // Bringing back what was there undoes it.
    try await workbench.perform(.restore(kept.id, variant: "base", prompt: "main", set: nil))
    workspace = await workbench.snapshot.workspace
    #expect(workspace.prompts[0].sections[0].body == "Never measured.")
    let nothing = try await workbench.restore(kept.id, variant: "base", prompt: nil, set: nil)
    #expect(nothing.hasSuffix("already; nothing was written."))
    #expect(try await workbench.answer(to: PromptVersionsQuery(variant: "base", set: nil)).entries.count == 2)
  }

  @Test func versionsHaveNames() async throws {
    let (workbench, files) = try await workbench(cases: 4)
    let first = try await measure("One.", workbench, files)
    let second = try await measure("Two.", workbench, files)
    func named(_ name: String) async throws -> String {
      try await workbench.version(named: name, variant: "base", set: nil).hash.hex
    }
    #expect(try await named("v1") == first.promptVersion.hex)
    #expect(try await named("v2") == second.promptVersion.hex)
    #expect(try await named("now") == second.promptVersion.hex)
    #expect(try await named(String(first.promptVersion.hex.prefix(6))) == first.promptVersion.hex)
    for name in ["v3", "v0", "zzzz", "", "abc"] {
      await #expect(throws: WorkbenchError.self, "\(name)") { _ = try await named(name) }
    }
  }

  @Test func aRestoreWritesWhatDiffers() throws {
    func section(_ id: String, _ title: String, _ body: String, on: Bool = true) -> Section {
      Section(id: id, title: title, role: id >= "80" ? .user : .system, isEnabled: on, body: body)
    }
    let now = Prompt(
      name: "p", path: "p",
      sections: [
        section("10-role.md", "role", "A"), section("30-new.md", "new", "N"), section("80-q.md", "q", "{{ x }}"),
      ])
    let old = Prompt(
      name: "p", path: "p",
      sections: [
        section("10-role.md", "role", "B"), section("20-gone.md", "gone", "G"), section("80-q.md", "q", "{{ x }}"),
      ])
    let version = PromptVersion(freezing: old)
    let variant = Variant(name: "v", model: "m", prompt: "p")
    let restore = PromptRestore(version, to: now, of: variant)
    #expect(restore.written.map(\.title) == ["role", "gone"] && restore.isExact)
    #expect(restore.choice == SectionChoice(without: ["new"]) && restore.switched == ["new"])
    let plain = PromptRestore(version, to: now, of: nil)
    #expect(plain.isExact && plain.choice == .all)
    #expect(plain.written.last?.title == "new" && plain.written.last?.isEnabled == false)
    #expect(PromptRestore(PromptVersion(freezing: now), to: now, of: variant).isEmpty)
    // A section that is off now, and one that the variant leaves out.
    var off = now
    off.sections[0].isEnabled = false
    var leaving = variant
    leaving.without = ["new"]
    let back = PromptRestore(PromptVersion(freezing: now), to: off, of: leaving)
    #expect(back.isExact && back.choice == SectionChoice(with: ["role"]) && back.written.isEmpty)
  }
}
