import Foundation
import LoopbackServer

/// `mock-openai [PORT [LATENCY_MS [ANSWER]]]`: a mock of OpenAI's chat completions for benches and for trying things by
/// hand. It answers with the given text, or repeats the user's last message. Batches are over at the second
/// look, tuning jobs at the sixth.
@main
struct MockOpenAI {
  static func main() async throws {
    let arguments = CommandLine.arguments.dropFirst().map(\.self)
    let port = arguments.first.flatMap { Int($0) } ?? 8089
    let latency = arguments.dropFirst().first.flatMap { Int($0) } ?? 0
    let answer = arguments.dropFirst(2).first
    let server = try await MockServer.openAI(port: port, latency: latency > 0 ? .milliseconds(latency) : nil) {
      answer ?? $0.user
    }
    FileHandle.standardError.write(Data("\(server.url)/v1 answers\n".utf8))
    while !Task.isCancelled { try await Task.sleep(for: .seconds(3600)) }
  }
}
