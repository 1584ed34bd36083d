import NumberFormat

/// The rules about the format, how the prompt has got on, and other abilities.
extension Advisor {
  /// How often tuned models usually keep a format.
  static let usualFormat = 0.95

  mutating func judgeFormat() {
    let known = [(facts.tuned?.format, tunedName), (facts.prompted?.format, promptedName)].compactMap { format, name in
      format.flatMap { $0.count > 0 ? (name: name, format: $0) : nil }
    }
    let isCritical = facts.project.formatIsCritical == true
    guard !known.isEmpty else {
      guard isCritical else { return }
      missing.append(.init(.format, "measure how often the format is right"))
      return add(.format, .unknown, "the format is critical, but how often it is right has not been measured")
    }
    var figures = known.map { Reason.Figure("\($0.name) format", $0.format.rate ?? 0, $0.format.interval()) }
    let sentence =
      "the format is right in "
      + known.map { NumberFormat.percent($0.format.rate ?? 0, $0.format.interval()) + " (\($0.name))" }
      .joined(separator: " and ") + " of the answers"
    if known.count == 2, let pairs = facts.formatComparison, pairs.count > 0 {
      figures.append(.init("format difference", pairs.difference, pairs.interval))
      let test =
        "\(NumberFormat.points(pairs.difference, pairs.interval)), \(pairs.test) \(NumberFormat.pValue(pairs.pValue))"
      if pairs.pValue <= 0.05, pairs.effectClass != .tooFew {
        let isBetter = pairs.difference > 0
        let words = isBetter ? "more often by the tuned variant" : "less often by the tuned variant"
        return add(.format, isBetter ? .forTuning : .forPrompting, "\(sentence), \(words) (\(test))", figures)
      }
    }
    judgeCriticalFormat(sentence, figures, isCritical: isCritical)
  }

  private mutating func judgeCriticalFormat(_ sentence: String, _ figures: [Reason.Figure], isCritical: Bool) {
    guard isCritical, let format = facts.prompted?.format, let rate = format.rate else {
      return add(.format, .neutral, sentence, figures)
    }
    let prompted = format.interval()
    if prompted.high < Self.usualFormat {
      let isOpen = facts.tuned?.format == nil
      add(
        .format, isOpen ? .forTuning : .neutral,
        "\(sentence), below the 95 % that tuned models usually reach, and the format is critical", figures)
    } else if prompted.low >= Self.usualFormat {
      add(.format, .neutral, "\(sentence), so prompting keeps the critical format", figures)
    } else if facts.tuned?.format != nil {
      add(.format, .neutral, "\(sentence), with no difference shown", figures)
    } else {
      add(.format, .unknown, "\(sentence), which does not settle whether prompting reaches 95 %", figures)
      // Wilson's lower end reaches 95 % from about 73 cases on, when all are right.
      if rate >= Self.usualFormat, format.count < 100 {
        missing.append(
          .init(.format, "measure the format on \(100 - format.count) more cases", count: 100 - format.count))
      }
    }
  }

  mutating func judgePlateau() {
    if let step = facts.lastStep, step.effectClass == .worse || step.pValue <= step.alpha && step.difference < 0 {
      add(
        .plateau, .unknown, "the last change of the prompt made it worse: \(step.words)",
        [.init("last change", step.difference, step.interval)])
    }
    guard let plateau = facts.plateau else { return }
    let figures = plateau.steps.map { Reason.Figure("change", $0.difference, $0.interval) }
    let last =
      "none of the last \(plateau.window) versions of the prompt gains \(NumberFormat.pointsSize(facts.worthwhileGain))"
    switch plateau.state {
    case .tooFewVersions:
      // With a tuned variant measured, whether prompting is exhausted is no longer the question.
      guard outcome == .none, facts.prompted?.score != nil else { return }
      let more = plateau.window + 1 - plateau.versions
      missing.append(
        .init(.plateau, "change the prompt and measure \(NumberFormat.plural(more, "more version"))", count: more))
      let tried =
        plateau.versions < 2
        ? "only one version of the prompt has been measured"
        : "\(plateau.versions) versions of the prompt have been measured"
      add(.plateau, .unknown, "\(tried); whether prompting is exhausted can't be told from that")
    case .improving:
      let gain = plateau.steps.filter { $0.pValue <= $0.alpha }.map(\.difference).max()
      let words =
        gain.map { ": one of its last \(plateau.window) versions gained \(NumberFormat.pointsSize($0))" } ?? ""
      add(.plateau, .forPrompting, "the prompt is still improving\(words)", figures)
    case .ceiling:
      add(
        .plateau, .forTuning,
        plateau.isStuck ? "the prompt is stuck at 50 % or below: \(last)" : "\(last) over the best before them", figures
      )
    case .unclear:
      let hidden = plateau.hiddenGain.map { ": a gain of up to \(NumberFormat.pointsSize($0)) could still hide" } ?? ""
      add(.plateau, .unknown, "whether the prompt still improves can't be told with these cases\(hidden)", figures)
    }
  }

