/// Tells when something in a folder was changed, by this process or any other, without ever waking up in between.
///
/// The kernel tells (inotify on Linux, kqueue on macOS); nothing is polled. Only where the kernel refuses (too many
/// watches in use) the names, sizes and times are compared every two seconds instead. Changes that another machine makes
/// on a network file system go unnoticed.
package struct FileWatcher: Sendable, Hashable {
  /// How deep to look.
  package enum Scope: Sendable, Hashable {
    /// The folder's own entries.
    case folder
    /// Subfolders too, except hidden and ignored ones; at most ``FileWatcher/mostFolders`` of them.
    case tree
  }

  /// The most folders that one watcher looks at.
  package static let mostFolders = 1000

  /// The folder; it need not exist yet.
  package var folder: String
  /// How deep to look.
  package var scope: Scope
  /// Names of files and folders to ignore; names that begin with a dot always are.
  package var ignoring: Set<String>
  /// Seconds that a burst of changes may last before it is told of; one burst is one element of the stream.
  package var settle: Double

  /// A watcher of a folder.
  package init(
    _ folder: String, scope: Scope = .tree, ignoring: Set<String> = ["node_modules", "__pycache__"],
    settle: Double = 0.05
  ) {
    self.folder = folder
    self.scope = scope
    self.ignoring = ignoring
    self.settle = settle
  }

  /// An element for each burst of changes from now on. A reader that is slow gets one element for all that it missed.
  /// Watching ends with the stream's reader.
  package func changes() -> AsyncStream<Void> {
    let (stream, continuation) = AsyncStream.makeStream(of: Void.self, bufferingPolicy: .bufferingNewest(1))
    if let watch = KernelWatch(self, onChange: { continuation.yield() }) {
      continuation.onTermination = { _ in watch.stop() }
      watch.start()
    } else {
      let watch = PollingWatch(self, onChange: { continuation.yield() })
      continuation.onTermination = { _ in watch.stop() }
      watch.start()
    }
    return stream
  }

  /// Whether changes of an entry called `name` are told of.
  func cares(about name: some StringProtocol) -> Bool {
    !name.hasPrefix(".") && !ignoring.contains(String(name))
  }
}
