import Foundation
import Grading

extension Workbench {
  /// Runs a variant over an eval set. One identity is one run: what it has is kept, what it lacks is asked for, and
  /// what any earlier run was answered to the same request is taken from the store.
  func evaluate(_ request: EvaluateRequest) async throws -> Run {
    let subject = try subject(variant: request.variant, set: request.set)
    let set = subject.set
    let flaws = snapshot.workspace.flaws(of: subject.variant, prompt: subject.prompt, set: set)
    guard flaws.isEmpty else { throw WorkbenchError.flawed("evaluated", flaws) }
    guard !set.cases.isEmpty else {
      throw WorkbenchError.input(
        "The eval set \"\(set.name)\" (\(set.path)) has no cases, so there is nothing to evaluate.")
    }
    let identity = try await identity(of: subject)
    let run = try await dependencies.store.beginRun(
      RunDraft(
        identity: identity.run, variant: subject.variant, version: subject.version, set: set.name,
        setHash: set.hash, cases: set.cases.count, started: dependencies.now()))
    guard let claim = try await dependencies.store.claim(run.id) else {
      throw WorkbenchError.input(
        "Run \(run.id) is being worked on by another Assay on this machine; its progress shows in every window.")
    }
    defer { _ = claim }
    if snapshot.runs.contains(where: { $0.id == run.id }) == false { snapshot.runs.insert(run, at: 0) }
    snapshot.versions = try await dependencies.store.versions()

    let outputs = try await dependencies.store.outputs(of: run.id)
    let done = Set(outputs.lazy.filter { $0.answer != nil }.map(\.caseID))
    let wanted = request.limit.map { Array(set.cases.prefix($0)) } ?? set.cases
    let questions = try wanted.filter { !done.contains($0.id) }.map { evalCase in
      let messages: [ChatMessage]
      do { messages = try subject.version.messages(for: evalCase.input) } catch {
        throw WorkbenchError.input(
          "The case \"\(evalCase.id)\" (\(set.path):\(evalCase.line)) can't be asked. \(error)")
      }
      return Question(evalCase: evalCase, messages: messages, key: identity.key(for: messages, of: evalCase))
    }
    var work = RunWork(
      run: run, subject: subject,
      progress: RunProgress(done: wanted.count - questions.count, total: wanted.count))
    work.progress.reused = work.progress.done
    if !questions.isEmpty {
      try await dependencies.store.setState(.running, of: run.id)
      mark(run.id) { $0.state = .running }
      do {
        try await answer(questions, request, work: &work)
      } catch {
        try? await flushShielded(&work)
        await end(work, state: .paused)
        throw error
      }
    }
    let complete = work.progress.errors == 0 && done.count + work.answered >= set.cases.count
    await end(work, state: complete ? .finished : .paused)
    if let stopReason = work.stopReason { throw WorkbenchError.model(stopReason) }
    if work.isBudgetSpent {
      throw WorkbenchError.budget(
        "The budget is used up at \(work.progress.done) of \(work.progress.total) cases of \"\(run.variant.name)\"; what was "
          + "answered is kept, and the same command goes on from there.")
    }
    let whole = snapshot.runs.first { $0.id == run.id } ?? run
    return request.limit == nil ? whole : try await part(of: whole, cases: wanted)
  }

  /// A run as if it had only these cases.
  private func part(of run: Run, cases: [EvalCase]) async throws -> Run {
    let wanted = Set(cases.map(\.id))
    var part = run
    part.summary = RunSummary(of: try await dependencies.store.outputs(of: run.id).filter { wanted.contains($0.id) })
    return part
  }

  /// Why cases of a run have no answer, the most frequent reason first, with how many cases it stands for.
  public func failures(of run: RunID) async throws -> [(reason: String, cases: Int)] {
    var counts: [String: Int] = [:]
    for output in try await dependencies.store.outputs(of: run) {
      if let failure = output.failure, output.answer == nil { counts[failure, default: 0] += 1 }
    }
    return counts.sorted { ($0.value, $1.key) > ($1.value, $0.key) }.map { ($0.key, $0.value) }
  }

  /// A case with what will be sent for it.
  private struct Question: Sendable {
    var evalCase: EvalCase
    var messages: [ChatMessage]
    var key: ContentHash
  }

