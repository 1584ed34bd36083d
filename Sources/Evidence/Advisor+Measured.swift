import NumberFormat

/// The rules about what the runs showed: findings, quality and what the eval set can see.
extension Advisor {
  mutating func judgeMeasurements() {
    judgeLeak()
    judgeAdapter()
    judgeHeldOut()
    judgeCoverage()
    judgeQuality()
    judgeOtherSets()
    judgePreferences()
    judgeEvalSize()
    judgeGroups()
    judgeFormat()
    judgeTarget()
    judgeCeiling()
    judgeEarlierVersion()
    judgePlateau()
    judgeForgetting()
    judgeCombination()
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

  private mutating func judgeCoverage() {
    for (variant, name) in [(facts.prompted, promptedName), (facts.tuned, tunedName)] {
      guard let variant, let answered = variant.score?.count else { continue }
      if variant.isOutdated {
        add(.coverage, .unknown, "\(name) has changed since it was measured, so its score is that of an earlier one")
        missing.append(
          .init(.coverage, "evaluate \(name) again as it is now", command: facts.command(for: name)))
      } else if variant.unansweredCases > 0 {
        let all = answered + variant.unansweredCases
        add(
          .coverage, .unknown,
          "\(name) has answered \(answered) of \(NumberFormat.plural(all, "case")); the rest may differ"
        )
        missing.append(
          .init(
            .coverage, "evaluate \(name) on the other \(NumberFormat.plural(variant.unansweredCases, "case"))",
            count: variant.unansweredCases, command: facts.command(for: name)))
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
    guard let comparison else { return judgeUncompared(scores.map(\.score), sentence, figures) }
    let chosen = comparison.difference > 0 ? "tuned variants" : "prompts and versions"
    let corrected = facts.charged > 1 ? ", corrected for \(facts.charged) \(chosen) tried" : ""
    let begin = sentence.isEmpty ? "" : sentence + "; "
    let cases =
      "\(begin)on the same \(NumberFormat.plural(comparison.count, "case")) \(tunedName) wins \(comparison.wins) and loses "
      + "\(comparison.losses) (\(comparison.test) \(NumberFormat.pValue(comparison.pValue))\(corrected))"
    let words = isBrief ? "" : comparison.words + comparison.notes.map { "; \($0)" }.joined()
    let all =
      figures + [
        .init("difference", comparison.difference, comparison.interval), .init("p-value", comparison.pValue),
        .init("wins", Double(comparison.wins)), .init("losses", Double(comparison.losses)),
        .init("independent units", comparison.effectiveUnits),
      ]
    let direction: Reason.Direction =
      switch outcome {
      case .tunedBetter: .forTuning
      case .promptedBetter: .forPrompting
      case .same, .tunedNotWorse, .promptedNotWorse: .neutral
      case .tooFew, .unclear, .none: .unknown
      }
    add(.quality, direction, "\(cases): \(words)", all)
    if !isBrief, let turned = comparison.casesToFlip, turned <= PairedComparison.fragileCases {
      add(
        .quality, .unknown,
        "fragile: \(turned) of \(NumberFormat.plural(comparison.count, "answer")) decide\(turned == 1 ? "s" : "") this",
        [.init("answers that decide", Double(turned))])
    }
  }

  private mutating func judgeOtherSets() {
    for other in facts.otherSets where other.comparison.count > 0 {
      let comparison = other.comparison
      let direction: Reason.Direction =
        switch comparison.effectClass {
        case .better: .forTuning
        case .worse: .forPrompting
        case .equivalent, .notInferior, .notSuperior: .neutral
        case .tooFew, .unclear: .unknown
        }
      add(
        .otherSets, direction,
        "on \(NumberFormat.plural(comparison.count, "case")) of \(other.name) \(tunedName) against \(promptedName): "
          + (isBrief ? "" : comparison.words),
        [.init("difference on \(other.name)", comparison.difference, comparison.interval)])
    }
  }

  mutating func judgeGroups() {
    guard let groups = facts.suspectedGroups, outcome != .none else { return }
    add(
      .evalSize, .unknown,
      "the ids look like parts of \(NumberFormat.plural(groups.count, "group")), such as \(groups.example): if they belong together, "
        + "there is less evidence than there are cases", [.init("suspected groups", Double(groups.count))])
    missing.append(
      .init(.evalSize, "say what belongs together with \"group\" in the cases, or give each case its own \"group\""))
  }

  private mutating func judgeUncompared(_ scores: [Estimate], _ sentence: String, _ figures: [Reason.Figure]) {
    guard let first = scores.first else {
      missing.append(
        .init(.quality, "evaluate the prompt on 50 to 100 cases", count: 50, command: facts.steps[.prompted]?.command))
      return add(.quality, .unknown, "no variant has been measured")
    }
    let gap =
      scores.count == 2
      ? "they have not been compared on the same cases"
      : facts.prompted?.score == nil ? "no prompted variant has been measured" : "no tuned variant has been measured"
    missing.append(
      .init(
        .quality, "measure a prompted and a tuned variant on the same cases",
        command: facts.steps[facts.prompted?.score == nil ? .prompted : .tuned]?.command))
    let isKnown = facts.prompted?.score != nil && scores.count == 1
    add(
      .quality, isKnown ? .neutral : .unknown, "\(sentence) on \(NumberFormat.plural(first.count, "case")); \(gap)",
      figures)
  }

  /// Fewer cases than the essays' eval sets have say too little to decide by.
  private static let fewestCases = 50

  private mutating func judgeEvalSize() {
    // A copy: the optimiser of Swift 6.3 ends with an error where the property itself is asked below.
    let comparison = comparison
    guard let count = comparison?.count ?? facts.prompted?.score?.count, count > 0 else { return }
    if isBrief {
      if outcome == .none, count < Self.fewestCases { add(.evalSize, .unknown, "too few cases") }
      return
    }
    let power = comparison?.power ?? Power()
    let share =
      comparison?.discordance.map { "the variants disagree on \(NumberFormat.percent($0)) of cases" }
      ?? (comparison == nil ? "if the variants disagree on 20 % of cases" : "with scores that differ as these do")
    let detectable = power.detectableDifference(cases: count)
    let needed = power.cases(toDetect: facts.worthwhileGain) ?? count
    let isOpen = outcome == .unclear || outcome == .tooFew || outcome == .tunedNotWorse || outcome == .promptedNotWorse
    let isSmall = outcome == .none ? count < Self.fewestCases : isOpen && needed > count
    // Where a difference was found, that none could be found is no news.
    if detectable != nil || !outcome.isClaim {
      let sees =
        detectable.map { "differences below \(NumberFormat.pointsSize(max(0.001, $0))) may go unnoticed" }
        ?? "any difference may go unnoticed"
      add(
        .evalSize, isSmall ? .unknown : .neutral,
        "\(share); with \(NumberFormat.plural(count, "case")), \(sees) (80 % power)",
        detectable.map { [.init("detectable difference", $0)] } ?? [])
    }
    // Cases that are there and not answered come before new ones.
    guard outcome == .none || isOpen, isCovered else { return }
    if needed > count {
      let more = NumberFormat.plural(needed - count, "case")
      missing.append(
        .init(
          .evalSize,
          "add \(more): detecting a difference of \(margin) points takes about \(NumberFormat.count(needed))",
          count: needed - count))
    } else if outcome == .unclear {
      missing.append(
        .init(.evalSize, "add as many cases again: a difference of \(margin) points could still hide", count: count))
    }
  }
}

extension Facts {
  /// The command that evaluates a variant by its name, where one is known.
  func command(for name: String) -> String? {
    steps[name == tuned?.name ? .tuned : .prompted]?.command
  }
}
