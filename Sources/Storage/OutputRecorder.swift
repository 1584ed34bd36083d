import Domain
import Foundation
import GRDB

/// Writes outputs of one run within one transaction, with statements that are prepared once.
struct OutputRecorder {
  private let run: Int64
  private let time: Double
  private let findFormer: Statement
  private let deleteFormer: Statement
  private let findAnswer: Statement
  private let insertAnswer: Statement
  private let insertOutput: Statement
  private let db: Database
  /// Where the next output goes.
  private(set) var position: Int64

  /// Prepares to write from a position on.
  init(run: Int64, position: Int64, time: Date, db: Database) throws {
    self.run = run
    self.position = position
    self.time = time.timeIntervalSince1970
    self.db = db
    findFormer = try db.cachedStatement(sql: RunTally.Entry.query + " AND o.case_id = ? AND o.sample = ?")
    deleteFormer = try db.cachedStatement(sql: "DELETE FROM outputs WHERE run_id = ? AND case_id = ? AND sample = ?")
    findAnswer = try db.cachedStatement(
      sql: "SELECT \(AnswerRow.columns) FROM answers a WHERE a.key = ? ORDER BY a.id")
    insertAnswer = try db.cachedStatement(
      sql: """
        INSERT INTO answers (key, text, finish_reason, prompt_tokens, completion_tokens, cached_prompt_tokens,
          cache_write_tokens, long_cache_write_tokens, service_tier, latency, first_token, created)
        VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)
        """)
    insertOutput = try db.cachedStatement(
      sql: """
        INSERT INTO outputs (run_id, position, case_id, sample, request_key, answer_id, failure, no_answer,
          value, passed, unscored, format_valid, cost, scores) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)
        ON CONFLICT (run_id, case_id, sample) DO NOTHING
        """)
  }

  /// Writes one output and, unless it is known, its answer.
  /// - Returns: what the output replaces.
  mutating func record(_ output: Output) throws -> RunTally.Entry? {
    let answer = try output.answer.map { try id(of: $0, key: output.requestKey.hex) }
    let columns: StatementArguments = [
      run, position, output.caseID, output.sample, output.requestKey.hex, answer, output.failure.map(FreeText.value),
      output.noAnswer?.rawValue, output.value ?? 0, output.passed ?? false, output.unscored.map(FreeText.value),
      output.formatValid, output.cost,
      ScoresColumn.encode(output.scores),
    ]
    position += 1
    try insertOutput.execute(arguments: columns)
    if db.changesCount > 0 { return nil }
    let former = try Row.fetchOne(findFormer, arguments: [run, output.caseID, output.sample]).map(RunTally.Entry.init)
    try deleteFormer.execute(arguments: [run, output.caseID, output.sample])
    try insertOutput.execute(arguments: columns)
    return former
  }

  /// The row of an answer: one that is there already serves again.
  func id(of answer: Answer, key: String) throws -> Int64 {
    let rows = try Row.fetchCursor(findAnswer, arguments: [key])
    while let row = try rows.next() {
      if AnswerRow(row)?.answer == answer { return row["answer_id"] }
    }
    try insertAnswer.execute(arguments: [
      key, FreeText.value(answer.text), answer.finishReason, answer.usage.prompt, answer.usage.completion,
      answer.usage.cachedPrompt, answer.usage.cacheWrites, answer.usage.longCacheWrites, answer.usage.tier,
      answer.latency, answer.firstToken, time,
    ])
    return db.lastInsertedRowID
  }
}
