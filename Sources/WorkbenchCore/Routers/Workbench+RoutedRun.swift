import Content
import Domain
import Evidence
import Foundation
import Routing

extension Workbench {
  /// Runs a router over an eval set: each case is asked of the variant that it is sent to, in a cascade of the second one,
  /// too, where the first one's answer shows that it is no good. Both variants' answers are kept in runs of their own, and
  /// what they have answered already is not asked again.
  func evaluate(_ request: EvaluateRequest, through router: Router, of variant: Variant) async throws -> Run {
    let subject = try await evaluable(request, through: router, of: variant)
    let run = try await begin(request, subject)
    guard let claim = try await store.claim(run.id) else {
      throw WorkbenchError.input(
        "Run \(run.id) is being worked on by another Assay on this machine; its progress shows in every window.")
    }
    activeRuns.insert(run.id)
    defer {
      activeRuns.remove(run.id)
      stopRequests.remove(run.id)
      withExtendedLifetime(claim) {}
    }
    if !snapshot.runs.contains(where: { $0.id == run.id }) {
      snapshot.runs.insert(run, at: 0)
      runChanges.note(run.id)
    }
    snapshot.versions = try await store.versions()
    let cases = try places(of: request, in: subject.set).map { subject.set.cases[$0] }
    let before = ContinuousClock.now
    try await store.setState(.running, of: run.id)
    mark(run.id) { $0.state = .running }
    uses[run.id] = RunUse()
    var found = await Self.routed(router, cases)
    var failure: (any Error)?
    do {
      try await ask(request, subject, cases.map(\.id), run, &found)
    } catch { failure = error }
    let seconds = (ContinuousClock.now - before) / .seconds(1)
    do {
      try await keep(found, cases, subject.set, in: run, seconds: seconds)
    } catch {
      await endRouted(run.id, .paused)
      throw failure ?? error
    }
    let whole = snapshot.runs.first { $0.id == run.id } ?? run
    let isComplete = failure == nil && whole.summary.replies >= run.requests
    await endRouted(run.id, isComplete ? .finished : .paused)
    if let failure { throw failure }
    guard cases.count < subject.set.cases.count else {
      return snapshot.runs.first { $0.id == run.id } ?? whole
    }
    let wanted = Set(cases.map(\.id))
    var part = snapshot.runs.first { $0.id == run.id } ?? whole
    part.summary = RunSummary(of: try await store.outputs(of: run.id).filter { wanted.contains($0.caseID) })
    return part
  }

  /// - Throws: `WorkbenchError` that says what is in the way of either variant.
  private func evaluable(
    _ request: EvaluateRequest, through router: Router, of variant: Variant
  ) async throws -> RoutedSubject {
    let key = "variants.\(variant.name)"
    let flaws = snapshot.workspace.problems.filter { problem in
      problem.severity == .error && (problem.key == key || problem.key?.hasPrefix(key + ".") == true)
    }
    guard flaws.isEmpty else { throw WorkbenchError.flawed("evaluated", flaws) }
    for arm in Router.Arm.allCases {
      var own = request
      own.variant = router.name(of: arm)
      _ = try evaluable(own)
    }
    return try await routed(variant, by: router, on: request.set)
  }

  private func begin(_ request: EvaluateRequest, _ subject: RoutedSubject) async throws -> Run {
    let repeats = max(1, request.repeats)
    let base = subject.base
    if !request.isFresh, let run = try await store.newestRun(base: base, repeats: repeats) { return run }
    let firstSample = request.isFresh ? try await store.unusedSample() : 0
    return try await store.beginRun(
      RunDraft(
        identity: subject.identity(repeats: repeats, firstSample: firstSample), base: base, repeats: repeats,
        firstSample: firstSample, variant: subject.variant, version: subject.version, set: subject.set.name,
        setHash: subject.set.hash, cases: subject.set.cases.count, started: dependencies.now()))
  }

  @concurrent
  private static func routed(_ router: Router, _ cases: [EvalCase]) async -> RoutedOutputs {
    RoutedOutputs(router, cases: cases)
  }

  /// Asks both variants for what they are sent.
  private func ask(
    _ request: EvaluateRequest, _ subject: RoutedSubject, _ cases: [String], _ run: Run,
    _ found: inout RoutedOutputs
  ) async throws {
    for arm in Router.Arm.allCases {
      var wanted = found.cases(for: arm, among: cases)
      if arm == .strong, subject.router.isCascade { wanted = found.escalated(among: cases, repeats: run.repeats) }
      guard !wanted.isEmpty, !stopRequests.contains(run.id) else { continue }
      var own = request
      (own.variant, own.limit, own.only) = (subject.router.name(of: arm), nil, wanted)
      own.budget = left(of: request.budget, in: run)
      let earlier = Set(snapshot.runs.map(\.id))
      var failure: (any Error)?
      var armRun: Run?
      do { armRun = try await evaluate(own) } catch { failure = error }
      // What an interrupted arm has answered is kept in its run.
      if armRun == nil {
        let base = subject[arm].identity.base
        armRun =
          request.isFresh
          ? snapshot.runs.first { $0.base == base && !earlier.contains($0.id) }
          : try await store.newestRun(base: base, repeats: run.repeats)
      }
      if let armRun {
        found.take(try await store.outputs(of: armRun.id), of: arm)
        if let use = uses[armRun.id] { uses[run.id]?.add(use) }
      }
      if let failure { throw failure }
    }
  }

