import Domain
import Drawing
import WorkbenchCore

extension TrainingPane {
  /// Draws the form or question that lies over the pane.
  mutating func drawOverlay(_ snapshot: Snapshot, over rect: Rect, on surface: inout Surface, theme: Theme) {
    switch overlay {
    case .form(let form): form.draw(snapshot, over: rect, on: &surface, theme: theme)
    case .collect(var form):
      form.draw(snapshot, over: rect, on: &surface, theme: theme)
      overlay = .collect(form)
    case .cancel(let id):
      let lines = [
        "Job \(id) saves what it has learnt and ends; r resumes it.",
        "y cancels it; n, Esc or q lets it run.",
      ]
      surface.popup(lines.map { [Span($0)] }, title: "Cancel job \(id)?", over: rect, theme: theme)
    case .adapter(let id, let path):
      surface.popup(
        adapterLines(id, path, snapshot, theme), title: "Use the adapter of job \(id) · Esc or q closes", over: rect,
        theme: theme)
    case .sweep(var view):
      view.draw(snapshot, over: rect, on: &surface, theme: theme)
      overlay = .sweep(view)
    case nil: break
    }
  }

  /// The variant that would make use of an adapter; nil where there is one already.
  func adapterLine(_ id: JobID, _ adapter: String, _ snapshot: Snapshot) -> Variant? {
    let workspace = snapshot.workspace
    guard let job = snapshot.jobs.first(where: { $0.id == id }),
      !workspace.variants.contains(where: { $0.adapter == adapter && $0.model == job.base })
    else { return nil }
    return workspace.variant(using: adapter, of: job)
  }

  private func adapterLines(_ id: JobID, _ adapter: String, _ snapshot: Snapshot, _ theme: Theme) -> [[Span]] {
    guard let line = adapterLine(id, adapter, snapshot) else {
      let variant = snapshot.workspace.variants.first { $0.adapter == adapter }
      return [
        [
          Span("The variant “\(variant?.name ?? "")” uses it already."),
          Span("  adapter: \(adapter)", theme[.textDim]),
        ],
        [Span("Evaluate it in Compare, against the best prompted one.")],
      ]
    }
    return [
      [Span("Enter writes this variant to \(Variant.path(of: line.name)); y copies it:")],
      [],
      [Span("  \(line.name): ", theme[.jsonKey]), Span(line.fields, theme[.jsonString])],
      [],
      [Span("Then evaluate it in Compare.")],
    ]
  }
}
