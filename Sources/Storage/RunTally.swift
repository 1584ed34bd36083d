import Evidence
import GRDB
import WorkbenchCore

/// The sums behind a run's summary. Adding an output takes constant time, so that recording stays fast whatever a run's
/// length: latencies are kept in order and new ones merged in, a batch at a time.
struct RunTally: Sendable {
  /// What one output adds.
  struct Entry: Sendable {
    var value: Double
    var passed: Bool
    var formatValid: Bool
    var cost: Double?
    var isAnswered: Bool
    var promptTokens: Int
    var completionTokens: Int
    var latency: Double

    /// An output's share.
    init(_ output: Output) {
      value = output.value
      passed = output.passed
      formatValid = output.formatValid
      cost = output.cost
      isAnswered = output.answer != nil
      promptTokens = output.answer?.usage.prompt ?? 0
      completionTokens = output.answer?.usage.completion ?? 0
      latency = output.answer?.latency ?? 0
    }

    /// A stored output's share.
    init(row: Row) {
      value = row["value"]
      passed = row["passed"]
      formatValid = row["format_valid"]
      cost = row["cost"]
      let answer: Int64? = row["answer_id"]
      isAnswered = answer != nil
      promptTokens = row["prompt_tokens"] ?? 0
      completionTokens = row["completion_tokens"] ?? 0
      latency = row["latency"] ?? 0
    }

    /// Selects what `init(row:)` reads, for the rows of one run.
    static let query = """
      SELECT o.value, o.passed, o.format_valid, o.cost, o.answer_id, a.prompt_tokens, a.completion_tokens, a.latency
      FROM outputs o LEFT JOIN answers a ON a.id = o.answer_id WHERE o.run_id = ?
      """
  }

  private(set) var done = 0
  private var passed = 0
  private var errors = 0
  private var formatValid = 0
  private var promptTokens = 0
  private var completionTokens = 0
  private(set) var sum = 0.0
  private(set) var sumOfSquares = 0.0
  private(set) var fractional = 0
  private var cost = 0.0
  private var priced = 0
  private(set) var latencies: [Double] = []
  private var newLatencies: [Double] = []
  /// The run's revision that this is the tally of.
  var revision: Int64 = 0

  /// Nothing yet.
  init() {}

  /// Reads a run's outputs.
  init(run: Int64, revision: Int64, in db: Database) throws {
    self.revision = revision
    let rows = try Row.fetchCursor(db.cachedStatement(sql: Entry.query), arguments: [run])
    while let row = try rows.next() { add(Entry(row: row)) }
  }

  /// Counts an output.
  mutating func add(_ entry: Entry) {
    count(entry, 1)
    if entry.isAnswered { newLatencies.append(entry.latency) }
  }

  /// Forgets an output that was counted.
  mutating func remove(_ entry: Entry) {
    count(entry, -1)
    guard entry.isAnswered else { return }
    merge()
    let index = latencies.partitioningIndex { $0 >= entry.latency }
    if index < latencies.count, latencies[index] == entry.latency { latencies.remove(at: index) }
  }

  private mutating func count(_ entry: Entry, _ sign: Int) {
    done += sign
    passed += entry.passed ? sign : 0
    errors += entry.isAnswered ? 0 : sign
    formatValid += entry.formatValid ? sign : 0
    promptTokens += sign * entry.promptTokens
    completionTokens += sign * entry.completionTokens
    sum += Double(sign) * entry.value
    sumOfSquares += Double(sign) * entry.value * entry.value
    fractional += entry.value == 0 || entry.value == 1 ? 0 : sign
    if let price = entry.cost {
      cost += Double(sign) * price
      priced += sign
    }
  }

  private mutating func merge() {
    guard !newLatencies.isEmpty else { return }
    newLatencies.sort()
    var merged: [Double] = []
    merged.reserveCapacity(latencies.count + newLatencies.count)
    var old = latencies[...]
    for latency in newLatencies {
      while let first = old.first, first <= latency {
        merged.append(first)
        old = old.dropFirst()
      }
      merged.append(latency)
    }
    merged.append(contentsOf: old)
    latencies = merged
    newLatencies = []
  }

  /// The averages.
  mutating func summary() -> RunSummary {
    merge()
    var summary = RunSummary()
    guard done > 0 else { return summary }
    summary.done = done
    summary.passed = passed
    summary.errors = errors
    summary.formatValid = formatValid
    summary.promptTokens = promptTokens
    summary.completionTokens = completionTokens
    summary.cost = priced > 0 ? cost : nil
    summary.mean = sum / Double(done)
    let interval = self.interval
    summary.low = interval.low
    summary.high = interval.high
    summary.latencyMedian = percentile(0.5)
    summary.latency95 = percentile(0.95)
    return summary
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
