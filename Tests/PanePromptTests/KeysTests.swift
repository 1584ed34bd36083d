import Domain
import Drawing
import Foundation
import Testing
import WorkbenchCore

@testable import PanePrompt

struct KeysTests {
  let request = RenderRequest(variant: "whole", set: "cases", caseID: "c-1")

  @Test func movesASection() {
    var driver = Driver()
    driver.press("K")
    #expect(driver.notices == ["\"role\" is the first section already."])
    driver.press("J")
    #expect(driver.take().filter(\.isEdit) == [.moveSection(prompt: "main", id: "10-role.md", by: 1)])
    var moved = driver.snapshot
    moved.workspace.prompts[0].sections.swapAt(0, 1)
    let role = moved.workspace.prompts[0].sections[1]
    moved.workspace.prompts[0].sections[1] = Section(id: "35-role.md", title: "role", role: .system, body: role.body)
    driver.show(moved)
    #expect(driver.pane.open?.section == "35-role.md")
    driver.press("e", "x")
    _ = driver.pane.leave(driver.snapshot)
    driver.press("J")
    #expect(driver.notices.last?.contains("before it is moved") == true)
  }

  @Test func searchesInWhatTheModelSees() throws {
    let lines = String(repeating: "line\n", count: 60)
    var snapshot = Fixture.replacing("30-task.md", body: lines + "The app\n" + lines, in: Fixture.snapshot())
    snapshot = try Fixture.rendered(snapshot, request)
    var driver = Driver(snapshot)
    driver.press("l", "w", "/")
    #expect(driver.pane.panel == .model)
    driver.type("the app")
    driver.press("Enter")
    #expect(driver.draw().text().contains("The app"))
    #expect(!driver.draw().text().contains("The app lost file 1."))
    driver.press("n")
    #expect(driver.draw().text().contains("The app lost file 1."))
    let second = driver.pane.modelMatch
    driver.press("n", "N")
    #expect(driver.pane.modelMatch == second)
    driver.press("/")
    driver.type("nowhere")
    driver.press("Enter", "n")
    #expect(driver.notices.last == "What the model sees has no \"nowhere\".")
  }

  @Test func copiesWhatThePanelShows() throws {
    var driver = Driver(try Fixture.rendered(Fixture.snapshot(), request))
    driver.press("y")
    let messages = try #require(driver.snapshot[RenderQuery(request)].answer?.messages.map(\.content))
    #expect(messages.count == 2)
    #expect(driver.notices == ["what the model sees: \(messages.joined(separator: "\n\n"))"])
    driver.press("l", "y")
    #expect(driver.notices.last == "the text of role: You sort tickets of the café.")
  }

  @Test func whatAModelWouldSeeIsCopiedBeforeItIsCounted() {
    var driver = Driver()
    driver.press("y")
    #expect(driver.notices.last?.hasPrefix("what the model sees: ") == true)
    driver.snapshot.workspace.evalSets = []
    driver.press("y")
    #expect(driver.notices.last == "No case fills the prompt yet: add one in the Cases pane.")
  }

  @Test func choosesVariantsAndCases() throws {
    var driver = Driver(try Fixture.rendered(Fixture.snapshot(), request))
    func asked() -> Set<AnyQuery> { driver.pane.queries(driver.snapshot) }
    func query(_ variant: String, _ caseID: String) -> Set<AnyQuery> {
      [AnyQuery(RenderQuery(RenderRequest(variant: variant, set: "cases", caseID: caseID)))]
    }
    #expect(asked() == query("whole", "c-1"))
    driver.press("V")
    #expect(asked() == query("tuned", "c-1"))
    driver.press("V")
    #expect(asked() == query("task-only", "c-1"))
    driver.press("Alt-v", "Alt-v")
    driver.press("]")
    #expect(asked() == query("whole", "c-2"))
    driver.press("[", "[")
    #expect(asked() == query("whole", "c-3"))
    #expect(driver.take().isEmpty)
  }

