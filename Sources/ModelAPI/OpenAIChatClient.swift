import WorkbenchCore

/// Asks an endpoint that speaks OpenAI's chat completions.
struct OpenAIChatClient: ModelClient {
  /// Carries requests.
  let service: ChatService
  /// What is asked for there.
  let endpoint: Endpoint

  func prepare() async throws {
    // The only thing that can be seen without a request: better now than a hundred times.
    _ = try service.key.read()
  }

  func answer(_ request: ModelRequest, onText: (@Sendable (String) -> Void)?) async throws -> Answer {
    let body = ChatRequest(
      model: endpoint.model, usesMaxCompletionTokens: endpoint.usesMaxCompletionTokens, request: request,
      streams: onText != nil)
    return try await service.complete(body, onText: onText)
  }

  func tokenCounts(of texts: [String]) async -> [Int]? { nil }
}
