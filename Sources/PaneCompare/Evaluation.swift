import Drawing
import Evidence
import WorkbenchCore

/// A run that is missing or isn't complete, and what it would take.
struct Evaluation: Hashable, Sendable {
  var request: EvaluateRequest
  /// Cases to ask about.
  var cases: Int
  /// Whether the model's tokens have a price.
  var costs: Bool
  /// Dollars, by what a case cost before; nil where nothing was measured.
  var estimate: Double?
}

extension ComparePane {
  /// The sides that have no complete run, aren't under way, and can be run.
  func missing(_ snapshot: Snapshot, _ pair: ComparePair) -> [Evaluation] {
    guard let set = pair.set else { return [] }
    var names: Set<String> = []
    return [pair.a, pair.b].compactMap { side in
      guard let side, snapshot.workspace.variant(side.variant.name) != nil, !side.isUntrained(snapshot),
        names.insert(side.variant.name).inserted
      else { return nil }
      if let run = side.run {
        guard !side.isPinned, run.summary.done < run.requests, snapshot.progress[run.id] == nil else { return nil }
      }
      let total = side.run?.cases ?? snapshot.workspace.evalSet(set)?.cases.count ?? 0
      let price = snapshot.workspace.model(side.variant.model)?.price
      let before = snapshot.runs.first { $0.variant.model == side.variant.model && $0.summary.cost != nil }
      let each = before.flatMap { run in run.summary.cost.map { $0 / Double(max(1, run.summary.done)) } }
      let cases = total - (side.run?.summary.done ?? 0)
      return Evaluation(
        request: EvaluateRequest(variant: side.variant.name, set: set), cases: cases, costs: price != nil,
        estimate: each.map { $0 * Double(cases) })
    }
  }

  /// Starts what is missing; asks first where it costs money.
  mutating func evaluate(_ snapshot: Snapshot) -> Reaction<Command> {
    pendingEvaluations = missing(snapshot, pair(snapshot))
    return pendingEvaluations.contains(where: \.costs) ? .handled : startEvaluations()
  }

  /// Starts what was asked about.
  mutating func startEvaluations() -> Reaction<Command> {
    let commands = pendingEvaluations.map { Reaction.command(Command.evaluate($0.request)) }
    pendingEvaluations = []
    return commands.count == 1 ? commands[0] : .all(commands)
  }

  /// The question before money is spent.
  func drawQuestion(over rect: Rect, on surface: inout Surface, theme: Theme) {
    var lines = pendingEvaluations.map { evaluation in
      let cost =
        evaluation.costs
        ? evaluation.estimate.map { "about \(Wording.dollars($0)) by earlier runs" }
          ?? "costs money; how much isn't known before the first run" : "free"
      return "\(evaluation.request.variant): \(Wording.plural(evaluation.cases, "case")), \(cost)"
    }
    lines.append("Enter starts, Esc or q leaves it.")
    let width = min(rect.width, (lines.map { TextWidth.columns(of: $0) }.max() ?? 0) + 4)
    let place = rect.centered(Size(width: width, height: min(rect.height, lines.count + 2)))
    surface.fill(place, style: theme[.overlay].over(theme[.text]))
    let inner = surface.frame(
      place, title: "Evaluate", style: theme[.overlayBorder], titleStyle: theme[.overlayTitle])
    for (index, line) in lines.prefix(inner.height).enumerated() {
      surface.write([Span(" " + line)], in: inner.row(index))
    }
  }
}
