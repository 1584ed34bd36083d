import NumberFormat

/// Applies the rules of ``Rule`` to facts: first every rule writes its line, then the decision is read from the lines.
struct Advisor {
  let facts: Facts
  var lines: [Reason] = []
  var missing: [MissingEvidence] = []

  init(facts: Facts) { self.facts = facts }

  /// What the comparison on the same cases came to.
  enum Outcome {
    case none, tunedBetter, promptedBetter, same, unclear
  }

  var outcome: Outcome {
    guard let comparison = facts.comparison, comparison.count > 0 else { return .none }
    if correctedPValue < 0.05 { return comparison.difference > 0 ? .tunedBetter : .promptedBetter }
    let interval = comparison.interval
    return interval.low > -facts.worthwhileGain && interval.high < facts.worthwhileGain ? .same : .unclear
  }

  /// Bonferroni's bound, which is what Holm's method asks of the best of several comparisons.
  var correctedPValue: Double { min(1, (facts.comparison?.pValue ?? 1) * Double(max(1, facts.comparisonsTried))) }

  mutating func advise() -> Advice {
    judgeMeasurements()
    judgeStatements()
    let decision = decide()
    return Advice(
      recommendation: decision.recommendation, confidence: decision.confidence,
      headline: "\(decision.recommendation.title): \(decision.because)", decidedBy: decision.rule, lines: lines,
      missing: missing.sorted { $0.rule == decision.rule && $1.rule != decision.rule })
  }

  struct Decision {
    var recommendation: Advice.Recommendation
    var confidence: Advice.Confidence
    var rule: Rule
    var because: String
  }

  /// Whether every case was answered, by the variants as they are now.
  var isCovered: Bool { lines(.unknown, among: [.coverage]).isEmpty }

  func lines(_ direction: Reason.Direction, among rules: Set<Rule>? = nil) -> [Reason] {
    lines.filter { $0.direction == direction && rules?.contains($0.rule) ?? true }
  }

  private func decide() -> Decision {
    if let leak = lines(.against).first {
      return Decision(recommendation: .undecided, confidence: .weak, rule: leak.rule, because: leak.statement)
    }
    return outcome == .none ? decideUnmeasured() : decideMeasured()
  }

  // MARK: - With both variants measured

  private func decideMeasured() -> Decision {
    let hybrid = lines(.forHybrid)
    let objections = lines(.forPrompting).filter { $0.rule != .plateau }
    switch outcome {
    case .promptedBetter:
      return Decision(
        recommendation: .prompt, confidence: lines(.forTuning).isEmpty && isCovered ? .strong : .fair, rule: .quality,
        because: "the prompted variant does better on the same cases")
    case .tunedBetter:
      let wins = "the tuned variant does better on the same cases"
      if objections.isEmpty, hybrid.isEmpty {
        return Decision(
          recommendation: .fineTune, confidence: isCovered ? .strong : .fair, rule: .quality, because: wins)
      }
      if let met = objections.first(where: { $0.rule == .target }) {
        let costs = objections.first { $0.rule == .cost }
        return Decision(
          recommendation: costs == nil ? .fineTune : .prompt, confidence: .fair,
          rule: costs == nil ? .quality : .target,
          because: costs.map { "\(met.statement), and \($0.statement)" } ?? wins)
      }
      let bending: Set<Rule> = [.requirements, .flexibility, .changingFacts, .early]
      if let sign = hybrid.first ?? objections.first(where: { bending.contains($0.rule) }) {
        return Decision(
          recommendation: .hybrid, confidence: .fair, rule: sign.rule, because: "\(wins), and \(sign.statement)")
      }
      return Decision(
        recommendation: .fineTune, confidence: .fair, rule: .quality,
        because: "\(wins); against it: \(objections.map(\.rule.rawValue).joined(separator: ", "))")
    case .same:
      let gains = lines(.forTuning, among: [.cost, .latency, .format])
      guard let gain = gains.first else {
        return Decision(
          recommendation: .prompt, confidence: .fair, rule: .quality,
          because:
            "both score the same within \(NumberFormat.trimmed(facts.worthwhileGain * 100, decimals: 1)) points, "
            + "and prompting is easier to change")
      }
      return Decision(
        recommendation: hybrid.isEmpty ? .fineTune : .hybrid, confidence: .fair, rule: gain.rule,
        because: "both score the same, and \(gain.statement)")
    case .unclear, .none:
      if let met = objections.first(where: { $0.rule == .target }) {
        return Decision(recommendation: .prompt, confidence: .fair, rule: .target, because: met.statement)
      }
      if let gap = lines(.unknown, among: [.coverage]).first {
        return Decision(recommendation: .undecided, confidence: .weak, rule: .coverage, because: gap.statement)
      }
      return Decision(
        recommendation: .undecided, confidence: .weak, rule: .evalSize,
        because: "the eval set is too small to tell the variants apart")
    }
  }

  // MARK: - Before a tuned variant is measured

  private func decideUnmeasured() -> Decision {
    let decision = { (recommendation: Advice.Recommendation, line: Reason) in
      Decision(recommendation: recommendation, confidence: .weak, rule: line.rule, because: line.statement)
    }
    if let met = lines(.forPrompting, among: [.target]).first {
      return Decision(recommendation: .prompt, confidence: .fair, rule: met.rule, because: met.statement)
    }
    // What rules tuning out, whatever would speak for it.
    let blockers: Set<Rule> = [.examples, .today, .expertise, .plateau]
    if let blocker = lines(.forPrompting, among: blockers).first { return decision(.prompt, blocker) }
    if let doubt = lines(.unknown, among: [.coverage, .ceiling]).first { return decision(.undecided, doubt) }
    // Examples make tuning possible but are no reason for it.
    let motives = lines(.forTuning).filter { $0.rule != .examples }
    let objections = lines(.forPrompting)
    let gaps = lines(.unknown, among: [.quality, .evalSize, .examples, .volume])
    guard let motive = motives.first else {
      if let objection = objections.first { return decision(.prompt, objection) }
      if let gap = gaps.first { return decision(.undecided, gap) }
      return Decision(
        recommendation: .prompt, confidence: .weak, rule: .quality,
        because: "nothing known so far says that tuning would help")
    }
    if let gap = gaps.first { return decision(.undecided, gap) }
    if let hybrid = lines(.forHybrid).first { return decision(.hybrid, hybrid) }
    guard let objection = objections.first else { return decision(.fineTune, motive) }
    return Decision(
      recommendation: .undecided, confidence: .weak, rule: objection.rule,
      because: "the reasons pull both ways: \(motive.statement), but \(objection.statement)")
  }
}
