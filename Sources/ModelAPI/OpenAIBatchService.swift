import AsyncHTTPClient
import Content
import Domain
import Foundation
import NIOCore

/// OpenAI's Batch API: a file of requests goes up, and within a day a file of answers can be had for half the price. What
/// the provider takes at once is bounded: 50,000 requests, 200 MB.
struct OpenAIBatchService<Body: ChatBody>: BatchService {
  /// The most requests in one batch.
  let largest = 50_000
  /// Half the price (platform.openai.com/docs/guides/batch).
  let priceShare = 0.5
  /// The most bytes of one file.
  var fileBytes = 200_000_000
  /// The most bytes that are read of all answers of one batch.
  var answerBytes = 1 << 30
  /// As long as a job of fine-tuning is waited for.
  let settling = 30.0
  /// The most pages of a hundred batches that are looked through.
  var pages = 100
  /// Carries requests.
  let service: ChatService
  /// What a request is in what the endpoint speaks.
  let body: @Sendable (ModelRequest) throws -> Body

  /// - Parameter service: its time limit holds for small requests; files have more.
  init(_ service: ChatService, body: @escaping @Sendable (ModelRequest) throws -> Body) {
    self.service = service
    self.body = body
  }

  // MARK: Handing in

  func fitting(_ requests: ArraySlice<BatchRequest>) throws -> Int {
    var bytes = 0
    for (count, request) in requests.enumerated() {
      bytes += try line(request.id, request.request).utf8.count
      if count < largest, bytes <= fileBytes { continue }
      if count > 0 { return count }
      throw ModelFailure.rejected(
        "The request for the case \(SafeText.line(request.request.caseID, limit: 80)) alone is larger than a batch may be."
      )
    }
    return requests.count
  }

  func upload(_ requests: ArraySlice<BatchRequest>) async throws -> String {
    guard !requests.isEmpty else { throw ModelFailure.rejected("A batch needs at least one request.") }
    var lines = ByteBuffer()
    for (id, request) in requests { lines.writeString(try line(id, request)) }
    let form = MultipartForm(fields: [("purpose", "batch")], fileName: "assay.jsonl", file: lines)
    var upload = HTTPClientRequest(url: service.address.url("/files"))
    upload.method = .POST
    upload.headers.add(name: "content-type", value: form.contentType)
    upload.body = .bytes(form.body)
    var patient = service
    // However slow the line is, a megabyte takes no longer than ten seconds.
    patient.timeout = max(service.timeout, 60 + Double(lines.readableBytes) / 1e5)
    return try await id(of: patient.json(upload))
  }

  private func line(_ id: String, _ request: ModelRequest) throws -> String {
    let line: JSONValue = [
      "custom_id": JSONValue(id), "method": "POST", "url": JSONValue("/v1" + Body.path), "body": try body(request).json,
    ]
    return line.text(.compact) + "\n"
  }

  func begin(file: String, label: String) async throws -> String {
    guard label.unicodeScalars.count <= 512 else {
      throw ModelFailure.rejected("The label of a batch may have 512 characters at most.")
    }
    let batch: JSONValue = [
      "input_file_id": JSONValue(file), "endpoint": JSONValue("/v1" + Body.path), "completion_window": "24h",
      "metadata": ["assay": JSONValue(label)],
    ]
    var service = service
    let trace = RequestTrace()
    service.witness = trace
    do {
      return try await id(of: service.json(.post(service.address.url("/batches"), batch)))
    } catch ModelFailure.rejected(let reason) {
      // With such a status it was taken, whatever is wrong with the reply.
      if let status = trace.status, (200..<300).contains(status) { throw ModelFailure.malformed(reason) }
      throw ModelFailure.rejected(reason)
    }
  }

  private func id(of json: JSONValue) throws -> String {
    guard let id = json["id"]?.string, ProviderName.isName(id) else {
      throw ModelFailure.malformed("\(service.address.name) made something without a name that can be used.")
    }
    return id
  }

  private func checked(_ name: String) throws -> String {
    guard ProviderName.isName(name) else { throw ModelFailure.rejected("That is no name of a batch.") }
    return name
  }

