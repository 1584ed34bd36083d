import NumberFormat

/// Applies the rules of ``Rule`` to facts: first every rule writes its line, then the decision is read from the lines.
struct Advisor {
  let facts: Facts
  /// Tuned against prompted on the same cases, adjusted for what was chosen; nil where they have none in common.
  let comparison: PairedComparison?
  /// What it came to.
  let outcome: Outcome
  var lines: [Reason] = []
  var missing: [MissingEvidence] = []

  /// Whether only the recommendation is asked for, so that sentences which take long to work out are left open.
  let isBrief: Bool

  init(facts: Facts) { self.init(facts: facts, comparison: facts.adjustedComparison, isBrief: false) }

  init(facts: Facts, comparison: PairedComparison?, isBrief: Bool) {
    self.facts = facts
    self.comparison = comparison.flatMap { $0.count > 0 ? $0 : nil }
    self.isBrief = isBrief
    outcome = Outcome(self.comparison)
  }

  /// The recommendation alone.
  mutating func recommendation() -> Advice.Recommendation {
    judgeMeasurements()
    judgeStatements()
    return decide().recommendation
  }

  mutating func advise() -> Advice {
    judgeMeasurements()
    judgeStatements()
    let decision = decide()
    if decision.recommendation == .undecided, missing.isEmpty {
      missing.append(.init(decision.rule, "say which counts more; measuring more doesn't settle it"))
    }
    let measured = outcome == .none || decision.recommendation == .undecided ? nil : confidence(in: decision)
    return Advice(
      recommendation: decision.recommendation, confidence: measured?.level ?? decision.confidence,
      limits: measured?.limits ?? [], headline: "\(decision.recommendation.title): \(decision.because)",
      decidedBy: decision.rule, lines: lines,
      missing: missing.enumerated().sorted { left, right in
        let ranks = [left, right].map { $0.element.rule == decision.rule ? 0 : 1 }
        return (ranks[0], left.offset) < (ranks[1], right.offset)
      }.map(\.element))
  }

  struct Decision {
    var recommendation: Advice.Recommendation
    var confidence: Advice.Confidence
    var rule: Rule
    var because: String
  }

  /// Whether one of the two is better by what matters.
  var isWorthwhile: Bool { outcome.isClaim && abs(comparison?.difference ?? 0) >= facts.worthwhileGain }

  /// Whether every case was answered, by the variants as they are now.
  var isCovered: Bool { lines(.unknown, among: [.coverage]).isEmpty }

  func lines(_ direction: Reason.Direction, among rules: Set<Rule>? = nil) -> [Reason] {
    lines.filter { $0.direction == direction && rules?.contains($0.rule) ?? true }
  }

  private func decide() -> Decision {
    if let doubt = lines(.against).first {
      return Decision(recommendation: .undecided, confidence: .weak, rule: doubt.rule, because: doubt.statement)
    }
    return outcome == .none ? decideUnmeasured() : decideMeasured()
  }

  // MARK: - With both variants measured

  private func decideMeasured() -> Decision {
    if let combined = lines(.forHybrid, among: [.combination]).first {
      return Decision(recommendation: .hybrid, confidence: .fair, rule: .combination, because: combined.statement)
    }
    return switch outcome {
    case .promptedBetter: decidePromptedBetter()
    case .tunedBetter: decideTunedBetter()
    case .same: decideSame()
    case .tunedNotWorse: decideNotWorse()
    case .promptedNotWorse: decideNotBetter()
    case .tooFew, .unclear, .none: decideOpen()
    }
  }

  private func decidePromptedBetter() -> Decision {
    let better = "\(promptedName) is \(isBrief ? "better" : comparison?.swapped.words ?? "better")"
    if let target = facts.project.targetScore, facts.tuned?.score?.target(target) == .met,
      let gain = lines(.forTuning, among: [.cost]).first
    {
      return Decision(
        recommendation: .fineTune, confidence: .fair, rule: .cost,
        because: "\(better), but both reach the target of \(NumberFormat.percent(target)), and \(gain.statement)")
    }
    return Decision(recommendation: .prompt, confidence: .fair, rule: .quality, because: better)
  }

  private func decideTunedBetter() -> Decision {
    let hybrid = lines(.forHybrid)
    let objections = lines(.forPrompting).filter { $0.rule != .plateau && $0.rule != .ceiling }
    let wins = "\(tunedName) is \(isBrief ? "better" : comparison?.words ?? "better")"
    if objections.isEmpty, hybrid.isEmpty {
      return Decision(recommendation: .fineTune, confidence: .fair, rule: .quality, because: wins)
    }
    let costs = objections.first { $0.rule == .cost }
    if let met = targetMet {
      return Decision(
        recommendation: costs == nil ? .fineTune : .prompt, confidence: .fair,
        rule: costs == nil ? .quality : .target,
        because: costs.map { "\(met.statement), and \($0.statement)" } ?? wins)
    }
    if let costs, !isWorthwhile {
      return Decision(
        recommendation: .undecided, confidence: .weak, rule: .cost,
        because: "the tuned variant does better, by what may be less than \(margin) points, but \(costs.statement)")
    }
    let bending: Set<Rule> = [.requirements, .flexibility, .changingFacts, .early]
    if let sign = hybrid.first ?? objections.first(where: { bending.contains($0.rule) }) {
      return Decision(
        recommendation: .hybrid, confidence: .fair, rule: sign.rule, because: "\(wins), and \(sign.statement)")
    }
    return Decision(
      recommendation: .fineTune, confidence: .fair, rule: .quality,
      because: "\(wins); against it: \(objections.map(\.rule.rawValue).joined(separator: ", "))")
  }

