import AsyncHTTPClient
import Foundation
import Grading
import NIOCore
import NIOHTTP1
import WorkbenchCore

/// Asks one service, one request at a time; knows HTTP, and nothing of whose model it is.
struct ChatService: Sendable {
  /// Where it is.
  let address: ServiceAddress
  /// Where its key comes from.
  let key: APIKey
  /// Who carries the bytes.
  let connections: Connections
  /// What a request may cost.
  let limits: HTTPLimits
  /// The longest that a request may take, in seconds.
  let timeout: Double

  /// Has a chat completed.
  /// - Parameter onText: receives the text of a streamed answer.
  func complete<Body: ChatBody>(_ body: Body, onText: (@Sendable (String) -> Void)?) async throws -> Answer {
    let start = ContinuousClock.now
    return try await send(address.url(Body.path), body.json, Body.headers) { response, peer, activity in
      var reader = ChatReader(body.emptyReply, peer: peer, limits: limits, start: start, onText: onText)
      return try await reader.read(response, framing: body.streams ? Body.framing : nil, activity)
    }
  }

  /// Sends JSON and receives JSON.
  func exchange(_ url: String, _ body: JSONValue) async throws -> JSONValue {
    try await send(url, body, ChatRequest.headers) { response, peer, activity in
      let bytes = try await response.bytes(upTo: limits.bodyBytes, from: peer, activity)
      return try JSONValue(answer: bytes, from: peer)
    }
  }

  /// Sends a request, and hands over the response if its status is fine.
  private func send<Result: Sendable>(
    _ url: String, _ body: JSONValue, _ headers: (_ key: String?) -> [(name: String, value: String)],
    _ receive: @escaping @Sendable (HTTPClientResponse, Peer, Activity) async throws -> Result
  ) async throws -> Result {
    let secret = try await key.load()
    let peer = Peer(name: address.name, secret: secret)
    guard let client = connections.client(scheme: address.scheme, host: address.host) else {
      throw TransportFailure.failure(HTTPClientError.alreadyShutdown, from: peer, limits: limits)
    }
    let request = request(url, body, headers(secret))
    do {
      return try await TimeLimits(total: timeout, idle: limits.idle).run(peer) { activity in
        let response = try await client.execute(request, deadline: .distantFuture)
        activity.heard()
        guard (200..<300).contains(response.status.code) else {
          throw await refusal(response, peer, activity)
        }
        return try await receive(response, peer, activity)
      }
    } catch {
      if Task.isCancelled || error is CancellationError { throw CancellationError() }
      throw TransportFailure.failure(error, from: peer, limits: limits).map { SafeText.redacted($0, secret) }
    }
  }

  private func request(
    _ url: String, _ body: JSONValue, _ headers: [(name: String, value: String)]
  ) -> HTTPClientRequest {
    var request = HTTPClientRequest(url: url)
    request.method = .POST
    request.headers.add(name: "content-type", value: "application/json")
    request.headers.add(name: "accept", value: "application/json, text/event-stream, application/x-ndjson")
    request.headers.add(name: "user-agent", value: "assay")
    for header in headers { request.headers.add(name: header.name, value: header.value) }
    request.body = .bytes(ByteBuffer(string: body.text(.compact)))
    return request
  }

  /// The failure of a response with another status than 2xx; its body is read as far as it can be.
  private func refusal(_ response: HTTPClientResponse, _ peer: Peer, _ activity: Activity) async -> ModelFailure {
    var bytes: [UInt8] = []
    do {
      for try await chunk in response.body {
        activity.heard()
        bytes.append(contentsOf: chunk.readableBytesView.prefix(limits.errorBytes - bytes.count))
        if bytes.count >= limits.errorBytes { break }
      }
    } catch {
      // The status says enough.
    }
    return ServerFailure.status(
      Int(response.status.code), headers: response.headers, body: bytes, from: peer, keyVariable: key.variable)
  }
}

extension HTTPClientResponse {
  /// The whole body.
  /// - Throws: `ModelFailure.rejected` when it is longer than `limit`.
  func bytes(upTo limit: Int, from peer: Peer, _ activity: Activity) async throws -> [UInt8] {
    var bytes: [UInt8] = []
    if let announced = headers.first(name: "content-length").flatMap({ Int($0) }) {
      if announced > limit { throw ModelFailure.tooLong(limit, from: peer) }
      bytes.reserveCapacity(announced)
    }
    for try await chunk in body {
      activity.heard()
      if bytes.count + chunk.readableBytes > limit { throw ModelFailure.tooLong(limit, from: peer) }
      bytes.append(contentsOf: chunk.readableBytesView)
    }
    return bytes
  }
}

extension ModelFailure {
  /// An answer beyond every measure.
  static func tooLong(_ limit: Int, from peer: Peer) -> ModelFailure {
    let size = limit >= 1 << 20 ? "\(limit >> 20) MB" : "\(limit) bytes"
    return .rejected("\(peer) sent more than \(size) in answer to one request, which is more than Assay reads.")
  }
}

extension JSONValue {
  /// The JSON text that a server sent.
  /// - Throws: `ModelFailure.malformed`.
  init(answer bytes: [UInt8], from peer: Peer) throws(ModelFailure) {
    guard let text = String(validating: bytes, as: UTF8.self) else {
      throw .malformed("\(peer) sent text that isn't UTF-8.")
    }
    do {
      try self.init(parsing: text)
    } catch {
      throw .malformed("\(peer) sent JSON that can't be read: \(peer.quote(error.description, limit: 160)).")
    }
  }
}
