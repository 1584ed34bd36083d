import Domain
import Foundation
import GRDB

extension SQLiteStore {
  /// Keeps a batch, or what has become of it.
  package func keep(_ batch: BatchRecord) async throws {
    try await write { db in
      try db.execute(
        sql: """
          INSERT INTO batches (label, run_id, file, batch, requests, created, is_over) VALUES (?, ?, ?, ?, ?, ?, ?)
          ON CONFLICT (label) DO UPDATE SET batch = excluded.batch, is_over = excluded.is_over
          """,
        arguments: [
          batch.label, batch.run.number, batch.file, batch.batch, batch.requests,
          batch.created.timeIntervalSince1970, batch.isOver,
        ])
    }
  }

  /// Batches not known to be over, oldest first; of one run or of all.
  package func openBatches(of run: RunID?) async throws -> [BatchRecord] {
    try await read { db in
      try Row.fetchAll(
        db, sql: "SELECT * FROM batches WHERE is_over = 0 AND (?1 IS NULL OR run_id = ?1) ORDER BY created, label",
        arguments: [run?.number]
      ).map { row in
        BatchRecord(
          label: row["label"], run: RunID(row["run_id"]), file: row["file"], batch: row["batch"],
          requests: row["requests"], created: Date(timeIntervalSince1970: row["created"]), isOver: row["is_over"])
      }
    }
  }
}