  mutating func judgeForgetting() {
    guard !facts.general.isEmpty else {
      guard facts.tuned?.score != nil else { return }
      return judgeForgettingGap()
    }
    for general in facts.general { judge(general) }
  }

  private mutating func judge(_ general: GeneralAbility) {
    let pairs = general.forgetting.comparison
    var figures = [
      Reason.Figure("general before", general.before.mean, general.before.interval),
      .init("general after", general.after.mean, general.after.interval),
      .init("general difference", pairs.difference, pairs.interval), .init("p-value", pairs.pValue),
    ]
    let scores =
      "on \(NumberFormat.plural(pairs.count, "case")) of \(general.set) the base model \(general.base) scores "
      + "\(NumberFormat.percent(general.before)), the tuned one \(NumberFormat.percent(general.after)) "
      + "(\(NumberFormat.points(pairs.difference, pairs.interval)), \(pairs.test) \(NumberFormat.pValue(pairs.pValue)))"
    figures += general.skills.map { .init("\($0.name) difference", $0.comparison.difference, $0.comparison.interval) }
    let most = NumberFormat.pointsSize(pairs.margin)
    let skills = isBrief || general.skills.isEmpty ? "" : "; by skill: \(Self.words(general.skills))"
    switch general.forgetting.state {
    case .lost:
      let project = facts.project
      let sharesWork = project.canRoute == true || project.queryTypesDiffer == true || project.needsFlexibility == true
      add(
        .forgetting, sharesWork ? .forHybrid : .forPrompting,
        "\(scores): tuning cost other abilities, so use the tuned model for this task only\(skills)", figures)
    case .kept: add(.forgetting, .neutral, "\(scores): no loss of \(most) or more\(skills)", figures)
    case .unclear:
      add(.forgetting, .unknown, "\(scores): a loss of \(most) can't be ruled out\(skills)", figures)
      missing.append(.init(.forgetting, "add cases to \(general.set): about 200 rule out a loss of \(most)"))
    }
  }

  /// The change of each skill, those that fell most first, such as `languages −12 points, recall +3 points`.
  private static func words(_ skills: [SkillChange]) -> String {
    let shown = skills.prefix(8).map { "\($0.name) \(NumberFormat.points($0.comparison.difference))" }
    let more = skills.count - shown.count
    return shown.joined(separator: ", ") + (more > 0 ? ", \(NumberFormat.plural(more, "other"))" : "")
  }

  private mutating func judgeForgettingGap() {
    let what: (gap: String, todo: String, command: String?) =
      switch facts.generalGap {
      case .unknownBase:
        (
          "whether tuning cost other abilities can't be measured: nothing says which model \(tunedName) was tuned from",
          "name the model that \(tunedName) was tuned from with base in assay.yaml", nil
        )
      case .baseNotMeasured(let base, let set):
        (
          "whether tuning cost other abilities has not been measured: its base \(base) has no run on \(set)",
          "run \(base) without the adapter on \(set)\(facts.steps[.generalBase]?.words ?? "")",
          facts.steps[.generalBase]?.command
        )
      case .tunedNotMeasured(let set):
        (
          "whether tuning cost other abilities has not been measured: \(tunedName) has no run on \(set)",
          "run \(tunedName) on \(set)", facts.steps[.generalTuned]?.command
        )
      case .noSet, nil:
        (
          "whether tuning cost other abilities has not been measured",
          "run cases of other tasks before and after tuning (an eval set with general: true), to see what it forgot",
          facts.steps[.generalSet]?.command
        )
      }
    missing.append(.init(.forgetting, what.todo, command: what.command))
    add(.forgetting, .unknown, what.gap)
  }
}
