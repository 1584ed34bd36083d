import Domain
import Evidence
import GRDB

/// The sums behind a run's summary. Adding an output takes constant time, so that recording stays fast whatever a run's
/// length: latencies stay sorted and new ones are merged in, a batch at a time.
struct RunTally: Sendable {
  /// What one output adds.
  struct Entry: Sendable {
    var value: Double
    var passed: Bool
    var isScored: Bool
    var formatValid: Bool
    var cost: Double?
    var isAnswered: Bool
    var promptTokens: Int
    var cachedPromptTokens: Int?
    var completionTokens: Int
    var latency: Double
    /// The case, where it has several answers.
    var caseID: String

    /// What the reply is, where it is none that could be judged; counted as wrong by the strict mean only.
    var noAnswer: NoAnswer?
    var cacheWrites: Int
    var longCacheWrites: Int
    var isCounted: Bool
    var hasReply: Bool

    /// An output's share.
    init(_ output: Output) {
      value = output.value ?? 0
      passed = output.passed == true
      isScored = output.isScored
      formatValid = output.formatValid
      cost = output.cost
      isAnswered = output.isAnswered
      noAnswer = output.noAnswer
      let usage = output.answer?.usage ?? TokenUsage()
      hasReply = output.answer != nil
      isCounted = usage.isWhole
      promptTokens = usage.prompt ?? 0
      cachedPromptTokens = usage.cachedPrompt
      cacheWrites = usage.cacheWrites ?? 0
      longCacheWrites = usage.longCacheWrites ?? 0
      completionTokens = usage.completion ?? 0
      latency = output.answer?.latency ?? 0
      caseID = output.caseID
    }

    /// A stored output's share.
    init(row: Row) {
      value = row["value"]
      passed = row["passed"]
      formatValid = row["format_valid"]
      cost = row["cost"]
      hasReply = (row["answer_id"] as Int64?) != nil
      isAnswered = hasReply && !(row["is_failure"] as Bool)
      isScored = isAnswered && !(row["is_unscored"] as Bool)
      noAnswer = (row["no_answer"] as String?).flatMap(NoAnswer.init(rawValue:))
      let (prompt, completion): (Int?, Int?) = (row["prompt_tokens"], row["completion_tokens"])
      isCounted = prompt != nil && completion != nil
      promptTokens = prompt ?? 0
      cachedPromptTokens = row["cached_prompt_tokens"]
      cacheWrites = row["cache_write_tokens"] ?? 0
      longCacheWrites = row["long_cache_write_tokens"] ?? 0
      completionTokens = completion ?? 0
      latency = row["latency"] ?? 0
      caseID = row["case_id"]
    }

    /// Selects what `init(row:)` reads, for the rows of one run.
    static let query = """
      SELECT o.value, o.passed, o.unscored IS NOT NULL AS is_unscored, o.failure IS NOT NULL AS is_failure, o.no_answer,
        o.format_valid, o.cost, o.answer_id, o.case_id, a.prompt_tokens, a.cached_prompt_tokens, a.cache_write_tokens,
        a.long_cache_write_tokens, a.completion_tokens, a.latency
      FROM outputs o LEFT JOIN answers a ON a.id = o.answer_id WHERE o.run_id = ?
      """
  }

  /// Rises when a summary comes to hold more or something else; summaries of an older version are computed again.
  static let version = 1

  private var done = 0
  private var passed = 0
  private var unscored = 0
  private var errors = 0
  private var formatValid = 0
  private var promptTokens = 0
  private var completionTokens = 0
  private var cachedPromptTokens = 0
  private var countedCached = 0
  private var cacheWrites = 0
  private var longCacheWrites = 0
  private var counted = 0
  private var cost = 0.0
  private var priced = 0
  private var unpriced = 0
  private var zeros = 0
  private var ones = 0
  private var scoresBetween = SortedNumbers()
  private var latencies = SortedNumbers()
  private var noAnswers: [NoAnswer: Int] = [:]
  /// Replies that are no answer and stand in no mean but the strict one.
  private var leftOut = 0
  /// What the answers to each case come to, where cases have several.
  private var cases: [String: CaseTally]?

  /// Answers to one case.
  private struct CaseTally {
    /// The sum of the values of those that were scored.
    var sum = 0.0
    /// How many were scored.
    var scored = 0
    /// Replies that are no answer.
    var leftOut = 0
  }
  /// The run's revision that this is the tally of.
  var revision: Int64 = 0

  /// Nothing yet.
  init(hasRepeats: Bool = false) { cases = hasRepeats ? [:] : nil }

  /// Reads a run's outputs.
  init(run: Int64, revision: Int64, hasRepeats: Bool, in db: Database) throws {
    self.init(hasRepeats: hasRepeats)
    self.revision = revision
    let rows = try Row.fetchCursor(db.cachedStatement(sql: Entry.query), arguments: [run])
    while let row = try rows.next() { add(Entry(row: row)) }
  }

  /// Counts an output.
  mutating func add(_ entry: Entry) {
    count(entry, 1)
    if entry.isAnswered, entry.latency > 0 { latencies.insert(entry.latency) }
  }

  /// Forgets an output that was counted.
  mutating func remove(_ entry: Entry) {
    count(entry, -1)
    if entry.isAnswered, entry.latency > 0 { latencies.remove(entry.latency) }
  }