  /// A run under way in this process.
  private struct RunWork {
    var run: Run
    var subject: Subject
    var progress: RunProgress
    var buffer: [Output] = []
    var answered = 0
    var stopReason: String?
    var isBudgetSpent = false
    var lastFlush = ContinuousClock.now
    var arrivals: [ContinuousClock.Instant] = []

    /// Takes an output in; it counts on screen once it is stored.
    mutating func arrived(_ output: Output) {
      buffer.append(output)
      progress.done += 1
      arrivals.append(.now)
      if arrivals.count > 200 { arrivals.removeFirst(100) }
    }

    /// Outputs a second over the last arrivals.
    var rate: Double? {
      guard arrivals.count > 1, let first = arrivals.first, let last = arrivals.last, last > first else { return nil }
      return Double(arrivals.count - 1) / ((last - first) / .seconds(1))
    }
  }

  private enum Arrival: Sendable {
    case answered(Int, Output)
    case failed(Int, ModelFailure)
    /// A time has come that the plan waited for.
    case alarm
    /// What has arrived has waited long enough to be stored.
    case flushDue
  }

  private func answer(_ questions: [Question], _ request: EvaluateRequest, work: inout RunWork) async throws {
    let subject = work.subject
    if request.budget.dollars != nil, subject.model.price == nil {
      throw WorkbenchError.input(
        "A limit in dollars needs the price of the model \"\(subject.model.name)\": add price to it in assay.yaml.")
    }
    let known = try await dependencies.store.answers(to: questions.map(\.key))
    var open: [Question] = []
    for question in questions {
      if let answer = known[question.key] {
        work.buffer.append(
          Judgement.output(
            of: answer, to: question.evalCase, key: question.key, graders: subject.set.graders,
            price: subject.model.price))
        work.progress.reused += 1
      } else {
        open.append(question)
      }
    }
    work.answered = work.buffer.count
    work.progress.done += work.buffer.count
    try await flush(&work)
    guard !open.isEmpty else { return }

    let client = try client(of: subject)
    work.progress.waiting = subject.model.isLocal ? "starting the local engine" : nil
    show(work)
    do {
      try await client.prepare()
    } catch ModelFailure.rejected(let reason) where !subject.model.isLocal {
      throw WorkbenchError.input(reason)
    }
    work.progress.waiting = nil
    let ceiling = subject.model.concurrency
    var plan = RunPlan(
      count: open.count, width: min(request.concurrency ?? ceiling, ceiling), budget: request.budget)
    try await withThrowingTaskGroup(of: Arrival.self) { group in
      var alarm: Double?
      var isFlushComing = false
      let start = ContinuousClock.now
      func seconds() -> Double { (ContinuousClock.now - start) / .seconds(1) }
      loop: while true {
        if stopRequests.contains(work.run.id) { plan.stop() }
        switch plan.next(now: seconds()) {
        case .ask(let index, let attempt):
          let question = open[index]
          group.addTask {
            await Self.ask(question, index: index, isRetry: attempt > 1, subject: subject, client: client)
          }
          continue loop
        case .finished: break loop
        case .wait(let until):
          if let until, alarm == nil || until < alarm ?? 0 {
            alarm = until
            let delay = max(0, until - seconds())
            group.addTask {
              try? await Task.sleep(for: .seconds(delay))
              return .alarm
            }
          }
        }
        work.progress.inFlight = plan.inFlight
        work.progress.waiting = plan.hold(now: seconds()).map {
          "the server asked to wait \(Int($0.rounded(.up))) s"
        }
        if plan.inFlight == 0 { try await flush(&work) }
        guard let arrival = try await group.next() else { break }
        switch arrival {
        case .alarm: alarm = nil
        case .flushDue:
          isFlushComing = false
          try await flush(&work)
        case .answered(let index, let output):
          plan.succeeded(index, cost: output.cost)
          work.answered += 1
          work.arrived(output)
        case .failed(let index, let failure):
          try Task.checkCancellation()  // a request that was cut off has not failed
          let decision = plan.failed(index, failure, now: seconds(), jitter: .random(in: 0...1))
          if case .stop(let reason) = decision { work.stopReason = reason }
          if decision != .again {
            work.progress.errors += 1
            work.arrived(
              Judgement.failure(failure.description, caseID: open[index].evalCase.id, key: open[index].key))
          }
        }
        try Task.checkCancellation()
        work.progress.inFlight = plan.inFlight
        if work.buffer.count >= 256 { try await flush(&work) }
        if !work.buffer.isEmpty, !isFlushComing {
          isFlushComing = true
          group.addTask {
            try? await Task.sleep(for: .milliseconds(50))
            return .flushDue
          }
        }
      }
      group.cancelAll()
    }
    work.isBudgetSpent = plan.isBudgetSpent
    try await flush(&work)
  }

