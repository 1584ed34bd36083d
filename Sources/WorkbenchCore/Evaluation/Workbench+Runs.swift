import Domain
import Foundation

extension Workbench {
  /// Runs a variant over an eval set. One identity is one run: what it has is kept, what it lacks is asked for, and
  /// what any earlier run was answered to the same request is taken from the store.
  func evaluate(_ request: EvaluateRequest) async throws -> Run {
    try requireTrust()
    if let variant = snapshot.workspace.variant(request.variant), let router = variant.router {
      return try await evaluate(request, through: router, of: variant)
    }
    await readCheckpoints(for: request.variant)
    let subject = try evaluable(request)
    let set = subject.set
    let identity = try await identity(of: subject)
    let desk = try await desk(
      for: set, isAsking: true, budget: request.budget, ceiling: request.concurrency ?? .max)
    try await desk.prepare(for: set)
    let run = try await begin(request, subject, identity)
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
    for sentence in ignoredOptions(of: subject.variant) { notify(.warning, sentence) }
    if snapshot.runs.contains(where: { $0.id == run.id }) == false {
      snapshot.runs.insert(run, at: 0)
      runChanges.note(run.id)
    }
    snapshot.versions = try await store.versions()

    let places = try places(of: request, in: set)
    let done = try await answered(run, set)
    let lacking = places.reduce(0) { $0 + run.repeats - done.count(at: $1) }
    let total = places.count * run.repeats
    var work = RunWork(
      RunContext(
        run: run, subject: subject, identity: identity, desk: desk), done: total - lacking, total: total)
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
    if let stopReason = await desk.requests?.stopReason {
      throw WorkbenchError.model("The judge can't go on: \(stopReason)")
    }
    let judgesLimit = await desk.requests?.limitReached
    if let limit = work.limitReached ?? judgesLimit {
      let answered = work.progress.done - work.progress.errors
      var sentence =
        "The \(limit.words) is used up at \(answered) of \(work.progress.total) answers of \"\(run.variant.name)\""
      if let (reason, count) = work.progress.failures.max(by: { ($0.value, $1.key) < ($1.value, $0.key) }) {
        sentence += count == 1 ? ", and a request failed: \(reason)" : ", and \(count) requests failed: \(reason)"
      }
      if !".!?".contains(sentence.last ?? " ") { sentence += "." }
      throw WorkbenchError.budget(
        sentence + (answered > 0 ? " What was answered is kept, and the" : " The") + " same command goes on from there."
      )
    }
    let whole = snapshot.runs.first { $0.id == run.id } ?? run
    return places.count == set.cases.count ? whole : try await part(of: whole, cases: places.map { set.cases[$0].id })
  }

  /// Requests in an order in which those with the same model and adapter follow each other, so that an engine loads each
  /// once; otherwise as they are.
  package func grouped(_ requests: [EvaluateRequest]) -> [EvaluateRequest] {
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
    if let problem = set.unscorable {
      throw WorkbenchError.files(
        "\(problem) Nothing was asked, since no answer could be scored.", [problem])
    }
    if request.budget.dollars != nil, subject.model.price == nil {
      throw WorkbenchError.input(
        "A limit in dollars needs the price of the model \"\(subject.model.name)\": add price to it in assay.yaml.")
    }
    let unpriced = snapshot.workspace.judges(of: set).flatMap(\.models).first {
      snapshot.workspace.model($0)?.price == nil
    }
    if request.budget.dollars != nil, let unpriced {
      throw WorkbenchError.input(
        "A limit in dollars needs the price of the judge's model \"\(unpriced)\": add price to it in assay.yaml.")
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
    // What a program or a judge couldn't score is graded again, from the answer that is there.
    let unscored =
      set.awaits
      ? Set(try await store.outputs(of: run.id).filter { $0.unscored != nil }.map(\.id)) : []
    let asked = try await store.asked(in: run.id)
    var requests = AnsweredRequests()
    guard !asked.isEmpty else { return requests }
    let places = Dictionary(set.cases.indices.map { (set.cases[$0].id, $0) }, uniquingKeysWith: { first, _ in first })
    for (id, sample, isAnswered) in asked {
      guard let place = places[id], sample < run.repeats else { continue }
      if isAnswered, unscored.contains(Output.id(caseID: id, sample: sample)) { continue }
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
    guard context.subject.set.awaits else {
      var outputs: [Output] = []
      for item in items {
        try Task.checkCancellation()
        let key = item.key.hash
        if let answer = answers[key] { outputs.append(await context.output(of: answer, to: item, key: key)) }
      }
      return outputs
    }
    return try await withThrowingTaskGroup(of: (Int, Output).self) { group in
      for (place, item) in items.enumerated() {
        let key = item.key.hash
        guard let answer = answers[key] else { continue }
        group.addTask { (place, await context.output(of: answer, to: item, key: key)) }
      }
      var outputs: [(Int, Output)] = []
      for try await output in group { outputs.append(output) }
      try Task.checkCancellation()
      return outputs.sorted { $0.0 < $1.0 }.map(\.1)
    }
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
  package func cutSentence(of run: Run) async throws -> String? {
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
  package func failures(of run: RunID) async throws -> [(reason: String, cases: Int, isAskedAgain: Bool)] {
    var counts: [String: (reason: String, cases: Int, isAskedAgain: Bool)] = [:]
    for output in try await store.outputs(of: run) {
      guard let failure = output.failure else { continue }
      let shape = failure.split(omittingEmptySubsequences: true, whereSeparator: \.isNumber).joined(separator: "#")
      counts[shape, default: (failure, 0, output.answer == nil)].cases += 1
    }
    return counts.values.sorted { ($0.cases, $1.reason) > ($1.cases, $0.reason) }
  }
}
