import Domain
import Drawing
import Foundation
import PaneKit
import Testing
import WorkbenchCore

@testable import WorkbenchUI

extension Screen {
  /// A screen with these very panes, on the keys 1, 2 and so on.
  init(panes: [any Pane<Snapshot, Command, AnyQuery>], snapshot: Snapshot, themes: [Theme]) {
    let entries = panes.enumerated().map { index, pane in
      PaneEntry(Key(.character(Character("\(index + 1)")))) { pane }
    }
    self.init(panes: entries, snapshot: snapshot, themes: themes)
  }
}

/// A pane that draws its title and what came to it.
struct ProbePane: Pane {
  enum Action: Sendable { case run, leave }
  var id: PaneID { PaneID(title.lowercased()) }
  let title: String
  typealias Query = AnyQuery
  var seen: [String] = []
  var capturesText = false
  var unsavedTitles: [String] = []
  var isSaving = false

  func bindings(_ snapshot: Snapshot) -> [Binding<Action>] {
    [
      Binding("r", title: "Run \(title)", group: title, action: .run, footer: "run"),
      Binding("x", title: "Forbidden", group: title, action: .leave, unavailable: "Not today."),
    ]
  }
  mutating func perform(_ action: Action, _ snapshot: Snapshot) -> Reaction<Command> {
    .command(.evaluate(EvaluateRequest(variant: title)))
  }
  mutating func handle(_ event: Event, _ snapshot: Snapshot) -> Reaction<Command> {
    guard capturesText, case .key(let key) = event, let text = key.text else { return .ignored }
    seen.append(String(text))
    return .handled
  }
  mutating func leave(_ snapshot: Snapshot) -> Reaction<Command> {
    if let ended = snapshot.edits.last {
      isSaving = false
      unsavedTitles = ended.problem == nil ? [] : ["constraints"]
    }
    return .command(.cancelJob(JobID(7)))
  }
  mutating func draw(
    _ snapshot: Snapshot, in rect: Rect, focused: Bool, on surface: inout Surface, theme: Theme
  ) { surface.write("\(title) \(seen.joined())", at: Point(x: rect.x, y: rect.y), clip: rect) }
}

@Suite struct ScreenTests {
  private func snapshot() -> Snapshot {
    var workspace = Workspace(folder: "/nowhere", name: "sample 作")
    workspace.variants = [Variant(name: "base", model: "m", prompt: "p")]
    return Snapshot(workspace: workspace, time: Date(timeIntervalSince1970: 0))
  }

  private func screen(capturing: Bool = false) -> Screen {
    var first = ProbePane(title: "Prompt")
    first.capturesText = capturing
    let panes: [any Pane<Snapshot, Command, AnyQuery>] =
      [first] + ["Cases", "Compare", "Training", "Verdict"].map { ProbePane(title: $0) }
    return Screen(panes: panes, snapshot: snapshot(), themes: [.dark])
  }

  private func text(_ screen: inout Screen, _ width: Int = 80, _ height: Int = 24) -> String {
    var surface = Surface(width: width, height: height)
    screen.draw(on: &surface)
    return surface.text()
  }

  @Test func numbersAndTabMoveTheFocusAndTheLeftPaneSaves() {
    var screen = screen()
    #expect(screen.handle(.key("3")) == [.cancelJob(JobID(7))])
    #expect(text(&screen).contains("Compare \n") || screen.focus == 2)
    _ = screen.handle(.key(.tab))
    #expect(screen.focus == 3)
    _ = screen.handle(.key(.backTab))
    #expect(screen.focus == 2)
    #expect(screen.handle(.key("3")).isEmpty)
  }

  @Test func thePanesOwnKeysComeBeforeTheGlobalOnes() {
    var screen = screen()
    #expect(screen.handle(.key("r")) == [.evaluate(EvaluateRequest(variant: "Prompt"))])
  }

  @Test func typingGoesToThePaneThatTakesText() {
    var screen = screen(capturing: true)
    for key in ["q", "3", "?"] { _ = screen.handle(.key(Key(.character(Character(key))))) }
    #expect(!screen.isDone)
    #expect(screen.focus == 0)
    #expect(text(&screen).contains("Prompt q3?"))
  }

