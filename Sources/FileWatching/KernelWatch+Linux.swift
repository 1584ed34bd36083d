#if os(Linux)
  import Dispatch
  import Synchronization

  #if canImport(Glibc)
    import Glibc
  #elseif canImport(Musl)
    import Musl
  #endif

  /// Has the kernel tell of changes, through inotify.
  ///
  /// The first event of a burst stops the listening for `settle` seconds; then everything that came is read at once.
  final class KernelWatch: Sendable {
    private struct State {
      var source: (any DispatchSourceRead)?
      var folders: [Int32: String] = [:]
    }

    private static let changes = UInt32(
      IN_MODIFY | IN_CLOSE_WRITE | IN_CREATE | IN_DELETE | IN_MOVED_FROM | IN_MOVED_TO | IN_DELETE_SELF | IN_MOVE_SELF
        | IN_ONLYDIR)
    private static let arrivals = UInt32(IN_CREATE | IN_MOVED_TO | IN_ONLYDIR)

    private let watcher: FileWatcher
    private let onChange: @Sendable () -> Void
    private let descriptor: Int32
    private let queue = DispatchQueue(label: "assay.files")
    private let state = Mutex(State())

    /// Nil when the kernel has no watch left to give.
    init?(_ watcher: FileWatcher, onChange: @escaping @Sendable () -> Void) {
      let descriptor = inotify_init1(Int32(IN_NONBLOCK | IN_CLOEXEC))
      guard descriptor >= 0 else { return nil }
      self.descriptor = descriptor
      self.watcher = watcher
      self.onChange = onChange
      guard addWatches() else {
        close(descriptor)
        return nil
      }
    }

    /// Begins to listen.
    func start() {
      state.withLock { state in
        let source = DispatchSource.makeReadSource(fileDescriptor: descriptor, queue: queue)
        source.setEventHandler { [self] in
          suspend()
          queue.asyncAfter(deadline: .now() + watcher.settle) { self.settled() }
        }
        source.setCancelHandler { [self] in
          close(descriptor)
          self.state.withLock { $0.source = nil }
        }
        source.resume()
        state.source = source
      }
    }

    /// Listens no more.
    func stop() {
      queue.async { [self] in
        state.withLock { $0.source?.cancel() }
      }
    }

    private func suspend() { state.withLock { $0.source?.suspend() } }

    private func settled() {
      let isOver = state.withLock { $0.source?.isCancelled ?? true }
      if !isOver, readEvents() { onChange() }
      state.withLock { $0.source?.resume() }
    }

    /// Watches every folder that is there, or where the root would appear.
    private func addWatches() -> Bool {
      let folders = FolderScan(watcher).folders
      let wanted = folders.isEmpty ? [FolderScan.existingAncestor(of: watcher.folder)] : folders
      let mask = folders.isEmpty ? Self.arrivals : Self.changes
      return state.withLock { state in
        for folder in wanted {
          let watch = inotify_add_watch(descriptor, folder, mask)
          if watch >= 0 {
            state.folders[watch] = folder
          } else if errno == ENOSPC {
            return false
          }
        }
        return true
      }
    }

    /// Reads what came; true when it is worth telling.
    private func readEvents() -> Bool {
      var isRelevant = false
      var isStructural = false
      let existed = state.withLock { $0.folders.values.contains(watcher.folder) }
      let capacity = 16_384
      withUnsafeTemporaryAllocation(byteCount: capacity, alignment: 16) { buffer in
        while true {
          let count = read(descriptor, buffer.baseAddress, capacity)
          guard count > 0 else { return }
          var place = 0
          while place + MemoryLayout<inotify_event>.size <= count {
            let event = buffer.loadUnaligned(fromByteOffset: place, as: inotify_event.self)
            let nameStart = place + MemoryLayout<inotify_event>.size
            let nameBytes = buffer[nameStart..<min(count, nameStart + Int(event.len))].prefix { $0 != 0 }
            let name = String(decoding: nameBytes, as: UTF8.self)
            place = nameStart + Int(event.len)
            if event.mask & UInt32(IN_IGNORED) != 0 {
              state.withLock { $0.folders[event.wd] = nil }
            } else if event.len == 0 || event.mask & UInt32(IN_ISDIR) != 0 {
              isStructural = true
              if event.len == 0 || watcher.cares(about: name) { isRelevant = true }
            } else if watcher.cares(about: name) {
              isRelevant = true
            }
          }
        }
      }
      if isStructural || !existed { _ = addWatches() }
      let exists = existed || state.withLock { $0.folders.values.contains(watcher.folder) }
      return isRelevant && exists
    }
  }
#endif
