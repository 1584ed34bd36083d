import AsyncHTTPClient
import Content
import Domain
import Foundation
import NIOCore
import NIOHTTP1
import Synchronization

/// Asks one service, one request at a time; knows HTTP, and nothing of whose model it is.
struct ChatService: Sendable {
  /// Where it is.
  let address: ServiceAddress
  /// Where its key comes from.
  var key: APIKey
  /// Who carries the bytes.
  let connections: Connections
  /// What a request may cost.
  let limits: HTTPLimits
  /// The longest that a request may take, in seconds.
  var timeout: Double
  /// Whose certificates are good.
  var trusted = TrustedCertificates.usual
  /// What its answers said about sending more.
  var quiet = QuietTime()
  /// What comes with a request that is no chat, besides what every one has.
  var headers: @Sendable (_ key: String?) -> [(name: String, value: String)] = { ChatRequest.headers(key: $0) }
  /// What is seen of a request, for those who want to know.
  var witness: Exchange?

  /// Has a chat completed. A request that a content filter refused is an answer that is none.
  /// - Parameter onText: receives the text of a streamed answer.
  func complete<Body: ChatBody>(_ body: Body, onText: (@Sendable (String) -> Void)?) async throws -> Answer {
    let start = ContinuousClock.now
    do {
      return try await send(.post(address.url(Body.path), body.json), Body.headers) { response, peer, activity in
        var reader = ChatReader(Body.Reply(), peer: peer, limits: limits, start: start, onText: onText)
        return try await reader.read(response, framing: body.streams ? Body.framing : nil, activity)
      }
    } catch ModelFailure.filtered {
      return .filtered
    }
  }

  /// Sends JSON and receives JSON.
  func exchange(_ url: String, _ body: JSONValue) async throws -> JSONValue { try await json(.post(url, body)) }

  /// Sends a request and receives JSON.
  func json(_ request: HTTPClientRequest) async throws -> JSONValue {
    try await send(request, headers) { response, peer, activity in
      let bytes = try await response.bytes(upTo: limits.bodyBytes, from: peer, activity)
      return try JSONValue(answer: bytes, from: peer)
    }
  }

  /// Receives what stands at an address, with the head of the answer.
  func receive(_ url: String) async throws -> (head: HTTPHeaders, body: [UInt8]) {
    try await send(HTTPClientRequest(url: url), headers) { response, peer, activity in
      (response.headers, try await response.bytes(upTo: limits.bodyBytes, from: peer, activity))
    }
  }

  /// Sends a request, and hands over the response if its status is fine.
  func send<Result: Sendable>(
    _ request: HTTPClientRequest, _ headers: (_ key: String?) -> [(name: String, value: String)],
    _ receive: @escaping @Sendable (HTTPClientResponse, Peer, Activity) async throws -> Result
  ) async throws -> Result {
    let secret = try await key.load()
    let peer = Peer(name: address.name, secret: secret)
    guard let client = connections.client(to: address, trusted: trusted) else {
      throw TransportFailure.failure(HTTPClientError.alreadyShutdown, from: peer, limits: limits)
    }
    var request = request
    request.headers.add(name: "accept", value: "application/json, text/event-stream, application/x-ndjson")
    request.headers.add(name: "user-agent", value: "assay")
    for header in headers(secret) { request.headers.add(name: header.name, value: header.value) }
    let complete = request
    let sent = ContinuousClock.now
    do {
      return try await TimeLimits(total: timeout, idle: limits.idle).run(peer) { activity in
        let response = try await client.execute(complete, deadline: .distantFuture)
        activity.heard()
        witness?.received(
          status: Int(response.status.code), server: response.headers.first(name: "server").map(peer.cleanSentence))
        quiet.hear(response, sent: sent)
        guard (200..<300).contains(response.status.code) else {
          throw await refusal(response, peer, activity)
        }
        return try await receive(response, peer, activity)
      }
    } catch {
      if Task.isCancelled || error is CancellationError { throw CancellationError() }
      if TransportFailure.isOfConnection(error) { witness?.lostConnection() }
      throw TransportFailure.failure(error, from: peer, limits: limits).map { peer.cleanSentence($0) }
    }
  }

  /// The failure of a response with another status than 2xx; its body is read as far as it can be.
  private func refusal(_ response: HTTPClientResponse, _ peer: Peer, _ activity: Activity) async -> ModelFailure {
    let gathered = Beginning()
    await withTaskGroup(of: Void.self) { group in
      group.addTask {
        // An error here doesn't matter: the status says enough.
        try? await gather(response, into: gathered, activity)
      }
      group.addTask { try? await Task.sleep(for: .seconds(limits.errorSeconds)) }
      await group.next()
      group.cancelAll()
    }
    let bytes = gathered.bytes.withLock { $0 }
    return ServerFailure.status(
      Int(response.status.code), headers: response.headers, body: bytes, from: peer, keyVariable: key.variable)
  }
}

/// The first bytes of something, as they come.
private final class Beginning: Sendable {
  let bytes = Mutex<[UInt8]>([])
}

extension ChatService {
  /// Gathers the beginning of a refusal's body.
  private func gather(
    _ response: HTTPClientResponse, into beginning: Beginning, _ activity: Activity
  ) async throws {
    for try await chunk in response.body {
      activity.heard()
      let count = beginning.bytes.withLock { bytes in
        bytes.append(contentsOf: chunk.readableBytesView.prefix(limits.errorBytes - bytes.count))
        return bytes.count
      }
      if count >= limits.errorBytes { return }
    }
  }
}

extension Answer {
  /// What comes of a request that a content filter refused; services count nothing then, and may charge for the prompt.
  static let filtered = Answer(text: "", finishReason: Answer.contentFilter)
}

extension HTTPClientRequest {
  /// A request with JSON in it.
  static func post(_ url: String, _ body: JSONValue) -> HTTPClientRequest {
    var request = HTTPClientRequest(url: url)
    request.method = .POST
    request.headers.add(name: "content-type", value: "application/json")
    request.body = .bytes(ByteBuffer(string: body.text(.compact)))
    return request
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
  /// The JSON text that a server sent, without the key in it.
  /// - Throws: `ModelFailure.malformed`.
  init(answer bytes: [UInt8], from peer: Peer) throws(ModelFailure) {
    guard let text = String(validating: bytes, as: UTF8.self) else {
      throw .malformed("\(peer) sent text that isn't UTF-8.")
    }
    do {
      var limits = JSONValue.Limits()
      limits.repairsSurrogates = true
      self = peer.clean(try JSONValue(parsing: text, limits: limits))
    } catch {
      throw .malformed("\(peer) sent JSON that can't be read: \(peer.quote(error.description, limit: 160)).")
    }
  }
}
