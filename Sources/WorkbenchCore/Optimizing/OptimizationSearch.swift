import Domain
import Evidence

/// The course of an optimisation. It depends on the request, the files and the answers only: started again, it takes the same
/// course, and asks what has no answer yet.
struct OptimizationSearch {
  /// What a candidate scored on some cases.
  private struct Measured {
    var scored: [ScoredCase]
    var outputs: [Output]
    /// The mean over the cases that were scored; nil where none was.
    var mean: Double? {
      let values = scored.compactMap { $0.value() }
      return values.isEmpty ? nil : values.reduce(0, +) / Double(values.count)
    }
    /// Tokens of a prompt, the mean over the answers that were counted.
    var tokens: Double? {
      let counts = outputs.compactMap { $0.answer?.usage.prompt }
      return counts.isEmpty ? nil : Double(counts.reduce(0, +)) / Double(counts.count)
    }
  }

  private enum Stop: Error { case budget, paused }

  private let request: OptimizationRequest
  private let plan: OptimizationPlan
  private let set: EvalSet
  private let start: PromptCandidate
  private let proposals: PromptProposals
  private let check: CandidateCheck
  private let proposer: JudgeRequests.Seat?
  /// Which cases were asked of which version.
  private var asked: [ContentHash: Set<String>] = [:]
  private var tried: Set<ContentHash> = []
  /// What was found.
  private(set) var report: OptimizationReport

  init(
    _ request: OptimizationRequest, _ plan: OptimizationPlan, start: PromptCandidate, set: EvalSet,
    proposer: JudgeRequests.Seat?
  ) {
    self.request = request
    self.plan = plan
    self.set = set
    self.start = start
    self.proposer = proposer
    proposals = PromptProposals(pool: plan.pool)
    check = CandidateCheck(start, cases: set.cases)
    report = OptimizationReport(request, set: set.name, plan: plan, start: start)
  }

  /// Tries one change after another, until no proposal or no budget is left, and judges what was chosen.
  mutating func run(on workbench: isolated Workbench) async throws {
    do {
      try await search(on: workbench)
    } catch Stop.paused {
      report.ending = .paused
      return
    }
    guard report.best.change != .start else { return }
    do {
      let before = try await measure(start, plan.sealed, reserve: 0, on: workbench)
      let after = try await measure(report.best, plan.sealed, reserve: 0, on: workbench)
      let margin = workbench.snapshot.workspace.facts.worthwhileGain ?? PairedComparison.defaultMargin
      report.sealed = PairedComparison(candidate: after.scored, baseline: before.scored, margin: margin)
      if let start = before.mean, let best = after.mean { report.sealedScores = (start, best) }
    } catch is Stop {
      report.ending = .paused
    }
  }

  private mutating func search(on workbench: isolated Workbench) async throws {
    var row = OptimizationReport.Row(.start, candidate: start)
    tried.insert(start.version.hash)
    var best = try await measure(start, plan.selection, on: workbench)
    (row.selection, row.tokens) = (best.mean, best.tokens)
    report.rows.append(row)
    if let mean = best.mean, mean >= 1 {
      report.ending = .ceiling
      return
    }
    var minibatch = try await measure(start, plan.minibatch, on: workbench)
    report.rows[0].minibatch = minibatch.mean
    var isBetter = true
    do {
      // What was kept is a new start.
      while isBetter {
        isBetter = false
        for proposal in proposals.all(of: report.best) where !isBetter {
          isBetter = try await look(at: proposal, &minibatch, &best, on: workbench)
        }
        if let proposer, !isBetter {
          isBetter = try await rewrite(by: proposer, &minibatch, &best, on: workbench)
        }
      }
      report.ending = .exhausted
    } catch Stop.budget {
      report.ending = .budget
    }
  }

  /// Tries a proposal.
  /// - Returns: whether it was kept.
  private mutating func look(
    at candidate: PromptCandidate, _ minibatch: inout Measured, _ best: inout Measured,
    on workbench: isolated Workbench
  ) async throws -> Bool {
    guard tried.insert(candidate.version.hash).inserted else { return false }
    var row = OptimizationReport.Row(candidate.change, candidate: candidate)
    defer { report.rows.append(row) }
    if let flaw = check.flaw(in: candidate) {
      (row.fate, row.reason) = (.refused, flaw)
      return false
    }
    let first = try await measure(candidate, plan.minibatch, on: workbench)
    row.minibatch = first.mean
    guard let mean = first.mean, let former = minibatch.mean else {
      (row.fate, row.reason) = (.failed, "no answer could be scored")
      return false
    }
    guard mean >= former else {
      row.fate = .dropped
      return false
    }
    let closer = try await measure(candidate, plan.selection, on: workbench)
    (row.selection, row.tokens) = (closer.mean, closer.tokens)
    guard Self.isBetter(closer, than: best) else {
      row.fate = .notBetter
      return false
    }
    row.fate = .kept
    (report.best, best, minibatch) = (candidate, closer, first)
    return true
  }

