import Domain
import Drawing
import Foundation
import Grading
import SurfaceSnapshots
import Testing
import WorkbenchCore

@testable import PanePrompt

struct ScreenTests {
  static let sizes = [(80, 22), (120, 34), (40, 8), (1, 1)]
  let request = RenderRequest(variant: "whole", set: "cases", caseID: "c-1")

  private func full() throws -> Snapshot {
    var snapshot = try Fixture.rendered(Fixture.snapshot(), request)
    let whole = try #require(snapshot.workspace.variant("whole"))
    let task = try #require(snapshot.workspace.variant("task-only"))
    let current = PromptVersion(freezing: Fixture.prompt)
    var older = Fixture.prompt
    older.sections[0].body = "You sort tickets."
    let old = PromptVersion(freezing: older)
    let first = PromptVersion(freezing: Fixture.prompt, task.choice)
    snapshot.versions = [
      StoredVersion(version: current, created: Fixture.now - 3600),
      StoredVersion(version: old, created: Fixture.now - 7200),
      StoredVersion(version: first, created: Fixture.now - 90_000),
    ]
    snapshot.runs = [
      Fixture.run(1, whole, current, mean: 0.72), Fixture.run(2, whole, old, mean: 0.5),
      Fixture.run(30, task, first, mean: 0.25),
    ]
    let scores = [Score(grader: "exact", value: 0, passed: false, reason: "\"tide\" is not \"sync\"")]
    let output = Output(
      caseID: "c-1", requestKey: current.hash,
      answer: Answer(
        text: "tide", usage: TokenUsage(prompt: 40, completion: 2), latency: 0.42, firstToken: 0.051), scores: scores,
      value: 0,
      passed: false)
    snapshot.trial = Trial(request: request, caseID: "c-1", text: "tide", isRunning: false, output: output)
    return try Fixture.versioned(snapshot)
  }

  @Test(arguments: sizes) func drawsAtEverySize(_ width: Int, _ height: Int) throws {
    var driver = Driver(try full(), size: Size(width: width, height: height))
    try driver.draw().match(snapshot: "prompt-\(width)x\(height)")
    for keys in [["v"], ["v", "l", "l", "l", "l"], ["e", "x", "Esc"], ["D"], ["n", "a"], ["Esc", "/"]] {
      for key in keys { driver.press(key) }
    }
  }

  @Test(arguments: sizes.prefix(2)) func drawsVersions(_ width: Int, _ height: Int) throws {
    var driver = Driver(try full(), size: Size(width: width, height: height))
    driver.press("v")
    try driver.draw().match(snapshot: "versions-\(width)x\(height)")
  }

  @Test func drawsTheEditor() throws {
    var driver = Driver(try full())
    driver.press("G", "e", "End")
    driver.type(" {{ tickt }} {{ not a name }}")
    let surface = driver.draw()
    try surface.match(snapshot: "editor-80x22")
    #expect(surface.cursor != nil)
    let unknown = surface.styledRuns().first { $0.text == "{{ tickt }}" }
    #expect(unknown?.style.attributes.contains(.underline) == true)
  }

