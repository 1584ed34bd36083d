import Content
import Domain
import Foundation

/// Naming and deleting runs, and clearing what is left over of them.
extension Workbench {
  /// Changes what a person calls a run and notes of it.
  /// - Throws: `WorkbenchError.input` for an unknown run or labels that are too long, or the store's error.
  package func setLabels(_ labels: RunLabels, of id: RunID) async throws {
    var run = try knownRun(id)
    for (text, most, what) in [(labels.name, 64, "name"), (labels.note, 2_000, "note")] where (text?.count ?? 0) > most
    {
      throw WorkbenchError.input("A run's \(what) has at most \(most) characters; this one has \(text?.count ?? 0).")
    }
    try await store.setLabels(labels, of: id)
    run.labels = labels
    mark(id) { $0.labels = labels }
    publish()
  }

  /// Deletes runs with their outputs, one after the other. Answers stay until `removeSurplus`, so that evaluating the same
  /// again costs nothing until then.
  /// - Throws: `WorkbenchError.input` for an unknown run, or one that is being worked on; earlier ones of the list are
  ///   deleted then.
  package func deleteRuns(_ ids: [RunID]) async throws {
    for id in ids { _ = try knownRun(id) }
    for id in ids {
      guard let claim = try await store.claim(id) else {
        throw WorkbenchError.input("Run \(id) is being worked on: pause it first, or wait until it ends.")
      }
      defer { withExtendedLifetime(claim) {} }
      guard try await store.openBatches(of: id).isEmpty else {
        throw WorkbenchError.input(
          "Run \(id) has batches at a provider: `assay batches cancel` or `assay batches forget` comes first.")
      }
      try await store.delete(id)
      snapshot.runs.removeAll { $0.id == id }
    }
    snapshot.reviews = try await store.reviews()
    changed([.runs])
    publish()
  }

  /// What no run needs any more.
  package func surplus() async throws -> StoreSurplus { try await store.surplus() }

  /// Deletes what no run needs.
  package func removeSurplus() async throws { try await store.removeSurplus() }

  /// Why requests of a run have no answer, or answers no score, the most frequent first.
  package func missingReasons(of id: RunID) async throws -> [(reason: String, count: Int)] {
    try await store.failures(of: try knownRun(id).id)
  }

  /// The run with this number.
  /// - Throws: `WorkbenchError.input` that names those there are.
  func knownRun(_ id: RunID) throws -> Run {
    guard let run = snapshot.runs.first(where: { $0.id == id }) else {
      throw WorkbenchError.unknown(
        "run", id.description, among: snapshot.runs.map(\.id.description), whenNone: .evaluate(nil))
    }
    return run
  }
}
