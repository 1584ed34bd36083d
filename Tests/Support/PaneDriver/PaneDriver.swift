import Domain
import Drawing
import WorkbenchCore

/// A pane on a surface, fed with keys: what it asked for, what it said, and what it shows.
package struct PaneDriver<P: Pane<Snapshot, Command, AnyQuery>>: Sendable {
  /// The pane.
  package var pane: P
  /// What it shows.
  package var snapshot: Snapshot
  /// What was asked for, apart from keeping what is typed.
  package var commands: [Command] = []
  /// What is to be kept while it is unsaved.
  package var kept: [Command] = []
  /// What was said, and what was copied with its name before it.
  package var notices: [String] = []
  /// What other panes were asked to turn to.
  package var revealed: [Subject] = []
  /// How large it is drawn.
  package var size: Size
  /// What it drew last.
  package private(set) var surface: Surface

  /// A pane that is drawn at once, with the focus.
  package init(_ pane: P, _ snapshot: Snapshot, size: Size = Size(width: 100, height: 30)) {
    self.pane = pane
    self.snapshot = snapshot
    self.size = size
    surface = Surface(size)
    draw()
  }

  /// Presses keys in their written form, one after the other, with drawing between them as on a terminal.
  package mutating func press(_ keys: String...) {
    for key in keys.flatMap({ $0.split(separator: " ") }) {
      guard let key = Key(String(key)) else { preconditionFailure("There is no key called \(key).") }
      send(.key(key))
    }
  }

  /// Types each character.
  package mutating func type(_ text: String) {
    for character in text { send(.key(.character(character))) }
  }

  /// Hands the pane an event, and draws.
  package mutating func send(_ event: Event) {
    note(pane.react(to: event, snapshot))
    draw()
  }

  /// Shows a newer snapshot, as the screen does.
  package mutating func show(_ snapshot: Snapshot) {
    self.snapshot = snapshot
    commands += pane.update(snapshot)
    draw()
  }

  /// Commands since the last call.
  @discardableResult
  package mutating func take() -> [Command] {
    defer { commands = [] }
    return commands
  }

  /// Draws it anew.
  @discardableResult
  package mutating func draw(theme: Theme = .dark) -> Surface {
    surface = Surface(size)
    pane.draw(snapshot, in: surface.bounds, focused: true, on: &surface, theme: theme)
    return surface
  }

  /// What is shown.
  package var text: String { surface.text() }

  /// The queries of one kind that the pane asks now.
  package func queries<Q: Query>(_ kind: Q.Type) -> [Q] { pane.queries(snapshot).compactMap { $0.base as? Q } }

  private mutating func note(_ reaction: Reaction<Command>) {
    switch reaction {
    case .command(let command) where command.work is DraftKeeping: kept.append(command)
    case .command(let command): commands.append(command)
    case .notice(let text): notices.append(text)
    case .copy(let text, let what): notices.append("\(what): \(text)")
    case .show(_, let subject): if let subject = subject as? Subject { revealed.append(subject) }
    case .all(let reactions): reactions.forEach { note($0) }
    case .ignored, .handled: break
    }
  }
}