  @Test func switchesASectionForTheVariantAndNotInItsFile() throws {
    var driver = Driver(try Fixture.rendered(Fixture.snapshot(), request))
    driver.press("Space")
    #expect(driver.take() == [.chooseSections(SectionChoice(without: ["role"]), of: "whole")])
    driver.press("j", "j", "Space")
    #expect(driver.take() == [.chooseSections(SectionChoice(with: ["tone"]), of: "whole")])
    driver.snapshot.workspace.variants[1].without = ["role"]
    driver.press("g", "Space")
    #expect(driver.take() == [.chooseSections(.all, of: "whole")], "on again is as it was")
    driver.press("V", "V", "g", "Space")
    #expect(driver.take() == [.chooseSections(SectionChoice(only: ["task"], with: ["role"]), of: "task-only")])
  }

  @Test func withoutAVariantTheFileIsSwitched() {
    var workspace = Fixture.workspace()
    workspace.variants = []
    var driver = Driver(Fixture.snapshot(workspace))
    driver.press("Space")
    var section = Fixture.sections[0]
    section.isEnabled = false
    #expect(driver.take() == [.saveSection(prompt: "main", section)])
  }

  @Test func aSetWithItsOwnPromptIsSentWhole() {
    var driver = Driver()
    driver.snapshot.workspace.evalSets[0].prompt = "short"
    driver.press("Space")
    #expect(driver.take() == [])
    #expect(driver.notices.last?.contains("has a prompt of its own") == true)
  }

  @Test func allSectionsAreAblatedWithTwoKeys() throws {
    var driver = Driver(try Fixture.rendered(Fixture.snapshot(), request))
    driver.press("A")
    let asked = driver.queries(AblationQuery.self)
    #expect(asked == [AblationQuery(AblationRequest(variant: "whole", set: "cases"))])
    #expect(driver.take() == [])
    driver.press("A")
    #expect(driver.take() == [.ablate(AblationRequest(variant: "whole", set: "cases"))])
    driver.press("Esc")
    #expect(driver.queries(AblationQuery.self).isEmpty)
  }

  @Test func anOlderVersionIsBackWithTwoKeys() throws {
    var snapshot = try Fixture.rendered(Fixture.snapshot(), request)
    let whole = try #require(snapshot.workspace.variant("whole"))
    var older = Fixture.prompt
    older.sections[0].body = "You sort tickets."
    let (old, current) = (PromptVersion(freezing: older), PromptVersion(freezing: Fixture.prompt))
    snapshot.versions = [
      StoredVersion(version: current, created: Fixture.now - 60),
      StoredVersion(version: old, created: Fixture.now - 90),
    ]
    snapshot.runs = [Fixture.run(2, whole, current, mean: 0.5), Fixture.run(1, whole, old, mean: 0.7)]
    var driver = Driver(try Fixture.versioned(snapshot))
    driver.press("v", "B")
    #expect(driver.take() == [.restore(old.hash, variant: "whole", prompt: "main", set: "cases")])
    driver.press("b")
    #expect(driver.text.contains("what B would change") && driver.text.contains("+ You sort tickets."))
    driver.press("Enter")
    #expect(driver.text.contains("whole") && driver.text.contains("role · system"))
    driver.press("k", "B")
    #expect(driver.take() == [])
    #expect(driver.notices.last == "The files say version \(current.hash.short) already; nothing was written.")
    driver.press("e", "x", "Esc", "Esc", "Ctrl-s", "Esc")
    #expect(driver.take().count == 1)
  }

  @Test func addsASectionWithTheNextNumber() {
    var driver = Driver()
    driver.press("a")
    driver.type("Häuser und Regeln")
    #expect(driver.pane.capturesText)
    _ = driver.take()
    driver.press("Enter")
    let section = Section(id: "45-häuser-und-regeln.md", title: "Häuser und Regeln", role: .system, body: "")
    #expect(driver.take() == [.saveSection(prompt: "main", section)])
    #expect(!driver.pane.capturesText)
    var snapshot = driver.snapshot
    snapshot.workspace.prompts[0].sections.insert(section, at: 3)
    driver.show(snapshot)
    #expect(driver.pane.open?.section == section.id)
  }

  @Test func refusesATitleThatIsTaken() {
    var driver = Driver()
    driver.press("a")
    driver.type("tone")
    driver.press("Enter")
    #expect(driver.take().allSatisfy { $0.work(as: SectionSaving.self) == nil })
    #expect(driver.draw().text().contains("There is a section called \"tone\" already."))
    driver.press("Esc")
    #expect(!driver.pane.capturesText)
  }

