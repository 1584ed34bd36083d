import Drawing
import Synchronization
import Terminal
import WorkbenchCore
import WorkbenchUI

/// The screen as the terminal's event loop drives it.
struct TerminalScreen: Interface {
  var screen: Screen
  let last: LastTheme

  mutating func handle(_ event: Event) -> [Request<Command>] { requests(screen.handle(event)) }

  mutating func receive(_ update: Snapshot) -> [Request<Command>] { requests(screen.update(update)) }

  mutating func leave() -> [Command] { screen.leave() }

  private mutating func requests(_ commands: [Command]) -> [Request<Command>] {
    last.name = screen.theme.name
    var requests = commands.map { Request.perform($0) }
    if screen.isDone { requests.append(.quit) }
    return requests
      + screen.takeWishes().map { wish in
        switch wish {
        case .suspend: .suspend
        case .copy(let text): .copy(text)
        }
      }
  }

  mutating func draw(on surface: inout Surface) { screen.draw(on: &surface) }
}

/// The theme in use, to be remembered when the terminal is closed.
final class LastTheme: Sendable {
  private let value: Mutex<String>
  init(_ name: String) { value = Mutex(name) }
  var name: String {
    get { value.withLock { $0 } }
    set { value.withLock { $0 = newValue } }
  }
}
