import Content
import Domain
import Foundation
import GRDB

/// A row of `runs`.
struct RunRow {
  var run: Run

  /// Reads a row that has all columns.
  init(_ row: Row) throws {
    var summary = RunSummary()
    summary.done = row["done"]
    summary.unscored = row["unscored"]
    summary.passed = row["passed"]
    summary.errors = row["errors"]
    summary.formatValid = row["format_valid"]
    summary.mean = row["mean"]
    summary.low = row["low"]
    summary.high = row["high"]
    summary.strict = (row["strict_mean"], row["strict_low"], row["strict_high"])
    summary.noAnswers = try NoAnswersColumn.decode(row["no_answers"])
    summary.leftOut = row["left_out"]
    summary.counted = row["counted"]
    summary.promptTokens = row["prompt_tokens"]
    summary.cachedPromptTokens = row["cached_prompt_tokens"]
    summary.cacheWriteTokens = row["cache_write_tokens"]
    summary.longCacheWriteTokens = row["long_cache_write_tokens"]
    summary.completionTokens = row["completion_tokens"]
    summary.latencyMedian = row["latency_median"]
    summary.latency95 = row["latency_95"]
    summary.unpriced = row["unpriced"]
    summary.knownCost = row["cost"]
    run = Run(
      id: RunID(row["id"]), identity: ContentHash(hex: row["identity"]), base: ContentHash(hex: row["base"]),
      variant: try VariantColumn.decode(row["variant"]),
      promptVersion: ContentHash(hex: row["prompt_version"]), set: row["eval_set"],
      setHash: ContentHash(hex: row["set_hash"]), state: Run.State(rawValue: row["state"]) ?? .paused,
      started: Date(timeIntervalSince1970: row["started"]), seconds: row["seconds"], cases: row["cases"],
      repeats: row["repeats"], firstSample: row["first_sample"], summary: summary)
    run.labels = RunLabels(name: row["name"], note: row["note"])
  }
}

/// A text that may have U+0000 in it, which SQLite's texts end at: such a text is stored as a blob.
enum FreeText {
  /// What to store.
  static func value(_ text: String) -> DatabaseValue {
    text.utf8.contains(0) ? Data(text.utf8).databaseValue : text.databaseValue
  }
}

/// A row of `answers`.
struct AnswerRow {
  /// The columns, for a table called `a`.
  static let columns = """
    a.id AS answer_id, a.text, a.finish_reason, a.prompt_tokens, a.completion_tokens, a.cached_prompt_tokens,
    a.cache_write_tokens, a.long_cache_write_tokens, a.service_tier, a.latency, a.first_token
    """
  var answer: Answer

  /// Reads a row; nil when the columns are null, as in an outer join.
  init?(_ row: Row) {
    guard let text: Data = row["text"] else { return nil }
    answer = Answer(
      text: String(decoding: text, as: UTF8.self), finishReason: row["finish_reason"],
      usage: TokenUsage(
        prompt: row["prompt_tokens"], completion: row["completion_tokens"], cachedPrompt: row["cached_prompt_tokens"],
        cacheWrites: row["cache_write_tokens"], longCacheWrites: row["long_cache_write_tokens"],
        tier: row["service_tier"]),
      latency: row["latency"], firstToken: row["first_token"])
  }
}

/// A row of `outputs` with its answer.
struct OutputRow {
  /// Selects a run's outputs in order.
  static let query = """
    SELECT o.case_id, o.sample, o.request_key, o.failure, o.no_answer, o.value, o.passed, o.unscored, o.format_valid, o.cost, o.scores,
      \(AnswerRow.columns)
    FROM outputs o LEFT JOIN answers a ON a.id = o.answer_id WHERE o.run_id = ? ORDER BY o.position
    """
  var output: Output

  /// Reads a row of `query`.
  init(_ row: Row) {
    let answer = AnswerRow(row)?.answer
    let unscored = (row["unscored"] as Data?).map { String(decoding: $0, as: UTF8.self) }
    let failure = (row["failure"] as Data?).map { String(decoding: $0, as: UTF8.self) }
    let isScored = answer != nil && failure == nil && unscored == nil
    output = Output(
      caseID: row["case_id"], sample: row["sample"], requestKey: ContentHash(hex: row["request_key"]), answer: answer,
      failure: failure, noAnswer: (row["no_answer"] as String?).flatMap(NoAnswer.init(rawValue:)),
      scores: ScoresColumn.decode(row["scores"]), value: isScored ? row["value"] : nil,
      passed: isScored ? row["passed"] : nil, unscored: unscored, formatValid: row["format_valid"], cost: row["cost"])
  }
}

/// A row of `jobs`.
struct JobRow {
  var job: TrainingJob

  /// Reads a row that has all columns.
  init(_ row: Row) throws {
    let best: Int? = row["best_step"]
    job = TrainingJob(
      id: JobID(row["id"]), backend: row["backend"], base: row["base"], data: row["data"],
      settings: try SettingsColumn.decode(row["settings"]),
      state: TrainingJob.State(rawValue: row["state"]) ?? .lost,
      created: Date(timeIntervalSince1970: row["created"]), step: row["step"], steps: row["steps"],
      trainLoss: LossColumns.loss(row["train_loss"], row["train_loss_state"]),
      validationLoss: LossColumns.loss(row["validation_loss"], row["validation_loss_state"]),
      best: best.map { TrainingJob.Best(step: $0, validationLoss: row["best_loss"]) }, adapter: row["adapter"],
      message: row["message"], sweep: row["sweep"])
    job.chosen = row["chosen"]
  }
}

/// A row of `prompt_versions`.
struct VersionRow {
  var version: StoredVersion

  /// Reads a row that has all columns.
  init(_ row: Row) throws {
    let parts = try JSONColumn.decode([PartColumn].self, row["parts"])
    version = StoredVersion(
      version: PromptVersion(
        prompt: row["prompt"], parts: parts.map(\.part), storedHash: ContentHash(hex: row["hash"])),
      created: Date(timeIntervalSince1970: row["created"]))
  }
}
