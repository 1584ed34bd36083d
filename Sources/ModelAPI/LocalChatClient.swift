import Content
import Domain

/// Asks a model of the local engine. It holds the engine's lease through its lease.
struct LocalChatClient: ModelClient {
  /// The engine's place and lease.
  let lease: EngineLease
  /// Settings of the engine's own API.
  let options: JSONObject
  /// Carries requests to an engine.
  let service: @Sendable (EnginePlace) -> ChatService

  func prepare() async throws { _ = try await lease.renew() }

  func answer(_ request: ModelRequest, onText: (@Sendable (String) -> Void)?) async throws -> Answer {
    let place = try await lease.place()
    // This name means the weights that are loaded; any other would make the engine load again.
    let body = ChatRequest(model: "default_model", request: request, options: options, streams: onText != nil)
    return try await service(place).complete(body, onText: onText)
  }

  func tokenCounts(of texts: [String]) async -> [Int]? {
    if texts.isEmpty { return [] }
    // Counting isn't worth starting an engine.
    guard let place = await lease.placeIfServed() else { return nil }
    let body: JSONValue = ["texts": .array(texts.map { JSONValue($0) })]
    let reply = try? await service(place).exchange(place.address.urlBesideVersion("/assay/tokenize"), body)
    guard let counts = reply?["counts"]?.array?.compactMap(\.int), counts.count == texts.count else { return nil }
    return counts
  }
}