  /// What a router's second variant may still use.
  private func left(of budget: RunPlan.Budget, in run: Run) -> RunPlan.Budget {
    var budget = budget
    let use = uses[run.id] ?? RunUse()
    budget.calls = budget.calls.map { max(0, $0 - use.calls) }
    budget.dollars = budget.dollars.map { max(0, $0 - (use.dollars ?? 0)) }
    return budget
  }

  /// Stores a router's answers that aren't stored yet.
  private func keep(
    _ found: RoutedOutputs, _ cases: [EvalCase], _ set: EvalSet, in run: Run, seconds: Double
  ) async throws {
    let answered = try await answered(run, set)
    let places = Dictionary(set.cases.indices.map { (set.cases[$0].id, $0) }, uniquingKeysWith: { first, _ in first })
    var outputs: [Output] = []
    for evalCase in cases {
      for sample in 0..<run.repeats {
        guard let place = places[evalCase.id], !answered.contains(place: place, sample: sample),
          let output = found.output(of: evalCase.id, sample: sample)
        else { continue }
        outputs.append(output)
      }
    }
    let (store, kept) = (store, outputs)
    // Answers were paid for: they are stored although the task is cancelled.
    let summary = try await Task { try await store.record(kept, ungraded: [], in: run.id, seconds: seconds) }.value
    mark(run.id) {
      $0.summary = summary
      $0.seconds += seconds
    }
  }

  private func endRouted(_ run: RunID, _ state: Run.State) async {
    let store = store
    do {
      try await Task { try await store.setState(state, of: run) }.value
      mark(run) { $0.state = state }
    } catch {
      notify(.error, String(describing: error))
    }
    changed([.runs, .run(run)])
    publish()
  }

  /// Asks a run to stop; of a router the variant that is being asked stops, too.
  func stop(_ id: RunID) {
    guard activeRuns.contains(id) else { return }
    stopRequests.insert(id)
    guard let run = snapshot.runs.first(where: { $0.id == id }), let router = run.variant.router else { return }
    for other in snapshot.runs where activeRuns.contains(other.id) && other.set == run.set {
      if [router.cheap, router.strong].contains(other.variant.name) { stopRequests.insert(other.id) }
    }
  }

  // MARK: What it would take

  /// What is asked of each variant when a router is evaluated. What a cascade asks of the second one isn't known before the
  /// first one has answered: the most that it can be.
  func armRequests(_ request: EvaluateRequest, through router: Router, of variant: Variant) async throws
    -> [(request: EvaluateRequest, isAtMost: Bool)]
  {
    let subject = try await evaluable(request, through: router, of: variant)
    let cases = try places(of: request, in: subject.set).map { subject.set.cases[$0] }
    let repeats = max(1, request.repeats)
    var found = await Self.routed(router, cases)
    var parts: [(Router.Arm, [String], Bool)] = []
    let ids = cases.map(\.id)
    for arm in Router.Arm.allCases { parts.append((arm, found.cases(for: arm, among: ids), false)) }
    if router.isCascade {
      let earlier =
        request.isFresh ? nil : try await store.newestRun(base: subject.cheap.identity.base, repeats: repeats)
      if let earlier { found.take(try await store.outputs(of: earlier.id), of: .cheap) }
      parts.append((.strong, found.escalated(among: ids, repeats: repeats), false))
      parts.append((.strong, found.unanswered(among: ids, repeats: repeats), true))
    }
    return parts.filter { !$0.1.isEmpty }.map { arm, cases, isAtMost in
      var own = request
      (own.variant, own.limit, own.only) = (router.name(of: arm), nil, cases)
      return (own, isAtMost)
    }
  }

  /// What evaluating a router would take: both variants' requests together.
  func estimate(_ request: EvaluateRequest, through router: Router, of variant: Variant) async throws -> RunEstimate {
    var sum: RunEstimate?
    for part in try await armRequests(request, through: router, of: variant) {
      var one = try await estimate(part.request)
      if part.isAtMost { one.isAtMost() }
      sum = sum.map { $0.adding(one) } ?? one
    }
    guard let sum else { throw WorkbenchError.input("The router \"\(variant.name)\" has no case to send anywhere.") }
    return sum
  }
}

extension RunEstimate {
  /// Makes it the most that may be asked.
  mutating func isAtMost() {
    promptTokens.low = 0
    completionTokens.low = 0
    dollars?.low = 0
  }

  /// Both together; what one of them leaves open stays open.
  func adding(_ other: RunEstimate) -> RunEstimate {
    func sum(_ a: Range, _ b: Range) -> Range {
      Range(a.low + b.low, a.high.flatMap { high in b.high.map { high + $0 } })
    }
    var both = self
    both.calls += other.calls
    both.reused += other.reused
    both.promptTokens = sum(promptTokens, other.promptTokens)
    both.completionTokens = sum(completionTokens, other.completionTokens)
    // A part that asks nothing costs nothing, whatever its price.
    both.dollars =
      calls == 0
      ? other.dollars : other.calls == 0 ? dollars : dollars.flatMap { a in other.dollars.map { sum(a, $0) } }
    return both
  }
}

extension RunUse {
  /// Adds what another run took.
  mutating func add(_ other: RunUse) {
    calls += other.calls
    promptTokens += other.promptTokens
    completionTokens += other.completionTokens
    unpriced += other.unpriced
    if let more = other.dollars { dollars = (dollars ?? 0) + more }
  }
}

extension Charge.Item {
  /// Makes it the most that may be asked.
  mutating func isAtMost() {
    what += " (at most)"
    promptTokens?.low = 0
    completionTokens?.low = 0
    dollars?.low = 0
  }
}
