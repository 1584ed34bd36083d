import Domain
import Foundation
import GRDB
import Synchronization

extension SQLiteStore {
  /// All runs with summaries, newest first: one query on one table.
  package func runs() async throws -> [Run] {
    try await read { db in
      try Row.fetchAll(db, sql: "SELECT * FROM runs ORDER BY id DESC").map { try RunRow($0).run }
    }
  }

  /// The newest run of a subject with so many answers to each case.
  package func newestRun(base: ContentHash, repeats: Int) async throws -> Run? {
    try await read { db in
      try Row.fetchOne(
        db, sql: "SELECT * FROM runs WHERE base = ? AND repeats = ? ORDER BY id DESC LIMIT 1",
        arguments: [base.hex, repeats]
      ).map { try RunRow($0).run }
    }
  }

  /// A sample number that no run has used yet, at least 1.
  package func unusedSample() async throws -> Int {
    try await read { db in
      max(1, try Int.fetchOne(db, sql: "SELECT max(first_sample + repeats) FROM runs") ?? 1)
    }
  }

  private static func run(_ identity: ContentHash, _ db: Database) throws -> Run? {
    try Row.fetchOne(db, sql: "SELECT * FROM runs WHERE identity = ?", arguments: [identity.hex])
      .map { try RunRow($0).run }
  }

  /// Makes a run, in the state `running`, or gives the one with this identity as it stands.
  package func beginRun(_ draft: RunDraft) async throws -> Run {
    let parts = try JSONColumn.encode(draft.version.parts.map(PartColumn.init))
    let variant = VariantColumn.encode(draft.variant)
    return try await write { db in
      if let run = try Self.run(draft.identity, db) { return run }
      try Self.keep(draft.version, parts, created: draft.started, db)
      try db.execute(
        sql: """
          INSERT INTO runs (identity, base, repeats, first_sample, variant, prompt_version, eval_set, set_hash, state,
            started, cases, summary_version) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)
          """,
        arguments: [
          draft.identity.hex, draft.base.hex, draft.repeats, draft.firstSample, variant, draft.version.hash.hex,
          draft.set, draft.setHash.hex,
          Run.State.running.rawValue, draft.started.timeIntervalSince1970, draft.cases, RunTally.version,
        ])
      guard let run = try Self.run(draft.identity, db) else { throw StorageError.noSuchRun(0) }
      return run
    }
  }

  /// Changes where a run stands.
  package func setState(_ state: Run.State, of run: RunID) async throws {
    if state != .running { tallies.withLock { $0[run] = nil } }
    try await write { db in
      try db.execute(sql: "UPDATE runs SET state = ? WHERE id = ?", arguments: [state.rawValue, run.number])
      guard db.changesCount > 0 else { throw StorageError.noSuchRun(run.number) }
    }
  }

  /// Keeps a version that no run uses; nothing happens where it is known.
  package func keep(_ version: PromptVersion, created: Date) async throws {
    let parts = try JSONColumn.encode(version.parts.map(PartColumn.init))
    try await write { db in try Self.keep(version, parts, created: created, db) }
  }

  private static func keep(_ version: PromptVersion, _ parts: String, created: Date, _ db: Database) throws {
    try db.execute(
      sql: "INSERT INTO prompt_versions (hash, prompt, parts, created) VALUES (?, ?, ?, ?) ON CONFLICT DO NOTHING",
      arguments: [version.hash.hex, version.prompt, parts, created.timeIntervalSince1970])
  }

  /// Versions with the time they were first used, newest first.
  package func versions() async throws -> [StoredVersion] {
    try await read { db in
      try Row.fetchAll(db, sql: "SELECT * FROM prompt_versions ORDER BY created DESC, rowid DESC")
        .map { try VersionRow($0).version }
    }
  }

  /// A run's outputs, in the order they were recorded; one that was recorded again stands at the later place.
  package func outputs(of run: RunID) async throws -> [Output] {
    try await read { db in
      var outputs: [Output] = []
      let rows = try Row.fetchCursor(db, sql: OutputRow.query, arguments: [run.number])
      while let row = try rows.next() { outputs.append(OutputRow(row).output) }
      return outputs
    }
  }

