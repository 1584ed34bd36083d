import NumberFormat

/// The rule about using a prompt and a tuned model together.
extension Advisor {
  mutating func judgeCombination() {
    guard let combination = facts.combination else { return }
    judgeWays(combination)
    if !combination.hasFullPrompt {
      missing.append(
        .init(
          .combination,
          "measure \(tunedName)'s model with the whole prompt of \(promptedName), to see what both bring "
            + "together\(facts.steps[.tunedWithFullPrompt]?.words ?? "")",
          command: facts.steps[.tunedWithFullPrompt]?.command))
    }
    if !combination.hasShortPrompt {
      missing.append(
        .init(
          .combination, "measure \(tunedName)'s model with a shorter prompt, to see what tuning makes dispensable",
          command: facts.steps[.tunedWithShortPrompt]?.command))
    }
    judgeRouterGap(combination)
  }

  private mutating func judgeWays(_ combination: Combination) {
    guard combination.ways.count > 2, !isBrief else {
      if let best = combination.best(margin: facts.worthwhileGain) { add(best, combination) }
      return
    }
    let words = combination.ways.map { way in
      let cost = way.cost.map { " at \(NumberFormat.dollars($0)) an answer" } ?? ""
      return "\(way.name) (\(way.way.words)) \(NumberFormat.percent(way.score))\(cost)"
    }
    add(
      .combination, .neutral, words.joined(separator: ", "),
      combination.ways.map { .init("\($0.name) score", $0.score.mean, $0.score.interval) })
    if let best = combination.best(margin: facts.worthwhileGain) { add(best, combination) }
  }

  private mutating func add(_ best: Combination.Measured, _ combination: Combination) {
    guard let pairs = best.comparison, let reference = combination.reference else { return }
    let saving =
      best.cost.flatMap { own in
        reference.cost.flatMap { $0 > 0 && own < $0 ? ", at \(NumberFormat.percent(own / $0)) of its cost" : nil }
      } ?? ""
    add(
      .combination, .forHybrid,
      "\(best.name) (\(best.way.words)) against \(reference.name) alone: \(isBrief ? "" : pairs.words)\(saving)",
      [.init("difference", pairs.difference, pairs.interval)])
  }

  private mutating func judgeRouterGap(_ combination: Combination) {
    switch combination.routerGap {
    case .none?:
      missing.append(
        .init(
          .combination,
          "see from the stored answers whether a router between \(promptedName) and \(tunedName) does better than either",
          command: facts.steps[.router]?.command))
    case .notMeasured(let name)?:
      missing.append(.init(.combination, "measure the router \(name)", command: facts.steps[.router]?.command))
    case .learntHere(let name)?:
      add(
        .combination, .unknown,
        "the router \(name) was learnt from these cases, so its score on them does not count")
      missing.append(
        .init(
          .combination, "measure the router \(name) on cases that it was not learnt from",
          command: facts.steps[.router]?.command))
    case nil: break
    }
  }
}
