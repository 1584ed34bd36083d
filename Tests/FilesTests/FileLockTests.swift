import Files
import Foundation
import Synchronization
import TestFolders
import Testing

/// A lock that any task can let go of.
private final class Held: Sendable {
  private let lock: Mutex<FileLock?>
  init(_ path: String) throws { lock = Mutex(try FileLock.tryAcquire(path, .exclusive)) }
  func free() { lock.withLock { $0 = nil } }
}

/// Locks that live as long as their holder.
@Suite struct FileLockTests {
  @Test func anExclusiveLockKeepsOthersOutUntilItIsGone() async throws {
    try await TestFolder.with { folder in
      let path = folder + "/lock"
      var first = try FileLock.tryAcquire(path, .exclusive)
      #expect(first != nil)
      #expect(try FileLock.tryAcquire(path, .shared) == nil)
      await #expect(throws: LockError.held(path)) {
        try await FileLock.acquire(path, .exclusive, atMost: .milliseconds(30))
      }
      first = nil
      // Not at once: a child that another test forks has the file open until it starts its program.
      _ = try await FileLock.acquire(path, .exclusive, atMost: .seconds(10))
    }
  }

  @Test func sharedLocksAreHeldTogether() throws {
    try TestFolder.with { folder in
      let path = folder + "/lock"
      let one = try FileLock.tryAcquire(path, .shared)
      let two = try FileLock.tryAcquire(path, .shared)
      #expect(one != nil && two != nil)
      #expect(try FileLock.tryAcquire(path, .exclusive) == nil)
    }
  }

  @Test func waitingLeavesTheThreadsToOthers() async throws {
    try await TestFolder.with { folder in
      let path = folder + "/lock"
      let held = try Held(path)
      // Many more waiters than the pool has threads: were each to block one, the task that frees the lock never ran.
      let count = 4 * ProcessInfo.processInfo.activeProcessorCount + 4
      let got = try await withThrowingTaskGroup(of: Int.self) { group in
        for _ in 0..<count {
          group.addTask {
            withExtendedLifetime(try await FileLock.acquire(path, .exclusive, atMost: .seconds(60))) { 1 }
          }
        }
        group.addTask {
          held.free()
          return 0
        }
        return try await group.reduce(0, +)
      }
      #expect(got == count)
    }
  }

  @Test func waitingEndsWithItsTask() async throws {
    try await TestFolder.with { folder in
      let path = folder + "/lock"
      let held = try FileLock.tryAcquire(path, .exclusive)
      let waiter = Task { _ = try await FileLock.acquire(path, .shared, atMost: .seconds(600)) }
      waiter.cancel()
      await #expect(throws: CancellationError.self) { try await waiter.value }
      withExtendedLifetime(held) {}
    }
  }

  @Test func aFolderThatIsNotThereIsASentence() {
    let error = #expect(throws: LockError.self) { try FileLock.tryAcquire("/nowhere/lock", .shared) }
    #expect(error?.description == "/nowhere/lock can't be locked: No such file or directory.")
  }

  @Test func aLinkInItsPlaceIsNotFollowed() throws {
    try TestFolder.with { folder in
      let (link, outside, pipe) = (folder + "/link", folder + "/outside", folder + "/pipe")
      try FileManager.default.createSymbolicLink(atPath: link, withDestinationPath: outside)
      #expect(throws: LockError.notAFile(link)) { try FileLock.tryAcquire(link, .exclusive) }
      #expect(!FileManager.default.fileExists(atPath: outside))
      try #require(mkfifo(pipe, 0o600) == 0)
      #expect(throws: LockError.notAFile(pipe)) { try FileLock.tryAcquire(pipe, .shared) }
    }
  }
}