  /// What can still tell two variants apart that score the same.
  private static let besides: Set<Rule> = [.cost, .latency, .format]

  private func decideSame() -> Decision {
    if let doubt = lines(.unknown, among: [.ceiling]).first {
      return Decision(recommendation: .undecided, confidence: .weak, rule: .ceiling, because: doubt.statement)
    }
    let same = "both score the same within \(margin) points"
    let (gains, costs) = (lines(.forTuning, among: Self.besides), lines(.forPrompting, among: Self.besides))
    guard let gain = gains.first else {
      if costs.isEmpty, let open = openSaving {
        return Decision(
          recommendation: .undecided, confidence: .weak, rule: .cost, because: "\(same), and \(open.statement)")
      }
      return Decision(
        recommendation: .prompt, confidence: .fair, rule: costs.first?.rule ?? .quality,
        because: "\(same), and \(costs.first?.statement ?? "prompting is easier to change")")
    }
    if let cost = costs.first {
      return Decision(
        recommendation: .undecided, confidence: .weak, rule: cost.rule,
        because: "\(same), and the rest pulls both ways: \(gain.statement), but \(cost.statement)")
    }
    return Decision(
      recommendation: lines(.forHybrid).isEmpty ? .fineTune : .hybrid, confidence: .fair, rule: gain.rule,
      because: "\(same), and \(gain.statement)")
  }

  /// The line about costs where a tuned answer takes cheaper tokens, and something else that decides isn't stated.
  private var openSaving: Reason? {
    guard let cost = facts.cost, cost.tokenSaving > 0 else { return nil }
    return lines(.unknown, among: [.cost]).first
  }

  /// The tuned variant is not worse by the margin; whether it is better isn't shown.
  private func decideNotWorse() -> Decision {
    let gains = lines(.forTuning, among: Self.besides)
    if let gain = gains.first, lines(.forPrompting, among: Self.besides.union([.target])).isEmpty {
      return Decision(
        recommendation: lines(.forHybrid).isEmpty ? .fineTune : .hybrid, confidence: .fair, rule: gain.rule,
        because: "the tuned variant is not worse by \(margin) points or more, and \(gain.statement)")
    }
    return decideOpen()
  }

  /// The tuned variant is not better by the margin; whether it is worse isn't shown.
  private func decideNotBetter() -> Decision {
    guard let gain = lines(.forTuning, among: Self.besides).first else {
      return Decision(
        recommendation: .prompt, confidence: .fair, rule: .quality,
        because: "the tuned variant is not better by \(margin) points or more, and prompting is easier to change")
    }
    if targetMet == nil {
      return Decision(
        recommendation: .undecided, confidence: .weak, rule: .evalSize,
        because: "\(gain.statement), but the tuned variant may be worse by \(margin) points or more")
    }
    return decideOpen()
  }

  private func decideOpen() -> Decision {
    if let met = targetMet {
      return Decision(recommendation: .prompt, confidence: .fair, rule: .target, because: met.statement)
    }
    if let doubt = lines(.unknown, among: [.coverage, .ceiling]).first {
      return Decision(recommendation: .undecided, confidence: .weak, rule: doubt.rule, because: doubt.statement)
    }
    return Decision(
      recommendation: .undecided, confidence: .weak, rule: .evalSize,
      because: "the eval set is too small to tell the variants apart")
  }

  /// The line that says that prompting reaches the target, where it does.
  private var targetMet: Reason? {
    guard let target = facts.project.targetScore, facts.prompted?.score?.target(target) == .met else { return nil }
    return lines(.forPrompting, among: [.target]).first
  }

  /// The smallest gain that matters, in points.
  var margin: String { NumberFormat.trimmed(facts.worthwhileGain * 100, decimals: 1) }

  // MARK: - Before a tuned variant is measured

  private func decideUnmeasured() -> Decision {
    let decision = { (recommendation: Advice.Recommendation, line: Reason) in
      Decision(recommendation: recommendation, confidence: .weak, rule: line.rule, because: line.statement)
    }
    if let met = targetMet {
      return Decision(recommendation: .prompt, confidence: .fair, rule: met.rule, because: met.statement)
    }
    // What rules tuning out, whatever would speak for it.
    let blockers: Set<Rule> = [.examples, .today, .expertise, .plateau]
    if let blocker = lines(.forPrompting, among: blockers).first { return decision(.prompt, blocker) }
    if let doubt = lines(.unknown, among: [.coverage, .ceiling]).first { return decision(.undecided, doubt) }
    // Examples make tuning possible but are no reason for it.
    let motives = lines(.forTuning).filter { $0.rule != .examples }
    let objections = lines(.forPrompting)
    var open: Set<Rule> = [.quality, .evalSize, .examples, .volume]
    // Whether a prompt is exhausted can't be said of the only version that was tried.
    if facts.promptsTried < 2, let versions = facts.plateau?.versions, versions < 2 { open.insert(.plateau) }
    let gaps = lines(.unknown, among: open)
    guard let motive = motives.first else {
      if isAtScale, let volume = lines(.unknown, among: [.volume]).first { return decision(.undecided, volume) }
      if let objection = objections.first { return decision(.prompt, objection) }
      if let gap = gaps.first(where: { $0.rule != .plateau }) { return decision(.undecided, gap) }
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
