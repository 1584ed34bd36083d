import Foundation
import GRDB
import Testing

@testable import Storage

/// A database that somebody else made is not read.
@Suite struct ForeignSchemaTests {
  private func open(_ folder: String, changedBy sql: String) async throws -> SQLiteStore {
    try await SQLiteStore(stateOf: folder).writer.writeWithoutTransaction { db in
      try db.execute(sql: sql)
      try db.execute(sql: "PRAGMA wal_checkpoint(TRUNCATE)")
    }
    return try await SQLiteStore(stateOf: folder)
  }

  @Test(arguments: [
    "CREATE TRIGGER t AFTER UPDATE ON runs BEGIN SELECT 1; END",
    "CREATE VIEW v AS SELECT 1",
    "ALTER TABLE jobs RENAME TO old; CREATE VIEW jobs AS SELECT * FROM old",
    "CREATE TABLE more (x)",
    "CREATE INDEX extra ON runs (variant)",
    "CREATE INDEX extra ON runs (abs(cases))",
    "CREATE VIRTUAL TABLE search USING fts5(x)",
    "DROP TABLE probes",
    "ALTER TABLE runs ADD COLUMN extra TEXT",
    "DROP TABLE probes; CREATE TABLE probes (model TEXT PRIMARY KEY NOT NULL, probe TEXT DEFAULT (abs(-1)))",
    "DROP TABLE grdb_migrations",
    "DELETE FROM grdb_migrations",
  ]) func whatIsNotOursIsRefused(sql: String) async throws {
    try await withWorkspace { folder in
      let error = await #expect(throws: StorageError.self) { try await open(folder, changedBy: sql) }
      guard case .foreign = try #require(error) else {
        Issue.record("\(error.map(String.init(describing:)) ?? "nothing")")
        return
      }
    }
  }

  /// Names that SQLite keeps for itself, and letters that only look alike, which come in through the table of the schema.
  @Test(arguments: [
    "('trigger', 'sqlite_statx', 'runs', 0, 'CREATE TRIGGER sqlite_statx AFTER UPDATE ON runs BEGIN DELETE FROM outputs; END')",
    "('view', 'sqlite_stat9', 'sqlite_stat9', 0, 'CREATE VIEW sqlite_stat9 AS SELECT 1')",
    "('trigger', 'sqlite_sequence', 'runs', 0, 'CREATE TRIGGER sqlite_sequence AFTER UPDATE ON runs BEGIN SELECT 1; END')",
    "('view', 'sqlite_autoindex_x', 'x', 0, 'CREATE VIEW sqlite_autoindex_x AS SELECT 1')",
    "('trigger', 'sqlite_stat1', 'runs', 0, 'CREATE TRIGGER sqlite_stat1 AFTER INSERT ON runs BEGIN SELECT 1; END')",
  ]) func reservedNamesAreNoDisguise(row: String) async throws {
    try await withWorkspace { folder in
      try await SQLiteStore(stateOf: folder).writer.writeWithoutTransaction {
        try $0.execute(sql: "PRAGMA wal_checkpoint(TRUNCATE)")
      }
      // Another program, in which nothing is forbidden.
      let path = folder + "/.assay/assay.sqlite"
      let script = """
        import sqlite3, sys
        db = sqlite3.connect(sys.argv[1], isolation_level=None)
        db.execute("PRAGMA writable_schema = ON")
        db.execute("INSERT INTO sqlite_master (type, name, tbl_name, rootpage, sql) VALUES " + sys.argv[2])
        version = db.execute("PRAGMA schema_version").fetchone()[0]
        db.execute("PRAGMA schema_version = %d" % (version + 1))
        """
      let python = Process()
      python.executableURL = URL(fileURLWithPath: "/usr/bin/env")
      python.arguments = ["python3", "-c", script, path, row]
      try python.run()
      python.waitUntilExit()
      try #require(python.terminationStatus == 0)
      await #expect(throws: StorageError.self) { try await SQLiteStore(stateOf: folder) }
    }
  }

  /// SQLite rolls a journal back, and deletes what it names, before anything can be checked.
  @Test(arguments: [true, false]) func aJournalThatIsNotOursIsRefused(namesAnother: Bool) async throws {
    try await withWorkspace { folder in
      let path = folder + "/.assay/assay.sqlite"
      try await SQLiteStore(stateOf: folder).writer.writeWithoutTransaction {
        try $0.execute(sql: "PRAGMA wal_checkpoint(TRUNCATE)")
      }
      if namesAnother {
        // Not in WAL mode, as a new database is.
        var bytes = try Data(contentsOf: URL(fileURLWithPath: path))
        bytes.replaceSubrange(18..<20, with: [1, 1])
        try bytes.write(to: URL(fileURLWithPath: path))
      }
      let victim = folder + "/victim"
      try Data("precious".utf8).write(to: URL(fileURLWithPath: victim))
      try Self.journal(of: path, naming: namesAnother ? victim : nil).write(
        to: URL(fileURLWithPath: path + "-journal"))
      let error = await #expect(throws: StorageError.self) { try await SQLiteStore(stateOf: folder) }
      guard case .foreign = try #require(error) else {
        Issue.record("\(error.map(String.init(describing:)) ?? "nothing")")
        return
      }
      #expect(FileManager.default.fileExists(atPath: victim))
    }
  }

  /// A journal of the first page of a database as it is, and perhaps a super-journal's name
  /// (<https://www.sqlite.org/fileformat2.html>, section 3).
  private static func journal(of path: String, naming other: String?) throws -> Data {
    let database = try Data(contentsOf: URL(fileURLWithPath: path))
    let size = Int(database[16]) << 8 | Int(database[17])
    let magic = Data([0xD9, 0xD5, 0x05, 0xF9, 0x20, 0xA1, 0x63, 0xD7])
    func four(_ number: Int) -> Data { withUnsafeBytes(of: UInt32(truncatingIfNeeded: number).bigEndian) { Data($0) } }
    let nonce = 12_345
    var journal = magic + four(1) + four(nonce) + four(database.count / size) + four(512) + four(size)
    journal += Data(count: 512 - journal.count)
    let page = database.prefix(size)
    let sum = stride(from: size - 200, to: 0, by: -200).reduce(nonce) { $0 + Int(page[$1]) }
    journal += four(1) + page + four(sum)
    if let other {
      let name = Data(other.utf8)
      let sum = name.reduce(0) { $0 + Int(Int8(bitPattern: $1)) }
      journal += four(0x4000_0000 / size + 1) + name + four(name.count) + four(sum) + magic
    }
    return journal
  }

  /// The journal of a database that is just being made: the change to WAL mode was cut short.
  @Test func aJournalOfANewDatabaseIsRolledBack() async throws {
    try await withWorkspace { folder in
      let path = folder + "/.assay/assay.sqlite"
      try FileManager.default.createDirectory(atPath: folder + "/.assay", withIntermediateDirectories: true)
      let queue = try DatabaseQueue(path: path)
      try Schema.migrator.migrate(queue)
      try queue.close()
      try Self.journal(of: path, naming: nil).write(to: URL(fileURLWithPath: path + "-journal"))
      #expect(try await SQLiteStore(stateOf: folder).runs().isEmpty)
    }
  }

  @Test func whatSQLiteAddsIsFine() async throws {
    try await withWorkspace { folder in
      let store = try await open(folder, changedBy: "ANALYZE")
      #expect(try await store.runs().isEmpty)
      let isTrusting = try await store.read { try Int.fetchOne($0, sql: "PRAGMA trusted_schema") }
      #expect(isTrusting == 0)
    }
  }

  /// Databases of earlier versions are brought up to date as before.
  @Test(arguments: Schema.migrator.migrations) func olderOnesAreTaken(step: String) async throws {
    try await withWorkspace { folder in
      try FileManager.default.createDirectory(atPath: folder + "/.assay", withIntermediateDirectories: true)
      let queue = try DatabaseQueue(path: folder + "/.assay/assay.sqlite")
      try Schema.migrator.migrate(queue, upTo: step)
      try queue.close()
      #expect(try await SQLiteStore(stateOf: folder).runs().isEmpty)
    }
  }
}
