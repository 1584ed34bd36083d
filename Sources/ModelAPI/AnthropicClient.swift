import WorkbenchCore

/// Asks an endpoint that speaks Anthropic's Messages API.
struct AnthropicClient: ModelClient {
  /// Carries requests.
  let service: ChatService
  /// The model's name there.
  let model: String

  func prepare() async throws { _ = try service.key.read() }

  func answer(_ request: ModelRequest, onText: (@Sendable (String) -> Void)?) async throws -> Answer {
    guard request.sampling.seed == nil else {
      throw ModelFailure.rejected("Anthropic's Messages API takes no seed: remove it from the variant.")
    }
    guard request.messages.contains(where: { $0.role == .user }) else {
      throw ModelFailure.rejected(
        "Anthropic's Messages API wants a message from the user: number a section of the prompt 80 or higher.")
    }
    return try await service.complete(
      MessagesRequest(model: model, request: request, streams: onText != nil), onText: onText)
  }

  func tokenCounts(of texts: [String]) async -> [Int]? { nil }
}
