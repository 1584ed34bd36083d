import Domain
import Foundation
import GRDB
import Testing
import WorkbenchCore

@testable import Storage

struct StorageErrorTests {
  private func failure(opening folder: String) async -> StorageError? {
    do {
      _ = try await SQLiteStore(stateOf: folder)
      return nil
    } catch { return error as? StorageError }
  }

  @Test func aNewersFileIsLeftAlone() async throws {
    try await withWorkspace { folder in
      _ = try await SQLiteStore(stateOf: folder)
      let queue = try DatabaseQueue(path: folder + "/.assay/assay.sqlite")
      try await queue.write { try $0.execute(sql: "INSERT INTO grdb_migrations VALUES ('9 something new')") }
      let error = try #require(await failure(opening: folder))
      #expect(error == .newer(path: folder + "/.assay/assay.sqlite"))
      #expect(error.description.contains("update this one"))
    }
  }

  @Test func aDamagedFileSaysWhatToDo() async throws {
    try await withWorkspace { folder in
      try FileManager.default.createDirectory(atPath: folder + "/.assay", withIntermediateDirectories: true)
      try Data(repeating: 0x41, count: 9000).write(to: URL(fileURLWithPath: folder + "/.assay/assay.sqlite"))
      let error = try #require(await failure(opening: folder))
      guard case .corrupt = error else { throw error }
      #expect(error.description.contains("move it away"))
      // Doing what it says helps.
      try FileManager.default.moveItem(atPath: folder + "/.assay/assay.sqlite", toPath: folder + "/old.sqlite")
      #expect(await failure(opening: folder) == nil)
    }
  }

  @Test func aFolderThatCannotBeMadeSaysWhatToDo() async throws {
    try await withWorkspace { folder in
      try Data("in the way".utf8).write(to: URL(fileURLWithPath: folder + "/.assay"))
      let error = try #require(await failure(opening: folder))
      guard case .readOnly = error else { throw error }
      #expect(error.description.contains("writable"))
    }
  }

  @Test func aFileThatCannotBeWrittenSaysWhatToDo() async throws {
    try await withWorkspace { folder in
      try FileManager.default.createDirectory(
        atPath: folder + "/.assay/assay.sqlite", withIntermediateDirectories: true)
      guard case .readOnly? = await failure(opening: folder) else {
        Issue.record("expected the error of a file that can't be opened")
        return
      }
    }
  }

  @Test func aFullDiskLosesNothingThatWasRecorded() async throws {
    try await withWorkspace { folder in
      let store = try await SQLiteStore(stateOf: folder)
      let run = try await store.beginRun(draft()).id
      _ = try await store.record([answered("a")], in: run, seconds: 0)
      try await store.writer.writeWithoutTransaction { db in
        let pages = try Int.fetchOne(db, sql: "PRAGMA page_count") ?? 0
        try db.execute(sql: "PRAGMA max_page_count = \(pages + 2)")
      }
      let large = (0..<50).map { answered("large-\($0)", String(repeating: "x", count: 10_000)) }
      await #expect(throws: StorageError.full(path: folder + "/.assay/assay.sqlite")) {
        try await store.record(large, in: run, seconds: 0)
      }
      #expect(try await store.outputs(of: run).map(\.caseID) == ["a"])
      // With room again, the same batch goes in, and the summary counts it once.
      try await store.writer.writeWithoutTransaction { try $0.execute(sql: "PRAGMA max_page_count = 1000000") }
      #expect(try await store.record(large, in: run, seconds: 0).done == 51)
    }
  }

  /// What goes into a file that is gone goes nowhere: no write may look as if it were kept.
  @Test(arguments: ["removed", "replaced"]) func whatIsWrittenIntoAFileThatIsGoneIsAnError(how: String) async throws {
    try await withWorkspace { folder in
      let store = try await SQLiteStore(stateOf: folder)
      let run = try await store.beginRun(draft()).id
      try FileManager.default.moveItem(atPath: folder + "/.assay", toPath: folder + "/away")
      if how == "replaced" { _ = try await SQLiteStore(stateOf: folder) }
      let gone = StorageError.removed(path: folder + "/.assay/assay.sqlite")
      await #expect(throws: gone) { try await store.record([answered("a")], in: run, seconds: 0) }
      await #expect(throws: gone) { try await store.setState(.finished, of: run) }
      await #expect(throws: gone) { try await store.claim(run) }
    }
  }

  @Test func whatCannotBeWrittenCanBeLookedAt() async throws {
    try await withWorkspace { folder in
      let state = folder + "/.assay"
      do {
        let store = try await SQLiteStore(stateOf: folder)
        let run = try await store.beginRun(draft()).id
        _ = try await store.record([answered("a")], in: run, seconds: 0)
        // As a process that still has it open leaves it, with what is new in the second file.
        let copy = try SQLiteStore.looking(into: state)
        #expect(try await copy.outputs(of: run).map(\.caseID) == ["a"])
      }
      let names = try FileManager.default.contentsOfDirectory(atPath: state)
      let store = try SQLiteStore.looking(into: state)
      let run = try #require(try await store.runs().first)
      #expect(run.summary.done == 1)
      let error = await #expect(throws: StorageError.self) { try await store.setState(.finished, of: run.id) }
      guard case .readOnly? = error else {
        Issue.record("\(String(describing: error))")
        return
      }
      #expect(try FileManager.default.contentsOfDirectory(atPath: state).sorted() == names.sorted())
      let nothing = try SQLiteStore.looking(into: folder + "/none")
      #expect(try await nothing.runs().isEmpty)
    }
  }
}
