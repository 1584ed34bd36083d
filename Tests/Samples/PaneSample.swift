import Domain
import Drawing
import PaneKit
import Panes
import SampleWorkspace
import Testing
import WorkbenchCore
import WorkbenchUI

/// A pane in one file: what it shows and asks, its keys, and its entry in the list of panes.
private struct TagsPane: Pane {
  enum Action: Sendable { case run, cases }

  let id = PaneID("tags")
  let title = "Tags"
  private var selected = 0

  private func tags(_ snapshot: Snapshot) -> [(tag: String, count: Int)] {
    let counts = snapshot[TagCountQuery(set: "main")].answer ?? [:]
    return counts.sorted { ($1.value, $0.key) < ($0.value, $1.key) }.map { ($0.key, $0.value) }
  }

  func queries(_ snapshot: Snapshot) -> Set<AnyQuery> { [AnyQuery(TagCountQuery(set: "main"))] }

  func bindings(_ snapshot: Snapshot) -> [Binding<Action>] {
    let none = snapshot.workspace.variants.isEmpty ? "assay.yaml has no variants yet." : nil
    return [
      Binding(
        "r", title: "Evaluate the first variant", group: title, action: .run, unavailable: none, footer: "evaluate"),
      Binding(.enter, title: "Show the cases", group: title, action: .cases, footer: "cases"),
    ]
  }

  mutating func perform(_ action: Action, _ snapshot: Snapshot) -> Reaction<Command> {
    switch action {
    case .run:
      guard let variant = snapshot.workspace.variants.first else { return .handled }
      return .command(.evaluate(EvaluateRequest(variant: variant.name)))
    case .cases: return .show(PaneID("cases"))
    }
  }

  mutating func handle(_ event: Event, _ snapshot: Snapshot) -> Reaction<Command> {
    switch event {
    case .key("j"), .key(.down): selected = min(selected + 1, max(0, tags(snapshot).count - 1))
    case .key("k"), .key(.up): selected = max(selected - 1, 0)
    default: return .ignored
    }
    return .handled
  }

  mutating func draw(_ snapshot: Snapshot, in rect: Rect, focused: Bool, on surface: inout Surface, theme: Theme) {
    let tags = tags(snapshot)
    guard !tags.isEmpty else {
      surface.write("No case has a tag.", at: Point(x: rect.x, y: rect.y), clip: rect)
      return
    }
    for (row, entry) in tags.enumerated() {
      let mark = row == selected ? ">" : " "
      surface.write("\(mark) \(entry.tag) \(entry.count)", at: Point(x: rect.x, y: rect.y + row), clip: rect)
    }
  }
}

/// How many cases of a set have each tag.
private struct TagCountQuery: Query {
  var set: String
  var sources: Set<QuerySource> { [.files] }

  func answer(on workbench: isolated Workbench, partial: ([String: Int]) -> Void) async throws -> [String: Int] {
    let cases = workbench.snapshot.workspace.evalSet(set)?.cases ?? []
    return Dictionary(cases.flatMap(\.tags).map { ($0, 1) }, uniquingKeysWith: +)
  }
}

@Suite struct PaneSample {
  private func screen() -> Screen {
    var snapshot = SampleWorkspace.snapshot
    snapshot[TagCountQuery(set: "main")] = .ready(["urgent": 2, "easy": 5])
    let entry = PaneEntry("7") { TagsPane() }
    return Screen(panes: Panes.all + [entry], snapshot: snapshot, themes: [])
  }

  private func text(_ screen: inout Screen) -> String {
    var surface = Surface(width: 100, height: 24)
    screen.draw(on: &surface)
    return surface.text()
  }

  @Test func itHasATabAndShowsWhatItAsks() {
    var screen = screen()
    _ = screen.handle(.key("7"))
    let shown = text(&screen)
    #expect(shown.contains("7 Tags") && shown.contains("> easy 5") && shown.contains("  urgent 2"))
    #expect(screen.takeQueries()?.contains(AnyQuery(TagCountQuery(set: "main"))) == true)
    _ = screen.handle(.key("j"))
    #expect(text(&screen).contains("> urgent 2"))
  }

  @Test func itsKeysStandInTheHelpAndMakeCommands() throws {
    var screen = screen()
    _ = screen.handle(.key("7"))
    #expect(screen.handle(.key("r")).first?.work(as: EvaluateRequest.self) != nil)
    _ = screen.handle(.key("?"))
    #expect(text(&screen).contains("Evaluate the first variant"))
    _ = screen.handle(.key(.escape))
    _ = screen.handle(.key(.enter))
    #expect(!text(&screen).contains("> easy 5"), "Enter goes to Cases")
  }
}