  @Test func marksSlotValues() throws {
    var driver = Driver(try full())
    driver.press("x")
    let runs = driver.draw().styledRuns()
    #expect(
      runs.contains { $0.text == "The app lost file 1." && $0.style.foreground == Theme.dark[.variable].foreground })
  }

  @Test func streamsTheAnswer() throws {
    var snapshot = try full()
    snapshot.trial = Trial(
      request: request, caseID: "c-1", text: "", isRunning: true, waiting: "waiting for the local engine")
    var driver = Driver(snapshot)
    #expect(driver.draw().text().contains("waiting for the local engine …"))
    driver.snapshot.trial?.text = (0..<40).map { "line \($0)" }.joined(separator: "\n")
    driver.snapshot.trial?.waiting = nil
    #expect(driver.draw().text().contains("line 39▌"))
    driver.snapshot.trial?.isRunning = false
    driver.snapshot.trial?.output = Output(
      caseID: "c-1", requestKey: Fixture.hash("x"), answer: nil, failure: "No engine.")
    #expect(driver.draw().text().contains("line 0"))
    #expect(driver.draw().text().contains("✗ no answer"))
  }

  @Test func saysWhatToDoWhenThereIsNothing() {
    func text(_ workspace: Workspace) -> String {
      var driver = Driver(Fixture.snapshot(workspace))
      return driver.draw().text()
    }
    #expect(text(Workspace(folder: "/", name: "none")).contains("Name one in assay.yaml"))
    var workspace = Fixture.workspace(cases: [])
    #expect(text(workspace).contains("has no cases: add one"))
    workspace.evalSets = []
    #expect(text(workspace).contains("Add an eval set to assay.yaml"))
    workspace.variants = []
    #expect(text(workspace).contains("no variant uses it"))
    workspace.prompts = [Prompt(name: "main", path: "prompts/main", sections: [])]
    #expect(text(workspace).contains("Press a"))
  }

  @Test func showsARenderingProblem() throws {
    let problem = "The prompt uses {{ tickt }}, but the case's input has ticket."
    let snapshot = try Fixture.rendered(Fixture.snapshot(), request, exact: false, problem: problem)
    var driver = Driver(snapshot)
    let text = driver.draw().text()
    #expect(text.contains("✗ The prompt uses {{ tickt }}"))
    #expect(text.contains("~21 tokens"))
  }

  @Test(arguments: sizes) func hostileTextStaysText(_ width: Int, _ height: Int) throws {
    let evil = "\u{1b}[2J\u{1b}]0;pwned\u{7}\u{9b}31m\u{202e}\r\nnext\u{0}"
    var prompt = Fixture.prompt
    prompt.sections = Fixture.sections.map {
      Section(id: $0.id + evil, title: $0.title + evil, role: $0.role, body: $0.body + evil)
    }
    let evilCase = EvalCase(id: "c\(evil)", input: ["ticket": .string(evil)])
    var snapshot = Fixture.snapshot(Fixture.workspace(prompts: [prompt, Fixture.short], cases: [evilCase]))
    let request = RenderRequest(variant: "whole", set: "cases", caseID: evilCase.id)
    snapshot = try Fixture.rendered(snapshot, request, problem: evil)
    let score = Score(grader: evil, value: 0, passed: false, reason: evil)
    snapshot.trial = Trial(
      request: request, caseID: evilCase.id, text: evil, isRunning: false,
      output: Output(caseID: evilCase.id, requestKey: Fixture.hash("x"), answer: Answer(text: evil), scores: [score]))
    var driver = Driver(snapshot, size: Size(width: width, height: height))
    for key in ["j", "l", "l", "l", "h", "v", "e", "Ctrl-s", "Esc", "D", "y", "a"] {
      driver.press(key)
      for scalar in driver.draw().text().unicodeScalars where scalar != "\n" {
        #expect(scalar.value >= 0x20 && !(0x7f...0x9f).contains(scalar.value) && scalar.value != 0x202e)
      }
    }
  }

  @Test func describesChanges() {
    let old = PromptVersion(
      prompt: "main",
      parts: [.init(title: "a", role: .system, body: "1\n2\n3"), .init(title: "b", role: .system, body: "gone")])
    let new = PromptVersion(
      prompt: "main",
      parts: [.init(title: "a", role: .system, body: "1\n2b\n3\n4"), .init(title: "c", role: .user, body: "new")])
    let lines = VersionChange.lines(from: old, to: new).map { "\($0.kind) \($0.text)" }
    #expect(
      lines == [
        "heading ~ a edited", "removed 2", "added 2b", "added 4", "heading + c added", "added new",
        "heading - b removed", "removed gone",
      ])
  }
}
