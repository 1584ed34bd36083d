import Content
import Evidence
import NumberFormat

/// One of the facts that a person states under `facts` in `assay.yaml`.
package struct FactField: Sendable, Identifiable {
  /// What can be stated.
  package enum Kind: Sendable, Hashable {
    /// A number from 0, or a range such as `500..900`.
    case amount
    /// A number from 0.
    case number
    /// A number within these bounds.
    case share(ClosedRange<Double>)
    /// Yes or no.
    case flag
  }

  /// The key.
  package let key: String
  /// The question that the form shows.
  package let question: String
  /// The kind of answer.
  package let kind: Kind
  private let get: @Sendable (WorkspaceFacts) -> JSONValue?

  /// The key.
  package var id: String { key }

  /// The stated value; nil while the fact is unknown.
  package func value(in facts: WorkspaceFacts) -> JSONValue? {
    guard let range = facts.ranges[key] else { return get(facts) }
    return .string(Self.text(range.low) + ".." + Self.text(range.high))
  }

  private static func text(_ value: Double) -> String { JSONValue((value * 1000).rounded() / 1000).text(.compact) }

  /// The stated value as editable text; empty while the fact is unknown.
  package func text(in facts: WorkspaceFacts) -> String {
    switch value(in: facts) {
    case .string(let text)?: text
    case .bool(let isTrue)?: isTrue ? "yes" : "no"
    case .number(let number)?: number.text
    default: ""
    }
  }

  /// What a typed text states; nil where it is empty.
  /// - Throws: `WorkbenchError.input` for what the key can't have.
  package func value(of text: String) throws -> JSONValue? {
    let text = text.trimmed
    switch (kind, text) {
    case (_, ""), (.flag, "unknown"): return nil
    case (.flag, "yes"): return .bool(true)
    case (.flag, "no"): return .bool(false)
    case (.flag, _): throw WorkbenchError.input("Yes, no or unknown.")
    case (.amount, _):
      if let range = Self.range(text) { return range }
    case (.number, _), (.share, _): break
    }
    guard let number = Double(text.replacing(",", with: "").replacing("_", with: "")), number.isFinite, number >= 0
    else {
      throw WorkbenchError.input(
        kind == .amount ? "A number from 0, or a range such as 500..900." : "A number from 0, such as 20000.")
    }
    if case .share(let bounds) = kind, !bounds.contains(number) {
      let (low, high) = (bounds.lowerBound, bounds.upperBound)
      throw WorkbenchError.input(
        "A number from \(NumberFormat.trimmed(low, decimals: 3)) to \(NumberFormat.trimmed(high, decimals: 2))."
      )
    }
    return JSONValue(number)
  }

  private static func range(_ text: String) -> JSONValue? {
    let ends = text.split(separator: "..", maxSplits: 1, omittingEmptySubsequences: false).map { end in
      Double(end.filter { $0 != " " && $0 != "," && $0 != "_" })
    }
    guard ends.count == 2, let low = ends[0], let high = ends[1], UncertainNumber(low: low, high: high) != nil else {
      return nil
    }
    return .string(Self.text(low) + ".." + Self.text(high))
  }

  private init(number key: String, _ question: String, _ path: KeyPath<WorkspaceFacts, Double?> & Sendable) {
    (self.key, self.question, kind) = (key, question, .number)
    get = { $0[keyPath: path].map { JSONValue($0) } }
  }

  private init(amount key: String, _ question: String, _ path: KeyPath<WorkspaceFacts, Double?> & Sendable) {
    (self.key, self.question, kind) = (key, question, .amount)
    get = { $0[keyPath: path].map { JSONValue($0) } }
  }

  private init(
    share key: String, _ bounds: ClosedRange<Double>, _ question: String,
    _ path: KeyPath<WorkspaceFacts, Double?> & Sendable
  ) {
    (self.key, self.question, kind) = (key, question, .share(bounds))
    get = { $0[keyPath: path].map { JSONValue($0) } }
  }

  private init(flag key: String, _ question: String, _ path: KeyPath<WorkspaceFacts, Bool?> & Sendable) {
    (self.key, self.question, kind) = (key, question, .flag)
    get = { $0[keyPath: path].map { .bool($0) } }
  }

  /// All of them, in the order in which they are asked for.
  package static let all = [
    FactField(amount: "queries_per_month", "requests a month in production", \.project.queriesPerMonth),
    FactField(amount: "training_cost", "dollars for one training run", \.trainingCost),
    FactField(amount: "engineering_hours", "hours of work that tuning takes", \.engineeringHours),
    FactField(amount: "hourly_rate", "dollars for one hour of work", \.hourlyRate),
    FactField(number: "retrainings", "further trainings to expect", \.retrainings),
    FactField(amount: "retrainings_per_year", "trainings a year after the first", \.retrainingsPerYear),
    FactField(amount: "retraining_cost", "dollars for one of those", \.retrainingCost),
    FactField(amount: "hosting_per_month", "dollars a month to serve it", \.hostingPerMonth),
    FactField(share: "target_score", 0...1, "score that solves it, 0 to 1", \.project.targetScore),
    FactField(
      share: "worthwhile_gain", 0.001...0.5, "smallest gain that matters (0.05)", \.worthwhileGain),
    FactField(number: "latency_limit_ms", "most ms for 95 % of the answers", \.project.latencyLimit),
    FactField(flag: "latency_critical", "does every millisecond count?", \.project.latencyIsCritical),
    FactField(flag: "format_critical", "is a wrong format a failure?", \.project.formatIsCritical),
    FactField(flag: "early_stage", "is the product at an early stage?", \.project.isEarly),
    FactField(flag: "requirements_moving", "do the requirements still change?", \.project.requirementsMove),
    FactField(flag: "needs_flexibility", "does one model serve many tasks?", \.project.needsFlexibility),
    FactField(flag: "needed_today", "are results needed today?", \.project.isNeededToday),
    FactField(flag: "tuning_expertise", "can someone train and run models?", \.project.hasExpertise),
    FactField(flag: "small_budget", "is the budget small?", \.project.budgetIsSmall),
    FactField(flag: "domain_jargon", "has it conventions of its own?", \.project.hasJargon),
    FactField(flag: "behaviour_must_change", "must base behaviour be changed?", \.project.behaviourMustChange),
    FactField(flag: "regulated", "regulated, or a brand voice?", \.project.isRegulated),
    FactField(flag: "facts_change", "do the facts behind it change?", \.project.factsChange),
    FactField(flag: "query_types_differ", "do the queries differ in kind?", \.project.queryTypesDiffer),
    FactField(flag: "can_route", "can a router of models be built?", \.project.canRoute),
  ]
}

/// A fact as a person states it.
package struct FactStatement: Sendable, Hashable {
  /// The key under `facts`.
  package var key: String
  /// The new value; nil removes the statement.
  package var value: JSONValue?

  /// A statement.
  package init(key: String, value: JSONValue?) {
    self.key = key
    self.value = value
  }
}

extension String {
  fileprivate var trimmed: String {
    String(drop(while: \.isWhitespace).reversed().drop(while: \.isWhitespace).reversed())
  }
}
