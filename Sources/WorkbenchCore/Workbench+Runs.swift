import Foundation

extension Workbench {
  /// Runs a variant over an eval set. One identity is one run: what it has is kept, what it lacks is asked for, and
  /// what any earlier run was answered to the same request is taken from the store.
  func evaluate(_ request: EvaluateRequest) async throws -> Run {
    try requireTrust()
    await readCheckpoints(for: request.variant)
    let subject = try evaluable(request)
    let set = subject.set
    let identity = try await identity(of: subject)
    let run = try await begin(request, subject, identity)
    guard let claim = try await store.claim(run.id) else {
      throw WorkbenchError.input(
        "Run \(run.id) is being worked on by another Assay on this machine; its progress shows in every window.")
    }
    defer { withExtendedLifetime(claim) {} }
    stopRequests.remove(run.id)
    for sentence in ignoredOptions(of: subject.variant) { notify(.warning, sentence) }
    if snapshot.runs.contains(where: { $0.id == run.id }) == false { snapshot.runs.insert(run, at: 0) }
    snapshot.versions = try await store.versions()

    let places = try places(of: request, in: set)
    let done = try await answered(run, set)
    let lacking = places.reduce(0) { $0 + run.repeats - done.count(at: $1) }
    let total = places.count * run.repeats
    var work = RunWork(
      RunContext(run: run, subject: subject, identity: identity), done: total - lacking, total: total)
    if lacking > 0 {
      try await store.setState(.running, of: run.id)
      mark(run.id) { $0.state = .running }
      do {
        let open = try await joinBatches(places, except: done, &work)
        if open.items.isEmpty {
          show(work)
        } else if request.inBatches {
          try await askInBatches(open, request, &work)
        } else {
          try await ask(open, request, &work)
        }
      } catch {
        let reason = error
        // That what was answered is kept may only be said where it is.
        do { try await flushShielded(&work) } catch {
          await end(work, state: .paused)
          throw error
        }
        await end(work, state: .paused)
        throw reason
      }
    }
    let complete = work.progress.errors == 0 && done.total + work.answered >= run.requests
    if let lost = await end(work, state: complete ? .finished : .paused) { throw lost }
    if let stopReason = work.stopReason { throw WorkbenchError.model(stopReason) }
    if let limit = work.limitReached {
      throw WorkbenchError.budget(
        "The \(limit.words) is used up at \(work.progress.done) of \(work.progress.total) answers of "
          + "\"\(run.variant.name)\"; what was answered is kept, and the same command goes on from there.")
    }
    let whole = snapshot.runs.first { $0.id == run.id } ?? run
    return places.count == set.cases.count ? whole : try await part(of: whole, cases: places.map { set.cases[$0].id })
  }

  /// Requests in an order in which those with the same model and adapter follow each other, so that an engine loads each
  /// once; otherwise as they are.
  public func grouped(_ requests: [EvaluateRequest]) -> [EvaluateRequest] {
    var groups: [[String?]: Int] = [:]
    let places = requests.map { request in
      let variant = snapshot.workspace.variant(request.variant)
      let key = [variant?.model ?? request.variant, variant?.adapter]
      groups[key] = groups[key] ?? groups.count
      return groups[key] ?? 0
    }
    return requests.indices.sorted { (places[$0], $0) < (places[$1], $1) }.map { requests[$0] }
  }

