import Content
import Domain
import LoopbackServer
import Synchronization
import Testing
import WorkbenchCore

@testable import ModelAPI

/// A client of a mock server with everything that a test may want to set.
struct Asking: Sendable {
  var streams = false
  var timeout = 120.0
  var limits = HTTPLimits()
  var key: String?
  var sampling = Sampling(temperature: 0, maxTokens: 32)
  var environment: [String: String] = [:]
  var dialect = Endpoint.Dialect.chat
  var options: JSONObject = [:]
  var messages = question

  static let question = [
    ChatMessage(role: .system, content: "Be brief."), ChatMessage(role: .user, content: "Say \"hé\"\n作 🦊"),
  ]

  /// Asks once; the clients are closed afterwards.
  func ask(_ url: String, caseID: String = "1") async throws -> Answer {
    let (answer, pieces) = try await askForPieces(url, caseID: caseID)
    if streams { #expect(pieces.joined() == answer.text) }
    return answer
  }

  /// The answer with the pieces in which it came.
  func askForPieces(_ url: String, caseID: String = "1") async throws -> (Answer, [String]) {
    try await withClient(url) { client in
      let pieces = Pieces()
      let request = ModelRequest(caseID: caseID, messages: messages, sampling: sampling)
      let answer = try await client.ask(request, streams: streams) { pieces.add($0) }
      return (answer, pieces.all)
    }
  }

  /// The failure that asking ends with.
  func failure(_ url: String) async -> ModelFailure? {
    do {
      let answer = try await ask(url)
      Issue.record("expected a failure, got \(answer)")
    } catch let failure as ModelFailure {
      return failure
    } catch {
      Issue.record("expected a ModelFailure, got \(error)")
    }
    return nil
  }

  /// Runs `body` with a client of the endpoint at `url`.
  @discardableResult
  func withClient<Result>(_ url: String, _ body: (any ModelClient) async throws -> Result) async throws -> Result {
    let environment = environment
    let clients = HTTPModelClients(servers: nil, limits: limits) { environment[$0] }
    let base = dialect == .ollama ? url : url + "/v1"
    let endpoint = Endpoint(dialect, baseURLs: [base], model: "mock-small", keyEnvironment: key)
    let spec = ModelSpec(name: "mock", api: .endpoint(endpoint), timeout: timeout, options: options)
    do {
      let result = try await body(clients.client(for: spec, adapter: nil, workspace: "/"))
      await clients.shutdown()
      return result
    } catch {
      await clients.shutdown()
      throw error
    }
  }

  /// The answer to one reply of a server.
  static func answer(to reply: LoopbackReply, _ asking: Asking = Asking()) async throws -> Answer {
    try await MockServer.with({ _ in reply }) { try await asking.ask($0.url) }
  }

  /// The failure that one reply of a server leads to.
  static func failure(of reply: LoopbackReply, _ asking: Asking = Asking()) async throws -> ModelFailure? {
    try await MockServer.with({ _ in reply }) { await asking.failure($0.url) }
  }
}

extension ModelClient {
  /// Asks for a stream or for a whole answer.
  func ask(
    _ request: ModelRequest, streams: Bool, _ onText: @escaping @Sendable (String) -> Void = { _ in }
  ) async throws -> Answer {
    if streams { return try await answer(request, onText: onText) }
    return try await answer(request, onText: nil)
  }
}

/// Collects pieces of text.
final class Pieces: Sendable {
  private let pieces = Mutex<[String]>([])
  func add(_ piece: String) { pieces.withLock { $0.append(piece) } }
  var all: [String] { pieces.withLock { $0 } }
}

extension ModelFailure {
  /// The case's name.
  var kind: String {
    switch self {
    case .busy: "busy"
    case .exhausted: "exhausted"
    case .unavailable: "unavailable"
    case .rejected, .filtered: "rejected"
    case .malformed: "malformed"
    }
  }
  /// What the server asks us to wait.
  var retryAfter: Double? { if case .busy(_, let seconds) = self { seconds } else { nil } }
}
