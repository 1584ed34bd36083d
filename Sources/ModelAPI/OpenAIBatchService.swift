import AsyncHTTPClient
import Content
import Foundation
import NIOCore
import WorkbenchCore

/// OpenAI's Batch API: a file of requests goes up, and within a day a file of answers can be had for half the price.
///
/// What the provider takes at once is bounded (50,000 requests, 200 MB). Where requests need more bytes, they go up as
/// several batches, and the name that stands for all of them is their names joined by commas.
struct OpenAIBatchService<Body: ChatBody>: BatchService {
  /// The most requests in one batch.
  let largest = 50_000
  /// Half the price (platform.openai.com/docs/guides/batch).
  let priceShare = 0.5
  /// The most bytes of one file.
  var fileBytes = 200_000_000
  /// The most bytes that are read of all answers of one batch.
  var answerBytes = 1 << 30
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

  func submit(_ requests: [(id: String, request: ModelRequest)], label: String) async throws -> String {
    guard !requests.isEmpty else { throw ModelFailure.rejected("A batch needs at least one request.") }
    guard label.unicodeScalars.count <= 512 else {
      throw ModelFailure.rejected("The label of a batch may have 512 characters at most.")
    }
    let parts = try parts(of: requests)
    // Names those that belong together.
    let whole = UUID().uuidString
    var names: [String] = []
    do {
      for (number, part) in parts.enumerated() {
        var metadata: JSONObject = ["assay": JSONValue(label)]
        if parts.count > 1 {
          metadata["assay_whole"] = JSONValue(whole)
          metadata["assay_part"] = JSONValue("\(number + 1)/\(parts.count)")
        }
        names.append(try await submit(lines(of: requests[part]), metadata))
      }
    } catch {
      // A part alone is of no use, and would be billed. Not to be cut short when this task is cancelled.
      let made = names
      await Task { for name in made { try? await cancel(name) } }.value
      throw error
    }
    return names.joined(separator: ",")
  }

  /// Which requests go into one file. Only their sizes are kept, so that one file at a time is in memory.
  private func parts(of requests: [(id: String, request: ModelRequest)]) throws -> [Range<Int>] {
    var parts: [Range<Int>] = []
    var start = 0
    var bytes = 0
    for (index, request) in requests.enumerated() {
      let count = try line(request.id, request.request).utf8.count
      if count > fileBytes {
        throw ModelFailure.rejected(
          "The request for the case \(SafeText.line(request.request.caseID, limit: 80)) alone is larger than a batch may be."
        )
      }
      if index - start == largest || bytes + count > fileBytes {
        parts.append(start..<index)
        (start, bytes) = (index, 0)
      }
      bytes += count
    }
    return parts + [start..<requests.count]
  }

  private func lines(of requests: ArraySlice<(id: String, request: ModelRequest)>) throws -> ByteBuffer {
    var lines = ByteBuffer()
    for (id, request) in requests { lines.writeString(try line(id, request)) }
    return lines
  }

  private func line(_ id: String, _ request: ModelRequest) throws -> String {
    let line: JSONValue = [
      "custom_id": JSONValue(id), "method": "POST", "url": JSONValue("/v1" + Body.path), "body": try body(request).json,
    ]
    return line.text(.compact) + "\n"
  }

  private func submit(_ lines: ByteBuffer, _ metadata: JSONObject) async throws -> String {
    let form = MultipartForm(fields: [("purpose", "batch")], fileName: "assay.jsonl", file: lines)
    var upload = HTTPClientRequest(url: service.address.url("/files"))
    upload.method = .POST
    upload.headers.add(name: "content-type", value: form.contentType)
    upload.body = .bytes(form.body)
    var patient = service
    // However slow the line is, a megabyte takes no longer than ten seconds.
    patient.timeout = max(service.timeout, 60 + Double(lines.readableBytes) / 1e5)
    let file = try await id(of: patient.json(upload))
    let batch: JSONValue = [
      "input_file_id": JSONValue(file), "endpoint": JSONValue("/v1" + Body.path), "completion_window": "24h",
      "metadata": .object(metadata),
    ]
    return try await id(of: service.json(.post(service.address.url("/batches"), batch)))
  }

