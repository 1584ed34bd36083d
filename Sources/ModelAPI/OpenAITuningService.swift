import AsyncHTTPClient
import Content
import Domain
import Foundation

/// OpenAI's fine-tuning API, as others have it too: files go up, a job is made of them, and it is asked now and then how
/// it goes.
struct OpenAITuningService: TuningService {
  /// Carries requests.
  let service: ChatService
  /// How often something that only asks is asked in all.
  var tries = 5
  /// The most pages of a hundred entries that are looked through.
  var pages = 100
  /// Waits so many seconds.
  var wait: @Sendable (Double) async throws -> Void = { try await Task.sleep(for: .seconds($0)) }

  /// - Parameter service: its time limit holds for small requests; files have more.
  init(_ service: ChatService) { self.service = service }

  private var peer: Peer { Peer(name: service.address.name) }
  private func url(_ below: String, query: String? = nil) -> String {
    query.map { service.address.url(below, query: $0) } ?? service.address.url(below)
  }

  // MARK: Files

  func upload(_ file: TuningFile) async throws -> String {
    let form = FileForm(fields: [("purpose", "fine-tune")], fileName: file.name, file: file.path, bytes: file.bytes)
    var request = HTTPClientRequest(url: url("/files"))
    request.method = .POST
    request.headers.add(name: "content-type", value: form.contentType)
    request.body = .stream(form, length: .known(Int64(form.bytes)))
    var patient = service
    // However slow the line is, a megabyte takes no longer than ten seconds.
    patient.timeout = max(service.timeout, 60 + Double(file.bytes) / 1e5)
    return try name(of: try await patient.json(request))
  }

  func find(_ file: TuningFile) async throws -> String? {
    do {
      return try await first(in: "/files", query: "purpose=fine-tune") { entry in
        guard entry["filename"]?.string == file.name, entry["bytes"]?.int.map({ $0 == file.bytes }) ?? true,
          entry["purpose"]?.string.map({ $0 == "fine-tune" }) ?? true,
          !["error", "deleted"].contains(entry["status"]?.string ?? ""), let id = entry["id"]?.string
        else { return nil }
        return ProviderName.isName(id) ? id : nil
      }
    } catch let failure as ModelFailure {
      // Not everybody lists files; then the file goes up again, which costs nothing.
      guard case .rejected = failure else { throw failure }
      return nil
    }
  }

  // MARK: Jobs

  func create(_ request: TuningRequest) async throws -> String {
    guard request.label.unicodeScalars.count <= 512 else {
      throw ModelFailure.rejected("The label of a job may have 512 characters at most.")
    }
    var post = HTTPClientRequest.post(url("/fine_tuning/jobs"), Self.body(of: request))
    // Who knows this header makes no second job even when the answer to the first request was lost.
    post.headers.add(name: "idempotency-key", value: request.label)
    return try name(of: try await service.json(post))
  }

  private static func body(of request: TuningRequest) -> JSONValue {
    var hyperparameters = JSONObject()
    hyperparameters["n_epochs"] = request.epochs.map { JSONValue($0) }
    hyperparameters["batch_size"] = request.batchSize.map { JSONValue($0) }
    hyperparameters["learning_rate_multiplier"] = request.learningRateMultiplier.map { JSONValue($0) }
    var word = "supervised"
    if case .dpo(let beta) = request.method {
      word = "dpo"
      hyperparameters["beta"] = beta.map { JSONValue($0) }
    }
    var method: JSONObject = ["type": JSONValue(word)]
    if !hyperparameters.isEmpty { method[word] = ["hyperparameters": .object(hyperparameters)] }
    var body: JSONObject = [
      "model": JSONValue(request.model), "training_file": JSONValue(request.trainingFile), "method": .object(method),
      "metadata": ["assay": JSONValue(request.label)],
    ]
    body["validation_file"] = request.validationFile.map { JSONValue($0) }
    body["suffix"] = request.suffix.map { JSONValue($0) }
    body["seed"] = request.seed.map { JSONValue($0) }
    return .object(body)
  }

  func find(label: String, file: String) async throws -> [TuningJob] {
    var found: [TuningJob] = []
    let _: String? = try await first(in: "/fine_tuning/jobs", query: nil) { entry in
      guard let id = entry["id"]?.string, ProviderName.isName(id) else { return nil }
      let known = entry["metadata"]?["assay"]?.string
      let isOurs = known == label
      // A job with other metadata is somebody else's; one that has none may be a job of ours at a provider that keeps none.
      let mayBeOurs =
        known == nil && entry["training_file"]?.string == file
        && (entry["metadata"]?.object.map(\.isEmpty) ?? true)
      if isOurs || mayBeOurs { found.append(TuningJob(id: id, label: known, status: TuningStatus(entry, from: peer))) }
      return nil
    }
    return found
  }

