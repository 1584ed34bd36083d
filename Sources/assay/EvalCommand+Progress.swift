import Domain
import Foundation
import NumberFormat
import WorkbenchCore

extension EvalCommand {
  /// Does work while a line tells how far it is.
  static func showingProgress<Result: Sendable>(
    of workbench: Workbench, as label: String, _ work: @escaping @Sendable () async throws -> Result
  ) async throws -> Result {
    let line = SharedProgress()
    let telling = Task { await line.keepTelling(every: .seconds(10)) }
    defer { telling.cancel() }
    let watcher = Task {
      for await snapshot in await workbench.snapshots() {
        guard let (id, progress) = snapshot.progress.first else { continue }
        let name = snapshot.runs.first { $0.id == id }?.variant.name ?? label
        line.show(name, done: progress.done, total: progress.total, detail: detail(progress, now: Date()))
      }
      line.clear()
    }
    defer { watcher.cancel() }
    let result = try await Wiring.interruptible(work)
    watcher.cancel()
    await watcher.value
    return result
  }

  /// What a run does or waits for, and what it has brought so far.
  static func detail(_ progress: RunProgress, now: Date) -> String {
    let hindrance = progress.waiting.map { "waiting: \($0)" } ?? slowest(progress, now: now)
    var words = hindrance.map { [$0] } ?? []
    words.append("\(progress.reused) reused")
    if hindrance == nil {
      if let rate = progress.rate { words.append(NumberFormat.rate(rate)) }
      if let left = progress.remainingSeconds { words.append("\(NumberFormat.duration(left)) left") }
    }
    if let cost = progress.cost { words.append(NumberFormat.dollars(cost)) }
    if progress.errors > 0 { words.append("\(progress.errors) errors") }
    let failed = progress.failures.values.reduce(0, +)
    if failed > progress.errors { words.append(failed == 1 ? "1 failed attempt" : "\(failed) failed attempts") }
    return words.joined(separator: ", ")
  }

  /// The request that takes longest, where it keeps the run up: it takes long, or is being asked again.
  private static func slowest(_ progress: RunProgress, now: Date) -> String? {
    guard let oldest = progress.running.first else { return nil }
    let seconds = now.timeIntervalSince(oldest.started)
    guard seconds >= 5 || progress.running.allSatisfy({ $0.attempt > 1 }) else { return nil }
    let others = progress.inFlight > 1 ? "\(progress.inFlight) under way, the longest " : ""
    let attempt = oldest.attempt > 1 ? ", attempt \(oldest.attempt)" : ""
    return "\(others)case \(oldest.id) for \(NumberFormat.duration(max(0, seconds)))\(attempt)"
  }
}
