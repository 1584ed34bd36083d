import Domain
import Files
import Foundation

/// A job's `events.jsonl`: written one whole line at a time, and read through ``EventHistory``.
struct EventLog: Sendable {
  /// The file.
  let path: String

  init(_ path: String) { self.path = path }

  /// Appends an event. One that can't be written is lost: the job is more important than its log.
  /// - Parameter time: when it happened, in seconds since 1970; now where nil.
  func append(_ kind: TrainingEvent.Kind, at time: Double? = nil) {
    let event = TrainingEvent(time: time ?? (Date().timeIntervalSince1970 * 1000).rounded() / 1000, kind: kind)
    // A torn line may stand before it.
    let start = endsInMidLine ? "\n" : ""
    append(start + EventFile.line(event) + "\n")
  }

  /// Others may append at the same moment, so where the end is must be for the system to say.
  private func append(_ text: String) {
    guard let handle = try? FileBytes.appending(path) else { return }
    try? handle.write(contentsOf: Data(text.utf8))
    try? handle.close()
  }

  /// Whether the file's last byte is no line's end.
  private var endsInMidLine: Bool {
    guard let handle = try? FileBytes.handle(path, followsLinks: false) else { return false }
    defer { try? handle.close() }
    guard let end = try? handle.seekToEnd(), end > 0, (try? handle.seek(toOffset: end - 1)) != nil else { return false }
    return (try? handle.read(upToCount: 1)) != Data([10])
  }

  /// What its events say together.
  /// - Parameter bytes: how much of its end is read.
  func history(ofLast bytes: Int = .max) -> EventHistory {
    var history = EventHistory()
    var tail = FileTail(path: path, offset: 0)
    tail.offset = max(0, tail.size - bytes)
    repeat {
      for event in tail.lines(includingTorn: false).compactMap({ EventFile.event($0) }) { history.add(event) }
    } while tail.hasMore
    return history
  }

  /// What the newest events say: enough to know how the job stands.
  var recent: EventHistory { history(ofLast: 65_536) }

  /// Turns each end into a pause, so that the job can be resumed; no process may be writing.
  func reopen() throws {
    guard let bytes = try? FileBytes.read(path, limit: .max, followsLinks: false) else { return }
    var changed = false
    let lines = Data(bytes).split(separator: 10).map { bytes -> String in
      let text = String(decoding: bytes, as: UTF8.self)
      guard text.contains("\"end\""), let event = EventFile.event(bytes),
        case .end(_, let message, let step) = event.kind
      else { return text }
      changed = true
      return EventFile.line(TrainingEvent(time: event.time, kind: .paused(message: message, step: step)))
    }
    if changed { try PrivateFiles.write(lines.joined(separator: "\n") + "\n", to: path) }
  }
}

extension JobFolder {
  /// What happens to the job.
  var eventLog: EventLog { EventLog(events) }
}