  /// Whether a candidate scores better on the cases of which both have a score, or as well with fewer tokens.
  private static func isBetter(_ one: Measured, than other: Measured) -> Bool {
    let pairs = PairedComparison(candidate: one.scored, baseline: other.scored)
    guard pairs.count > 0 else { return false }
    if pairs.difference != 0 { return pairs.difference > 0 }
    guard let tokens = one.tokens, let former = other.tokens else { return false }
    return tokens < former
  }

  // MARK: Proposals of a model

  private mutating func rewrite(
    by seat: JudgeRequests.Seat, _ minibatch: inout Measured, _ best: inout Measured, on workbench: isolated Workbench
  ) async throws -> Bool {
    let version = report.best.version
    let failures = failures(minibatch)
    for (index, part) in version.parts.enumerated() where part.role == .system || part.role == .user {
      let kinds: [(PromptCandidate.Change, [ChatMessage])] =
        (failures.isEmpty
          ? [] : [(.rewritten(part.title), SectionRewriter.rewriting(part, of: version, failures: failures))])
        + [(.reworded(part.title), SectionRewriter.rewording(part, of: version))]
      for (change, messages) in kinds {
        guard let text = try await proposal(messages, by: seat, change, on: workbench) else { continue }
        if let flaw = check.flaw(in: text, for: part) {
          refuse(change, flaw)
          continue
        }
        var parts = version.parts
        parts[index].body = text
        if try await look(
          at: PromptCandidate(report.best, change, parts: parts), &minibatch, &best, on: workbench)
        {
          return true
        }
      }
    }
    return false
  }

  private mutating func refuse(_ change: PromptCandidate.Change, _ reason: String) {
    var row = OptimizationReport.Row(change)
    (row.fate, row.reason) = (.refused, reason)
    report.rows.append(row)
  }

  /// What the proposer writes; nil, with a row that says why, where it writes nothing that can be used.
  private mutating func proposal(
    _ messages: [ChatMessage], by seat: JudgeRequests.Seat, _ change: PromptCandidate.Change,
    on workbench: isolated Workbench
  ) async throws -> String? {
    try afford(1 + plan.proposalCost)
    report.requests += 1
    let requests = JudgeRequests(workbench.store, patience: workbench.patience, isAsking: true)
    let request = ModelRequest(
      caseID: "proposal", messages: messages, sampling: Sampling(maxTokens: Workbench.proposerTokens))
    do {
      let answer = try await requests.reply(to: request, sample: 0, from: seat, for: "optimize")
      if let text = SectionRewriter.text(in: answer.text) { return text }
      refuse(change, "the proposer's reply holds no text")
    } catch is CancellationError {
      throw CancellationError()
    } catch {
      throw WorkbenchError.model("The proposer \(seat.model.name) can't go on: \(error)")
    }
    return nil
  }

  /// What the chosen prompt got wrong on the minibatch.
  private func failures(_ minibatch: Measured) -> [SectionRewriter.Failure] {
    let cases = Dictionary(plan.minibatch.map { ($0.id, $0) }, uniquingKeysWith: { first, _ in first })
    return minibatch.outputs.compactMap { output in
      guard output.passed == false, let answer = output.answer, let evalCase = cases[output.caseID] else { return nil }
      let reasons = output.scores.filter { $0.passed == false }.map(\.reason)
      return SectionRewriter.Failure(
        evalCase: evalCase, answer: answer.text, reason: reasons.joined(separator: "; "))
    }
  }

  // MARK: Measuring

  /// - Throws: `Stop.budget` where so many requests would leave too few to judge the result.
  private func afford(_ count: Int, reserve: Int? = nil) throws {
    guard report.requests + count + (reserve ?? plan.reserve) <= max(request.budget, plan.fewestRequests) else {
      throw Stop.budget
    }
  }

  /// Has a candidate answer some cases.
  /// - Parameter reserve: the requests that must stay; those for judging the result where nil.
  private mutating func measure(
    _ candidate: PromptCandidate, _ cases: [EvalCase], reserve: Int? = nil, on workbench: isolated Workbench
  ) async throws -> Measured {
    let hash = candidate.version.hash
    let new = cases.filter { asked[hash]?.contains($0.id) != true }
    try afford(new.count, reserve: reserve)
    report.requests += new.count
    asked[hash, default: []].formUnion(new.map(\.id))
    var name = request.variant
    if candidate.change != .start {
      try await workbench.store.keep(candidate.version, created: workbench.dependencies.now())
      workbench.snapshot.versions = try await workbench.store.versions()
      name = PromptCandidate.name(of: candidate.version, variant: request.variant)
    }
    let ids = cases.map(\.id)
    let run = try await workbench.evaluate(EvaluateRequest(variant: name, set: set.name, only: ids))
    let wanted = Set(ids)
    let outputs = try await workbench.store.outputs(of: run.id).filter { wanted.contains($0.caseID) }
    // Pausing one run pauses the whole.
    if Set(outputs.map(\.caseID)).count < wanted.count { throw Stop.paused }
    if outputs.allSatisfy({ $0.answer == nil }) {
      let reason = try await workbench.failures(of: run.id).first?.reason ?? "No case was answered."
      throw WorkbenchError.model("\(name) can't be measured: \(reason)")
    }
    return Measured(scored: CaseOutputs(outputs).scored(cases), outputs: outputs)
  }
}
