/// How far a measured recommendation carries, and what keeps it from carrying further.
extension Advisor {
  func confidence(in decision: Decision) -> (level: Advice.Confidence, limits: [String]) {
    guard let comparison else { return (decision.confidence, []) }
    if decision.rule == .combination, let pairs = facts.combination?.best(margin: facts.worthwhileGain)?.comparison {
      let strength = pairs.strength(in: context(isTuned: true))
      let limits = (strength?.unmet.map { words($0, isTuned: true) } ?? []) + objections(.forPrompting)
      return (strength?.level == .strong && !limits.isEmpty ? .fair : strength?.level ?? .weak, limits)
    }
    let isTuned = decision.recommendation != .prompt
    if isTuned, outcome == .promptedBetter { return (.fair, ["the prompted variant scores better"]) }
    let strength = (isTuned ? comparison : comparison.swapped).strength(in: context(isTuned: isTuned))
    var limits = strength?.unmet.map { words($0, isTuned: isTuned) } ?? ["the difference is not clear"]
    if decision.recommendation == .hybrid { limits.append("the combination itself is not measured") }
    if !isCovered { limits.append("not everything was measured as it is now") }
    if isTuned, case .unknown? = facts.trainingRows { limits.append("its training rows are unknown") }
    if facts.suspectedGroups != nil { limits.append("cases may belong together") }
    if !lines(.unknown, among: [.ceiling]).isEmpty { limits.append("both are at 50 % or below") }
    if !facts.adapterFindings.isEmpty { limits.append("the tuned variant's answers show a failed training") }
    limits += objections(isTuned ? .forPrompting : .forTuning)
    let level = strength?.level ?? .weak
    return (level == .strong && !limits.isEmpty ? .fair : decision.rule == .target ? .fair : level, limits)
  }

  private func context(isTuned: Bool) -> ClaimContext {
    var context = ClaimContext()
    if case .used = facts.heldOut { context.isHeldOut = true }
    context.isPickedHere = !context.isHeldOut && facts.charged > 1 && outcome.isClaim
    let side = isTuned ? facts.tuned : facts.prompted
    context.target = facts.project.targetScore.flatMap { side?.score?.target($0) }
    if let limit = facts.project.latencyLimit, let slow = side?.slowLatency, slow > limit {
      context.brokenLimits = ["latency"]
    }
    let format = facts.formatComparison?.effectClass
    context.format = isTuned ? format : format?.mirrored
    // Who keeps prompting loses no skills.
    context.generalSkills = isTuned ? generalState : .kept
    return context
  }

  private var generalState: Forgetting.State? {
    let states = facts.general.map(\.forgetting.state)
    return states.isEmpty ? nil : states.contains(.lost) ? .lost : states.contains(.unclear) ? .unclear : .kept
  }

  private func words(_ condition: ClaimStrength.Condition, isTuned: Bool) -> String {
    switch condition {
    case .heldOut where facts.charged > 1: "chosen and measured on the same cases"
    case .format where facts.formatComparison == nil: "the format was not compared"
    case .format where facts.formatComparison?.effectClass == (isTuned ? .worse : .better): "the format is worse"
    case .generalSkills where generalState == .lost: "tuning cost other abilities"
    case .generalSkills where generalState == nil: "forgetting is not measured"
    default: condition.unmetWords
    }
  }

  /// Findings against the recommendation that are no statements and no condition of their own.
  private func objections(_ direction: Reason.Direction) -> [String] {
    let named: Set<Rule> = [.quality, .target, .format, .forgetting, .examples, .volume, .plateau, .ceiling]
    return lines(direction).filter { !named.contains($0.rule) && $0.stated == nil }.map {
      "against it: \($0.rule.rawValue)"
    }
  }
}