  /// How often each finish reason stands among a run's answers.
  package func finishReasons(in run: RunID) async throws -> [String: Int] {
    try await read { db in
      let rows = try Row.fetchAll(
        db,
        sql: """
          SELECT a.finish_reason AS reason, count(*) AS count FROM outputs o JOIN answers a ON a.id = o.answer_id
          WHERE o.run_id = ? AND o.no_answer IS NULL AND a.finish_reason IS NOT NULL GROUP BY a.finish_reason
          """, arguments: [run.number])
      return Dictionary(rows.map { ($0["reason"], $0["count"]) }, uniquingKeysWith: +)
    }
  }

  /// Which requests of a run were asked: the case, which of its answers, and whether there is one.
  package func asked(in run: RunID) async throws -> [(caseID: String, sample: Int, isAnswered: Bool)] {
    try await read { db in
      let rows = try Row.fetchCursor(
        db, sql: "SELECT case_id, sample, answer_id IS NOT NULL AS answered FROM outputs WHERE run_id = ?",
        arguments: [run.number])
      var asked: [(caseID: String, sample: Int, isAnswered: Bool)] = []
      while let row = try rows.next() { asked.append((row["case_id"], row["sample"], row["answered"])) }
      return asked
    }
  }

  /// Answers to requests that were asked before, by key.
  package func answers(to keys: [ContentHash]) async throws -> [ContentHash: Answer] {
    try await read { db in
      var answers: [ContentHash: Answer] = [:]
      let size = 500
      for start in stride(from: 0, to: keys.count, by: size) {
        let part = keys[start..<min(start + size, keys.count)]
        let marks = repeatElement("?", count: part.count).joined(separator: ",")
        let rows = try Row.fetchCursor(
          db.cachedStatement(
            sql: "SELECT a.key, \(AnswerRow.columns) FROM answers a WHERE a.key IN (\(marks)) ORDER BY a.id DESC"),
          arguments: StatementArguments(part.map(\.hex)))
        while let row = try rows.next() {
          if let answer = AnswerRow(row)?.answer { answers[ContentHash(hex: row["key"])] = answer }
        }
      }
      return answers
    }
  }

  /// Keeps what a judge's model replied; the first reply to a request stays.
  package func keep(_ reply: Answer, key: ContentHash, of judge: String) async throws {
    try await write { db in
      let recorder = try OutputRecorder(run: 0, position: 0, time: Date(), db: db)
      let id = try recorder.id(of: reply, key: key.hex)
      try db.execute(sql: "UPDATE answers SET judge = ? WHERE id = ?", arguments: [judge, id])
    }
  }

  /// Keeps a finished batch, answers and judgements in one transaction, and returns the run's new summary, which is kept
  /// on the run's row. An earlier output to the same case is replaced.
  ///
  /// The summary costs the same whatever the run's length: sums are carried from batch to batch in memory (`RunTally`),
  /// and read from the outputs only by the first batch of a process or after another process recorded.
  package func record(
    _ outputs: [Output], ungraded answers: [(key: ContentHash, answer: Answer)], in run: RunID, seconds: Double
  ) async throws -> RunSummary {
    let known = tallies.withLock { $0.removeValue(forKey: run) }
    let (tally, summary) = try await write { db in
      guard
        let row = try Row.fetchOne(
          db, sql: "SELECT revision, next_position, repeats FROM runs WHERE id = ?", arguments: [run.number])
      else { throw StorageError.noSuchRun(run.number) }
      let revision: Int64 = row["revision"]
      let position: Int64 = row["next_position"]
      let repeats: Int = row["repeats"]
      var tally =
        if let known, known.revision == revision { known } else {
          try RunTally(run: run.number, revision: revision, hasRepeats: repeats > 1, in: db)
        }
      var recorder = try OutputRecorder(run: run.number, position: position, time: Date(), db: db)
      for entry in answers { _ = try recorder.id(of: entry.answer, key: entry.key.hex) }
      for output in outputs {
        if let former = try recorder.record(output) { tally.remove(former) }
        tally.add(RunTally.Entry(output))
      }
      tally.revision = revision + 1
      let summary = tally.summary()
      try Self.keep(summary, revision: tally.revision, run: run, seconds: seconds, position: recorder.position, db)
      return (tally, summary)
    }
    tallies.withLock { $0[run] = tally }
    return summary
  }

