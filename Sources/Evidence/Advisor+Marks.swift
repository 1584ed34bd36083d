import NumberFormat

/// The rules that hold measurements against a mark: the target, the ceiling, the costs and the time limit.
extension Advisor {
  mutating func judgeTarget() {
    guard let target = facts.project.targetScore else { return }
    let aim = "the target of \(NumberFormat.percent(target))"
    if let prompted = facts.prompted?.score {
      let figures = [Reason.Figure("prompted score", prompted.mean, prompted.interval), .init("target", target)]
      let score = "\(promptedName) at \(NumberFormat.percent(prompted))"
      switch prompted.target(target) {
      case .met: add(.target, .forPrompting, "\(score) reaches \(aim)", figures)
      case .missed: add(.target, .forTuning, "\(score) misses \(aim)", figures)
      case .open: add(.target, .unknown, "\(score) may or may not reach \(aim)", figures)
      }
    }
    guard let tuned = facts.tuned?.score else { return }
    let figures = [Reason.Figure("tuned score", tuned.mean, tuned.interval), .init("target", target)]
    let score = "\(tunedName) at \(NumberFormat.percent(tuned))"
    switch tuned.target(target) {
    case .met: add(.target, .neutral, "\(score) reaches \(aim)", figures)
    case .missed:
      // Prompting that misses it as well is no better for that.
      let isAlone = facts.prompted?.score.map { $0.target(target) != .missed } ?? true
      add(.target, isAlone ? .forPrompting : .neutral, "\(score) misses \(aim)", figures)
    case .open: add(.target, .unknown, "\(score) may or may not reach \(aim)", figures)
    }
  }

  mutating func judgeCeiling() {
    guard let score = facts.prompted?.score else { return }
    if outcome != .none { return judgeBothLow() }
    let figures = [Reason.Figure("prompted score", score.mean, score.interval)]
    let start = "\(promptedName) is at \(NumberFormat.percent(score))"
    let hedge = CeilingRule.isSettled(score) ? "" : ", though the interval reaches beyond the mark"
    switch CeilingRule(prompted: score.mean) {
    case .approachInDoubt:
      add(
        .ceiling, .unknown,
        "\(start)\(hedge): at 50 % and below, it may be the task, the eval set or the approach that is wrong, which "
          + "tuning doesn't mend",
        figures)
      missing.append(
        .init(.ceiling, "read 20 failures: are the cases, the graders and the task what you mean?", count: 20))
    case .silent:
      add(.ceiling, .neutral, "\(start), between the marks of the ceiling rule: it says nothing", figures)
    case .roomAbove:
      add(.ceiling, .neutral, "\(start)\(hedge): from about 85 %, tuning may reach about 95 %", figures)
    case .nearCeiling:
      add(.ceiling, .forPrompting, "\(start)\(hedge): little is left to gain", figures)
    }
  }

  /// Whether the prompted score lies where little is left to gain.
  var isNearCeiling: Bool { facts.prompted?.score.map { CeilingRule(prompted: $0.mean) == .nearCeiling } ?? false }

  /// Both variants solve at most half of the cases.
  private mutating func judgeBothLow() {
    guard let prompted = facts.prompted?.score, let tuned = facts.tuned?.score,
      prompted.interval.high <= 0.5, tuned.interval.high <= 0.5
    else { return }
    add(
      .ceiling, .unknown,
      "both variants are at 50 % or below (\(NumberFormat.percent(tuned)) and \(NumberFormat.percent(prompted))): it may be the task, "
        + "the cases or the graders that are wrong, which tuning doesn't mend",
      [.init("prompted score", prompted.mean, prompted.interval), .init("tuned score", tuned.mean, tuned.interval)])
    missing.append(
      .init(.ceiling, "read 20 failures: are the cases, the graders and the task what you mean?", count: 20))
  }