  /// What a request is about, if it can be evaluated.
  /// - Throws: `WorkbenchError` that says what is in the way.
  func evaluable(_ request: EvaluateRequest) throws -> Subject {
    let subject = try subject(variant: request.variant, set: request.set)
    let set = subject.set
    if request.set == nil, let broken = snapshot.workspace.brokenSet {
      throw WorkbenchError.files(
        "Not evaluated: the eval set \"\(broken.name)\" has an error. Fix it, or name the set to use. \(broken.problem)",
        [broken.problem])
    }
    let flaws = snapshot.workspace.flaws(of: subject.variant, prompt: subject.prompt, set: set)
    guard flaws.isEmpty else { throw WorkbenchError.flawed("evaluated", flaws) }
    guard !set.cases.isEmpty else {
      throw WorkbenchError.input(
        "The eval set \"\(set.name)\" (\(set.path)) has no cases, so there is nothing to evaluate.")
    }
    if let sentence = set.unscorable {
      throw WorkbenchError.input("\(sentence) Nothing was asked, since no answer could be scored.")
    }
    if request.budget.dollars != nil, subject.model.price == nil {
      throw WorkbenchError.input(
        "A limit in dollars needs the price of the model \"\(subject.model.name)\": add price to it in assay.yaml.")
    }
    if request.inBatches { _ = try batchService(of: subject) }
    return subject
  }

  /// The run that a request goes on with, or a new one.
  private func begin(_ request: EvaluateRequest, _ subject: Subject, _ identity: RunIdentity) async throws -> Run {
    let repeats = max(1, request.repeats)
    if request.isFresh, request.inBatches,
      let run = try await store.newestRun(base: identity.base, repeats: repeats),
      try await !store.openBatches(of: run.id).isEmpty
    {
      return run
    }
    if !request.isFresh, let run = try await store.newestRun(base: identity.base, repeats: repeats) {
      return run
    }
    let firstSample = request.isFresh ? try await store.unusedSample() : 0
    return try await store.beginRun(
      RunDraft(
        identity: identity.run(repeats: repeats, firstSample: firstSample), base: identity.base, repeats: repeats,
        firstSample: firstSample, variant: subject.variant, version: subject.version, set: subject.set.name,
        setHash: subject.set.hash, cases: subject.set.cases.count, started: dependencies.now()))
  }

  /// Which cases of a set a request is about, as places.
  func places(of request: EvaluateRequest, in set: EvalSet) throws -> [Int] {
    guard let only = request.only else { return Array(set.cases.indices.prefix(request.limit ?? .max)) }
    let places = Dictionary(set.cases.indices.map { (set.cases[$0].id, $0) }, uniquingKeysWith: { first, _ in first })
    return try only.map { id in
      guard let place = places[id] else {
        throw WorkbenchError.input("The eval set \"\(set.name)\" (\(set.path)) has no case \"\(id)\".")
      }
      return place
    }
  }

  /// Which requests of a run are answered.
  struct AnsweredRequests: Sendable {
    private var samples: [Int: Set<Int>] = [:]
    /// Cases of which some request failed.
    private(set) var failed: Set<Int> = []
    /// All of them.
    private(set) var total = 0
    /// Adds one.
    mutating func insert(place: Int, sample: Int) {
      if samples[place, default: []].insert(sample).inserted { total += 1 }
    }
    /// Notes that a request to a case failed.
    mutating func insertFailure(place: Int) { failed.insert(place) }
    /// How many of a case.
    func count(at place: Int) -> Int { samples[place]?.count ?? 0 }
    /// Whether this one is.
    func contains(place: Int, sample: Int) -> Bool { samples[place]?.contains(sample) ?? false }
  }

  func answered(_ run: Run, _ set: EvalSet) async throws -> AnsweredRequests {
    let asked = try await store.asked(in: run.id)
    var requests = AnsweredRequests()
    guard !asked.isEmpty else { return requests }
    let places = Dictionary(set.cases.indices.map { (set.cases[$0].id, $0) }, uniquingKeysWith: { first, _ in first })
    for (id, sample, isAnswered) in asked {
      guard let place = places[id], sample < run.repeats else { continue }
      if isAnswered { requests.insert(place: place, sample: sample) } else { requests.insertFailure(place: place) }
    }
    return requests
  }

