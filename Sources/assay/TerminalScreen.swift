import Drawing
import Synchronization
import Terminal
import WorkbenchCore
import WorkbenchUI

/// The screen as the terminal's event loop drives it.
struct TerminalScreen: Interface {
  var screen: Screen
  let last: LastTheme

  mutating func handle(_ event: Event) -> [Request<Command>] {
    let commands = screen.handle(event)
    last.name = screen.theme.name
    var requests = commands.map { Request.perform($0) }
    if screen.isDone { requests.append(.quit) }
    if screen.mustSuspend { requests.append(.suspend) }
    screen.mustSuspend = false
    return requests
  }

  mutating func receive(_ update: Snapshot) -> [Request<Command>] { screen.update(update).map { .perform($0) } }

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
