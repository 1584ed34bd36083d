import Domain
import Foundation
import GRDB

/// Naming and deleting runs, and what is left over of them.
extension SQLiteStore {
  /// Changes what a person calls a run and notes of it; nil takes it away.
  package func setLabels(_ labels: RunLabels, of run: RunID) async throws {
    try await write { db in
      try db.execute(
        sql: "UPDATE runs SET name = ?, note = ? WHERE id = ?", arguments: [labels.name, labels.note, run.number])
      guard db.changesCount > 0 else { throw StorageError.noSuchRun(run.number) }
    }
  }

  /// Why requests of a run have no answer, or answers no score, with how many; the most frequent first.
  package func failures(of run: RunID) async throws -> [(reason: String, count: Int)] {
    try await read { db in
      try Row.fetchAll(
        db,
        sql: """
          SELECT coalesce(failure, unscored) AS reason, count(*) AS count FROM outputs
          WHERE run_id = ? AND coalesce(failure, unscored) IS NOT NULL GROUP BY 1 ORDER BY 2 DESC, 1
          """, arguments: [run.number]
      ).map { row in (String(decoding: row["reason"] as Data? ?? Data(), as: UTF8.self), row["count"]) }
    }
  }

  /// Deletes a run with its outputs. Its answers stay, so that asking the same again costs nothing.
  package func delete(_ run: RunID) async throws {
    tallies.withLock { $0[run] = nil }
    try await write { db in
      try db.execute(sql: "DELETE FROM runs WHERE id = ?", arguments: [run.number])
      guard db.changesCount > 0 else { throw StorageError.noSuchRun(run.number) }
    }
  }

  /// Bytes of text that only this run's outputs hold: what `removeSurplus` frees once it is deleted, and its outputs.
  package func bytes(of run: RunID) async throws -> Int {
    try await read { db in
      try Int.fetchOne(
        db,
        sql: """
          SELECT
            (SELECT coalesce(sum(length(CAST(text AS BLOB))), 0) FROM answers WHERE id IN
              (SELECT answer_id FROM outputs WHERE run_id = :run)
              AND id NOT IN (SELECT answer_id FROM outputs WHERE run_id <> :run AND answer_id IS NOT NULL))
            + (SELECT coalesce(sum(length(CAST(scores AS BLOB))), 0) FROM outputs WHERE run_id = :run)
          """, arguments: ["run": run.number]) ?? 0
    }
  }

  private static let unusedAnswers =
    "judge IS NULL AND id NOT IN (SELECT answer_id FROM outputs WHERE answer_id IS NOT NULL)"
  private static let unusedVersions = "hash NOT IN (SELECT prompt_version FROM runs)"

  /// What no run needs: answers, and versions of prompts.
  package func surplus() async throws -> StoreSurplus {
    try await read { db in
      let answers = try Row.fetchOne(
        db,
        sql: """
          SELECT count(*) AS count, coalesce(sum(length(CAST(text AS BLOB))), 0) AS bytes FROM answers
          WHERE \(Self.unusedAnswers)
          """)
      let versions = try Row.fetchOne(
        db,
        sql: """
          SELECT count(*) AS count, coalesce(sum(length(CAST(parts AS BLOB))), 0) AS bytes FROM prompt_versions
          WHERE \(Self.unusedVersions)
          """)
      return StoreSurplus(
        answers: answers?["count"] ?? 0, versions: versions?["count"] ?? 0,
        bytes: (answers?["bytes"] ?? 0) + (versions?["bytes"] ?? 0))
    }
  }

  /// Deletes what no run needs, and gives the room on disk back.
  package func removeSurplus() async throws {
    try await write { db in
      try db.execute(sql: "DELETE FROM answers WHERE \(Self.unusedAnswers)")
      try db.execute(sql: "DELETE FROM prompt_versions WHERE \(Self.unusedVersions)")
    }
    try await vacuum()
  }
}
