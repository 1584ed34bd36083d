import Domain
import Drawing
import Foundation
import Testing
import WorkbenchCore

@testable import WorkbenchUI

/// A pane with keys in its footer, which may be typed into.
private struct KeysPane: Pane {
  typealias Query = AnyQuery
  enum Action: Sendable { case act }
  let id = PaneID("keys")
  let title = "Keys"
  var capturesText = false
  var words = ["save", "done"]

  func bindings(_ snapshot: Snapshot) -> [Binding<Action>] {
    zip([Key.control("s"), .escape, "x"], words).map { key, word in
      Binding(key, title: "Do \(word)", action: .act, footer: word)
    }
  }
  mutating func perform(_ action: Action, _ snapshot: Snapshot) -> Reaction<Command> { .notice("Saved task.") }
  mutating func draw(
    _ snapshot: Snapshot, in rect: Rect, focused: Bool, on surface: inout Surface, theme: Theme
  ) {}
}

@Suite struct FooterTests {
  private func screen(capturing: Bool = false, words: [String] = ["save", "done"], themes: [Theme] = []) -> Screen {
    var pane = KeysPane()
    pane.capturesText = capturing
    pane.words = words
    let snapshot = Snapshot(
      workspace: Workspace(folder: "/nowhere", name: "x"), time: Date(timeIntervalSince1970: 0))
    return Screen(panes: [pane], snapshot: snapshot, themes: themes)
  }

  private func lines(_ screen: inout Screen) -> [String] {
    var surface = Surface(width: 80, height: 24)
    screen.draw(on: &surface)
    return surface.text().split(separator: "\n", omittingEmptySubsequences: false).map(String.init)
  }

  private func footer(_ screen: inout Screen) -> String { lines(&screen).last ?? "" }

  @Test func showsThePanesKeysAndTheGlobalOnes() {
    var screen = screen()
    #expect(footer(&screen) == " Ctrl-s save  Esc done  ? help  : commands  q quit")
  }

  @Test func promisesNoKeysThatAreText() {
    var screen = screen(capturing: true)
    #expect(footer(&screen) == " Ctrl-s save  Esc done")
  }

  @Test func aLongHintDoesNotHideTheRest() {
    var screen = screen(words: [String(repeating: "x", count: 60), "done"])
    #expect(footer(&screen) == " Esc done  ? help  : commands  q quit")
  }

  @Test(arguments: [
    ("?", " j k scroll  Esc close"), ("!", " j k scroll  Esc close"),
    (":", " Enter choose  Tab complete  Esc close"),
  ])
  func showsTheKeysOfWhatLiesOverThePane(key: String, expected: String) {
    var screen = screen()
    _ = screen.handle(.key(Key(.character(Character(key)))))
    #expect(footer(&screen) == expected)
  }

  @Test func helpStaysBesideASentence() {
    var screen = screen()
    _ = screen.handle(.key(.control("s")))
    #expect(footer(&screen) == " Saved task.   ? help")
    var typing = self.screen(capturing: true)
    _ = typing.handle(.key(.control("s")))
    #expect(footer(&typing) == " Saved task.   Ctrl-s save  Esc done")
    screen.sentence = String(repeating: "long ", count: 20)
    #expect(!footer(&screen).contains("help"))
  }

  @Test func aThemesDescriptionHasTheKeyColumnToo() {
    let summary = "A theme for bright rooms and old eyes"
    var screen = screen(themes: [Theme.parse("about \(summary)\n", name: "light").theme])
    #expect(screen.themes[0].summary == summary)
    _ = screen.handle(.key(":"))
    for letter in "theme" { _ = screen.handle(.key(Key(.character(letter)))) }
    #expect(lines(&screen).contains { $0.contains("Theme: light") && $0.contains(summary) })
  }
}
