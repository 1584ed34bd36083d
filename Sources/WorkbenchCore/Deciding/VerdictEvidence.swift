import Domain
import Evidence

/// Everything measured and stated that a verdict on one set rests on, before any rule is applied. A pure value: what it
/// holds was read elsewhere.
struct VerdictEvidence: Sendable {
  /// The workspace as its files say now.
  var workspace: Workspace
  /// The set that decides.
  var set: EvalSet
  /// Whether it was kept apart while prompts were developed.
  var heldOut = HeldOut.none
  /// The variants that were measured on it, ranked.
  var measured: [MeasuredVariant]
  /// The routers that were measured on it, as they are now.
  var routers: [MeasuredVariant] = []
  /// How many candidates were ever scored on it.
  var tried = (tuned: 1, prompted: 1)
  /// The versions of the best prompted variant's prompt, oldest first.
  var versions: [MeasuredVariant] = []
  /// A version that scored better than what the files say now.
  var earlierBest: EarlierVersion?
  /// The best variants of both kinds on the other sets of the task.
  var others: [(set: EvalSet, prompted: MeasuredVariant, tuned: MeasuredVariant)] = []
  /// The variants measured on each general set.
  var general: [(set: EvalSet, measured: [MeasuredVariant])] = []
  /// What is known of the tuned variant's rows, and the cases among them.
  var rows: (origin: RowsOrigin?, leaked: Int?, count: Int?) = (nil, nil, nil)
  /// The cases of the set among those rows.
  var leakedIDs: Set<String> = []
  /// What people found of answers.
  var reviews = Reviews()
  /// The prompt versions that were sent.
  var sent: [ContentHash: PromptVersion] = [:]

  /// The best prompted variant.
  var prompted: MeasuredVariant? { measured.first { !$0.variant.isTuned } }
  /// The best tuned variant.
  var tuned: MeasuredVariant? { measured.first { $0.variant.isTuned } }
  /// The smallest difference that matters.
  var margin: Double { workspace.facts.worthwhileGain ?? PairedComparison.defaultMargin }

  /// What the rules are applied to.
  /// - Parameter cost: both variants' costs, where known.
  func facts(cost: CostModel?) -> Facts {
    var facts = Facts()
    facts.prompted = prompted?.facts(on: set)
    facts.tuned = tuned?.facts(on: set)
    facts.worthwhileGain = margin
    facts.tunedTried = tried.tuned
    facts.promptsTried = tried.prompted
    facts.heldOut = heldOut
    facts.comparison = comparison
    facts.otherSets = others.compactMap { other in
      CautiousPairs(
        candidate: other.tuned.outputs, baseline: other.prompted.outputs, cases: other.set.cases, margin: margin
      ).claimable.map { OtherSet(name: other.set.name, comparison: $0) }
    }
    facts.earlierBest = earlierBest
    facts.project = workspace.facts.project
    facts.statedLines = workspace.facts.lines
    if let count = rows.count { facts.project.trainingExamples = count }
    facts.leakedCases = rows.leaked
    facts.trainingRows = rows.origin
    facts.promptLeaks = promptLeaks
    if let hint = GroupHint(set.cases) {
      facts.suspectedGroups = SuspectedGroups(count: hint.groups, example: hint.example)
    }
    if !versions.isEmpty { facts.plateau = Plateau(versions: versions.map(\.scores), margin: margin) }
    if let last = versions.last, let before = versions.dropLast().last {
      facts.lastStep = PairedComparison(candidate: last.scores, baseline: before.scores, margin: margin)
    }
    if let tuned {
      facts.adapterFindings = TunedAnswers.findings(of: tuned, base: base(of: tuned, among: measured), on: set)
      let general = generalAbilities(of: tuned)
      facts.general = general.found
      facts.generalGap = general.gap
    }
    if let prompted, let tuned {
      compareSides(prompted, tuned, &facts)
      let found = reviews.findings(of: tuned.run.id, against: prompted.run.id, on: set)
      facts.preferences = found.isEmpty ? nil : PreferenceCount(found)
    }
    facts.cost = cost
    facts.steps = measures.mapValues(\.step)
    if let generalSetPath { facts.steps[.generalSet] = MeasuringStep(command: GeneralSet.command(at: generalSetPath)) }
    if facts.steps[.router] == nil, let command = routerCommand {
      facts.steps[.router] = MeasuringStep(command: command)
    }
    return facts
  }

