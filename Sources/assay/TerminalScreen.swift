import Domain
import Drawing
import Synchronization
import Terminal
import WorkbenchCore
import WorkbenchUI

/// What the screen asks of the program.
enum UICommand: Sendable {
  case workbench(Command)
  /// To have these queries answered, which the screen shows from now on.
  case watch(Set<AnyQuery>)
  /// To be told where the text can be pasted from, and before that put there, unless the terminal does it.
  case copied(String, what: String, by: ClipboardWay)
}

/// The screen as the terminal's event loop drives it.
struct TerminalScreen: Interface {
  var screen: Screen
  let last: LastTheme
  let clipboard: Clipboard

  mutating func handle(_ event: Event) -> [Request<UICommand>] { requests(screen.handle(event)) }

  mutating func receive(_ update: Snapshot) -> [Request<UICommand>] { requests(screen.update(update)) }

  mutating func leave() -> [UICommand] { screen.leave().map { .workbench($0) } }

  private mutating func requests(_ commands: [WorkbenchCore.Command]) -> [Request<UICommand>] {
    last.name = screen.theme.name
    var requests: [Request<UICommand>] = commands.map { .perform(.workbench($0)) }
    if screen.isDone { requests.append(.quit) }
    if let queries = screen.takeQueries() { requests.append(.perform(.watch(queries))) }
    for request in screen.takeTerminalRequests() {
      switch request {
      case .suspend: requests.append(.suspend)
      case .copy(let text, let what):
        let text = TextWidth.copyable(text)
        let way = clipboard.way(for: text)
        if way == .terminal { requests.append(.copy(text)) }
        requests.append(.perform(.copied(text, what: what, by: way)))
      }
    }
    return requests
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
