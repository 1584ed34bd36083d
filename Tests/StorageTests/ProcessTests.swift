import Domain
import Files
import Foundation
import GRDB
import Synchronization
import Testing
import WorkbenchCore

@testable import Storage

/// Several processes on one file. Python's sqlite3 module and the sqlite3 shell stand for the others.
@Suite(.timeLimit(.minutes(1)))
struct ProcessTests {
  static let hasPython = OtherProcess.exists("python3")
  static let hasShell = OtherProcess.exists("sqlite3")

  @Test func aClaimIsHeldOnce() async throws {
    try await onBothStores { store in
      let run = try await store.beginRun(draft()).id
      var claim = try await store.claim(run)
      #expect(claim != nil)
      #expect(try await store.claim(run) == nil)
      #expect(try await store.claim(RunID(2)) != nil)
      claim = nil
      claim = try await store.claim(run)
      #expect(claim != nil)
    }
  }

  @Test(.enabled(if: hasPython, "python3 is not installed")) func aClaimEndsWithItsHolder() async throws {
    try await withWorkspace { folder in
      let store = try await SQLiteStore(stateOf: folder)
      let run = try await store.beginRun(draft()).id
      let script = """
        import fcntl, sys, time
        file = open(sys.argv[1], "a")
        fcntl.flock(file, fcntl.LOCK_EX)
        print("held", flush=True)
        time.sleep(60)
        """
      let other = try OtherProcess(["python3", "-c", script, folder + "/.assay/locks/run-1"])
      #expect(other.line() == "held")
      #expect(try await store.claim(run) == nil)
      other.kill()
      #expect(try await store.claim(run) != nil)
    }
  }

