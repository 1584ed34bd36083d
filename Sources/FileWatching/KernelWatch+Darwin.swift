#if canImport(Darwin)
  import Darwin
  import Dispatch
  import Synchronization

  /// Has the kernel tell of changes, through kqueue: a descriptor for each folder and file that is looked at.
  final class KernelWatch: Sendable {
    private struct State {
      var sources: [String: Source] = [:]
      var isScheduled = false
      var isOver = false
    }

    private struct Source {
      var inode: UInt64
      var dispatch: any DispatchSourceFileSystemObject
    }

    private static let mostFiles = 2000

    private let watcher: FileWatcher
    private let onChange: @Sendable () -> Void
    private let queue = DispatchQueue(label: "assay.files")
    private let state = Mutex(State())

    /// Never nil here: a file that can't be opened goes unwatched.
    init?(_ watcher: FileWatcher, onChange: @escaping @Sendable () -> Void) {
      self.watcher = watcher
      self.onChange = onChange
    }

    /// Begins to listen.
    func start() { addSources() }

    /// Listens no more.
    func stop() {
      state.withLock { state in
        state.isOver = true
        for source in state.sources.values { source.dispatch.cancel() }
        state.sources = [:]
      }
    }

    private func addSources() {
      let scan = FolderScan(watcher)
      var wanted: [String] = scan.folders + scan.files.keys.sorted().prefix(Self.mostFiles)
      if wanted.isEmpty { wanted = [FolderScan.existingAncestor(of: watcher.folder)] }
      let paths = wanted
      state.withLock { state in
        guard !state.isOver else { return }
        let known = Set(paths)
        for (path, source) in state.sources where !known.contains(path) {
          source.dispatch.cancel()
          state.sources[path] = nil
        }
        for path in paths {
          var status = stat()
          guard stat(path, &status) == 0 else { continue }
          let inode = UInt64(status.st_ino)
          if let source = state.sources[path] {
            if source.inode == inode { continue }
            source.dispatch.cancel()
          }
          let descriptor = open(path, O_EVTONLY | O_CLOEXEC)
          guard descriptor >= 0 else { continue }
          let dispatch = DispatchSource.makeFileSystemObjectSource(
            fileDescriptor: descriptor, eventMask: [.write, .extend, .delete, .rename], queue: queue)
          dispatch.setEventHandler { [weak self] in self?.arrived() }
          dispatch.setCancelHandler { close(descriptor) }
          state.sources[path] = Source(inode: inode, dispatch: dispatch)
          dispatch.resume()
        }
      }
    }

    private func arrived() {
      let isFirst = state.withLock { state in
        defer { state.isScheduled = true }
        return !state.isScheduled && !state.isOver
      }
      guard isFirst else { return }
      queue.asyncAfter(deadline: .now() + watcher.settle) { [weak self] in self?.settled() }
    }

    private func settled() {
      state.withLock { $0.isScheduled = false }
      addSources()
      let isOver = state.withLock { $0.isOver }
      if !isOver, FolderScan.isFolder(watcher.folder) { onChange() }
    }
  }
#endif