  @Test func deletesOnlyAfterYes() {
    var driver = Driver()
    _ = driver.pane.update(driver.snapshot)
    driver.press("j", "D", "n")
    #expect(driver.take() == [])
    driver.press("D", "x", "y")
    #expect(driver.take() == [.deleteSection(prompt: "main", id: "30-task.md")])
    // The file goes; nothing counts as unsaved.
    driver.show(Fixture.replacing("30-task.md", body: nil, in: driver.snapshot))
    #expect(driver.pane.unsavedTitles == [])
  }

  @Test func triesAndStops() throws {
    var driver = Driver(try Fixture.rendered(Fixture.snapshot(), request))
    driver.press("t")
    #expect(driver.take() == [.tryPrompt(request)])
    driver.snapshot.trial = Trial(request: request, caseID: "c-1", text: "sy", isRunning: true)
    driver.press("x")
    #expect(driver.take() == [.stopTrial])
    driver.press("Esc")
    #expect(driver.take() == [.stopTrial])
    driver.snapshot.trial?.isRunning = false
    driver.press("x")
    #expect(driver.take() == [])
    #expect(!driver.draw().text().contains("Answer ·"))
  }

  @Test func runsAndPauses() throws {
    var driver = Driver(try Fixture.rendered(Fixture.snapshot(), request))
    driver.press("r")
    #expect(driver.take() == [.evaluate(EvaluateRequest(variant: "whole", set: "cases"))])
    driver.press("p")
    #expect(driver.notices == ["This variant is not running; r runs it."])
    let variant = try #require(driver.snapshot.workspace.variant("whole"))
    driver.snapshot.runs = [
      Fixture.run(7, variant, PromptVersion(freezing: Fixture.prompt), mean: 0.5, state: .running)
    ]
    driver.snapshot.progress = [RunID(7): RunProgress(done: 1, total: 3, rate: 2)]
    #expect(driver.draw().text().contains("33 %  1/3"))
    driver.press("r", "p")
    #expect(driver.take() == [.pauseRun(RunID(7))])
    #expect(driver.notices.last == "It is running; p pauses it.")
  }

  @Test func searchesThroughSections() throws {
    var driver = Driver(try Fixture.rendered(Fixture.snapshot(), request))
    driver.press("/")
    driver.type("NAME")
    driver.press("Enter")
    #expect(driver.pane.open?.section == "30-task.md")
    driver.press("/")
    driver.type("e ")
    driver.press("Enter", "n", "n")
    #expect(driver.pane.open != nil)
    driver.press("Esc", "n")
    #expect(driver.notices.last == "Search first: press /.")
  }

  @Test func ignoresKeysOfTheScreen() {
    var driver = Driver()
    for key in ["?", ":", "q", "1", "Tab", "Shift-Tab"] {
      let reaction = driver.pane.react(to: .key(Key(key) ?? .enter), driver.snapshot)
      #expect(reaction.isIgnored, "\(key)")
    }
  }

  @Test func everyBindingHasATitleAndNoKeyMeansTwoThings() {
    let pane = PromptPane()
    let bindings = pane.bindings(Fixture.snapshot())
    #expect(bindings.allSatisfy { !$0.title.isEmpty && !$0.group.isEmpty })
    let keys = bindings.flatMap(\.keys)
    #expect(Set(keys).count == keys.count)
  }
}

struct FooterTests {
  private func footer(_ driver: Driver) -> [String] {
    driver.pane.bindings(driver.snapshot).filter { $0.unavailable == nil }.compactMap(\.footer)
  }

  @Test func beginsWithWhatMattersMost() {
    #expect(footer(Driver()).starts(with: ["edit", "try", "run", "on/off"]))
  }

  @Test func theEditorsKeysAreInIt() {
    var driver = Driver()
    driver.press("e")
    #expect(footer(driver) == ["save", "done", "undo", "find", "replace"])
    driver.press("Ctrl-s")
    #expect(driver.notices == ["Nothing to save."])
  }
}