  private func compareSides(_ prompted: MeasuredVariant, _ tuned: MeasuredVariant, _ facts: inout Facts) {
    facts.formatComparison = PairedComparison(
      candidate: tuned.outputs.formats(set.cases), baseline: prompted.outputs.formats(set.cases),
      margin: Facts.formatMargin)
    facts.latencyComparison = latencies(prompted, tuned) { $0.latency }
    facts.firstTokenComparison = latencies(prompted, tuned) { $0.firstToken }
    facts.combination = combination(prompted, tuned)
  }

  /// How long the answers to the same cases took; nil where no case has a time of both.
  private func latencies(
    _ prompted: MeasuredVariant, _ tuned: MeasuredVariant, _ time: (Answer) -> Double?
  ) -> LatencyComparison? {
    let (before, after) = (prompted.outputs.times(time), tuned.outputs.times(time))
    let pairs = set.cases.compactMap { evalCase in
      before[evalCase.id].flatMap { a in after[evalCase.id].map { (a: a * 1000, b: $0 * 1000) } }
    }
    return pairs.isEmpty ? nil : LatencyComparison(pairs)
  }

  // MARK: - Tuned against prompted

  /// The best tuned variant against the best prompted one. Whoever is ahead has to be ahead of every other of the other
  /// kind: the largest p-value counts, and no correction for their number is needed.
  var comparison: PairedComparison? {
    guard let tuned, let prompted, let pairs = pairs(tuned, prompted) else { return nil }
    let others =
      pairs.difference > 0
      ? measured.filter { !$0.variant.isTuned && $0.isComplete && $0.run.id != prompted.run.id }.compactMap {
        self.pairs(tuned, $0)
      }
      : measured.filter { $0.variant.isTuned && $0.isComplete && $0.run.id != tuned.run.id }.compactMap {
        self.pairs($0, prompted)
      }
    // One that is ahead of the leader can't have ranked behind it but by chance: it counts as not told apart.
    let hardest = others.map { ($0.difference > 0) == (pairs.difference > 0) ? $0.pValue : 1 }.max() ?? 0
    return hardest > pairs.pValue ? pairs.adjusted(pValue: hardest, family: 1) : pairs
  }

  func pairs(_ tuned: MeasuredVariant, _ prompted: MeasuredVariant) -> PairedComparison? {
    CautiousPairs(candidate: tuned.outputs, baseline: prompted.outputs, cases: set.cases, margin: margin).claimable
  }

  func isSameModel(_ variant: Variant, as tuned: Variant) -> Bool {
    variant.isTuned && variant.model == tuned.model && variant.adapter == tuned.adapter
  }

  func length(_ measured: MeasuredVariant) -> Int {
    sent[measured.run.promptVersion]?.parts.reduce(0) { $0 + $1.body.utf8.count } ?? .max
  }

  // MARK: - The model without what was learnt

  private func base(of tuned: MeasuredVariant, among measured: [MeasuredVariant]) -> MeasuredVariant? {
    guard let model = tuned.variant.untunedModel else { return nil }
    let bases = measured.filter { !$0.variant.isTuned && $0.variant.model == model }
    return bases.first { $0.run.promptVersion == tuned.run.promptVersion } ?? bases.first
  }

  /// What stands for the tuned variant on a general set, whatever its prompt.
  private func onGeneral(_ tuned: MeasuredVariant, among measured: [MeasuredVariant]) -> MeasuredVariant? {
    let same = measured.filter { isSameModel($0.variant, as: tuned.variant) }
    return same.first(where: { $0.variant.name == tuned.variant.name }) ?? same.first
  }

  /// The base model and the tuned one on a general set, where both have scores.
  func generalPair(
    of tuned: MeasuredVariant, among measured: [MeasuredVariant]
  ) -> (before: MeasuredVariant, after: MeasuredVariant)? {
    guard tuned.variant.untunedModel != nil, let after = onGeneral(tuned, among: measured),
      let before = base(of: after, among: measured), before.estimate != nil, after.estimate != nil
    else { return nil }
    return (before, after)
  }