  private mutating func count(_ entry: Entry, _ sign: Int) {
    // A reply that is no answer was paid for all the same.
    if entry.hasReply { countTokens(entry, sign) }
    if let none = entry.noAnswer { noAnswers[none, default: 0] += sign }
    guard entry.isAnswered else {
      errors += sign
      if entry.noAnswer != nil {
        leftOut += sign
        cases?[entry.caseID, default: CaseTally()].leftOut += sign
      }
      return
    }
    done += sign
    passed += entry.isScored && entry.passed ? sign : 0
    unscored += entry.isScored ? 0 : sign
    formatValid += entry.formatValid ? sign : 0
    guard entry.isScored else { return }
    if cases != nil {
      cases?[entry.caseID, default: CaseTally()].sum += Double(sign) * entry.value
      cases?[entry.caseID, default: CaseTally()].scored += sign
      return
    }
    switch entry.value {
    case 0: zeros += sign
    case 1: ones += sign
    default: if sign > 0 { scoresBetween.insert(entry.value) } else { scoresBetween.remove(entry.value) }
    }
  }

  /// Counts what a reply took.
  private mutating func countTokens(_ entry: Entry, _ sign: Int) {
    if let price = entry.cost {
      cost += Double(sign) * price
      priced += sign
    } else {
      unpriced += sign
    }
    guard entry.isCounted else { return }
    counted += sign
    promptTokens += sign * entry.promptTokens
    completionTokens += sign * entry.completionTokens
    cacheWrites += sign * entry.cacheWrites
    longCacheWrites += sign * entry.longCacheWrites
    if let cached = entry.cachedPromptTokens {
      cachedPromptTokens += sign * cached
      countedCached += sign
    }
  }

  /// The mean score with its interval: Wilson's where every score is 0 or 1. A case with several answers is one number,
  /// their mean.
  /// - Parameter isStrict: whether replies that are no answer count as 0.
  private mutating func estimate(isStrict: Bool) -> Estimate? {
    if let cases {
      return Estimate(
        scores: cases.values.compactMap { entry in
          let count = entry.scored + (isStrict ? entry.leftOut : 0)
          return count > 0 ? entry.sum / Double(count) : nil
        }, repeated: true)
    }
    let more = isStrict ? leftOut : 0
    if zeros + ones == done - unscored { return Proportion(successes: ones, of: done - unscored + more).estimate }
    return Estimate(
      scores: Array(repeating: 0, count: zeros + more) + scoresBetween.merged() + Array(repeating: 1, count: ones))
  }

  /// The averages.
  mutating func summary() -> RunSummary {
    var summary = RunSummary()
    summary.errors = errors
    guard done + errors > 0 else { return summary }
    summary.done = done
    summary.unscored = unscored
    summary.passed = passed
    summary.formatValid = formatValid
    summary.noAnswers = noAnswers.filter { $0.value > 0 }
    summary.leftOut = leftOut
    summary.counted = counted
    summary.promptTokens = promptTokens
    summary.cachedPromptTokens = countedCached > 0 ? cachedPromptTokens : nil
    summary.cacheWriteTokens = cacheWrites
    summary.longCacheWriteTokens = longCacheWrites
    summary.completionTokens = completionTokens
    summary.unpriced = unpriced
    summary.knownCost = priced > 0 ? cost : nil
    if let estimate = estimate(isStrict: false) {
      summary.mean = estimate.mean
      summary.low = estimate.interval.low
      summary.high = estimate.interval.high
    }
    if let estimate = estimate(isStrict: true) {
      summary.strict = (estimate.mean, estimate.interval.low, estimate.interval.high)
    }
    let percentiles = Percentiles(ascending: latencies.merged())
    summary.latencyMedian = percentiles.p50 ?? 0
    summary.latency95 = percentiles.p95 ?? 0
    return summary
  }
}

/// Numbers kept in order; new ones are merged in on reading.
struct SortedNumbers: Sendable {
  private var old: [Double] = []
  private var new: [Double] = []

  /// Takes a number in.
  mutating func insert(_ number: Double) { new.append(number) }

  /// Takes a number out, if it is there.
  mutating func remove(_ number: Double) {
    let index = merged().partitioningIndex { $0 >= number }
    if index < old.count, old[index] == number { old.remove(at: index) }
  }

  /// All numbers, smallest first.
  mutating func merged() -> [Double] {
    guard !new.isEmpty else { return old }
    new.sort()
    var left = old.count
    old += new
    // From the end: each goes to its last place, and what is smaller than all new ones stays.
    for (place, number) in new.enumerated().reversed() {
      while left > 0, old[left - 1] > number {
        old[left + place] = old[left - 1]
        left -= 1
      }
      old[left + place] = number
    }
    new.removeAll(keepingCapacity: true)
    return old
  }
}

extension RandomAccessCollection {
  /// The first index from which on `isAfter` holds; it must not hold before.
  func partitioningIndex(where isAfter: (Element) -> Bool) -> Index {
    var low = startIndex
    var count = self.count
    while count > 0 {
      let half = count / 2
      let middle = index(low, offsetBy: half)
      if isAfter(self[middle]) {
        count = half
      } else {
        low = index(after: middle)
        count -= half + 1
      }
    }
    return low
  }
}
