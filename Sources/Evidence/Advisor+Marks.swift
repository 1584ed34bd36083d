import NumberFormat

/// The rules that hold measurements against a mark: the target, the ceiling, the costs and the time limit.
extension Advisor {
  mutating func judgeTarget() {
    guard let target = facts.project.targetScore else { return }
    let aim = "the target of \(NumberFormat.percent(target))"
    if let prompted = facts.prompted?.score {
      let figures = [Reason.Figure("prompted score", prompted.mean, prompted.interval), .init("target", target)]
      let score = "\(promptedName) at \(NumberFormat.percent(prompted))"
      if prompted.interval.low >= target {
        add(.target, .forPrompting, "\(score) reaches \(aim)", figures)
      } else if prompted.interval.high < target {
        add(.target, .forTuning, "\(score) misses \(aim)", figures)
      } else {
        add(.target, .unknown, "\(score) may or may not reach \(aim)", figures)
      }
    }
    guard let tuned = facts.tuned?.score else { return }
    let figures = [Reason.Figure("tuned score", tuned.mean, tuned.interval), .init("target", target)]
    let score = "\(tunedName) at \(NumberFormat.percent(tuned))"
    if tuned.interval.low >= target {
      add(.target, .neutral, "\(score) reaches \(aim)", figures)
    } else if tuned.interval.high < target {
      add(.target, .neutral, "\(score) misses \(aim)", figures)
    } else {
      add(.target, .unknown, "\(score) may or may not reach \(aim)", figures)
    }
  }

  mutating func judgeCeiling() {
    guard outcome == .none, let score = facts.prompted?.score else { return }
    let figures = [Reason.Figure("prompted score", score.mean, score.interval)]
    let start = "\(promptedName) is at \(NumberFormat.percent(score))"
    let settled = CeilingRule.isSettled(score)
    let hedge = settled ? "" : ", though the interval reaches beyond the mark"
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
      add(.ceiling, .neutral, "\(start)\(hedge): little is left to gain", figures)
    }
  }

  mutating func judgeCost() {
    guard let cost = facts.cost else { return }
    var figures = [Reason.Figure("investment", cost.investment.known)]
    if let saving = cost.savingPerQuery { figures.append(.init("saving per query", saving)) }
    switch cost.breakEven {
    case .unknown:
      let keys = cost.missing.map(\.rawValue).joined(separator: ", ")
      missing.append(.init(.cost, "state \(keys) under facts in assay.yaml; 0 where it costs nothing"))
      add(.cost, .unknown, "whether tuning pays for itself is not known: \(keys) not stated", figures)
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
    if prompted <= limit { return add(.latency, .neutral, start, figures) }
    guard let tuned = facts.tuned?.slowLatency else { return add(.latency, .forTuning, start, figures) }
    add(
      .latency, tuned <= limit ? .forTuning : .neutral,
      "\(start); the tuned ones take up to \(NumberFormat.duration(tuned / 1000))", figures)
  }

  private mutating func judgeCriticalLatency(_ named: [(name: String, time: Double)], _ figures: [Reason.Figure]) {
    guard named.count == 2 else {
      missing.append(.init(.latency, "measure how long the answers of both variants take"))
      return add(.latency, .forTuning, "latency must be minimal, and a tuned model needs a shorter prompt", figures)
    }
    let (tuned, prompted) = (named[0].time, named[1].time)
    add(
      .latency, tuned < prompted ? .forTuning : .forPrompting,
      "latency must be minimal: \(tunedName) takes \(NumberFormat.duration(tuned / 1000)), "
        + "\(promptedName) \(NumberFormat.duration(prompted / 1000))",
      figures)
  }
}