  @Test func theTerminalIsAskedForWhatOnlyItCanDo() {
    var screen = screen()
    #expect(screen.takeTerminalRequests() == [])
    _ = screen.handle(.key(.control("z")))
    _ = screen.carryOut(.copy("é", what: "the answer"))
    #expect(screen.takeTerminalRequests() == [.suspend, .copy("é", what: "the answer")])
    #expect(screen.takeTerminalRequests() == [])
  }

  @Test(arguments: ["q", "Esc"]) func whatIsReadClosesWithEscapeAndQ(key: String) throws {
    for opening in ["?", "!"] {
      var screen = screen()
      _ = screen.handle(.key(Key(.character(Character(opening)))))
      _ = screen.handle(.key("x"))
      #expect(text(&screen).contains("Esc or q closes"))
      _ = screen.handle(.key(try #require(Key(key))))
      #expect(!text(&screen).contains("closes") && !screen.isDone)
    }
  }

  @Test func whatCannotBeDoneSaysWhy() {
    var screen = screen()
    _ = screen.handle(.key("x"))
    #expect(text(&screen).contains("Not today."))
  }

  @Test func quittingSavesFirst() {
    var screen = screen()
    #expect(screen.handle(.key("q")) == Array(repeating: .cancelJob(JobID(7)), count: 5))
    #expect(screen.isDone)
  }

  @Test func quittingAsksWhileAnEvaluationIsUnderWay() {
    var screen = screen()
    var busy = snapshot()
    busy.progress[RunID(1)] = RunProgress(done: 1, total: 9)
    _ = screen.update(busy)
    _ = screen.handle(.key("q"))
    #expect(!screen.isDone)
    #expect(text(&screen).contains("Quit?"))
    _ = screen.handle(.key(.escape))
    #expect(!text(&screen).contains("Quit?"))
    _ = screen.handle(.key("q"))
    _ = screen.handle(.key("y"))
    #expect(screen.isDone)
  }

  @Test func theStatusLineTellsOfARunUnderWayOnEveryPane() {
    var screen = screen()
    var busy = snapshot()
    let hash = ContentHash(hex: "a")
    busy.runs = [2, 1].map { number in
      Run(
        id: RunID(number), identity: hash, variant: busy.workspace.variants[0], promptVersion: hash, set: "main",
        setHash: hash, state: .running, started: busy.time, seconds: 0, cases: 1000, summary: RunSummary())
    }
    busy.progress[RunID(2)] = RunProgress(done: 412, total: 1000, errors: 2, rate: 38.4)
    busy.progress[RunID(1)] = RunProgress(done: 1, total: 9)
    _ = screen.update(busy)
    func lines(_ width: Int) -> [Bool] {
      screen.panes.indices.map { index in
        _ = screen.show(index)
        let line = text(&screen, width).split(separator: "\n").last ?? ""
        return width < 120
          ? line.hasSuffix(" base ━━━───── 412/1000 ✗ 2")
          : line.hasSuffix(" base ━━━───── 412/1000 38/s 0:16 left ✗ 2 and 1 more")
      }
    }
    #expect(lines(80) == Array(repeating: true, count: 5))
    #expect(lines(120) == Array(repeating: true, count: 5))
  }

  @Test func quittingAsksWhileSomethingTypedCannotBeSaved() {
    var pane = ProbePane(title: "Prompt")
    pane.unsavedTitles = ["constraints"]
    var screen = Screen(panes: [pane, ProbePane(title: "Cases")], snapshot: snapshot(), themes: [.dark])
    _ = screen.handle(.key(.control("c")))
    #expect(!screen.isDone)
    #expect(text(&screen).contains("constraints"))
    _ = screen.handle(.key("y"))
    #expect(screen.isDone)
  }

  @Test(arguments: [nil, "The disk is full."]) func quittingWaitsForWhatIsBeingSaved(problem: String?) {
    var pane = ProbePane(title: "Prompt")
    pane.isSaving = true
    var screen = Screen(panes: [pane, ProbePane(title: "Cases")], snapshot: snapshot(), themes: [.dark])
    _ = screen.handle(.key("q"))
    #expect(!screen.isDone)
    #expect(text(&screen).contains("Saving what you typed"))
    #expect(!text(&screen).contains("Quit?"))
    _ = screen.update(snapshot())
    #expect(!screen.isDone)
    var ended = snapshot()
    ended.edits = [EndedEdit(id: 1, command: .reload, problem: problem)]
    _ = screen.update(ended)
    #expect(screen.isDone == (problem == nil))
    #expect(text(&screen).contains("constraints") == (problem != nil))
  }

  @Test func aFailureIsToldRatherThanWhatAPaneSaid() {
    var screen = screen()
    _ = screen.handle(.key("x"))
    var told = snapshot()
    told.notices = [Notice(id: 1, kind: .error, text: "It broke.", time: Date(timeIntervalSince1970: 0))]
    _ = screen.update(told)
    #expect(text(&screen).contains("It broke."))
  }

  @Test func helpIsMadeFromTheBindings() {
    var screen = screen()
    _ = screen.handle(.key("?"))
    let shown = text(&screen, 100, 40)
    for binding in screen.bindings { #expect(shown.contains(binding.title)) }
    #expect(shown.contains("Run Prompt"))
    #expect(shown.contains("Not today."))
  }

  @Test func thePaletteFindsByLettersAndRuns() {
    var screen = screen()
    _ = screen.handle(.key(":"))
    for letter in "evabase" { _ = screen.handle(.key(Key(.character(letter)))) }
    #expect(screen.handle(.key(.enter)).isEmpty)  // there is no eval set, so nothing is called so
    _ = screen.handle(.key(.escape))
    _ = screen.handle(.key(":"))
    for letter in "run cas" { _ = screen.handle(.key(letter == " " ? .space : Key(.character(letter)))) }
    let commands = screen.handle(.key(.enter))
    #expect(commands.contains(.evaluate(EvaluateRequest(variant: "Cases"))))
    #expect(screen.focus == 1)
  }

  @Test func themesArePreviewedAndPutBack() {
    let other = Theme.parse("", name: "other").theme
    var screen = Screen(
      panes: [ProbePane(title: "Prompt")], snapshot: snapshot(), themes: [.dark, other])
    _ = screen.handle(.key(":"))
    for letter in "theme:oth" { _ = screen.handle(.key(Key(.character(letter)))) }
    #expect(screen.theme.name == "other")
    _ = screen.handle(.key(.escape))
    #expect(screen.theme.name == "dark")
  }

  @Test func aNoticeStaysUntilAKeyIsPressed() {
    var screen = screen()
    var told = snapshot()
    told.notices = [
      Notice(id: 1, kind: .error, text: "Something \u{1b}[31mbroke.", time: Date(timeIntervalSince1970: 0))
    ]
    _ = screen.update(told)
    let shown = text(&screen)
    #expect(shown.contains("broke."))
    #expect(!shown.contains("\u{1b}"))
    _ = screen.handle(.key("j"))
    #expect(!text(&screen).contains("broke."))
    _ = screen.handle(.key("!"))
    #expect(text(&screen).contains("broke."))
  }

  @Test(arguments: [(1, 1), (39, 10), (40, 9), (40, 10), (80, 24), (200, 50)])
  func everySizeIsDrawn(width: Int, height: Int) {
    var screen = screen()
    let lines = text(&screen, width, height).split(separator: "\n", omittingEmptySubsequences: false)
    #expect(lines.count <= height)
    if width < 40 || height < 10 {
      #expect(width < 20 || lines.joined(separator: " ").contains("Assay needs"))
    } else {
      #expect(lines.count == height)
      #expect(lines[0].contains("assay"))
      #expect(lines.last?.contains("q quit") == true)
    }
    for key in ["?", "!", ":"] {
      _ = screen.handle(.key(Key(.character(Character(key)))))
      _ = text(&screen, width, height)
      _ = screen.handle(.key(.escape))
    }
  }

  @Test func clickingATabShowsItsPane() {
    var screen = screen()
    let tab = screen.tabs(width: 80)[3]
    _ = screen.handle(.mouse(MouseEvent(.press(.left), at: Point(x: tab.range.lowerBound + 1, y: 0))))
    #expect(screen.focus == 3)
  }
}
