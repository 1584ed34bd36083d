import Content
import Domain

/// Asks an endpoint in one of the dialects.
struct EndpointClient<Body: ChatBody>: ModelClient {
  /// Carries requests.
  let service: ChatService
  /// What is asked for there.
  let endpoint: Endpoint
  /// Settings of the model's own API.
  let options: JSONObject
  /// What the server has taught.
  let learnt: LearntNames

  func prepare() async throws {
    // The only thing that can be seen without a request: better now than a hundred times.
    _ = try await service.key.load()
  }

  /// A server that refuses the limit on tokens by one of its names is asked again with the other, and from then on.
  func answer(_ request: ModelRequest, onText: (@Sendable (String) -> Void)?) async throws -> Answer {
    var endpoint = endpoint
    endpoint.usesMaxCompletionTokens = learnt.usesMaxCompletionTokens
    do {
      return try await answer(request, from: endpoint, onText: onText)
    } catch ModelFailure.rejected(let text)
      where endpoint.dialect.hasTwoLimitNames && request.sampling.maxTokens != nil && Self.isAboutName(text)
    {
      endpoint.usesMaxCompletionTokens.toggle()
      let answer = try await answer(request, from: endpoint, onText: onText)
      learnt.usesMaxCompletionTokens = endpoint.usesMaxCompletionTokens
      return answer
    }
  }

  /// Whether a refusal is about what the limit on tokens is called.
  private static func isAboutName(_ text: String) -> Bool {
    if text.contains("max_completion_tokens") { return true }
    let text = text.lowercased()
    return text.contains("max_tokens")
      && ["unsupported", "not support", "unrecognized", "unknown param", "not allowed"].contains { text.contains($0) }
  }

  /// - Throws: `ModelFailure.rejected` also for an answer to a part of the prompt.
  private func answer(
    _ request: ModelRequest, from endpoint: Endpoint, onText: (@Sendable (String) -> Void)?
  ) async throws -> Answer {
    let body = try Body(endpoint, options: options, request: request, streams: onText != nil)
    var answer = try await service.complete(body, onText: onText)
    let reading = body.reading
    let peer = Peer(name: service.address.name)
    if let failure = reading.failure(answer.usage, from: peer, advice: Body.contextAdvice) { throw failure }
    reading.noteContext(&answer, limit: request.sampling.maxTokens)
    return answer
  }

  func tokenCounts(of texts: [String]) async -> [Int]? { nil }
}
