import Domain
import Foundation

/// Asking for what a run lacks.
extension Workbench {
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

  func ask(_ open: RequestList, _ request: EvaluateRequest, _ work: inout RunWork) async throws {
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
        if context.subject.set.awaits, await context.desk.requests?.hasStopped == true { plan.stop() }
        if let quiet = client.quietSeconds() { plan.hold(until: seconds() + quiet) }
        // Answers that can't be written as fast as they come must not pile up.
        let isBehind = isStoring && work.buffer.count >= 1024 || work.ungraded.count >= Self.mostUngraded
        let time = seconds()
        let action = isBehind ? .wait(until: nil) : context.desk.budget.deciding(with: &plan) { $0.next(now: time) }
        switch action {
        case .ask(let index, let attempt):
          let item = open.items[index]
          work.use.calls += 1
          group.addTask { await Self.ask(item, index, attempt: attempt, context, client, streams: streams) }
          continue loop
        case .finished:
          // What isn't graded when a run is paused is stored, and graded the next time.
          if !isStoring, work.ungraded.isEmpty || stopRequests.contains(context.run.id) { break loop }
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
    for (index, failure) in postponed.sorted(by: { $0.key < $1.key }) { arrived(failure, at: index, of: open, &work) }
    try await flush(&work)
  }

  /// Answers that may wait for programs and judges before no more are asked for.
  private static let mostUngraded = 1024

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
      let request = try context.request(item)
      return .answered(index, try await client.answer(request, onText: onText), item.key.hash)
    } catch let failure as ModelFailure {
      return .failed(index, failure)
    } catch {
      return .failed(index, .unavailable(String(describing: error)))
    }
  }
}
