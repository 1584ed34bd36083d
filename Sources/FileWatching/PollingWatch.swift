import Dispatch
import Synchronization

/// Compares names, sizes and times every two seconds: for when the kernel refuses to tell of changes.
final class PollingWatch: Sendable {
  private struct State {
    var last: FolderScan?
    var isOver = false
  }

  private let watcher: FileWatcher
  private let onChange: @Sendable () -> Void
  private let queue = DispatchQueue(label: "assay.files.poll")
  private let state = Mutex(State())
  private let interval: Double

  init(_ watcher: FileWatcher, interval: Double = 2, onChange: @escaping @Sendable () -> Void) {
    self.watcher = watcher
    self.interval = interval
    self.onChange = onChange
  }

  /// Begins to look.
  func start() {
    state.withLock { $0.last = FolderScan(watcher) }
    schedule()
  }

  /// Looks no more.
  func stop() { state.withLock { $0.isOver = true } }

  private func schedule() { queue.asyncAfter(deadline: .now() + interval) { self.look() } }

  private func look() {
    let scan = FolderScan(watcher)
    let (isOver, isNew) = state.withLock { state in
      defer { state.last = scan }
      return (state.isOver, state.last != scan)
    }
    guard !isOver else { return }
    if isNew { onChange() }
    schedule()
  }
}
