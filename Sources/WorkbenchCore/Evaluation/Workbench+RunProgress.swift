import Domain
import Foundation

/// Keeping what a run brings, and showing how far it is.
extension Workbench {
  /// Stores what has arrived, then shows it: an output counts as done when it is on disk.
  func flush(_ work: inout RunWork) async throws {
    guard let batch = work.takeBatch() else { return show(work) }
    let run = work.context.run.id
    do {
      let summary = try await store.record(
        batch.outputs, ungraded: batch.answers, in: run, seconds: batch.seconds)
      stored(batch, summary, work)
    } catch {
      work.giveBack(batch)
      throw error
    }
  }

  /// A batch is on disk.
  func stored(_ batch: RunWork.Batch, _ summary: RunSummary, _ work: RunWork) {
    let run = work.context.run.id
    let before = snapshot.runs.first { $0.id == run }
    mark(run) {
      $0.summary = summary
      $0.seconds += batch.seconds
    }
    show(work)
    if let before, let now = snapshot.runs.first(where: { $0.id == run }), now.hasMoved(since: before) {
      changed([.run(run)])
    }
  }

  /// Stores what has arrived although the task is cancelled.
  func flushShielded(_ work: inout RunWork) async throws {
    let (run, store) = (work.context.run.id, store)
    let batch = work.takeBatch()
    // Also where there is nothing: a batch may have been stored whose summary nobody waited for.
    let summary = try await Task {
      try await store.record(batch?.outputs ?? [], ungraded: batch?.answers ?? [], in: run, seconds: 0)
    }.value
    mark(run) { $0.summary = summary }
  }

  /// - Returns: why the run's state can't be recorded, where it can't.
  @discardableResult
  func end(_ work: RunWork, state: Run.State) async -> (any Error)? {
    var lost: (any Error)?
    let (run, store) = (work.context.run.id, store)
    stopRequests.remove(run)
    snapshot.progress[run] = nil
    uses[run] = work.use.adding(await work.context.desk.requests?.use)
    await keepSeen(work)
    do {
      try await Task { try await store.setState(state, of: run) }.value
      mark(run) { $0.state = state }
    } catch {
      lost = error
      notify(.error, String(describing: error))
    }
    changed([.runs, .run(run)])
    publish()
    return lost
  }

  func show(_ work: RunWork) {
    guard hasSubscribers else { return }
    snapshot.progress[work.context.run.id] = work.shownProgress
    publishSoon()
  }

  func mark(_ run: RunID, _ change: (inout Run) -> Void) {
    guard let index = snapshot.runs.firstIndex(where: { $0.id == run }) else { return }
    change(&snapshot.runs[index])
    runChanges.note(run)
  }

  /// Runs that a dead process left as running are paused, so that they can be resumed.
  func reconcileRuns() async {
    for run in snapshot.runs where run.state == .running && !activeRuns.contains(run.id) {
      guard let claim = try? await store.claim(run.id) else { continue }
      defer { withExtendedLifetime(claim) {} }
      try? await store.setState(.paused, of: run.id)
      mark(run.id) { $0.state = .paused }
      notify(
        .information,
        "Run \(run.id) (\(run.variant.name)) was interrupted at \(run.casesAnswered) of \(run.cases) cases; evaluating "
          + "it again asks only for the rest.")
    }
  }
}
