import Domain
import Files
import Foundation
import GRDB

extension SQLiteStore {
  /// Makes a job, in the state `queued`. Its number is higher than that of every job and every job folder there is, so
  /// that no job ever starts in an older one's folder, even after the database was lost. Its folder is made with it.
  package func beginJob(_ draft: JobDraft) async throws -> TrainingJob {
    let settings = SettingsColumn.encode(draft.settings)
    let highest = highestJobFolder()
    let folder = folder.map { $0 + "/jobs/" }
    return try await write { db in
      let last = try Int64.fetchOne(db, sql: "SELECT seq FROM sqlite_sequence WHERE name = 'jobs'") ?? 0
      try db.execute(
        sql: """
          INSERT INTO jobs (id, backend, base, data, settings, state, created, sweep) VALUES (?, ?, ?, ?, ?, ?, ?, ?)
          """,
        arguments: [
          max(last, highest) + 1, draft.backend, draft.base, draft.data, settings,
          TrainingJob.State.queued.rawValue, draft.created.timeIntervalSince1970, draft.sweep,
        ])
      let id = db.lastInsertedRowID
      // Before anybody can see the job: one without a folder has lost it.
      if let folder { try Self.makeFolder("\(folder)\(id)") }
      guard let row = try Row.fetchOne(db, sql: "SELECT * FROM jobs WHERE id = ?", arguments: [id]) else {
        throw StorageError.noSuchJob(id)
      }
      return try JobRow(row).job
    }
  }

  private static func makeFolder(_ path: String) throws {
    do throws(FileError) { try FileBytes.makeFolder(path, for: .owner) } catch {
      throw StorageError.readOnly(path: path, detail: "\(error)")
    }
  }

  private func highestJobFolder() -> Int64 {
    guard let folder, let names = try? FileManager.default.contentsOfDirectory(atPath: folder + "/jobs") else {
      return 0
    }
    return names.compactMap { Int64($0) }.filter { $0 > 0 && $0 < 1 << 40 }.max() ?? 0
  }

  /// Notes what a job's folder says of it. A job that is over stays over, and what was chosen stays chosen.
  package func update(_ job: TrainingJob) async throws {
    try await write { db in
      try db.execute(
        sql: """
          UPDATE jobs SET state = ?, step = ?, steps = ?, train_loss = ?, train_loss_state = ?, validation_loss = ?,
            validation_loss_state = ?, message = ?,
            best_step = CASE WHEN chosen IS NULL THEN ? ELSE best_step END,
            best_loss = CASE WHEN chosen IS NULL THEN ? ELSE best_loss END,
            adapter = CASE WHEN chosen IS NULL THEN ? ELSE adapter END
          WHERE id = ? AND (? OR state IN ('queued', 'running'))
          """,
        arguments: [
          job.state.rawValue, job.step, job.steps, LossColumns.number(job.trainLoss), LossColumns.state(job.trainLoss),
          LossColumns.number(job.validationLoss), LossColumns.state(job.validationLoss), job.message, job.best?.step,
          LossColumns.number(job.best?.validationLoss), job.adapter, job.id.number, job.state.isOver,
        ])
      if db.changesCount == 0 { try Self.requireJob(job.id, db) }
    }
  }

  /// Notes that a job that was over goes on.
  package func reopen(_ job: JobID) async throws {
    try await write { db in
      try db.execute(
        sql: "UPDATE jobs SET state = ?, message = NULL, chosen = NULL WHERE id = ?",
        arguments: [TrainingJob.State.queued.rawValue, job.number])
      if db.changesCount == 0 { try Self.requireJob(job, db) }
    }
  }

  /// Notes which checkpoint is the one to use.
  package func choose(_ best: TrainingJob.Best, adapter: String?, of job: JobID) async throws {
    try await write { db in
      try db.execute(
        sql: "UPDATE jobs SET chosen = ?, best_step = ?, best_loss = ?, adapter = coalesce(?, adapter) WHERE id = ?",
        arguments: [best.step, best.step, LossColumns.number(best.validationLoss), adapter, job.number])
      if db.changesCount == 0 { try Self.requireJob(job, db) }
    }
  }

  private static func requireJob(_ job: JobID, _ db: Database) throws {
    guard try Row.fetchOne(db, sql: "SELECT 1 FROM jobs WHERE id = ?", arguments: [job.number]) == nil else { return }
    throw StorageError.noSuchJob(job.number)
  }

  /// All jobs, newest first.
  package func jobs() async throws -> [TrainingJob] {
    try await read { db in
      try Row.fetchAll(db, sql: "SELECT * FROM jobs ORDER BY id DESC").map { try JobRow($0).job }
    }
  }
}

/// A loss as a number and, where it is none, a word for what it is: SQLite keeps no NaN.
enum LossColumns {
  private static let states: [(word: String, value: Double)] = [
    ("nan", .nan), ("inf", .infinity), ("-inf", -.infinity),
  ]

  static func number(_ loss: Double?) -> Double? { loss.flatMap { $0.isFinite ? $0 : nil } }

  static func state(_ loss: Double?) -> String? {
    loss.flatMap { loss in loss.isFinite ? nil : states.first { $0.value == loss }?.word ?? "nan" }
  }

  static func loss(_ number: Double?, _ state: String?) -> Double? {
    state.flatMap { word in states.first { $0.word == word }?.value } ?? number
  }
}
