import Domain
import Drawing
import WorkbenchCore

/// What happened in a job, as signs on the time line.
struct JobMarks {
  /// Without the starts that say nothing.
  let marks: [JobDetail.Mark]
  private let best: Int?

  init(_ detail: JobDetail) {
    marks = detail.marks.filter { $0.kind != .started || $0.step > 0 || !$0.text.isEmpty }
    best = marks.lastIndex { $0.kind == .best }
  }

  /// The signs, for a chart.
  var signs: [ChartMark] {
    marks.indices.map { index in
      let look = look(index)
      return ChartMark(x: Double(marks[index].step), glyph: look.glyph, style: look.style, weight: look.weight)
    }
  }

  /// The step of the next mark after `x`, or of the last one before it.
  func step(from x: Double, forward: Bool) -> Int? {
    let steps = marks.map(\.step)
    return forward ? steps.filter { Double($0) > x }.min() : steps.filter { Double($0) < x }.max()
  }

  /// The weightiest of the marks that are no further than `distance` from `x`, in words.
  func words(at x: Double, within distance: Double) -> [Span]? {
    let near = marks.indices.filter { abs(Double(marks[$0].step) - x) <= distance }
    guard let index = near.max(by: { look($0).weight < look($1).weight }) else { return nil }
    let mark = marks[index]
    let text =
      switch mark.kind {
      case .started: mark.text.isEmpty ? "started" : mark.text
      case .checkpoint: "checkpoint"
      case .best: index == best ? "best checkpoint" : "checkpoint, best so far"
      case .warning, .note: mark.text
      case .paused: mark.text.isEmpty ? "paused" : "paused: \(mark.text)"
      case .ended: mark.text.isEmpty ? "ended" : mark.text
      }
    return [Span(look(index).glyph + " " + text)]
  }

  /// Only the last of those that were the best is it now.
  private func look(_ index: Int) -> (glyph: String, style: StyleName, weight: Int) {
    switch marks[index].kind {
    case .checkpoint: ("◆", .info, 1)
    case .best: index == best ? ("★", .better, 4) : ("◆", .info, 1)
    case .note: ("•", .textDim, 0)
    case .ended: ("■", .textDim, 2)
    case .paused: ("‖", .warning, 3)
    case .started: ("↻", .info, 3)
    case .warning: ("!", .warning, 5)
    }
  }
}
