import Files
import Foundation
import Processes
import WorkbenchCore

/// Appends events to a job's `events.jsonl`, each as one whole line.
struct EventWriter: Sendable {
  /// The file.
  let path: String

  init(_ path: String) { self.path = path }

  /// Appends an event. What can't be written is lost: the job is more important than its diary.
  /// - Parameter time: when it happened, in seconds since 1970; now where nil.
  func append(_ kind: TrainingEvent.Kind, at time: Double? = nil) {
    let event = TrainingEvent(time: time ?? (Date().timeIntervalSince1970 * 1000).rounded() / 1000, kind: kind)
    // A torn line may stand before it.
    let start = EventFile.endsInMidLine(path) ? "\n" : ""
    append(start + EventFile.line(event) + "\n")
  }

  /// Others may append at the same moment, so where the end is must be for the system to say.
  private func append(_ text: String) {
    guard let handle = try? FileBytes.appending(path) else { return }
    try? handle.write(contentsOf: Data(text.utf8))
    try? handle.close()
  }
}