  /// Asks once and judges the answer, off the actor.
  private static func ask(
    _ question: Question, index: Int, isRetry: Bool, subject: Subject, client: any ModelClient
  ) async -> Arrival {
    do {
      if isRetry { try await client.prepare() }
      let request = ModelRequest(
        caseID: question.evalCase.id, messages: question.messages, sampling: subject.variant.sampling)
      let answer = try await client.answer(request, onText: nil)
      return .answered(
        index,
        Judgement.output(
          of: answer, to: question.evalCase, key: question.key, graders: subject.set.graders,
          price: subject.model.price))
    } catch let failure as ModelFailure {
      return .failed(index, failure)
    } catch {
      return .failed(index, .unavailable(String(describing: error)))
    }
  }

  /// Stores what has arrived, then shows it: an output counts as done when it is on disk.
  private func flush(_ work: inout RunWork) async throws {
    let batch = work.buffer
    let elapsed = (ContinuousClock.now - work.lastFlush) / .seconds(1)
    work.lastFlush = .now
    if !batch.isEmpty {
      work.buffer = []
      let summary = try await dependencies.store.record(batch, in: work.run.id, seconds: elapsed)
      mark(work.run.id) {
        $0.summary = summary
        $0.seconds += elapsed
      }
    }
    show(work)
  }

  /// Stores what has arrived although the task is cancelled.
  private func flushShielded(_ work: inout RunWork) async throws {
    let (batch, run, store) = (work.buffer, work.run.id, dependencies.store)
    work.buffer = []
    guard !batch.isEmpty else { return }
    let summary = try await Task { try await store.record(batch, in: run, seconds: 0) }.value
    mark(run) { $0.summary = summary }
  }

  private func end(_ work: RunWork, state: Run.State) async {
    let (run, store) = (work.run.id, dependencies.store)
    stopRequests.remove(run)
    snapshot.progress[run] = nil
    do {
      try await Task { try await store.setState(state, of: run) }.value
      mark(run) { $0.state = state }
    } catch { notify(.error, String(describing: error)) }
    await refreshVerdict()
    if let open = snapshot.comparison, open.a.id == run || open.b.id == run {
      _ = try? await compare(open.a.variant.name, open.b.variant.name, set: open.a.set)
    }
    publish()
  }

  private func show(_ work: RunWork) {
    var progress = work.progress
    progress.rate = work.rate
    snapshot.progress[work.run.id] = progress
    publishSoon()
  }

  private func mark(_ run: RunID, _ change: (inout Run) -> Void) {
    guard let index = snapshot.runs.firstIndex(where: { $0.id == run }) else { return }
    change(&snapshot.runs[index])
  }

  // MARK: Identity

  /// What decides a run's answers and their judgement.
  private struct Identity {
    let run: ContentHash
    let model: JSONValue
    let sampling: JSONValue
    let usesCaseID: Bool

    /// Everything that decides one answer.
    func key(for messages: [ChatMessage], of evalCase: EvalCase) -> ContentHash {
      var content: [JSONValue] = [model, sampling]
      content += messages.map { .array([.string($0.role.rawValue), .string($0.content)]) }
      if usesCaseID { content.append(.string(evalCase.id)) }
      return ContentHash(hex: SHA256.hex(JSONValue.array(content).text()))
    }
  }

