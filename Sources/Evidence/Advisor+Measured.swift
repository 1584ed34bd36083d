import NumberFormat

/// The rules about what the runs showed: quality, format, plateau and forgetting.
extension Advisor {
  mutating func judgeMeasurements() {
    judgeLeak()
    judgeCoverage()
    judgeQuality()
    judgeEvalSize()
    judgeFormat()
    judgeTarget()
    judgeCeiling()
    judgePlateau()
    judgeForgetting()
    judgeCost()
    judgeLatency()
  }

  mutating func add(
    _ rule: Rule, _ direction: Reason.Direction, _ statement: String, _ figures: [Reason.Figure] = []
  ) {
    lines.append(Reason(rule, direction, statement, figures: figures))
  }

  var promptedName: String { facts.prompted?.name ?? "prompted" }
  var tunedName: String { facts.tuned?.name ?? "tuned" }

  private mutating func judgeLeak() {
    guard let leaked = facts.leakedCases, leaked > 0 else { return }
    let are = leaked == 1 ? "is" : "are"
    add(
      .leak, .against,
      "\(NumberFormat.plural(leaked, "case")) of the eval set \(are) also in the training set, "
        + "so the tuned score does not count", [.init("shared cases", Double(leaked))])
    missing.append(.init(.leak, "remove the shared cases from the training set, and tune again", count: leaked))
  }

  private mutating func judgeCoverage() {
    for (variant, name) in [(facts.prompted, promptedName), (facts.tuned, tunedName)] {
      guard let variant, let answered = variant.score?.count else { continue }
      if variant.isOutdated {
        add(.coverage, .unknown, "\(name) has changed since it was measured, so its score is that of an earlier one")
        missing.append(.init(.coverage, "evaluate \(name) again as it is now"))
      } else if variant.unansweredCases > 0 {
        let all = answered + variant.unansweredCases
        add(
          .coverage, .unknown,
          "\(name) has answered \(answered) of \(NumberFormat.plural(all, "case")); the rest may differ"
        )
        missing.append(
          .init(
            .coverage, "evaluate \(name) on the other \(NumberFormat.plural(variant.unansweredCases, "case"))",
            count: variant.unansweredCases))
      }
    }
  }

  private mutating func judgeQuality() {
    let scores = [(facts.tuned, tunedName), (facts.prompted, promptedName)].compactMap { variant, name in
      variant?.score.map { (name: name, score: $0) }
    }
    let figures = scores.map { Reason.Figure("\($0.name) score", $0.score.mean, $0.score.interval) }
    let sentence = scores.enumerated().map { place, entry in
      entry.name + (place == 0 ? " scores " : " ") + NumberFormat.percent(entry.score)
    }.joined(separator: ", ")
    guard let comparison = facts.comparison, comparison.count > 0 else {
      guard let first = scores.first else {
        missing.append(.init(.quality, "evaluate the prompt on 50 to 100 cases", count: 50))
        return add(.quality, .unknown, "no variant has been measured")
      }
      let gap =
        scores.count == 2
        ? "they have not been compared on the same cases"
        : facts.prompted?.score == nil ? "no prompted variant has been measured" : "no tuned variant has been measured"
      missing.append(.init(.quality, "measure a prompted and a tuned variant on the same cases"))
      let isKnown = facts.prompted?.score != nil && scores.count == 1
      return add(
        .quality, isKnown ? .neutral : .unknown,
        "\(sentence) on \(NumberFormat.plural(first.score.count, "case")); \(gap)", figures)
    }
    let (wins, losses) = comparison.winsAndLosses
    let corrected = facts.comparisonsTried > 1 ? ", corrected for \(facts.comparisonsTried) comparisons" : ""
    let test = "\(comparison.test) \(NumberFormat.pValue(correctedPValue))\(corrected)"
    let cases =
      "on the same \(NumberFormat.plural(comparison.count, "case")) \(tunedName) wins \(wins) and loses \(losses) (\(test))"
    let begin = sentence.isEmpty ? "" : sentence + "; "
    let range = NumberFormat.points(comparison.difference, comparison.interval)
    let all =
      figures + [
        .init("difference", comparison.difference, comparison.interval), .init("p-value", correctedPValue),
        .init("wins", Double(wins)), .init("losses", Double(losses)),
      ]
    switch outcome {
    case .tunedBetter: add(.quality, .forTuning, begin + cases, all)
    case .promptedBetter: add(.quality, .forPrompting, begin + cases, all)
    case .same:
      add(.quality, .neutral, "\(begin)\(cases); the difference, \(range), is too small to matter", all)
    case .unclear, .none:
      // The interval and the test are different methods; near the edge only one of them may leave 0 out.
      let state =
        comparison.interval.contains(0) ? "can't be told from 0" : "is at the edge of what these cases can show"
      add(.quality, .unknown, "\(begin)\(cases); the difference, \(range), \(state)", all)
    }
  }

