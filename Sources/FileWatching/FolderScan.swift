import Foundation

#if canImport(Glibc)
  import Glibc
#elseif canImport(Musl)
  import Musl
#elseif canImport(Darwin)
  import Darwin
#endif

/// What stands in a watched folder at one moment.
struct FolderScan: Equatable {
  /// What tells one state of a file from another.
  struct Mark: Equatable {
    var size: Int64
    var seconds: Int
    var nanoseconds: Int
    var inode: UInt64
  }

  /// The watched folders that exist, the root first.
  var folders: [String] = []
  /// Everything else in them.
  var files: [String: Mark] = [:]

  /// Looks at what a watcher looks at; symbolic links below the root are not followed.
  init(_ watcher: FileWatcher) {
    var queue = [watcher.folder]
    var next = 0
    guard Self.isFolder(watcher.folder) else { return }
    while next < queue.count {
      let folder = queue[next]
      next += 1
      folders.append(folder)
      let names = (try? FileManager.default.contentsOfDirectory(atPath: folder)) ?? []
      for name in names where watcher.cares(about: name) {
        let path = folder + "/" + name
        var status = stat()
        guard lstat(path, &status) == 0 else { continue }
        if status.st_mode & S_IFMT == S_IFDIR {
          if watcher.scope == .tree, queue.count < FileWatcher.mostFolders { queue.append(path) }
        } else {
          files[path] = Mark(status)
        }
      }
    }
  }

  /// Whether a folder, or a link to one, is there.
  static func isFolder(_ path: String) -> Bool {
    var status = stat()
    return stat(path, &status) == 0 && status.st_mode & S_IFMT == S_IFDIR
  }

  /// The nearest folder above `path` that exists.
  static func existingAncestor(of path: String) -> String {
    var folder = path
    while !folder.isEmpty, folder != "/", !isFolder(folder) { folder = (folder as NSString).deletingLastPathComponent }
    return folder.isEmpty ? "." : folder
  }
}

extension FolderScan.Mark {
  /// The mark of a file that was looked at.
  init(_ status: stat) {
    #if canImport(Darwin)
      let time = status.st_mtimespec
    #else
      let time = status.st_mtim
    #endif
    self.init(
      size: Int64(status.st_size), seconds: Int(time.tv_sec), nanoseconds: Int(time.tv_nsec),
      inode: UInt64(status.st_ino))
  }
}
