import Foundation
import Synchronization
import Testing

@testable import FileWatching

@Suite(.timeLimit(.minutes(1)))
struct FileWatcherTests {
  /// A folder that is removed at the end.
  private func withFolder(_ body: (String) async throws -> Void) async throws {
    let folder = FileManager.default.temporaryDirectory.appendingPathComponent("watch-" + UUID().uuidString).path
    try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true)
    defer { try? FileManager.default.removeItem(atPath: folder) }
    try await body(folder)
  }

  private func write(_ text: String, _ path: String) throws {
    try Data(text.utf8).write(to: URL(fileURLWithPath: path))
  }

  @Test func tellsOfANewFileAChangedFileAndADeletedFile() async throws {
    try await withFolder { folder in
      var changes = FileWatcher(folder).changes().makeAsyncIterator()
      try write("one", folder + "/a.txt")
      await changes.next()
      let handle = try #require(FileHandle(forWritingAtPath: folder + "/a.txt"))
      try handle.seekToEnd()
      try handle.write(contentsOf: Data("two".utf8))
      await changes.next()
      try handle.close()
      try FileManager.default.removeItem(atPath: folder + "/a.txt")
      await changes.next()
    }
  }

  @Test func seesFoldersThatComeLater() async throws {
    try await withFolder { folder in
      var changes = FileWatcher(folder).changes().makeAsyncIterator()
      try FileManager.default.createDirectory(atPath: folder + "/a/b", withIntermediateDirectories: true)
      await changes.next()
      try write("x", folder + "/a/b/c.txt")
      await changes.next()
    }
  }

  @Test func waitsForARootThatIsNotThereYet() async throws {
    try await withFolder { folder in
      var changes = FileWatcher(folder + "/later/on").changes().makeAsyncIterator()
      try FileManager.default.createDirectory(atPath: folder + "/later/on", withIntermediateDirectories: true)
      await changes.next()
      try write("x", folder + "/later/on/events.jsonl")
      await changes.next()
    }
  }

  @Test func aBurstIsOneElementAndHiddenFilesAreNone() async throws {
    try await withFolder { folder in
      let count = Mutex(0)
      let reader = Task { [stream = FileWatcher(folder, settle: 0.2).changes()] in
        for await _ in stream { count.withLock { $0 += 1 } }
      }
      try write("x", folder + "/.hidden")
      try FileManager.default.createDirectory(atPath: folder + "/node_modules", withIntermediateDirectories: true)
      try write("x", folder + "/node_modules/y")
      try await Task.sleep(for: .milliseconds(500))
      #expect(count.withLock { $0 } == 0)
      for number in 0..<100 { try write("x", folder + "/\(number)") }
      try await Task.sleep(for: .milliseconds(700))
      #expect((1...2).contains(count.withLock { $0 }))
      reader.cancel()
    }
  }

  @Test func aFolderScopeLooksAtItsOwnEntriesOnly() async throws {
    try await withFolder { folder in
      try FileManager.default.createDirectory(atPath: folder + "/jobs", withIntermediateDirectories: true)
      let count = Mutex(0)
      let reader = Task { [stream = FileWatcher(folder, scope: .folder).changes()] in
        for await _ in stream { count.withLock { $0 += 1 } }
      }
      try write("x", folder + "/jobs/events.jsonl")
      try await Task.sleep(for: .milliseconds(300))
      #expect(count.withLock { $0 } == 0)
      reader.cancel()
    }
  }

  @Test func endingTheReaderFreesTheDescriptor() async throws {
    try await withFolder { folder in
      func inotifyCount() throws -> Int {
        try FileManager.default.contentsOfDirectory(atPath: "/proc/self/fd").count {
          (try? FileManager.default.destinationOfSymbolicLink(atPath: "/proc/self/fd/" + $0))?.contains("inotify")
            == true
        }
      }
      guard FileManager.default.fileExists(atPath: "/proc/self/fd") else { return }
      for _ in 0..<200 {
        let stream = FileWatcher(folder).changes()
        let task = Task { for await _ in stream {} }
        task.cancel()
        await task.value
      }
      // Tests beside this one have some open too, for a while.
      for _ in 0..<1000 where try inotifyCount() >= 20 { try await Task.sleep(for: .milliseconds(20)) }
      #expect(try inotifyCount() < 20)
    }
  }

  @Test func pollingNoticesTheSameThings() async throws {
    try await withFolder { folder in
      let (stream, continuation) = AsyncStream.makeStream(of: Void.self)
      let watch = PollingWatch(FileWatcher(folder), interval: 0.05) { continuation.yield() }
      watch.start()
      var changes = stream.makeAsyncIterator()
      try write("x", folder + "/a")
      await changes.next()
      try write("xy", folder + "/a")
      await changes.next()
      watch.stop()
    }
  }
}
