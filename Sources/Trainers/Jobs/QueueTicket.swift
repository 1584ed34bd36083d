import Foundation
import Processes

/// A job that waits for its turn on this machine, or has it: a small file in the queue's folder.
package struct QueueTicket: Sendable, Hashable, Codable, Identifiable {
  /// Its file's name without the ending; never used again.
  package var id: String
  /// The workspace's folder.
  package var workspace: String
  /// The job's number, as its folder is named.
  package var job: String
  /// Higher goes first.
  package var priority: Int
  /// Among equals the older goes first: seconds since 1970.
  package var created: Double
  /// When it may start at the earliest, in seconds since 1970; at once where nil.
  package var notBefore: Double?
  /// The process that waits, or runs the job.
  package var process: ProcessIdentity
  /// The process that does the work, once it is started: its place is taken while it lives, even when `process` is gone.
  package var worker: ProcessIdentity?
  /// The place that it has; nil while it waits.
  package var slot: Int?

  /// A ticket of a job that begins to wait.
  package init(
    workspace: String, job: String, priority: Int = 0, created: Date = Date(), notBefore: Date? = nil,
    process: ProcessIdentity = .current
  ) {
    self.id = UUID().uuidString.lowercased()
    self.workspace = workspace
    self.job = job
    self.priority = priority
    self.created = created.timeIntervalSince1970
    self.notBefore = notBefore?.timeIntervalSince1970
    self.process = process
  }

  /// Whether one of its processes lives.
  package var isAlive: Bool { process.isAlive || (slot != nil && worker?.isAlive == true) }
  /// Whether it has a place.
  package var isRunning: Bool { slot != nil }

  /// Whether it may start by the clock.
  package func isDue(at time: Date) -> Bool { notBefore.map { $0 <= time.timeIntervalSince1970 } ?? true }

  /// The order of the queue.
  static func goesBefore(_ left: QueueTicket, _ right: QueueTicket) -> Bool {
    if left.priority != right.priority { return left.priority > right.priority }
    if left.created != right.created { return left.created < right.created }
    return left.id < right.id
  }
}

/// Where a ticket stands.
package struct QueueEntry: Sendable, Hashable, Identifiable {
  /// What a ticket waits for.
  package enum State: Sendable, Hashable {
    /// Nothing: its job has its turn.
    case running
    /// So many jobs are before it, running ones counted.
    case waiting(before: Int)
    /// Its time.
    case scheduled(Date)
  }
  /// The ticket.
  package var ticket: QueueTicket
  /// Where it stands.
  package var state: State
  /// The ticket's.
  package var id: String { ticket.id }

  /// What to say of it: "waiting: 2 jobs are before it", "starts at 18:00", "running".
  package func text(now: Date = Date(), timeZone: TimeZone = .current) -> String {
    switch state {
    case .running: "running"
    case .waiting(let count): count == 1 ? "waiting: 1 job is before it" : "waiting: \(count) jobs are before it"
    case .scheduled(let time): Self.startText(time, now: now, timeZone: timeZone)
    }
  }

  /// What to say of a job that waits for its time.
  static func startText(_ time: Date, now: Date = Date(), timeZone: TimeZone = .current) -> String {
    "starts at " + clock(time, now: now, timeZone: timeZone)
  }

  /// The time of day, with the date when that is another day.
  static func clock(_ time: Date, now: Date, timeZone: TimeZone) -> String {
    var calendar = Calendar(identifier: .gregorian)
    calendar.timeZone = timeZone
    let parts = calendar.dateComponents([.year, .month, .day, .hour, .minute], from: time)
    func padded(_ number: Int?, _ width: Int) -> String {
      let digits = String(number ?? 0)
      return String(repeating: "0", count: max(0, width - digits.count)) + digits
    }
    let clock = padded(parts.hour, 2) + ":" + padded(parts.minute, 2)
    if calendar.isDate(time, inSameDayAs: now) { return clock }
    return padded(parts.year, 4) + "-" + padded(parts.month, 2) + "-" + padded(parts.day, 2) + " " + clock
  }
}