  func status(of job: String) async throws -> TuningStatus {
    TuningStatus(try await get("/fine_tuning/jobs/\(checked(job))"), from: peer)
  }

  func events(of job: String, after: String?) async throws -> [TuningEvent] {
    var newest: [TuningEvent] = []
    var seen: Set<String> = []
    do {
      let _: Bool? = try await first(in: "/fine_tuning/jobs/\(checked(job))/events", query: nil) { entry in
        guard let event = TuningEvent(entry, from: peer) else { return nil }
        if event.id == after { return true }
        // A server may send the same page again.
        if seen.insert(event.id).inserted { newest.append(event) }
        return nil
      }
    } catch let failure as ModelFailure {
      // Not everybody tells.
      guard case .rejected = failure else { throw failure }
    }
    return newest.reversed()
  }

  func checkpoints(of job: String) async throws -> [TuningCheckpoint] {
    var found: [TuningCheckpoint] = []
    do {
      let _: Bool? = try await first(in: "/fine_tuning/jobs/\(checked(job))/checkpoints", query: nil) { entry in
        if let checkpoint = TuningCheckpoint(entry) { found.append(checkpoint) }
        return nil
      }
    } catch let failure as ModelFailure {
      // Not everybody keeps some.
      guard case .rejected = failure else { throw failure }
    }
    return found.sorted { $0.step < $1.step }
  }

  func cancel(_ job: String) async throws {
    do {
      try await act("cancel", on: job)
    } catch let failure as ModelFailure {
      // One that is over can't be stopped, and needn't be.
      guard case .rejected = failure, try await status(of: job).isOver else { throw failure }
    }
  }

  func pause(_ job: String) async throws { try await act("pause", on: job) }

  func resume(_ job: String) async throws { try await act("resume", on: job) }

  /// Doing it twice is doing it once, so it may be tried again.
  private func act(_ verb: String, on job: String) async throws {
    let address = url("/fine_tuning/jobs/\(try checked(job))/\(verb)")
    _ = try await persistently { try await service.json(.post(address, [:])) }
  }

  // MARK: Requests

  private func checked(_ job: String) throws -> String {
    guard ProviderName.isName(job) else { throw ModelFailure.rejected("That is no name of a job.") }
    return job
  }

  private func name(of json: JSONValue) throws -> String {
    guard let id = json["id"]?.string, ProviderName.isName(id) else {
      throw ModelFailure.malformed("\(peer) made something without a name that can be used.")
    }
    return id
  }

  private func get(_ below: String, query: String? = nil) async throws -> JSONValue {
    let address = url(below, query: query)
    return try await persistently { try await service.json(HTTPClientRequest(url: address)) }
  }

  /// Looks through a list, page after page, until `take` finds what it is after.
  private func first<Found>(in list: String, query: String?, _ take: (JSONValue) -> Found?) async throws -> Found? {
    var after: String?
    for _ in 0..<pages {
      let words = [query, "limit=100", after.map { "after=\($0)" }].compactMap(\.self)
      let page = try await get(list, query: words.joined(separator: "&"))
      guard let entries = page["data"]?.array else {
        throw ModelFailure.malformed("\(peer) sent no list where one was expected.")
      }
      for entry in entries { if let found = take(entry) { return found } }
      let last = entries.last?["id"]?.string
      guard page["has_more"]?.bool == true, let last, ProviderName.isName(last), last != after else { return nil }
      after = last
    }
    return nil
  }

  /// Tries again, ever later, what has failed for a reason that may pass.
  private func persistently<Result>(_ request: () async throws -> Result) async throws -> Result {
    var pause = 0.5
    for _ in 1..<max(1, tries) {
      do {
        return try await request()
      } catch let failure as ModelFailure {
        switch failure {
        case .rejected, .filtered, .exhausted(_, _, isCertain: true): throw failure
        case .busy(_, let seconds), .exhausted(_, let seconds, _):
          try await wait(min(60, max(pause, seconds ?? 0)))
        case .unavailable, .malformed: try await wait(pause)
        }
        pause *= 2
      }
    }
    return try await request()
  }
}
