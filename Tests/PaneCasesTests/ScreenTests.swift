import Content
import Domain
import Drawing
import SurfaceSnapshots
import Testing
import WorkbenchCore

@testable import PaneCases

struct ScreenTests {
  static let sizes = [(80, 22), (120, 34), (40, 8), (1, 1)]

  @Test(arguments: sizes) func drawsAtEverySize(_ width: Int, _ height: Int) throws {
    var driver = Driver(Fixture.compared(Fixture.snapshot()), size: Size(width: width, height: height))
    try driver.draw().match(snapshot: "cases-\(width)x\(height)")
    for key in ["Enter", "Esc", "f", "j", "Enter", "/", "x", "Esc", "Esc", "e", "x", "Ctrl-s", "Esc", "y", "D", "n"] {
      driver.press(key)
    }
  }

  @Test func drawsTheEditor() throws {
    var driver = Driver(size: Size(width: 120, height: 34))
    driver.press("j", "e", "Down", "End", "Backspace", "Ctrl-s")
    try driver.draw().match(snapshot: "editor-120x34")
  }

  @Test func drawsTheTags() throws {
    var driver = Driver()
    driver.press("f", "j", "j")
    try driver.draw().match(snapshot: "tags-80x22")
  }

  @Test(arguments: [
    #"  "a\"b" : [1.5e3, -2, true, null, "x: y"],"#, #"{"open": "never closed \"#, "plain é作🙂 text", "\"", "",
  ])
  func colouredJSONAddsUpToItsLine(_ line: String) {
    #expect(JSONText.spans(of: line, theme: .dark).map(\.text).joined() == line)
    let marked = TextSearch("e").mark(JSONText.spans(of: line, theme: .dark), style: Theme.dark[.searchMatch])
    #expect(marked.map(\.text).joined() == line)
  }

  @Test func showsProblemsOfTheFile() {
    let problems = [
      Problem(file: "evals/main.jsonl", line: 3, message: "expected a comma."),
      Problem(file: "prompts/main", message: "not about cases."),
    ]
    var driver = Driver(Fixture.snapshot(Fixture.workspace(problems: problems)))
    let text = driver.draw().text()
    #expect(text.contains("! evals/main.jsonl:3: expected a comma."))
    #expect(!text.contains("not about cases"))
  }

  @Test func saysWhatToDoWhenThereIsNoSet() {
    let workspace = Workspace(
      folder: "/", name: "none", problems: [Problem(file: "assay.yaml", line: 2, message: "unknown key.")])
    var driver = Driver(Fixture.snapshot(workspace))
    let text = driver.draw().text()
    #expect(text.contains("This workspace has no eval set."))
    #expect(text.contains("assay.yaml:2: unknown key."))
    driver.press("a", "r", "/")
    #expect(driver.notices == Array(repeating: "Add an eval set to assay.yaml first.", count: 3))
  }

  @Test func marksOfOneRunStandAlone() {
    var snapshot = Fixture.compared(Fixture.snapshot())
    var driver = Driver(snapshot)
    #expect(driver.draw().text().contains("✗"))
    #expect(driver.pane.queries(snapshot).count == 2)
    snapshot.runs.removeAll { !$0.variant.isTuned }
    driver.snapshot = snapshot
    let text = driver.draw().text()
    #expect(driver.pane.queries(snapshot).count == 1)
    #expect(!text.contains("✗") && text.contains("✓"))
  }

  @Test(arguments: sizes) func hostileTextStaysText(_ width: Int, _ height: Int) throws {
    let evil = "\u{1b}[2J\u{1b}]0;pwned\u{7}\u{9b}31m\u{202e}\r\nnext\u{0}"
    let cases = Fixture.cases.map { evalCase in
      EvalCase(
        id: evalCase.id + evil, line: 1, input: .object(["ticket": .string(evil), evil: .string(evil)]),
        expected: .string(evil), tags: [evil])
    }
    let problem = Problem(file: "evals/main.jsonl", message: evil)
    var driver = Driver(
      Fixture.compared(Fixture.snapshot(Fixture.workspace(cases, problems: [problem]))),
      size: Size(width: width, height: height))
    for key in ["j", "Enter", "j", "Esc", "f", "j", "Enter", "e", "Ctrl-s", "x", "Ctrl-s", "Esc", "y", "D"] {
      driver.press(key)
      for scalar in driver.draw().text().unicodeScalars where scalar != "\n" {
        #expect(scalar.value >= 0x20 && !(0x7f...0x9f).contains(scalar.value) && scalar.value != 0x202e)
      }
    }
  }
}