  @Test func anotherThatOpensTheFileIsWaitedFor() async throws {
    try await withWorkspace { folder in
      let locks = folder + "/.assay/locks"
      try FileManager.default.createDirectory(atPath: locks, withIntermediateDirectories: true)
      let lock = try FileLock.tryAcquire(locks + "/open", .exclusive)
      await #expect(throws: StorageError.busy(path: locks + "/open")) {
        try await SQLiteStore(stateFolder: folder + "/.assay", patience: .milliseconds(30))
      }
      withExtendedLifetime(lock) {}
    }
  }

  @Test func twoStoresSeeEachOther() async throws {
    try await withWorkspace { folder in
      let one = try await SQLiteStore(stateOf: folder)
      let two = try await SQLiteStore(stateOf: folder)
      var changes = two.foreignChanges().makeAsyncIterator()
      let run = try await one.beginRun(draft()).id
      await changes.next()
      #expect(try await two.runs().map(\.id) == [run])
      _ = try await one.record([answered("a")], in: run, seconds: 0)
      await changes.next()
      #expect(try await two.runs().first?.summary.done == 1)
    }
  }

  @Test func ourOwnChangesAreNotForeign() async throws {
    try await withWorkspace { folder in
      let store = try await SQLiteStore(stateOf: folder)
      let count = Mutex(0)
      let reader = Task { [stream = store.foreignChanges()] in
        for await _ in stream { count.withLock { $0 += 1 } }
      }
      let run = try await store.beginRun(draft()).id
      for number in 0..<20 { _ = try await store.record([answered("\(number)")], in: run, seconds: 0) }
      _ = try await store.claim(run)
      try await Task.sleep(for: .milliseconds(400))
      #expect(count.withLock { $0 } == 0)
      reader.cancel()
    }
  }

  @Test func whatChangedBeforeListeningIsTold() async throws {
    try await withWorkspace { folder in
      let one = try await SQLiteStore(stateOf: folder)
      let two = try await SQLiteStore(stateOf: folder)
      _ = try await one.beginRun(draft())
      var changes = two.foreignChanges().makeAsyncIterator()
      await changes.next()
    }
  }

  @Test(.enabled(if: hasShell, "the sqlite3 shell is not installed")) func anotherProgramsWriteIsNoticed() async throws
  {
    try await withWorkspace { folder in
      let store = try await SQLiteStore(stateOf: folder)
      _ = try await store.beginRun(draft())
      var changes = store.foreignChanges().makeAsyncIterator()
      let shell = try OtherProcess([
        "sqlite3", folder + "/.assay/assay.sqlite", "UPDATE runs SET state = 'finished' WHERE id = 1",
      ])
      await changes.next()
      shell.process.waitUntilExit()
      #expect(try await store.runs().first?.state == .finished)
    }
  }

  @Test(.enabled(if: hasPython, "python3 is not installed")) func aKilledWriterLosesNothingThatWasCommitted()
    async throws
  {
    try await withWorkspace { folder in
      let store = try await SQLiteStore(stateOf: folder)
      let run = try await store.beginRun(draft()).id
      _ = try await store.record([answered("ours")], in: run, seconds: 0)
      let script = """
        import sqlite3, sys
        db = sqlite3.connect(sys.argv[1], isolation_level=None)
        def add(number):
            db.execute("INSERT INTO outputs (run_id, position, case_id, request_key, value, passed, format_valid, scores)"
                       " VALUES (1, ?, ?, 'k', 0, 0, 0, '[]')", (1000 + number, "theirs-%d" % number))
        db.execute("BEGIN IMMEDIATE")
        for number in range(500): add(number)
        db.execute("COMMIT")
        db.execute("BEGIN IMMEDIATE")
        for number in range(500, 5000): add(number)
        print("in the middle", flush=True)
        sys.stdin.readline()
        """
      let other = try OtherProcess(["python3", "-c", script, folder + "/.assay/assay.sqlite"])
      #expect(other.line() == "in the middle")
      other.kill()
      let outputs = try await store.outputs(of: run)
      #expect(outputs.count == 501)
      // Writing goes on at once: the dead process holds no lock.
      _ = try await store.record([answered("more")], in: run, seconds: 0)
      let check = try await SQLiteStore(stateOf: folder).read {
        try String.fetchAll($0, sql: "PRAGMA integrity_check")
      }
      #expect(check == ["ok"])
    }
  }

  @Test(.enabled(if: hasPython, "python3 is not installed")) func aWriterKilledAtAnyTimeLeavesAWholeFile() async throws
  {
    try await withWorkspace { folder in
      let store = try await SQLiteStore(stateOf: folder)
      let run = try await store.beginRun(draft()).id
      let script = """
        import sqlite3, sys
        db = sqlite3.connect(sys.argv[1], isolation_level=None, timeout=5)
        number = int(sys.argv[2])
        print("go", flush=True)
        while True:
            db.execute("BEGIN IMMEDIATE")
            for _ in range(20):
                number += 1
                db.execute("INSERT INTO answers (key, text, latency, created) VALUES (?, ?, 0, 0)", (str(number), "x" * 2000))
            db.execute("COMMIT")
            print(number, flush=True)
        """
      for round in 1...5 {
        let start = round * 1_000_000
        let other = try OtherProcess(["python3", "-c", script, folder + "/.assay/assay.sqlite", "\(start)"])
        #expect(other.line() == "go")
        var last = start
        for _ in 0..<(3 * round) { last = Int(other.line()) ?? last }
        other.kill()
        let committed = last
        let count = try await store.read { db in
          try Int.fetchOne(
            db, sql: "SELECT count(*) FROM answers WHERE CAST(key AS INTEGER) > ? AND CAST(key AS INTEGER) <= ?",
            arguments: [start, committed])
        }
        #expect(count == committed - start)
        _ = try await store.record([answered("\(round)")], in: run, seconds: 0)
      }
      let check = try await store.read { try String.fetchAll($0, sql: "PRAGMA integrity_check") }
      #expect(check == ["ok"])
    }
  }

  @Test func manyCanOpenANewWorkspaceAtOnce() async throws {
    try await withWorkspace { folder in
      try await withThrowingTaskGroup(of: Void.self) { group in
        for number in 0..<8 {
          group.addTask {
            let store = try await SQLiteStore(stateOf: folder)
            let run = try await store.beginRun(draft("v\(number % 2)")).id
            _ = try await store.record([answered("case-\(number)")], in: run, seconds: 0)
          }
        }
        try await group.waitForAll()
      }
      let runs = try await SQLiteStore(stateOf: folder).runs()
      #expect(runs.map(\.summary.done) == [4, 4])
    }
  }
}
