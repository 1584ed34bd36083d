import NumberFormat

/// The rules about what people say.
extension Advisor {
  mutating func judgeStatements() {
    judgeExamples()
    judgeVolume()
    let project = facts.project
    say(project.isEarly, "early_stage", .early, .forPrompting, "the product is at an early stage")
    say(project.requirementsMove, "requirements_moving", .requirements, .forPrompting, "the requirements still move")
    say(
      project.needsFlexibility, "needs_flexibility", .flexibility, .forPrompting,
      "one model has to serve changing contexts")
    say(project.isNeededToday, "needed_today", .today, .forPrompting, "results are needed today")
    say(
      project.hasExpertise.map { !$0 }, "tuning_expertise", .expertise, .forPrompting,
      "nobody is there to train and run models", value: "false")
    say(project.budgetIsSmall, "small_budget", .budget, .forPrompting, "the budget is small")
    say(
      project.factsChange, "facts_change", .changingFacts, .forPrompting,
      "the facts change, so they belong in the prompt or in retrieval")
    say(
      project.hasJargon, "domain_jargon", .jargon, .forTuning, "the domain has conventions and words of its own")
    say(
      project.behaviourMustChange, "behaviour_must_change", .behaviour, .forTuning,
      "behaviour of the base model must be changed or removed")
    say(
      project.isRegulated, "regulated", .regulated, .forTuning,
      "the domain is regulated or a brand voice must be kept")
    judgeHybrid()
  }

  private mutating func say(
    _ statement: Bool?, _ key: String, _ rule: Rule, _ direction: Reason.Direction, _ text: String,
    value: String = "true"
  ) {
    guard statement == true else { return }
    lines.append(
      Reason(
        rule, direction, stated(key, value, text), stated: .init(key: "facts.\(key)", line: facts.statedLines[key])))
  }

  /// A statement of a person's, named as such.
  private func stated(_ key: String, _ value: String, _ text: String) -> String {
    let place = facts.statedLines[key].map { " (assay.yaml:\($0))" } ?? ""
    return "you stated \(key): \(value)\(place): \(text)"
  }

  private mutating func judgeExamples() {
    guard let count = facts.project.trainingExamples else {
      // A tuned variant that was measured had the examples that it needed.
      guard outcome == .none else { return }
      missing.append(.init(.examples, "count the good training examples; 500 are enough to try tuning"))
      return lines.append(Reason(.examples, .unknown, "how many good training examples there are is not known"))
    }
    let figures = [Reason.Figure("training examples", Double(count))]
    let have = "there \(count == 1 ? "is" : "are") \(NumberFormat.plural(count, "good training example"))"
    if outcome == .tunedBetter {
      let enough = if case .known? = facts.trainingRows { ", which the measured gain shows to be enough" } else { "" }
      return lines.append(Reason(.examples, .neutral, have + enough, figures: figures))
    }
    if let tier = facts.project.dataTier, tier.missing(from: count) > 0, count >= 100 {
      let few = tier.missing(from: count)
      missing.append(
        .init(.examples, "gather \(NumberFormat.plural(few, "more example")) for \(tier.title)", count: few))
      return lines.append(
        Reason(
          .examples, .unknown,
          "\(have); \(tier.title) usually takes \(NumberFormat.count(tier.examples.lowerBound)) to "
            + NumberFormat.count(tier.examples.upperBound),
          figures: figures))
    }
    switch count {
    case ..<100:
      missing.append(.init(.examples, "gather \(NumberFormat.plural(500 - count, "more example"))", count: 500 - count))
      lines.append(
        Reason(
          .examples, .forPrompting, "\(have), fewer than the 100 below which tuning is not tried", figures: figures))
    case ..<500:
      missing.append(.init(.examples, "gather \(NumberFormat.plural(500 - count, "more example"))", count: 500 - count))
      lines.append(
        Reason(
          .examples, .unknown, "\(have), between the 100 that rule tuning out below and the 500 that allow it",
          figures: figures))
    default:
      lines.append(Reason(.examples, .forTuning, "\(have), enough to tune with", figures: figures))
    }
  }

  private var volume: Double? { facts.project.queriesPerMonth ?? facts.cost?.queriesPerMonth }
  /// Whether so much is asked that tuning usually pays.
  var isAtScale: Bool { volume ?? 0 > 500_000 }

  private mutating func judgeVolume() {
    guard let volume else { return }
    let figures = [Reason.Figure("queries per month", volume)]
    let start = "\(NumberFormat.count(volume)) queries a month"
    let isPriced = facts.cost?.savingPerMonth != nil
    if volume < 100_000 {
      lines.append(
        Reason(.volume, .forPrompting, "\(start) are too few to need tuning (below 100,000)", figures: figures))
    } else if isAtScale, isNearCeiling, outcome == .none, !isPriced {
      missing.append(
        .init(.volume, "state the prices of both models: where no score is left to gain, the costs decide"))
      lines.append(
        Reason(
          .volume, .unknown,
          "\(start) multiply what a tuned answer saves, and that is not known; the score leaves little to gain",
          figures: figures))
    } else if isAtScale {
      lines.append(
        Reason(.volume, .forTuning, "\(start) are enough for tuning to pay (above 500,000)", figures: figures))
    } else if isPriced {
      lines.append(Reason(.volume, .neutral, "\(start) decide nothing by themselves; the costs do", figures: figures))
    } else {
      missing.append(.init(.volume, "work out the costs: between 100,000 and 500,000 queries a month they decide"))
      lines.append(
        Reason(
          .volume, .unknown,
          "\(start) lie between the 100,000 and 500,000 where the costs decide, and those are not known",
          figures: figures))
    }
  }

  private mutating func judgeHybrid() {
    let project = facts.project
    if project.queryTypesDiffer == true {
      let router = project.canRoute == true ? ", and a router can be built" : ""
      say(true, "query_types_differ", .queryTypes, .forHybrid, "the queries are of different types\(router)")
    } else if project.canRoute == true {
      say(
        true, "can_route", .routing, isAtScale ? .forHybrid : .neutral,
        isAtScale
          ? "a router can send the common queries to a small tuned model at this volume" : "a router can be built")
    }
    if project.formatIsCritical == true, project.needsFlexibility == true {
      say(
        true, "format_critical", .flexibility, .forHybrid,
        "the format must be constant while the content must stay flexible")
    }
  }
}
