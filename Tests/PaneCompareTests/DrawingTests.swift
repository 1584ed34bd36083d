import Domain
import Drawing
import Grading
import SurfaceSnapshots
import Testing
import WorkbenchCore

@testable import PaneCompare

struct DrawingTests {
  static let sizes = [(80, 22), (120, 34), (200, 48), (40, 8), (1, 1), (0, 0), (2, 40), (64, 3)]

  private func screen(
    _ snapshot: Snapshot, _ width: Int, _ height: Int, keys: String = "", theme: Theme = .dark
  ) -> (surface: Surface, pane: ComparePane) {
    var pane = ComparePane()
    var surface = Surface(width: width, height: height)
    pane.draw(snapshot, in: surface.bounds, focused: true, on: &surface, theme: theme)
    for key in keys.split(separator: " ").compactMap({ Key(String($0)) }) {
      _ = pane.react(to: .key(key), snapshot)
      surface = Surface(width: width, height: height)
      pane.draw(snapshot, in: surface.bounds, focused: true, on: &surface, theme: theme)
    }
    return (surface, pane)
  }

  @Test(arguments: [(80, 22), (120, 34), (200, 48), (40, 8)])
  func looksAsRecorded(_ width: Int, _ height: Int) throws {
    try screen(Sample.compared(100), width, height, keys: "j j").surface.match(snapshot: "compare-\(width)x\(height)")
  }

  @Test func theCaseAloneOnANarrowScreen() throws {
    try screen(Sample.compared(), 44, 20, keys: "j j Enter").surface.match(snapshot: "case-44x20")
  }

  @Test func theListOfRuns() throws {
    try screen(Sample.compared(), 80, 22, keys: "c").surface.match(snapshot: "runs-80x22")
  }

  @Test func aRunUnderWay() throws {
    let cases = Sample.cases(100)
    let a = cases.map { Sample.output($0, passed: $0.line % 3 != 0) }
    let b = cases.prefix(31).map { Sample.output($0, passed: true, tokens: 96) }
    var snapshot = Sample.snapshot(cases: cases, a: a, b: b)
    snapshot.runs[0].state = .running
    snapshot.progress[RunID(3)] = RunProgress(done: 34, total: 100, errors: 1, inFlight: 4, rate: 3.3)
    try screen(snapshot, 80, 22).surface.match(snapshot: "running-80x22")
  }

  @Test func beforeAnyRun() throws {
    let snapshot = Snapshot(workspace: Sample.workspace(), time: Sample.time)
    try screen(snapshot, 80, 22).surface.match(snapshot: "no-runs-80x22")
  }

  @Test(arguments: sizes)
  func everySizeIsDrawnInEveryState(_ width: Int, _ height: Int) {
    var running = Sample.compared()
    running.progress[RunID(3)] = RunProgress(done: 4, total: 12, errors: 1, rate: 2, waiting: "starting the engine")
    let empty = Snapshot(workspace: Workspace(folder: "/w", name: "empty"), time: Sample.time)
    for snapshot in [Sample.compared(), running, empty, Snapshot(workspace: Sample.workspace(), time: Sample.time)] {
      for keys in ["", "l", "c", "/ x", "f w", "f d f t", "l G", "r"] {
        _ = screen(snapshot, width, height, keys: keys)
      }
    }
  }

  @Test func aHostileAnswerIsDrawnAsText() {
    let hostile = "\u{1B}]0;owned\u{7}\u{1B}[2J {\"a\":\t1}\r\nzwei\u{202E}neue"
    let evalCase = EvalCase(id: "x\u{1B}[31m", input: ["t\u{9B}": .string(hostile)], tags: ["\u{1B}c"])
    var snapshot = Sample.snapshot(
      cases: [evalCase], a: [Sample.output(evalCase, passed: false, text: hostile)],
      b: [Sample.output(evalCase, passed: true, text: "fine")])
    snapshot.runs[0].variant.sampling.stop = []
    for (width, height) in Self.sizes where width > 10 {
      let surface = screen(snapshot, width, height, keys: "l").surface
      for cell in surface.cells {
        #expect(cell.glyph.text.unicodeScalars.allSatisfy { $0.value >= 0x20 && !(0x7F...0x9F).contains($0.value) })
        #expect(!cell.glyph.text.unicodeScalars.contains("\u{202E}"))
      }
    }
  }

  @Test func wideTextKeepsTheColumnsInPlace() throws {
    let texts = ["作業が終わりました。もう一度試してください。👍🏽 café naïve", "作業は終わっていません。👍🏽 café"]
    let evalCase = EvalCase(id: "作-1", input: ["ticket": "Zoë: 作業 📦"], expected: "作業", tags: ["é"])
    let snapshot = Sample.snapshot(
      cases: [evalCase], a: [Sample.output(evalCase, passed: false, text: texts[0])],
      b: [Sample.output(evalCase, passed: true, text: texts[1])])
    try screen(snapshot, 80, 22).surface.match(snapshot: "wide-80x22")
  }

  @Test func differencesAreUnderlined() {
    let surface = screen(Sample.compared(100), 120, 34, keys: "j j").surface
    let underlined = surface.styledRuns().filter { $0.style.attributes.contains(.underline) }.map(\.text)
    #expect(underlined.contains("normal"))
    #expect(underlined.contains("urgent"))
  }

  @Test func answersInJSONSayWhatDiffersFromWhatIsExpected() {
    let evalCase = EvalCase(id: "j", input: ["t": "x"], expected: ["a": 1, "b": "two", "c": true], tags: [])
    var left = Sample.output(evalCase, passed: false, text: #"{"b": "zwei", "a": 1.0, "d": [1]}"#)
    left.scores = [Score(grader: "exact", value: 0, passed: false, reason: "not the same text")]
    var right = Sample.output(evalCase, passed: false, text: #"{"a": 2, "b": "two", "c": true}"#)
    right.scores = [Score(grader: "json-equal", value: 0, passed: false, reason: "a is 2, expected 1")]
    let snapshot = Sample.snapshot(cases: [evalCase], a: [left], b: [right])
    let text = screen(snapshot, 200, 48).surface.text()
    #expect(text.contains(#"≠ b is "zwei", expected "two""#))
    #expect(text.contains("− c is missing") && text.contains("+ d is not expected"))
    #expect(!text.contains("≠ a"))
  }

  @Test func aFailureStandsInPlaceOfTheAnswer() {
    let cases = Sample.cases(1)
    var failed = Sample.output(cases[0], passed: false)
    failed.answer = nil
    failed.scores = []
    failed.failure = "The server closed the connection; press r to ask again."
    let snapshot = Sample.snapshot(cases: cases, a: [failed], b: [Sample.output(cases[0], passed: true)])
    let text = screen(snapshot, 200, 48).surface.text()
    #expect(text.contains("The server closed the connection; press r to ask again."))
    #expect(text.contains("no answer"))
  }

  @Test func aDifferenceThatIsNotShownIsCalledUndecided() {
    #expect(screen(Sample.compared(12), 120, 34).surface.text().contains("not decided"))
    var snapshot = Sample.compared(100)
    #expect(screen(snapshot, 120, 34).surface.text().contains("B is better on these cases"))
    snapshot.comparison?.missing = 1
    #expect(screen(snapshot, 120, 34).surface.text().contains("not decided before all cases are in"))
  }
}