  /// Takes over what was answered before to the same requests; what is left is to be asked.
  /// - Throws: `WorkbenchError.input` when a case can't be asked at all, before anything is.
  func reuse(_ places: [Int], except done: AnsweredRequests, _ work: inout RunWork) async throws -> RequestList {
    let list = try requests(places, except: done, work.context)
    var open = RequestList()
    let size = 500
    for start in stride(from: 0, to: list.items.count, by: size) {
      let part = list.items[start..<min(start + size, list.items.count)]
      let known = try await store.answers(to: part.map(\.key.hash))
      let outputs = try await Self.graded(known, among: part, work.context)
      for item in part where known.isEmpty || known[item.key.hash] == nil { open.append(item) }
      work.reused(outputs)
      try await flush(&work)
    }
    let subject = work.context.subject
    open.group(by: subject.version.slots, of: subject.set.cases)
    open.putLast(done.failed)
    return open
  }

  /// The judged answers to requests that were asked before, off the actor.
  /// - Throws: `CancellationError`.
  @concurrent
  private static func graded(
    _ answers: [ContentHash: Answer], among items: ArraySlice<RequestList.Item>, _ context: RunContext
  ) async throws -> [Output] {
    guard !answers.isEmpty else { return [] }
    var outputs: [Output] = []
    for item in items {
      try Task.checkCancellation()
      let key = item.key.hash
      if let answer = answers[key] { outputs.append(context.output(of: answer, to: item, key: key)) }
    }
    return outputs
  }

  /// The requests that a run lacks.
  func requests(_ places: [Int], except done: AnsweredRequests, _ context: RunContext) throws -> RequestList {
    var list = RequestList()
    for place in places {
      var messages: [ChatMessage]?
      for sample in 0..<context.run.repeats where !done.contains(place: place, sample: sample) {
        var item = RequestList.Item(place: Int32(place), sample: Int32(sample), key: PackedHash.none)
        let content = try messages ?? context.messages(item)
        messages = content
        item.key = PackedHash(context.key(item, content))
        list.append(item)
      }
    }
    return list
  }

  /// A run as if it had only these cases.
  private func part(of run: Run, cases: [String]) async throws -> Run {
    let wanted = Set(cases)
    var part = run
    part.summary = RunSummary(
      of: try await store.outputs(of: run.id).filter { wanted.contains($0.caseID) })
    return part
  }

  /// What limits cut a run's answers short, in a sentence; nil when none did.
  public func cutSentence(of run: Run) async throws -> String? {
    let reasons = try await store.finishReasons(in: run.id)
    let full = reasons[Answer.contextFull] ?? 0
    let cut = reasons.filter { Answer.cutReasons.contains($0.key) }.values.reduce(0, +) - full
    let name = run.variant.name
    var sentences: [String] = []
    if cut > 0 {
      let limit = run.variant.sampling.maxTokens.map { "max_tokens (\($0))" } ?? "the model's own limit of tokens"
      // A tuned model most of whose answers never end may not have learnt to end them.
      let advice =
        run.variant.isTuned && cut * 2 >= run.summary.done
        ? "raise it if they are only long; else the model hasn't learnt to end them, and the rows must teach the end token."
        : "raise it."
      sentences.append(
        "\(cut) of \(run.summary.done) answers of \(name) were cut at \(limit) and graded as they are; \(advice)")
    }
    if full > 0 {
      sentences.append(
        "\(full) of \(run.summary.done) answers of \(name) ran into the end of the model's context; shorten the prompt, or "
          + "give the model a larger one.")
    }
    return sentences.isEmpty ? nil : sentences.joined(separator: " ")
  }

  /// Why cases of a run have no answer, the most frequent reason first, with how many cases it stands for. Reasons that
  /// differ in numbers only count as one.
  /// - Returns: with each, whether the case is asked again the next time: a reply that is no answer is kept.
  public func failures(of run: RunID) async throws -> [(reason: String, cases: Int, isAskedAgain: Bool)] {
    var counts: [String: (reason: String, cases: Int, isAskedAgain: Bool)] = [:]
    for output in try await store.outputs(of: run) {
      guard let failure = output.failure else { continue }
      let shape = failure.split(omittingEmptySubsequences: true, whereSeparator: \.isNumber).joined(separator: "#")
      counts[shape, default: (failure, 0, output.answer == nil)].cases += 1
    }
    return counts.values.sorted { ($0.cases, $1.reason) > ($1.cases, $0.reason) }
  }