  // MARK: Looking after it

  func find(label: String, file: String?) async throws -> String? {
    var after: String?
    for _ in 0..<pages {
      let query = "limit=100" + (after.map { "&after=\($0)" } ?? "")
      let page = try await service.json(HTTPClientRequest(url: service.address.url("/batches", query: query)))
      guard let batches = page["data"]?.array else {
        throw ModelFailure.malformed("\(service.address.name) sent no list of batches.")
      }
      for batch in batches {
        let isMeant =
          batch["metadata"]?["assay"]?.string == label || file != nil && batch["input_file_id"]?.string == file
        guard isMeant, let name = batch["id"]?.string, ProviderName.isName(name),
          !["failed", "cancelled", "cancelling"].contains(batch["status"]?.string)
        else { continue }
        return name
      }
      let last = batches.last?["id"]?.string
      guard page["has_more"]?.bool == true, let last, ProviderName.isName(last), last != after else { return nil }
      after = last
    }
    return nil
  }

  func status(of batch: String) async throws -> BatchStatus {
    Self.status(try await header(batch), from: Peer(name: service.address.name))
  }

  private func header(_ name: String) async throws -> JSONValue {
    try await service.json(HTTPClientRequest(url: service.address.url("/batches/\(checked(name))")))
  }

  private static func status(_ json: JSONValue, from peer: Peer) -> BatchStatus {
    let word = peer.quote(json["status"]?.string ?? "unknown", limit: 40)
    var failure: String?
    if word == "failed" {
      let reasons = (json["errors"]?["data"]?.array ?? []).prefix(3).compactMap { $0["message"]?.string }
      failure = reasons.isEmpty ? "\(peer) doesn't say why." : peer.quote(reasons.joined(separator: " "))
    }
    let counts = json["request_counts"]
    return BatchStatus(
      word: word, isOver: ["completed", "failed", "expired", "cancelled"].contains(word), failure: failure,
      total: counts?["total"]?.tokenCount ?? 0, completed: counts?["completed"]?.tokenCount ?? 0,
      failed: counts?["failed"]?.tokenCount ?? 0)
  }

  func cancel(_ batch: String) async throws {
    let name = try checked(batch)
    do {
      _ = try await service.json(.post(service.address.url("/batches/\(name)/cancel"), [:]))
    } catch let failure as ModelFailure {
      // One that is over can't be stopped, and needn't be.
      guard case .rejected = failure, try await status(of: name).isOver else { throw failure }
    }
  }

  // MARK: Answers

  func answers(of batch: String) async throws -> [(id: String, answer: Result<Answer, ModelFailure>)] {
    var results: [(id: String, answer: Result<Answer, ModelFailure>)] = []
    var seen: Set<String> = []
    var budget = answerBytes
    let header = try await header(batch)
    for kind in ["output_file_id", "error_file_id"] {
      guard let file = header[kind]?.string, ProviderName.isName(file) else { continue }
      let lines = try await download(file, budget: &budget)
      for line in lines where seen.insert(line.id).inserted { results.append(line) }
    }
    return results
  }

  /// What a file of answers says, line by line.
  private func download(
    _ file: String, budget: inout Int
  ) async throws -> [(id: String, answer: Result<Answer, ModelFailure>)] {
    var patient = service
    patient.timeout = max(service.timeout, 3600)
    let limit = budget
    let (results, count) = try await patient.send(
      HTTPClientRequest(url: service.address.url("/files/\(file)/content")), patient.headers
    ) { [patient] response, peer, activity in
      var lines = BatchLines<Body.Reply>(
        peer: peer, longest: patient.limits.bodyBytes, keyVariable: patient.key.variable)
      var count = 0
      for try await chunk in response.body {
        activity.heard()
        count += chunk.readableBytes
        if count > limit { throw ModelFailure.tooLong(limit, from: peer) }
        try lines.feed(chunk.readableBytesView)
      }
      return (try lines.finish(), count)
    }
    budget -= count
    return results
  }
}