  private func generalAbilities(of tuned: MeasuredVariant) -> (found: [GeneralAbility], gap: GeneralGap?) {
    var found: [GeneralAbility] = []
    var gap: GeneralGap?
    if general.isEmpty { return ([], .noSet) }
    guard let model = tuned.variant.untunedModel else { return ([], .unknownBase) }
    for (set, measured) in general {
      guard let after = onGeneral(tuned, among: measured) else {
        gap = gap ?? .tunedNotMeasured(set: set.name)
        continue
      }
      guard let before = base(of: after, among: measured) else {
        gap = gap ?? .baseNotMeasured(base: model, set: set.name)
        continue
      }
      guard let one = before.estimate, let other = after.estimate else { continue }
      let pairs = PairedComparison(candidate: after.scores, baseline: before.scores, margin: Forgetting.skillMargin)
      found.append(
        GeneralAbility(
          set: set.name, base: model, before: one, after: other, forgetting: Forgetting(pairs),
          skills: SkillChange.all(Self.byTag(set, before.scores, after.scores))))
    }
    return (found, gap)
  }

  private static func byTag(
    _ set: EvalSet, _ before: [ScoredCase], _ after: [ScoredCase]
  ) -> [(tag: String, after: [ScoredCase], before: [ScoredCase])] {
    let tags = Set(set.cases.flatMap(\.tags)).sorted()
    return tags.map { tag in
      let places = set.cases.indices.filter { set.cases[$0].tags.contains(tag) }
      return (tag, places.map { after[$0] }, places.map { before[$0] })
    }
  }

  private var promptLeaks: [PromptLeak] {
    [tuned, prompted].compactMap { measured in
      guard let measured, let version = sent[measured.run.promptVersion] else { return nil }
      let cases = CaseTextSearch(version).cases(of: set).count
      return cases > 0 ? PromptLeak(variant: measured.variant.name, cases: cases) : nil
    }
  }

  // MARK: - What would be measured next

  /// Where the general tasks that come with Assay would go; nil where there is a general set.
  var generalSetPath: String? {
    workspace.evalSets.contains(where: \.isGeneral) ? nil : GeneralSet.freePath(in: workspace)
  }

  /// How to measure what may be missing.
  var measures: [Measurement: MeasureRequest] {
    let variants = workspace.variants.filter { !$0.isRouter }
    var measures: [Measurement: MeasureRequest] = [:]
    func set(_ what: Measurement, _ variant: String?, on set: String) {
      if let variant { measures[what] = MeasureRequest([variant], on: set) }
    }
    let prompted = self.prompted?.variant ?? variants.first { !$0.isTuned }
    let tuned = self.tuned?.variant ?? variants.first(where: \.isTuned)
    set(.prompted, prompted?.name, on: self.set.name)
    set(.tuned, tuned?.name, on: self.set.name)
    if case .unmeasured(let kept) = heldOut {
      measures[.heldOut] = MeasureRequest([prompted?.name, tuned?.name].compactMap(\.self), on: kept)
    }
    guard let tuned else { return measures }
    if let general = workspace.evalSets.first(where: \.isGeneral) {
      set(.generalTuned, tuned.name, on: general.name)
      if let model = tuned.untunedModel {
        if let base = variants.first(where: { !$0.isTuned && $0.model == model }) {
          set(.generalBase, base.name, on: general.name)
        } else {
          var base = Variant(name: "\(model)-base", model: model, prompt: tuned.prompt)
          base.choice = tuned.choice
          base.sampling = tuned.sampling
          measures[.generalBase] = MeasureRequest(adding: base, on: general.name)
        }
      }
    }
    guard let prompted else { return measures }
    let same = variants.filter { isSameModel($0, as: tuned) }
    if let full = same.first(where: { $0.prompt == prompted.prompt && $0.choice == prompted.choice }) {
      set(.tunedWithFullPrompt, full.name, on: self.set.name)
    } else {
      var full = tuned
      full = Variant(
        name: "\(tuned.name)-full", model: tuned.model, prompt: prompted.prompt, adapter: tuned.adapter,
        sampling: tuned.sampling)
      full.choice = prompted.choice
      full.isDeclaredTuned = tuned.isDeclaredTuned && tuned.adapter == nil
      full.base = tuned.base
      measures[.tunedWithFullPrompt] = MeasureRequest(adding: full, on: self.set.name)
    }
    let open = same.first { one in !measured.contains { $0.variant.name == one.name } }
    if let open { set(.tunedWithShortPrompt, open.name, on: self.set.name) }
    if let router = workspace.variants.first(where: \.isRouter) {
      set(.router, router.name, on: routerSet(router).name)
    }
    return measures
  }
}