  // MARK: Asking

  private enum Arrival: Sendable {
    /// An answer has come.
    case answered(Int, Answer, ContentHash)
    /// An answer is graded; nil where that was interrupted.
    case graded(Int, Output?)
    case failed(Int, ModelFailure)
    /// A time has come that the plan waited for.
    case alarm
    /// What has arrived has waited long enough to be stored.
    case flushDue
    /// A batch is on disk.
    case stored(RunWork.Batch, RunSummary)
    /// A batch couldn't be stored.
    case notStored(RunWork.Batch, any Error)
    /// Text that streams in is due to be shown.
    case tick
  }

  private func ask(_ open: RequestList, _ request: EvaluateRequest, _ work: inout RunWork) async throws {
    let context = work.context
    let model = context.subject.model
    let client = try client(of: context.subject, revision: context.identity.revision)
    work.progress.waiting = model.isLocal ? "starting the local engine" : nil
    show(work)
    do {
      try await client.prepare()
    } catch ModelFailure.rejected(let reason) where !model.isLocal {
      throw WorkbenchError.input(reason)
    }
    work.progress.waiting = nil
    let ceiling = min(request.concurrency ?? model.concurrency, model.concurrency)
    var plan = RunPlan(
      count: open.items.count, width: ceiling, start: min(16, ceiling), patience: patience, budget: request.budget,
      costBounds: request.budget.dollars == nil ? [] : try costBounds(open.items, context), limits: model.limits,
      tokens: try expectedTokens(open.items, context))
    var postponed: [Int: ModelFailure] = [:]
    let streams = dependencies.streamsAnswers
    let tick = streams ? 0.1 : 0.5
    try await withThrowingTaskGroup(of: Arrival.self) { group in
      var alarm: Double?
      var isFlushComing = false
      var isStoring = false
      let start = ContinuousClock.now
      func seconds() -> Double { (ContinuousClock.now - start) / .seconds(1) }
      func after(_ seconds: Double, _ arrival: Arrival) {
        group.addTask {
          try? await Task.sleep(for: .seconds(seconds))
          return arrival
        }
      }
      // Requests go on while a batch is stored; there is one such batch at a time.
      func storeBatch() {
        guard !isStoring, let batch = work.takeBatch() else { return }
        isStoring = true
        let (run, store) = (context.run.id, store)
        group.addTask {
          do {
            return .stored(
              batch,
              try await store.record(
                batch.outputs, ungraded: batch.answers, in: run, seconds: batch.seconds))
          } catch { return .notStored(batch, error) }
        }
      }
      after(tick, .tick)
      loop: while true {
        if stopRequests.contains(context.run.id) { plan.stop() }
        if let quiet = client.quietSeconds() { plan.hold(until: seconds() + quiet) }
        // Answers that can't be written as fast as they come must not pile up.
        let isBehind = isStoring && work.buffer.count >= 1024
        switch isBehind ? .wait(until: nil) : plan.next(now: seconds()) {
        case .ask(let index, let attempt):
          let item = open.items[index]
          work.use.calls += 1
          group.addTask { await Self.ask(item, index, attempt: attempt, context, client, streams: streams) }
          continue loop
        case .finished:
          // What isn't graded when a run is paused is stored, and graded the next time.
          if !isStoring, work.ungraded.isEmpty || plan.isStopped { break loop }
        case .wait(let until):
          if let until, alarm == nil || until < alarm ?? 0 {
            alarm = until
            after(max(0, until - seconds()), .alarm)
          }
        }
        work.progress.inFlight = plan.inFlight
        work.progress.width = plan.width
        work.progress.waiting = plan.waiting(now: seconds())?.words(plan.lastFailure)
        if plan.inFlight == 0 { storeBatch() }
        guard let arrival = try await group.next() else { break }
        switch arrival {
        case .alarm: alarm = nil
        case .flushDue:
          isFlushComing = false
          storeBatch()
        case .stored(let batch, let summary):
          isStoring = false
          stored(batch, summary, work)
        case .notStored(let batch, let error):
          work.giveBack(batch)
          throw error
        case .tick:
          show(work)
          after(tick, .tick)
        case .answered(let index, let answer, let key):
          plan.succeeded(index, answer, cost: model.price?.cost(of: answer.usage), now: seconds())
          postponed[index] = nil
          work.ungraded.arrived(UngradedAnswers.Entry(key: key, answer: answer), at: index)
          let item = open.items[index]
          group.addTask { .graded(index, await context.graded(answer, to: item, key: key)) }
          if plan.lostCount {
            work.stopReason =
              "The model doesn't say how many tokens it read and wrote, and no max_tokens bounds its answers, so a limit in "
              + "dollars can't be kept. Set max_tokens, or use --max-calls."
          }
        case .graded(let index, let output):
          guard let output else { break }
          work.ungraded.graded(at: index)
          work.arrived(output)
        case .failed(let index, let failure):
          if Task.isCancelled { break }  // a request that was cut off has not failed
          let decision = plan.failed(index, failure, now: seconds(), jitter: .random(in: 0...1))
          work.note(failure)
          if case .stop(let reason) = decision { work.stopReason = reason }
          switch decision {
          case .again: break
          case .later: postponed[index] = failure
          case .giveUp, .stop:
            postponed[index] = nil
            arrived(failure, at: index, of: open, &work)
          }
        }
        if Task.isCancelled {
          // What has come already was paid for.
          group.cancelAll()
          while let arrival = try await group.next() {
            switch arrival {
            case .answered(let index, let answer, let key):
              work.ungraded.arrived(UngradedAnswers.Entry(key: key, answer: answer), at: index)
            case .graded(let index, let output?):
              work.ungraded.graded(at: index)
              work.arrived(output)
            case .stored(let batch, let summary): stored(batch, summary, work)
            case .notStored(let batch, _): work.giveBack(batch)
            default: break
            }
          }
          throw CancellationError()
        }
        if work.buffer.count >= 256 { storeBatch() }
        if !work.buffer.isEmpty || work.ungraded.hasUnstored, !isFlushComing {
          isFlushComing = true
          after(0.05, .flushDue)
        }
      }
      group.cancelAll()
    }
    work.limitReached = plan.limitReached
    if let stop = plan.quotaStop { work.stopReason = sentence(of: stop) }
    for (index, failure) in postponed { arrived(failure, at: index, of: open, &work) }
    try await flush(&work)
  }

