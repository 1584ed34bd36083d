import Domain
import Foundation

extension Workbench {
  /// Takes over what was answered before, then joins what a run has at a provider: waits until each of its batches is over
  /// and takes the answers in. Returns what is still to be asked.
  func joinBatches(
    _ places: [Int], except done: AnsweredRequests, _ work: inout RunWork
  ) async throws -> RequestList {
    let batches = try await store.openBatches(of: work.context.run.id)
    let open = try await reuse(places, except: done, &work)
    guard !batches.isEmpty else { return open }
    let service = try batchService(of: work.context.subject)
    // A batch may hold cases that nobody asks for now: they are paid for, too.
    work.wanted = Set(open.items.map(\.key))
    var all = try requests(Array(work.context.subject.set.cases.indices), except: done, work.context)
    for batch in batches {
      if let batch = try await found(batch, at: service) { all = try await take(batch, from: service, all, &work) }
    }
    work.wanted = nil
    let left = Set(all.items.map(\.key))
    var rest = RequestList()
    for item in open.items where left.contains(item.key) { rest.append(item) }
    return rest
  }

  /// Hands requests in, in as few batches as the provider takes, and waits for their answers.
  func askInBatches(_ open: RequestList, _ request: EvaluateRequest, _ work: inout RunWork) async throws {
    let context = work.context
    let service = try batchService(of: context.subject)
    if let most = request.budget.dollars {
      // Not by what earlier answers took: what is handed in is bounded by nothing but max_tokens.
      let bounds = try costBounds(open.items, context)
      let high = bounds.reduce(Optional(0.0)) { sum, bound in sum.flatMap { sum in bound.map { sum + $0 } } }
        .map { $0 * service.priceShare }
      guard let high, high <= most else {
        let might = high.map { "may cost up to $\($0)" } ?? "may cost any amount, as the variant has no max_tokens"
        throw WorkbenchError.budget(
          "The batch \(might), more than the \(most) dollars it is given. Raise --max-cost, or set a smaller max_tokens."
        )
      }
    }
    // Requests that are the same share an answer: a batch has each once.
    var seen: Set<PackedHash> = []
    var items = open.items.filter { seen.insert($0.key).inserted }
    if let calls = request.budget.calls, items.count > calls {
      items = Array(items.prefix(calls))
      work.limitReached = .calls
    }
    var left = items[...]
    while !left.isEmpty {
      let requests = try left.prefix(service.largest).map { item -> BatchRequest in
        (
          id: item.key.hash.hex,
          request: try context.request(item)
        )
      }
      let count: Int
      do { count = try service.fitting(requests[...]) } catch { throw WorkbenchError.model("\(error)") }
      try await handIn(requests.prefix(count), to: service, &work)
      left = left.dropFirst(count)
    }
    var rest = open
    for batch in try await store.openBatches(of: context.run.id) {
      rest = try await take(batch, from: service, rest, &work)
    }
    let sent = Set(items.map(\.key))
    for item in rest.items where sent.contains(item.key) {
      let failure = ModelFailure.unavailable("The batch ended before it came to this case.")
      work.note(failure)
      work.arrived(context.output(of: failure, to: item, key: item.key.hash))
    }
    try await flush(&work)
  }

  /// Hands one batch in. What may be paid for is written down before it is asked for: whoever comes after a kill looks for
  /// it at the provider first.
  private func handIn(
    _ requests: ArraySlice<BatchRequest>, to service: any BatchService, _ work: inout RunWork
  ) async throws {
    work.progress.waiting = "handing in a batch of \(requests.count) requests"
    show(work)
    do {
      // A file alone costs nothing.
      let file = try await service.upload(requests)
      var batch = BatchRecord(
        run: work.context.run.id, file: file, requests: requests.count, created: dependencies.now())
      try await store.keep(batch)
      do {
        batch.batch = try await service.begin(file: file, label: batch.label)
      } catch let failure as ModelFailure {
        // It may have arrived all the same: only a refusal is certain.
        if case .rejected = failure {
          try await end(batch)
          throw failure
        }
        throw WorkbenchError.model(
          "\(failure) Whether the provider has the batch isn't known: evaluating again looks for it first.")
      }
      try await store.keep(batch)
      work.use.calls += requests.count
    } catch let failure as ModelFailure {
      throw WorkbenchError.model(failure.description)
    }
  }

  func batchService(of subject: Subject) throws -> any BatchService {
    guard let service = try client(of: subject).batches else {
      throw WorkbenchError.input(
        "The model \"\(subject.model.name)\" takes no batches; evaluate it without --batch. (api: openai and responses do.)"
      )
    }
    return service
  }

