import Domain
import Drawing
import WorkbenchCore

extension TrainingPane {
  /// The loaded jobs whose curves are laid over the shown one's.
  func overlays(_ snapshot: Snapshot) -> [OverlaidJob] {
    let shown = selected(snapshot)?.id
    return jobs.overlaid.enumerated().compactMap { index, id in
      guard id != shown, let detail = snapshot[JobDetailQuery(id)].answer else { return nil }
      return OverlaidJob(detail: detail, look: index)
    }
  }

  /// Lays the selected job's curves over those of others from now on, or no more.
  mutating func overlaySelected(_ snapshot: Snapshot) -> Reaction<Command> {
    guard let id = selected(snapshot)?.id else { return .handled }
    if let index = jobs.overlaid.firstIndex(of: id) {
      jobs.overlaid.remove(at: index)
    } else if jobs.overlaid.count < OverlaidJob.looks.count {
      jobs.overlaid.append(id)
    } else {
      return .notice(
        "\(jobs.overlaid.count) jobs are laid over others already: take one off first, with Space in the list.")
    }
    return .handled
  }

  /// Zooms, pans, or jumps to a mark.
  mutating func moveView(_ action: Action, _ snapshot: Snapshot) -> Reaction<Command> {
    guard let detail = detail(snapshot) else { return .handled }
    let others = overlays(snapshot)
    switch action {
    case .zoomIn: charts.zoom(by: 0.5, detail, over: others)
    case .zoomOut: charts.zoom(by: 2, detail, over: others)
    case .zoomAll: charts.showAll()
    case .earlier, .later:
      guard charts.isZoomed else { return .notice("All steps are shown: + zooms in.") }
      charts.pan(by: action == .earlier ? -0.5 : 0.5, detail, over: others)
    case .nextMark, .previousMark:
      guard charts.jumpToMark(forward: action == .nextMark, detail, over: others) else {
        return .notice("There is nothing more on the time line.")
      }
      area = .chart
    default: break
    }
    return .handled
  }

  /// The keys of the curves.
  func curveKeys(_ snapshot: Snapshot) -> [Binding<Action>] {
    let reason = snapshot.jobs.isEmpty ? noJob : nil
    let footer = area == .chart
    func key(_ keys: Key..., title: String, action: Action, footer word: String? = nil) -> Binding<Action> {
      var binding = Binding(
        title: title, group: "Curves", action: action, unavailable: reason, footer: footer ? word : nil)
      binding.keys = keys
      return binding
    }
    let curves = [
      key("+", "=", title: "Zoom in, at the cursor or at the newest step", action: .zoomIn, footer: "zoom"),
      key("-", title: "Zoom out", action: .zoomOut),
      key("0", title: "Show all steps", action: .zoomAll, footer: charts.isZoomed ? "all steps" : nil),
      key(",", title: "Earlier steps", action: .earlier),
      key(".", title: "Later steps", action: .later),
      key("(", title: "Cursor to the previous mark on the time line", action: .previousMark),
      key(")", title: "Cursor to the next mark on the time line", action: .nextMark, footer: "marks"),
      key("o", title: "Other quantities in the small charts", action: .nextSmall),
      key("O", title: "Another quantity in the large chart", action: .nextLarge, footer: "quantity"),
      key("L", title: "Logarithmic or linear scale", action: .toggleScale, footer: "log scale"),
      key("S", title: "Smooth the curves: 0.6, 0.9, 0.99, 0.999 or not", action: .nextSmoothing, footer: "smooth"),
    ]
    return area == .jobs || area == .chart ? curves + [overlayKey(reason)] : curves
  }

  private func overlayKey(_ reason: String?) -> Binding<Action> {
    Binding(
      .space, title: "Toggle the overlay of this job's curves", group: "Curves", action: .overlay,
      unavailable: reason, footer: area == .jobs && reason == nil ? "overlay" : nil)
  }
}
