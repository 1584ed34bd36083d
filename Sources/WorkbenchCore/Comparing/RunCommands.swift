import Domain

/// What a person can do with runs besides evaluating: naming, noting and deleting them.
extension Command {
  /// Gives a run a name and a note.
  package static func labelRun(_ id: RunID, _ labels: RunLabels) -> Command {
    Command(RunLabelling(id: id, labels: labels))
  }

  /// Deletes a run with its outputs.
  package static func deleteRun(_ id: RunID) -> Command { Command(RunDeletion(id: id)) }
}

private struct RunLabelling: Performable {
  var id: RunID
  var labels: RunLabels

  func perform(on workbench: isolated Workbench) async throws { try await workbench.setLabels(labels, of: id) }
}

private struct RunDeletion: Performable {
  var id: RunID

  func perform(on workbench: isolated Workbench) async throws {
    try await workbench.deleteRuns([id])
    workbench.notify(.success, "Run \(id) is deleted. `assay gc` gives the room of its answers back.")
  }
}

/// How many bytes of text only this run holds.
package struct RunSizeQuery: Query {
  /// The run.
  package var run: RunID
  /// Asks for a run's size.
  package init(_ run: RunID) { self.run = run }

  /// The run's outputs.
  package var sources: Set<QuerySource> { [.run(run), .runs] }

  /// Counts in the database.
  package func answer(on workbench: isolated Workbench, partial: (Int) -> Void) async throws -> Int {
    try await workbench.store.bytes(of: run)
  }
}
