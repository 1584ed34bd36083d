import Domain
import Drawing
import WorkbenchCore

/// What is wrong with the workspace's files, and what has happened since the start.
struct MessagesOverlay: Sendable {
  let problems: [Problem]
  let notices: [Notice]
  var view = TextView()

  init(snapshot: Snapshot) {
    problems = snapshot.workspace.problems
    notices = snapshot.notices.reversed()
  }

  /// Scrolls; false closes it.
  mutating func handle(_ event: Event) -> Bool {
    if view.handle(event) { return true }
    return !Overlays.closing.contains(event)
  }

  mutating func draw(in rect: Rect, on surface: inout Surface, theme: Theme) {
    var lines: [[Span]] = [[Span("Problems in the workspace's files", theme[.overlayTitle])]]
    if problems.isEmpty { lines.append([Span("  None: every file reads well.", theme[.textDim])]) }
    for problem in problems {
      let isError = problem.severity == .error
      lines.append([
        Span(isError ? "✗ " : "! ", theme[isError ? .error : .warning]), Span(problem.description, theme[.overlay]),
      ])
    }
    lines.append([])
    lines.append([Span("Messages, newest first", theme[.overlayTitle])])
    if notices.isEmpty { lines.append([Span("  Nothing has happened yet.", theme[.textDim])]) }
    for notice in notices {
      lines.append([Span(notice.kind.mark + " ", theme[notice.kind.style]), Span(notice.shown, theme[.overlay])])
    }
    let box = Overlays.box(in: rect, width: 96, height: max(8, lines.count + 6))
    let inner = Overlays.frame(box, title: "Problems and messages · Esc or q closes", on: &surface, theme: theme)
    view.draw(lines, in: inner, on: &surface, theme: theme)
  }
}

extension Notice.Kind {
  /// A sign beside the colour, so that the colour isn't all.
  var mark: String {
    switch self {
    case .information: "·"
    case .success: "✓"
    case .warning: "!"
    case .error: "✗"
    }
  }
  /// The style of the sign.
  var style: StyleName {
    switch self {
    case .information: .info
    case .success: .success
    case .warning: .warning
    case .error: .error
    }
  }
}