  mutating func judgeCost() {
    guard let cost = facts.cost else { return }
    var figures = [Reason.Figure("investment", cost.investment.known)]
    if let saving = cost.savingPerQuery { figures.append(.init("saving per query", saving)) }
    switch cost.breakEven {
    case .unknown:
      let keys = cost.missing.map(\.rawValue).joined(separator: ", ")
      missing.append(.init(.cost, "state \(keys) under facts in assay.yaml; 0 where it costs nothing"))
      let saving = cost.tokenSaving
      let tokens =
        saving > 0
        ? "the tokens of a tuned answer cost \(NumberFormat.dollars(saving)) less; " : ""
      add(.cost, .unknown, "\(tokens)whether tuning pays for itself is not known: \(keys) not stated", figures)
    case .never:
      let loss = -(cost.savingPerQuery ?? cost.tokenSaving)
      let statement = loss > 0 ? "costs \(NumberFormat.dollars(loss)) more than" : "costs as much as"
      add(.cost, .forPrompting, "a tuned answer \(statement) a prompted one, so tuning never pays for itself", figures)
    case .after(let queries):
      let saving = NumberFormat.dollars(cost.savingPerQuery ?? 0)
      var start =
        "a tuned answer saves \(saving), so \(NumberFormat.dollars(cost.investment.known)) come back after "
        + "\(NumberFormat.count(queries)) queries"
      figures.append(.init("break-even queries", queries))
      let months = cost.monthsToBreakEven
      if let months {
        // A year is our mark for an investment that pays.
        start +=
          ", \(NumberFormat.trimmed(months, decimals: 1)) months at \(NumberFormat.count(cost.queriesPerMonth ?? 0)) a month"
        figures.append(.init("months to break even", months))
      } else {
        missing.append(.init(.cost, "state queries_per_month under facts in assay.yaml"))
      }
      if !cost.notCounted.isEmpty {
        start += " at the earliest: \(cost.notCounted.map(\.rawValue).joined(separator: ", ")) not stated"
      }
      let direction: Reason.Direction = months.map { $0 <= 12 ? .forTuning : .forPrompting } ?? .unknown
      add(.cost, direction, start, figures)
    }
  }

  mutating func judgeLatency() {
    let named = [(facts.tuned, tunedName), (facts.prompted, promptedName)].compactMap { variant, name in
      (variant?.slowLatency ?? variant?.medianLatency).map { (name: name, time: $0) }
    }
    let figures = named.map { Reason.Figure("\($0.name) latency", $0.time) }
    guard let limit = facts.project.latencyLimit else {
      guard facts.project.latencyIsCritical == true else { return }
      return judgeCriticalLatency(named, figures)
    }
    guard let prompted = facts.prompted?.slowLatency else {
      missing.append(.init(.latency, "measure how long the answers take"))
      return add(.latency, .unknown, "the limit of \(NumberFormat.duration(limit / 1000)) has not been checked")
    }
    let start =
      "95 % of the prompted answers take up to \(NumberFormat.duration(prompted / 1000)), "
      + "the limit is \(NumberFormat.duration(limit / 1000))"
    guard let tuned = facts.tuned?.slowLatency else {
      return add(.latency, prompted <= limit ? .neutral : .forTuning, start, figures)
    }
    let direction: Reason.Direction =
      (tuned <= limit) == (prompted <= limit) ? .neutral : tuned <= limit ? .forTuning : .forPrompting
    add(.latency, direction, "\(start); the tuned ones take up to \(NumberFormat.duration(tuned / 1000))", figures)
  }

  /// Latency matters whatever the limit: the pairs decide, and only beyond the tolerance.
  private mutating func judgeCriticalLatency(_ named: [(name: String, time: Double)], _ figures: [Reason.Figure]) {
    guard let pairs = facts.latencyComparison, facts.tuned != nil, facts.prompted != nil else {
      missing.append(.init(.latency, "measure how long the answers of both variants take"))
      guard facts.tuned == nil else {
        return add(.latency, .unknown, "latency must be minimal, and has not been measured on the same cases")
      }
      return add(.latency, .forTuning, "latency must be minimal, and a tuned model needs a shorter prompt", figures)
    }
    if let first = facts.firstTokenComparison, first.count > 1 {
      let share = NumberFormat.trimmed(first.ratio * 100, decimals: 0)
      add(
        .latency, .neutral,
        "the first token of \(tunedName) takes \(share) % of the time of \(promptedName)'s, on "
          + NumberFormat.plural(first.count, "case"), [.init("first token ratio", first.ratio, first.interval)])
    }
    let percent = NumberFormat.trimmed(abs(1 - pairs.ratio) * 100, decimals: 0) + " %"
    let cases = "on \(NumberFormat.plural(pairs.count, "case"))"
    let all = figures + (pairs.count > 1 ? [.init("latency ratio", pairs.ratio, pairs.interval)] : [])
    switch pairs.state {
    case .faster:
      add(.latency, .forTuning, "latency must be minimal: \(tunedName) is \(percent) faster \(cases)", all)
    case .slower:
      add(.latency, .forPrompting, "latency must be minimal: \(tunedName) is \(percent) slower \(cases)", all)
    case .same:
      add(
        .latency, .neutral,
        "\(cases) \(tunedName) and \(promptedName) take the same time within 10 % or \(NumberFormat.duration(LatencyComparison.leastMilliseconds / 1000))",
        all)
    case .unclear, .tooFew:
      add(.latency, .unknown, "\(cases) the times of \(tunedName) and \(promptedName) can't be told apart by 10 %", all)
    }
  }
}