  /// Fills in what answers of a run cost where that isn't known yet.
  package func price(_ run: RunID, _ cost: @escaping @Sendable (TokenUsage) -> Double?) async throws -> RunSummary {
    tallies.withLock { $0[run] = nil }
    return try await write { db in
      guard
        let row = try Row.fetchOne(
          db, sql: "SELECT revision, next_position, repeats FROM runs WHERE id = ?", arguments: [run.number])
      else { throw StorageError.noSuchRun(run.number) }
      let rows = try Row.fetchAll(
        db,
        sql: """
          SELECT o.position, \(AnswerRow.columns) FROM outputs o JOIN answers a ON a.id = o.answer_id
          WHERE o.run_id = ? AND o.cost IS NULL
          """, arguments: [run.number])
      let update = try db.cachedStatement(sql: "UPDATE outputs SET cost = ? WHERE run_id = ? AND position = ?")
      for row in rows {
        guard let dollars = AnswerRow(row).flatMap({ cost($0.answer.usage) }) else { continue }
        try update.execute(arguments: [dollars, run.number, row["position"] as Int64])
      }
      let (revision, repeats): (Int64, Int) = (row["revision"], row["repeats"])
      var tally = try RunTally(run: run.number, revision: revision + 1, hasRepeats: repeats > 1, in: db)
      let summary = tally.summary()
      try Self.keep(summary, revision: revision + 1, run: run, seconds: 0, position: row["next_position"], db)
      return summary
    }
  }

  /// Computes summaries again that an earlier version of the program wrote.
  static func renewSummaries(_ db: Database) throws {
    let rows = try Row.fetchAll(
      db, sql: "SELECT id, revision, next_position, repeats FROM runs WHERE summary_version < ?",
      arguments: [RunTally.version])
    for row in rows {
      let (run, revision, repeats): (Int64, Int64, Int) = (row["id"], row["revision"], row["repeats"])
      var tally = try RunTally(run: run, revision: revision, hasRepeats: repeats > 1, in: db)
      try keep(
        tally.summary(), revision: revision, run: RunID(run), seconds: 0, position: row["next_position"], db)
    }
  }

  private static func keep(
    _ summary: RunSummary, revision: Int64, run: RunID, seconds: Double, position: Int64, _ db: Database
  ) throws {
    let statement = try db.cachedStatement(
      sql: """
        UPDATE runs SET revision = ?, next_position = ?, seconds = seconds + ?, done = ?, unscored = ?, passed = ?,
          errors = ?, format_valid = ?, mean = ?, low = ?, high = ?, strict_mean = ?, strict_low = ?, strict_high = ?,
          no_answers = ?, left_out = ?, counted = ?, prompt_tokens = ?, cached_prompt_tokens = ?, cache_write_tokens = ?,
          long_cache_write_tokens = ?, completion_tokens = ?, latency_median = ?, latency_95 = ?, unpriced = ?, cost = ?,
          summary_version = ?
        WHERE id = ?
        """)
    try statement.execute(arguments: [
      revision, position, seconds, summary.done, summary.unscored, summary.passed, summary.errors, summary.formatValid,
      summary.mean, summary.low, summary.high, summary.strict.mean, summary.strict.low, summary.strict.high,
      try NoAnswersColumn.encode(summary.noAnswers), summary.leftOut, summary.counted, summary.promptTokens,
      summary.cachedPromptTokens, summary.cacheWriteTokens, summary.longCacheWriteTokens, summary.completionTokens,
      summary.latencyMedian,
      summary.latency95, summary.unpriced, summary.knownCost, RunTally.version, run.number,
    ])
  }
}