  private func identity(of subject: Subject) async throws -> Identity {
    let files = dependencies.files
    var model: [JSONValue]
    var usesCaseID = false
    switch subject.model.api {
    case .endpoint(let endpoint):
      model = [.string(endpoint.dialect.rawValue), .string(endpoint.baseURLs.first ?? ""), .string(endpoint.model)]
    case .command(let words): model = ["command", .array(words.map { .string($0) })]
    case .mlx(let path): model = ["mlx", .string(path), .string(await files.fingerprint(of: path)?.hex ?? "")]
    case .replay(let file):
      usesCaseID = true
      model = ["replay", .string(await files.fingerprint(of: file)?.hex ?? file)]
    }
    if !subject.model.options.isEmpty { model.append(.object(subject.model.options)) }
    if let adapter = subject.variant.adapter {
      guard let hash = await files.fingerprint(of: adapter) else {
        throw WorkbenchError.input(
          "The variant \"\(subject.variant.name)\" needs the adapter \(adapter), which is not there yet. Train it "
            + "first (assay train, or the Training pane), or name another adapter in assay.yaml.")
      }
      model.append(.string(hash.hex))
    }
    let sampling = subject.variant.sampling
    let chosen: JSONValue = .array([
      sampling.temperature.map { JSONValue($0) } ?? .null, sampling.topP.map { JSONValue($0) } ?? .null,
      sampling.maxTokens.map { JSONValue($0) } ?? .null, sampling.seed.map { JSONValue($0) } ?? .null,
      .array(sampling.stop.map { .string($0) }),
    ])
    let content: JSONValue = .array([
      .string(subject.variant.name), .string(subject.version.hash.hex), .array(model), chosen,
      .string(subject.set.name), .string(subject.set.hash.hex),
    ])
    return Identity(
      run: ContentHash(hex: SHA256.hex(content.text())), model: .array(model), sampling: chosen,
      usesCaseID: usesCaseID)
  }

  /// Runs that a dead process left as running are paused, so that they can be gone on with.
  func reconcileRuns() async {
    for run in snapshot.runs where run.state == .running && snapshot.progress[run.id] == nil {
      guard let claim = try? await dependencies.store.claim(run.id) else { continue }
      defer { _ = claim }
      try? await dependencies.store.setState(.paused, of: run.id)
      mark(run.id) { $0.state = .paused }
      notify(
        .information,
        "Run \(run.id) (\(run.variant.name)) was interrupted at \(run.summary.done) of \(run.cases) cases; evaluating it "
          + "again asks only for the rest.")
    }
  }

  // MARK: Comparison

  /// Lines up the newest runs of two variants over a set, or two runs by number.
  func compare(_ a: String, _ b: String, set name: String?) async throws -> Comparison {
    guard let set = name == nil ? snapshot.workspace.evalSets.first : snapshot.workspace.evalSet(name ?? "") else {
      throw WorkbenchError.unknown("eval set", name ?? "main", among: snapshot.workspace.evalSets.map(\.name))
    }
    let left = try run(named: a, set: set.name)
    let right = try run(named: b, set: set.name)
    let comparison = Comparison(
      a: left, b: right, cases: set.cases, outputsA: try await dependencies.store.outputs(of: left.id),
      outputsB: try await dependencies.store.outputs(of: right.id))
    snapshot.comparison = comparison
    publish()
    return comparison
  }

  /// A run with its outputs in the eval set's order; those of cases that are no longer in it come last.
  /// - Throws: `WorkbenchError.input` when there is no such run, or a store's error.
  public func outputs(ofRun name: String, set: String?) async throws -> (run: Run, outputs: [Output]) {
    let run = try run(named: name, set: set ?? snapshot.workspace.evalSets.first?.name)
    let cases = snapshot.workspace.evalSet(run.set)?.cases ?? []
    let places = Dictionary(cases.enumerated().map { ($0.element.id, $0.offset) }, uniquingKeysWith: { $1 })
    let outputs = try await dependencies.store.outputs(of: run.id).sorted {
      (places[$0.caseID] ?? .max, $0.caseID) < (places[$1.caseID] ?? .max, $1.caseID)
    }
    return (run, outputs)
  }

  /// The newest run of a variant over a set (over any where nil), or the run with this number.
  /// - Throws: `WorkbenchError.input` that says what there is.
  public func run(named name: String, set: String? = nil) throws -> Run {
    if let run = snapshot.latestRun(variant: name, set: set) { return run }
    if let number = Int64(name), let run = snapshot.runs.first(where: { $0.id.number == number }) { return run }
    let names = snapshot.workspace.variants.map(\.name)
    guard names.contains(name) else { throw WorkbenchError.unknown("variant or run", name, among: names) }
    let place = set.map { " on \"\($0)\"" } ?? ""
    throw WorkbenchError.input("\"\(name)\" has not been evaluated\(place) yet: run `assay eval \(name)` first.")
  }
}
