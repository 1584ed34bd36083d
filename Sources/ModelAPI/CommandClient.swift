import Content
import Domain

/// Asks a program that answers lines of JSON. The program runs for as long as a client for it exists.
struct CommandClient: ModelClient {
  /// The program.
  let process: CommandProcess
  /// Settings that are handed on with each request.
  let options: JSONObject
  /// The longest that a request may take, in seconds.
  let timeout: Double

  func prepare() async throws { try await process.prepare() }

  func answer(_ request: ModelRequest, onText: (@Sendable (String) -> Void)?) async throws -> Answer {
    try await process.answer(request, options: options, timeout: timeout, onText: onText)
  }

  func tokenCounts(of texts: [String]) async -> [Int]? { nil }
}
