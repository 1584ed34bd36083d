import Domain
import Synchronization
import WorkbenchCore

/// Tells a person what is fetched from the model hub, before that begins: on stderr, or on the screen where there is one.
final class DownloadNotices: Sendable {
  private let workbench = Mutex<Workbench?>(nil)

  /// From now on notices on this workbench's screen.
  func show(on workbench: Workbench) { self.workbench.withLock { $0 = workbench } }

  /// Tells.
  func tell(_ sentence: String) {
    guard let workbench = workbench.withLock({ $0 }) else { return Wiring.say(sentence) }
    Task { await workbench.tell(sentence) }
  }
}
