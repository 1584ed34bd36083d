import Drawing
import Testing

@Suite struct PaneTests {
  @Test func bindingsComeFirst() {
    var pane = Notes()
    #expect(pane.react(to: .key("r"), ["a"]).summary == "run a")
    #expect(pane.react(to: .key("j"), ["a", "b"]).summary == "handled")
    #expect(pane.react(to: .key("Z"), ["a"]).summary == "ignored")
  }

  @Test func whatIsUnavailableSaysWhy() {
    var pane = Notes()
    #expect(pane.react(to: .key("r"), []).summary == "notice There is nothing to run.")
  }

  @Test func typingComesBeforeBindings() {
    var pane = Notes()
    pane.isTyping = true
    #expect(pane.react(to: .key("r"), ["a"]).summary == "handled")
    #expect(pane.react(to: .key(.control("r")), ["a"]).summary == "run a")
  }

  @Test func hintsCanBePerformed() {
    var pane = Notes()
    let hint = pane.hints(["a"])[0]
    #expect(hint.keys == ["r", .control("r")])
    #expect(pane.perform(hint, ["a"]).summary == "run a")
    #expect(pane.perform(BindingHint(keys: [], title: "Other"), ["a"]).summary == "ignored")
  }
}

private struct Notes: Pane {
  typealias Query = Never
  enum Action { case run }

  var isTyping = false
  let id = PaneID("notes")
  let title = "Notes"
  var capturesText: Bool { isTyping }

  func bindings(_ notes: [String]) -> [Binding<Action>] {
    [
      Binding(
        "r", .control("r"), title: "Run the note", action: .run,
        unavailable: notes.isEmpty ? "There is nothing to run." : nil)
    ]
  }

  mutating func perform(_ action: Action, _ notes: [String]) -> Reaction<String> { .command("run \(notes[0])") }

  mutating func handle(_ event: Event, _ notes: [String]) -> Reaction<String> {
    if case .key(let key) = event, isTyping ? key.text != nil : key == "j" { return .handled }
    return .ignored
  }

  mutating func draw(_ notes: [String], in rect: Rect, focused: Bool, on surface: inout Surface, theme: Theme) {}
}

extension Reaction where Command == String {
  fileprivate var summary: String {
    switch self {
    case .ignored: "ignored"
    case .handled: "handled"
    case .command(let text): text
    case .notice(let text): "notice \(text)"
    default: "something else"
    }
  }
}