  private mutating func judgeEvalSize() {
    guard let count = facts.comparison?.count ?? facts.prompted?.score?.count, count > 0 else { return }
    var power = Power()
    var share = "if 20 % of the cases flip"
    if case .outcomes(let outcomes) = facts.comparison, outcomes.discordant > 0 {
      power.discordance = max(0.05, Double(outcomes.discordant) / Double(count))
      share = "with \(NumberFormat.percent(power.discordance)) of the cases flipping"
    }
    let detectable = power.detectableDifference(cases: count)
    let sees =
      detectable.map {
        "\(NumberFormat.plural(count, "case")) show differences from \(NumberFormat.trimmed($0 * 100, decimals: 0)) points up"
      }
      ?? "\(NumberFormat.plural(count, "case")) \(count == 1 ? "is" : "are") too few to show any difference"
    let needed = power.cases(toDetect: facts.worthwhileGain) ?? count
    let isDecided = outcome == .tunedBetter || outcome == .promptedBetter || outcome == .same
    let isSmall = isDecided ? false : outcome == .unclear ? needed > count : count < 50
    add(
      .evalSize, isSmall ? .unknown : .neutral, "\(share), \(sees) (80 % power)",
      detectable.map { [.init("detectable difference", $0)] } ?? [])
    // Cases that are there and not answered come before new ones.
    guard !isDecided, isCovered else { return }
    let gain = NumberFormat.trimmed(facts.worthwhileGain * 100, decimals: 1)
    if needed > count {
      let more = NumberFormat.plural(needed - count, "case")
      missing.append(
        .init(
          .evalSize, "add \(more): \(NumberFormat.count(needed)) would show a difference of \(gain) points",
          count: needed - count))
    } else if outcome == .unclear {
      missing.append(
        .init(.evalSize, "add as many cases again: a difference of \(gain) points could still hide", count: count))
    }
  }

  private mutating func judgeFormat() {
    let known = [(facts.tuned?.format, tunedName), (facts.prompted?.format, promptedName)].compactMap { format, name in
      format.flatMap { $0.count > 0 ? (name: name, format: $0) : nil }
    }
    let isCritical = facts.project.formatIsCritical == true
    guard let first = known.first else {
      guard isCritical else { return }
      missing.append(.init(.format, "measure how often the format is right"))
      return add(.format, .unknown, "the format is critical, but how often it is right has not been measured")
    }
    let figures = known.map { Reason.Figure("\($0.name) format", $0.format.rate ?? 0, $0.format.interval()) }
    let sentence =
      "the format is right in "
      + known.map { NumberFormat.percent($0.format.rate ?? 0, $0.format.interval()) + " (\($0.name))" }
      .joined(separator: " and ") + " of the answers"
    if known.count == 2, let last = known.last {
      let (tuned, prompted) = (first.format.interval(), last.format.interval())
      if tuned.low > prompted.high {
        return add(.format, .forTuning, "\(sentence), and the intervals don't overlap", figures)
      }
      if prompted.low > tuned.high {
        return add(.format, .forPrompting, "\(sentence), and the intervals don't overlap", figures)
      }
    }
    guard isCritical, let prompted = facts.prompted?.format?.interval() else {
      return add(.format, .neutral, sentence, figures)
    }
    if prompted.high < 0.95, facts.tuned?.format == nil {
      add(
        .format, .forTuning, "\(sentence), below the 95 % that tuned models usually reach, and the format is critical",
        figures)
    } else if prompted.low >= 0.95 {
      add(.format, .neutral, "\(sentence), so prompting keeps the critical format", figures)
    } else {
      // With every answer right, Wilson's interval lies above 95 % from 73 cases on.
      let count = facts.prompted?.format?.count ?? 0
      if count < 100 {
        missing.append(.init(.format, "check the format on \(100 - count) more answers", count: 100 - count))
      }
      add(.format, .unknown, "\(sentence), which does not settle whether prompting reaches 95 %", figures)
    }
  }

  private mutating func judgePlateau() {
    guard let plateau = facts.plateau else { return }
    switch plateau.state {
    case .tooFewVersions:
      let more = plateau.window - plateau.changes.count
      missing.append(.init(.plateau, "measure \(NumberFormat.plural(more, "more version")) of the prompt", count: more))
      add(
        .plateau, .unknown,
        "\(NumberFormat.plural(plateau.changes.count, "measured change")) of the prompt can't show a plateau")
    case .moving:
      add(
        .plateau, .forPrompting,
        "the prompt's score still moves: one of the last \(plateau.window) changes made a difference")
    case .flat:
      let hidden = plateau.hiddenGain.map {
        "; a gain of up to \(NumberFormat.trimmed($0 * 100, decimals: 0)) points could still hide"
      }
      add(
        .plateau, .forTuning,
        "none of the last \(plateau.window) changes of the prompt can be told from 0" + (hidden ?? ""),
        plateau.changes.suffix(plateau.window).map { .init("change", $0.difference, $0.interval) })
    }
  }

  private mutating func judgeForgetting() {
    guard let general = facts.generalAbilities, general.count > 0 else {
      if outcome == .tunedBetter || outcome == .same {
        missing.append(.init(.forgetting, "run cases of other tasks before and after tuning, to see what it forgot"))
        add(.forgetting, .unknown, "whether tuning cost other abilities has not been measured")
      }
      return
    }
    let before = general.b
    let after = general.a
    let figures = [
      Reason.Figure("general before", before.rate ?? 0, before.interval()),
      .init("general after", after.rate ?? 0, after.interval()), .init("p-value", general.pValue),
    ]
    let scores =
      "on \(NumberFormat.plural(general.count, "case")) of other tasks the base model is right in "
      + "\(NumberFormat.percent(before.rate ?? 0, before.interval())), the tuned one in "
      + "\(NumberFormat.percent(after.rate ?? 0, after.interval())) (exact McNemar \(NumberFormat.pValue(general.pValue)))"
    if general.pValue < 0.05, general.difference < 0 {
      let project = facts.project
      let sharesWork = project.canRoute == true || project.queryTypesDiffer == true || project.needsFlexibility == true
      add(
        .forgetting, sharesWork ? .forHybrid : .forPrompting,
        "\(scores): tuning cost other abilities, so use the tuned model for this task only",
        figures)
    } else {
      let seen = Power().detectableDifference(cases: general.count).map {
        "a loss below \(NumberFormat.trimmed($0 * 100, decimals: 0)) points would not show"
      }
      add(.forgetting, .neutral, "\(scores): no loss is visible; \(seen ?? "so few cases would show none")", figures)
    }
  }
}
