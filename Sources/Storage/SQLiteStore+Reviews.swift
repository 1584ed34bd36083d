import Domain
import Foundation
import GRDB

extension SQLiteStore {
  /// All that people found of answers.
  package func reviews() async throws -> Reviews {
    try await read { db in
      let preferences = try Row.fetchAll(db, sql: "SELECT * FROM preferences").compactMap { row -> Preference? in
        guard let better = Preference.Better(rawValue: row["better"]) else { return nil }
        return Preference(
          set: row["eval_set"], caseID: row["case_id"], input: ContentHash(hex: row["input"]),
          a: OutputPlace(run: RunID(row["run_a"]), sample: row["sample_a"]),
          b: OutputPlace(run: RunID(row["run_b"]), sample: row["sample_b"]), better: better,
          time: Date(timeIntervalSince1970: row["created"]))
      }
      let corrections = try Row.fetchAll(db, sql: "SELECT * FROM corrections").map { row in
        Correction(
          set: row["eval_set"], caseID: row["case_id"], input: ContentHash(hex: row["input"]),
          text: String(decoding: row["text"] as Data, as: UTF8.self),
          source: OutputPlace(run: RunID(row["run_id"]), sample: row["sample"]),
          time: Date(timeIntervalSince1970: row["created"]))
      }
      let failures = try Row.fetchAll(db, sql: "SELECT * FROM failures").map { row in
        FailureMark(
          set: row["eval_set"], caseID: row["case_id"], input: ContentHash(hex: row["input"]),
          place: OutputPlace(run: RunID(row["run_id"]), sample: row["sample"]), mode: row["mode"],
          time: Date(timeIntervalSince1970: row["created"]))
      }
      return Reviews(preferences: preferences, corrections: corrections, failures: failures)
    }
  }

  /// Keeps which of two answers is better, in place of what was found of them before.
  package func keep(_ preference: Preference) async throws {
    try await write { db in
      try db.execute(
        sql: "INSERT OR REPLACE INTO preferences VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)",
        arguments: [
          preference.set, preference.caseID, preference.a.run.number, preference.a.sample, preference.b.run.number,
          preference.b.sample, preference.input.hex, preference.better.rawValue,
          preference.time.timeIntervalSince1970,
        ])
    }
  }

  /// Keeps what a case's answer should have been, in place of what was kept before.
  package func keep(_ correction: Correction) async throws {
    try await write { db in
      try db.execute(
        sql: "INSERT OR REPLACE INTO corrections VALUES (?, ?, ?, ?, ?, ?, ?)",
        arguments: [
          correction.set, correction.caseID, correction.input.hex, FreeText.value(correction.text),
          correction.source.run.number, correction.source.sample, correction.time.timeIntervalSince1970,
        ])
    }
  }

  /// Keeps how an answer fails.
  package func keep(_ mark: FailureMark) async throws {
    try await write { db in
      try db.execute(
        sql: "INSERT OR REPLACE INTO failures VALUES (?, ?, ?, ?, ?, ?, ?)",
        arguments: [
          mark.set, mark.caseID, mark.place.run.number, mark.place.sample, mark.mode, mark.input.hex,
          mark.time.timeIntervalSince1970,
        ])
    }
  }

  /// Takes back how an answer fails.
  package func remove(_ mark: FailureMark) async throws {
    try await write { db in
      try db.execute(
        sql: "DELETE FROM failures WHERE eval_set = ? AND case_id = ? AND run_id = ? AND sample = ? AND mode = ?",
        arguments: [mark.set, mark.caseID, mark.place.run.number, mark.place.sample, mark.mode])
    }
  }

  /// Takes back what was found of two answers, given in order.
  package func removePreference(set: String, caseID: String, a: OutputPlace, b: OutputPlace) async throws {
    try await write { db in
      try db.execute(
        sql: """
          DELETE FROM preferences WHERE eval_set = ? AND case_id = ? AND run_a = ? AND sample_a = ? AND run_b = ?
            AND sample_b = ?
          """,
        arguments: [set, caseID, a.run.number, a.sample, b.run.number, b.sample])
    }
  }

  /// Takes back what a case's answer should have been.
  package func removeCorrection(set: String, caseID: String) async throws {
    try await write { db in
      try db.execute(sql: "DELETE FROM corrections WHERE eval_set = ? AND case_id = ?", arguments: [set, caseID])
    }
  }
}