  /// Takes in that a request was given up.
  private func arrived(_ failure: ModelFailure, at index: Int, of open: RequestList, _ work: inout RunWork) {
    let item = open.items[index]
    work.arrived(work.context.output(of: failure, to: item, key: item.key.hash))
  }

  /// How many tokens a request may take until answers tell: a token is about four characters, and an answer is as long as
  /// it may be.
  private func expectedTokens(_ items: [RequestList.Item], _ context: RunContext) throws -> Double {
    guard context.subject.model.limits.tokensPerMinute != nil, let first = items.first else { return 0 }
    let characters = try context.messages(first).reduce(0) { $0 + $1.content.count }
    return Double(characters) / 4 + Double(context.subject.variant.sampling.maxTokens ?? 500)
  }

  /// The most that each request can cost in dollars; nil where nothing bounds its answer.
  func costBounds(_ items: [RequestList.Item], _ context: RunContext) throws -> [Double?] {
    guard let price = context.subject.model.price else { return [] }
    return try items.map { item in
      // A token has a byte at least; the template's own tokens are few for each message.
      let bytes = try context.messages(item).reduce(0) { $0 + $1.content.utf8.count + 64 }
      return price.bound(promptTokens: bytes, completionTokens: context.subject.variant.sampling.maxTokens)
    }
  }

