import Files
import Foundation
import GRDB
public import WorkbenchCore

extension SQLiteStore {
  /// Makes a job, in the state `queued`. Its number is higher than that of every job and every job folder there is, so
  /// that no job ever starts in an older one's folder, even after the database was lost. Its folder is made with it.
  public func beginJob(_ draft: JobDraft) async throws -> TrainingJob {
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

  /// Replaces a job's header.
  public func update(_ job: TrainingJob) async throws {
    let settings = SettingsColumn.encode(job.settings)
    try await write { db in
      try db.execute(
        sql: """
          UPDATE jobs SET backend = ?, base = ?, data = ?, settings = ?, state = ?, created = ?, step = ?, steps = ?,
            train_loss = ?, train_loss_state = ?, validation_loss = ?, validation_loss_state = ?, best_step = ?,
            best_loss = ?, adapter = ?, message = ?, sweep = ? WHERE id = ?
          """,
        arguments: [
          job.backend, job.base, job.data, settings, job.state.rawValue, job.created.timeIntervalSince1970, job.step,
          job.steps, LossColumns.number(job.trainLoss), LossColumns.state(job.trainLoss),
          LossColumns.number(job.validationLoss), LossColumns.state(job.validationLoss), job.best?.step,
          LossColumns.number(job.best?.validationLoss), job.adapter, job.message, job.sweep, job.id.number,
        ])
      guard db.changesCount > 0 else { throw StorageError.noSuchJob(job.id.number) }
    }
  }

  /// All jobs, newest first.
  public func jobs() async throws -> [TrainingJob] {
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
