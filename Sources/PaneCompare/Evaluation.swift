import Domain
import Drawing
import WorkbenchCore

extension ComparePane {
  /// What brings the sides that have no complete run, aren't under way, and can be run.
  func missing(_ snapshot: Snapshot, _ pair: ComparePair) -> [EvaluateRequest] {
    guard let set = pair.set else { return [] }
    var names: Set<String> = []
    return [pair.a, pair.b].compactMap { side in
      guard let side, snapshot.workspace.variant(side.variant.name) != nil, !side.isUntrained(snapshot),
        names.insert(side.variant.name).inserted
      else { return nil }
      if let run = side.run {
        guard !side.isPinned, run.summary.done < run.requests, snapshot.progress[run.id] == nil else { return nil }
      }
      return EvaluateRequest(variant: side.variant.name, set: set)
    }
  }

  /// Starts what is missing.
  func evaluate(_ snapshot: Snapshot) -> Reaction<Command> {
    let commands = missing(snapshot, pair(snapshot)).map { Reaction.command(Command.evaluate($0)) }
    return commands.count == 1 ? commands[0] : .all(commands)
  }
}
