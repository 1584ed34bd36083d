import Domain
import Drawing
import WorkbenchCore

/// Asks whether a workspace may do what its files ask for; shown when one that isn't trusted is opened.
struct TrustOverlay: Sendable {
  let trust: WorkspaceTrust
  let folder: String
  var view = TextView()

  enum Answer { case trust([Permission]), look }

  init(snapshot: Snapshot) {
    trust = snapshot.trust
    folder = snapshot.workspace.folder
  }

  /// The workspace's permissions that aren't granted yet; nil where it is trusted.
  var asked: [Permission]? {
    switch trust {
    case .trusted: nil
    case .untrusted(let permissions), .changed(let permissions): permissions
    }
  }

  /// What a key means; nil when it scrolls or means nothing here.
  mutating func answer(to event: Event) -> Answer? {
    switch event {
    case .key("y"): if let asked { return .trust(asked) }
    case .key("n"), .key(.escape), .key("q"), .key(.control("c")): return .look
    default: _ = view.handle(event)
    }
    return nil
  }

  private var sentences: [String] {
    switch trust {
    case .trusted: ["This workspace is trusted: nobody has to be asked."]
    case .untrusted(let permissions) where permissions.isEmpty:
      [
        "Nobody has trusted this workspace yet. It starts no program and contacts no address; trusting it lets Assay keep runs, "
          + "jobs and drafts in its .assay folder."
      ]
    case .untrusted: ["Nobody has trusted this workspace yet. If you do, Assay will, when you ask for it:"]
    case .changed: ["You trusted this workspace before. Its files have changed since, and now they also ask Assay to:"]
    }
  }

  private var closing: String {
    "Until then you can look at everything; no program is started, no key is read and no address is asked."
  }

  mutating func draw(in rect: Rect, on surface: inout Surface, theme: Theme) {
    let width = min(92, rect.width - 4)
    var lines: [[Span]] = [[Span(folder, theme[.overlayTitle])], []]
    lines += sentences.map { [Span($0, theme[.overlay])] }
    for permission in asked ?? [] {
      for (index, line) in TextWidth.wrap(permission.description, to: max(8, width - 8)).enumerated() {
        lines.append([Span(index == 0 ? "  · " : "    ", theme[.warning]), Span(line, theme[.overlay])])
      }
    }
    if asked != nil { lines += [[], [Span(closing, theme[.textDim])]] }
    let rows = lines.reduce(0) { sum, line in
      sum + max(1, TextWidth.wrap(line.map(\.text).joined(), to: max(1, width - 4)).count)
    }
    let box = Overlays.box(in: rect, width: width, height: rows + 4)
    let inner = Overlays.frame(box, title: "Trust this workspace?", on: &surface, theme: theme)
    let parts = inner.rows([.rest, .fixed(1)])
    view.draw(lines, in: parts[0], on: &surface, theme: theme)
    guard asked != nil else { return }
    let keys = [
      Span("y", theme[.key]), Span(" trust it   ", theme[.overlay]), Span("n", theme[.key]),
      Span(" only look", theme[.overlay]),
    ]
    surface.write(keys, at: Point(x: inner.x, y: parts[1].y), clip: inner)
  }
}