  /// The batch with the provider's name for it; nil, and noted, when it never arrived there.
  private func found(_ batch: BatchRecord, at service: any BatchService) async throws -> BatchRecord? {
    if batch.batch != nil { return batch }
    var batch = batch
    var pause = 0.25
    while true {
      do {
        batch.batch = try await service.find(label: batch.label, file: batch.file)
      } catch let failure as ModelFailure {
        throw WorkbenchError.model(
          "Whether the provider has the batch of run \(batch.run) can't be told. " + failure.description
            + Self.forgetting(batch.run))
      }
      // What was asked for a moment ago may still turn up. A clock that was set back makes nobody wait longer.
      let left = service.settling - max(0, dependencies.now().timeIntervalSince(batch.created))
      if batch.batch != nil || left <= 0 { break }
      if stopRequests.contains(batch.run) { throw CancellationError() }
      try await Task.sleep(for: .seconds(min(left, pause)))
      pause = min(4, pause * 1.5)
    }
    batch.isOver = batch.batch == nil
    try await store.keep(batch)
    return batch.isOver ? nil : batch
  }

  /// Waits until a batch is over and takes its answers in.
  /// - Returns: the requests that it didn't answer or refuse.
  private func take(
    _ record: BatchRecord, from service: any BatchService, _ open: RequestList, _ work: inout RunWork
  ) async throws -> RequestList {
    guard let batch = record.batch else { return open }
    let context = work.context
    var pause = 0.25
    var troubles = 0
    while true {
      if stopRequests.contains(context.run.id) {
        throw WorkbenchError.model(
          "The batch \(batch) goes on at the provider; evaluating \"\(context.run.variant.name)\" again takes its answers in."
        )
      }
      do {
        let status = try await service.status(of: batch)
        troubles = 0
        if let failure = status.failure, status.isOver, status.completed == 0 {
          try await end(record)
          throw WorkbenchError.model("The batch \(batch) failed: \(failure)")
        }
        if status.isOver { break }
        work.progress.waiting =
          "batch \(batch): \(status.word), \(status.completed + status.failed) of \(max(status.total, record.requests)) answered"
        show(work)
      } catch let failure as ModelFailure {
        // The provider may be out of reach for a while; the batch isn't lost by that.
        troubles += 1
        if failure.isRefusal {
          throw WorkbenchError.model(failure.description + Self.forgetting(record.run))
        }
        guard troubles < 20 else { throw WorkbenchError.model(failure.description) }
        work.progress.waiting = failure.description
        show(work)
      }
      try await Task.sleep(for: .seconds(pause))
      pause = min(60, pause * 1.5)
    }
    let answers: [(id: String, answer: Result<Answer, ModelFailure>)]
    do { answers = try await service.answers(of: batch) } catch let failure as ModelFailure {
      throw WorkbenchError.model(failure.description + Self.forgetting(record.run))
    }
    work.progress.waiting = nil
    var byKey: [PackedHash: [RequestList.Item]] = [:]
    for item in open.items { byKey[item.key, default: []].append(item) }
    for (id, answer) in answers where id.utf8.count == 64 {
      let key = PackedHash(ContentHash(hex: id))
      for (index, item) in (byKey.removeValue(forKey: key) ?? []).enumerated() {
        switch answer {
        case .success(let answer):
          var output = await context.output(of: answer, to: item, key: key.hash, priceShare: service.priceShare)
          if index > 0 { output.cost = 0 }
          work.cameInBatch(output, key)
        case .failure(let failure):
          work.note(failure)
          work.cameInBatch(context.output(of: failure, to: item, key: key.hash), key)
        }
        if work.buffer.count >= 256 { try await flush(&work) }
      }
    }
    try await flush(&work)
    try await end(record)
    var rest = RequestList()
    for item in open.items where byKey[item.key] != nil { rest.append(item) }
    return rest
  }

  /// The way out where a batch can't be had.
  private static func forgetting(_ run: RunID) -> String {
    " If its answers are lost for good, `assay batches forget \(run)` stops waiting for them."
  }

  /// Waits for a run's batches no more. Their answers are lost, if there are any.
  /// - Returns: how many batches there were.
  package func forgetBatches(of run: RunID) async throws -> Int {
    let batches = try await store.openBatches(of: run)
    for batch in batches { try await end(batch) }
    return batches.count
  }

  private func end(_ batch: BatchRecord) async throws {
    var batch = batch
    batch.isOver = true
    try await store.keep(batch)
  }

  /// Batches at providers that this workspace waits for.
  package func openBatches() async throws -> [BatchRecord] { try await store.openBatches(of: nil) }

  /// Asks the provider to stop a run's batches. What they answered by then is taken in when the run is evaluated again.
  package func cancelBatches(of run: RunID) async throws -> Int {
    let batches = try await store.openBatches(of: run)
    guard let known = snapshot.runs.first(where: { $0.id == run }) else {
      throw WorkbenchError.input("There is no run \(run).")
    }
    let subject = try subject(variant: known.variant.name, set: known.set)
    guard subject.variant == known.variant else {
      throw WorkbenchError.input(
        "The variant \"\(known.variant.name)\" is another one now, perhaps at another provider; put it back to cancel.")
    }
    let service = try batchService(of: subject)
    for batch in batches {
      guard let name = try await found(batch, at: service)?.batch else { continue }
      do { try await service.cancel(name) } catch let failure as ModelFailure {
        throw WorkbenchError.model(failure.description)
      }
    }
    return batches.count
  }
}
