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
