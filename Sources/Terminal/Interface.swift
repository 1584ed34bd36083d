import Drawing

/// What the event loop drives: a value that takes events and updates, and draws itself.
package protocol Interface: Sendable {
  /// What it asks its owner for.
  associatedtype Command: Sendable
  /// What it is told from outside, at any time; only the newest counts.
  associatedtype Update: Sendable

  /// Takes an event and says what should be done.
  mutating func handle(_ event: Event) -> [Request<Command>]

  /// Takes the newest update.
  mutating func receive(_ update: Update) -> [Request<Command>]

  /// It ends without having asked for it, because of a signal or because the terminal is gone: says what is to be carried
  /// out before.
  mutating func leave() -> [Command]

  /// Draws all of itself; the surface is empty and has the terminal's size.
  mutating func draw(on surface: inout Surface)
}

extension Interface {
  /// Has nothing to carry out.
  package mutating func leave() -> [Command] { [] }
}

/// What an interface asks for.
package enum Request<Command: Sendable>: Sendable {
  /// Carry this out.
  case perform(Command)
  /// Put this text, without controls in it, on the clipboard of the terminal, if it lets us (`ClipboardWay.terminal`).
  case copy(String)
  /// Stop the process, as Ctrl-Z does in other programs, until the shell lets it go on.
  case suspend
  /// Leave.
  case quit
}
