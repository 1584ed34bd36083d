import NumberFormat

/// The rules about whether a score may be trusted at all: leaks, failed trainings, and on which cases it was measured.
extension Advisor {
  mutating func judgeLeak() {
    for leak in facts.promptLeaks where leak.cases > 0 {
      add(
        .leak, .against,
        "the prompt of \(leak.variant) holds \(NumberFormat.plural(leak.cases, "eval case")) among its text, so its score does "
          + "not count", [.init("cases in the prompt", Double(leak.cases))])
      missing.append(
        .init(.leak, "replace the examples in the prompt of \(leak.variant) by cases of no eval set", count: leak.cases)
      )
    }
    guard facts.tuned != nil || facts.leakedCases ?? 0 > 0 else { return }
    let leaked = facts.leakedCases ?? 0
    let cases = "\(NumberFormat.plural(leaked, "case")) of the eval set \(leaked == 1 ? "is" : "are")"
    let figures = [Reason.Figure("shared cases", Double(leaked))]
    switch facts.trainingRows {
    case .assumed(let file):
      if leaked > 0 {
        add(
          .leak, .against,
          "\(cases) also in \(file); if \(tunedName), which was tuned elsewhere, learnt from it, its score does not count",
          figures)
        missing.append(
          .init(.leak, "measure \(tunedName) on cases that are in no training file", count: leaked))
      } else {
        add(
          .leak, .neutral,
          "no eval case is in \(file); whether \(tunedName), which was tuned elsewhere, learnt from it is not known")
      }
    case .unknown:
      add(.leak, .unknown, "what \(tunedName) was trained on is not known here, so leaks can't be ruled out")
      missing.append(
        .init(.leak, "name the rows that \(tunedName) was trained on under training.data in assay.yaml"))
    case .known, nil:
      guard leaked > 0 else { return }
      add(.leak, .against, "\(cases) also in the training set, so the tuned score does not count", figures)
      missing.append(.init(.leak, "remove the shared cases from the training set, and tune again", count: leaked))
    }
  }

  mutating func judgeAdapter() {
    // Whatever a failed training looks like, a variant that does better does better.
    let direction: Reason.Direction = outcome == .tunedBetter ? .unknown : .against
    for finding in facts.adapterFindings {
      switch finding {
      case .inactive(let answers, let base):
        add(
          .adapter, .against,
          "the \(NumberFormat.plural(answers, "answer")) of \(tunedName) are identical to those of \(base) to the same prompt: "
            + "the adapter seems inactive", [.init("identical answers", Double(answers))])
        missing.append(
          .init(.adapter, "check that the server loads the adapter of \(tunedName), and evaluate it again"))
      case .collapsed(let equal, let answers):
        add(
          .adapter, direction,
          "\(equal) of \(NumberFormat.plural(answers, "answer")) of \(tunedName) are the same: the model may have collapsed to "
            + "one answer", [.init("same answers", Double(equal))])
        missing.append(
          .init(.adapter, "take an earlier checkpoint, or train again with a lower learning rate or balanced rows"))
      case .unending(let cut, let answers):
        add(
          .adapter, direction,
          "\(cut) of \(NumberFormat.plural(answers, "answer")) of \(tunedName) did not end by themselves",
          [.init("cut answers", Double(cut))])
        missing.append(
          .init(.adapter, "raise max_tokens if answers are only long; else train on rows that teach the end token"))
      }
    }
  }

  mutating func judgeHeldOut() {
    switch facts.heldOut {
    case .used(let set, let looks):
      guard outcome != .none else { return }
      let look = looks == 1 ? "the first look at it" : "look \(looks) at it"
      add(.heldOut, .neutral, "decided on the held-out set \(set); this is \(look)", [.init("looks", Double(looks))])
    case .unmeasured(let set):
      add(
        .heldOut, .unknown,
        "the held-out set \(set) is not measured; this rests on cases that prompts were developed on")
      missing.append(
        .init(
          .heldOut, "evaluate the chosen variants on the held-out set \(set)", command: facts.steps[.heldOut]?.command)
      )
    case .none:
      guard outcome != .none else { return }
      add(
        .heldOut, .unknown,
        "no cases are held out, so prompts and tuned variants were chosen on the cases that judge them")
      missing.append(
        .init(.heldOut, "keep cases apart: held_out: 0.3 for the eval set in assay.yaml, or a set with verdict: true"))
    }
  }

  mutating func judgeEarlierVersion() {
    guard let earlier = facts.earlierBest else { return }
    add(
      .earlierVersion, .unknown,
      "an earlier version of \(earlier.variant), \(earlier.version), scored \(NumberFormat.percent(earlier.score)), more than the "
        + "current one: it is a candidate, and choosing it counts as one of \(facts.promptsTried) tried",
      [.init("earlier score", earlier.score.mean, earlier.score.interval)])
  }
}