  /// Asks once, off the actor.
  private static func ask(
    _ item: RequestList.Item, _ index: Int, attempt: Int, _ context: RunContext, _ client: any ModelClient,
    streams: Bool
  ) async -> Arrival {
    let live = context.live
    let caseID = context.subject.set.cases[Int(item.place)].id
    live.began(
      index, RunProgress.RunningCase(caseID: caseID, sample: Int(item.sample), attempt: attempt, started: Date()))
    defer { live.ended(index) }
    var onText: (@Sendable (String) -> Void)?
    if streams { onText = { live.received($0, index) } }
    do {
      if attempt > 1 { try await client.prepare() }
      let request = ModelRequest(
        caseID: caseID, messages: try context.messages(item), sampling: context.subject.variant.sampling)
      return .answered(index, try await client.answer(request, onText: onText), item.key.hash)
    } catch let failure as ModelFailure {
      return .failed(index, failure)
    } catch {
      return .failed(index, .unavailable(String(describing: error)))
    }
  }

  // MARK: Keeping and showing

  /// Stores what has arrived, then shows it: an output counts as done when it is on disk.
  func flush(_ work: inout RunWork) async throws {
    guard let batch = work.takeBatch() else { return show(work) }
    let run = work.context.run.id
    do {
      let summary = try await store.record(
        batch.outputs, ungraded: batch.answers, in: run, seconds: batch.seconds)
      stored(batch, summary, work)
    } catch {
      work.giveBack(batch)
      throw error
    }
  }

  /// A batch is on disk.
  private func stored(_ batch: RunWork.Batch, _ summary: RunSummary, _ work: RunWork) {
    mark(work.context.run.id) {
      $0.summary = summary
      $0.seconds += batch.seconds
    }
    show(work)
  }

  /// Stores what has arrived although the task is cancelled.
  private func flushShielded(_ work: inout RunWork) async throws {
    let (run, store) = (work.context.run.id, store)
    let batch = work.takeBatch()
    // Also where there is nothing: a batch may have been stored whose summary nobody waited for.
    let summary = try await Task {
      try await store.record(batch?.outputs ?? [], ungraded: batch?.answers ?? [], in: run, seconds: 0)
    }.value
    mark(run) { $0.summary = summary }
  }

  /// - Returns: why the run's state can't be recorded, where it can't.
  @discardableResult
  private func end(_ work: RunWork, state: Run.State) async -> (any Error)? {
    var lost: (any Error)?
    let (run, store) = (work.context.run.id, store)
    stopRequests.remove(run)
    snapshot.progress[run] = nil
    uses[run] = work.use
    await keepSeen(work)
    do {
      try await Task { try await store.setState(state, of: run) }.value
      mark(run) { $0.state = state }
    } catch {
      lost = error
      notify(.error, String(describing: error))
    }
    await refreshVerdict()
    if let open = snapshot.comparison, open.a.id == run || open.b.id == run {
      _ = try? await compare(open.a.id.description, open.b.id.description, set: open.a.set)
    }
    publish()
    return lost
  }

  func show(_ work: RunWork) {
    guard hasSubscribers else { return }
    snapshot.progress[work.context.run.id] = work.shownProgress
    publishSoon()
  }

  private func mark(_ run: RunID, _ change: (inout Run) -> Void) {
    guard let index = snapshot.runs.firstIndex(where: { $0.id == run }) else { return }
    change(&snapshot.runs[index])
  }

  /// Runs that a dead process left as running are paused, so that they can be gone on with.
  func reconcileRuns() async {
    for run in snapshot.runs where run.state == .running && snapshot.progress[run.id] == nil {
      guard let claim = try? await store.claim(run.id) else { continue }
      defer { withExtendedLifetime(claim) {} }
      try? await store.setState(.paused, of: run.id)
      mark(run.id) { $0.state = .paused }
      notify(
        .information,
        "Run \(run.id) (\(run.variant.name)) was interrupted at \(run.casesAnswered) of \(run.cases) cases; evaluating "
          + "it again asks only for the rest.")
    }
  }
}