  private func id(of json: JSONValue) throws -> String {
    guard let id = json["id"]?.string, ProviderName.isName(id) else {
      throw ModelFailure.malformed("\(service.address.name) made something without a name that can be used.")
    }
    return id
  }

  private func parts(of batch: String) throws -> [String] {
    let names = batch.split(separator: ",", omittingEmptySubsequences: false).map(String.init)
    guard names.allSatisfy(ProviderName.isName) else { throw ModelFailure.rejected("That is no name of a batch.") }
    return names
  }

  // MARK: Looking after it

  func find(label: String) async throws -> String? {
    var after: String?
    var wholes: [String: [String: String]] = [:]
    for _ in 0..<pages {
      let query = "limit=100" + (after.map { "&after=\($0)" } ?? "")
      let page = try await service.json(HTTPClientRequest(url: service.address.url("/batches", query: query)))
      guard let batches = page["data"]?.array else {
        throw ModelFailure.malformed("\(service.address.name) sent no list of batches.")
      }
      for batch in batches where batch["metadata"]?["assay"]?.string == label {
        guard let name = batch["id"]?.string, ProviderName.isName(name),
          !["failed", "cancelled", "cancelling"].contains(batch["status"]?.string)
        else { continue }
        guard let whole = batch["metadata"]?["assay_whole"]?.string,
          let part = batch["metadata"]?["assay_part"]?.string,
          let count = part.split(separator: "/").last.flatMap({ Int($0) }), (2...10_000).contains(count)
        else { return name }
        wholes[whole, default: [:]][part] = name
        let names = (1...count).compactMap { wholes[whole]?["\($0)/\(count)"] }
        if names.count == count { return names.joined(separator: ",") }
      }
      let last = batches.last?["id"]?.string
      guard page["has_more"]?.bool == true, let last, ProviderName.isName(last), last != after else { return nil }
      after = last
    }
    return nil
  }

  func status(of batch: String) async throws -> BatchStatus {
    var whole: BatchStatus?
    for name in try parts(of: batch) {
      let part = Self.status(try await header(name), from: Peer(name: service.address.name))
      guard let so = whole else {
        whole = part
        continue
      }
      // What isn't over yet tells where all of it stands.
      whole = BatchStatus(
        word: so.isOver ? part.word : so.word, isOver: so.isOver && part.isOver, failure: so.failure ?? part.failure,
        total: so.total + part.total, completed: so.completed + part.completed, failed: so.failed + part.failed)
    }
    return whole ?? BatchStatus(word: "unknown", isOver: true)
  }

  private func header(_ name: String) async throws -> JSONValue {
    try await service.json(HTTPClientRequest(url: service.address.url("/batches/\(name)")))
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
    for name in try parts(of: batch) {
      do {
        _ = try await service.json(.post(service.address.url("/batches/\(name)/cancel"), [:]))
      } catch let failure as ModelFailure {
        // One that is over can't be stopped, and needn't be.
        guard case .rejected = failure, Self.status(try await header(name), from: Peer(name: "")).isOver else {
          throw failure
        }
      }
    }
  }

  // MARK: Answers

  func answers(of batch: String) async throws -> [(id: String, answer: Result<Answer, ModelFailure>)] {
    var results: [(id: String, answer: Result<Answer, ModelFailure>)] = []
    var seen: Set<String> = []
    var budget = answerBytes
    for name in try parts(of: batch) {
      let header = try await header(name)
      for kind in ["output_file_id", "error_file_id"] {
        guard let file = header[kind]?.string, ProviderName.isName(file) else { continue }
        let lines = try await download(file, budget: &budget)
        for line in lines where seen.insert(line.id).inserted { results.append(line) }
      }
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
