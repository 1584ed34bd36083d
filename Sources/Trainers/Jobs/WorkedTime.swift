import Domain
import Foundation

/// How long a job has worked, over all its starts: `started.json`. Waiting and pauses don't count.
struct WorkedTime: Sendable, Hashable, Codable {
  /// Seconds of the stretches that are over.
  var seconds: Double = 0
  /// When the present stretch began, in seconds since 1970; nil while no work is done.
  var began: Double?

  /// A moment at which as much work would have been done by now if it had begun then and never paused.
  func start(now: Date) -> Date { now.addingTimeInterval(-worked(until: now)) }

  /// Seconds until a time.
  func worked(until time: Date) -> Double {
    seconds + max(0, began.map { time.timeIntervalSince1970 - $0 } ?? 0)
  }

  /// Ends the present stretch.
  mutating func end(at time: Date) {
    seconds = worked(until: time)
    began = nil
  }
}

extension JobFolder {
  /// Notes that the work begins, unless it has begun: a runner that was killed may have noted it.
  /// - Returns: the time so far.
  func beginWork(now: Date = Date()) -> WorkedTime {
    var time = read(started, as: WorkedTime.self) ?? WorkedTime()
    if time.began == nil {
      time.began = now.timeIntervalSince1970
      try? write(time, to: started)
    }
    return time
  }

  /// Notes that the work is over for now.
  /// - Parameter time: since when; where nil, since the last event that was told, as no end was recorded.
  func endWork(at time: Date? = nil) {
    guard var worked = read(started, as: WorkedTime.self), worked.began != nil else { return }
    worked.end(at: time ?? eventLog.recent.lastTime.map { Date(timeIntervalSince1970: $0) } ?? Date())
    try? write(worked, to: started)
  }
}
