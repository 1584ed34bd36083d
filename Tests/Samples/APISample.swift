import Content
import Domain
import Foundation
import LoopbackServer
import ModelAPI
import TestFolders
import Testing
import WorkbenchCore
import WorkspaceFiles

/// An API in one file: what the core knows of it, its request, its answer, and its registration.
extension Endpoint.Dialect {
  fileprivate static let parrot = Endpoint.Dialect(
    word: "parrot", title: "The parrot API", usualAddress: "https://parrot.example/v2", usualKey: "PARROT_KEY",
    reservedOptions: ["phrase": written, "limit": inVariant("max_tokens")])
}

private struct ParrotRequest: ChatBody {
  typealias Reply = ParrotReply
  static let path = "/repeat"

  var model: String
  var options: JSONObject
  var request: ModelRequest
  var streams: Bool

  init(_ endpoint: Endpoint, options: JSONObject, request: ModelRequest, streams: Bool) throws(ModelFailure) {
    guard request.sampling.stop.isEmpty else { throw .rejected("The parrot API can't be stopped: remove stop.") }
    model = endpoint.model
    self.options = options
    self.request = request
    self.streams = streams
  }

  static func headers(key: String?) -> [(name: String, value: String)] {
    key.map { [("x-parrot", $0)] } ?? []
  }

  var json: JSONValue {
    var body = JSONObject()
    body["bird"] = JSONValue(model)
    body["phrase"] = JSONValue(request.messages.last?.content ?? "")
    if let limit = request.sampling.maxTokens { body["limit"] = JSONValue(limit) }
    body.add(options: options)
    return .object(body)
  }

  var reading: PromptReading { PromptReading(request.messages) }
}

private struct ParrotReply: ChatReplying {
  var text = ""
  var toolCalls = ToolCalls()
  var finishReason: String?
  var usage = TokenUsage()
  var hasChoice = false
  var isWhole = false

  mutating func add(_ json: JSONValue, from peer: Peer) throws(ModelFailure) -> String {
    guard let said = json["said"]?.string else { throw .malformed("\(peer) said nothing.") }
    hasChoice = true
    isWhole = true
    // The API's own word for an answer that its limit ended.
    finishReason = json["end"] == "breathless" ? "length" : "stop"
    usage.completion = json["words"]?.tokenCount
    text += said
    return said
  }
}

@Suite struct APISample {
  private static let dialects = APIDialect.builtIn + [APIDialect(.parrot, ParrotRequest.self)]

  private func workspace(_ folder: String, _ config: String) async throws -> Workspace {
    try config.write(toFile: folder + "/assay.yaml", atomically: true, encoding: .utf8)
    return try await FolderWorkspaceFiles(folder, dialects: Self.dialects.map(\.facts)).read()
  }

  @Test func aModelIsReadAndAsked() async throws {
    let said = #"{"said": "hello", "words": 1, "end": "breathless"}"#
    try await MockServer.with({ request in
      let isRight =
        request.path == "/v2/repeat" && request.headers["x-parrot"] == "k" && request.json?["bird"] == "grey"
        && request.json?["phrase"] == "hello" && request.json?["loud"] == true && request.json?["limit"] == 8
      return .response(isRight ? 200 : 400, [("content-type", "application/json")], isRight ? said : "{}")
    }) { server in
      try await TestFolder.with { folder in
        let workspace = try await workspace(
          folder,
          "models: { a: { api: parrot, base_url: '\(server.url)/v2/repeat', model: grey, key_env: K, options: { loud: true } } }"
        )
        #expect(workspace.problems.filter { $0.severity == .error }.isEmpty)
        let model = try #require(workspace.model("a"))
        let clients = HTTPModelClients(servers: nil, dialects: Self.dialects) { $0 == "K" ? "k" : nil }
        let client = try clients.client(for: model, adapter: nil, workspace: folder)
        let request = ModelRequest(
          caseID: "1", messages: [ChatMessage(role: .user, content: "hello")], sampling: Sampling(maxTokens: 8))
        let answer = try await client.answer(request, onText: nil)
        #expect(answer.text == "hello" && answer.isCut && answer.usage.completion == 1)
        #expect(client.batches == nil)
        #expect(throws: ModelFailure.self) { try clients.tuning(for: model, workspace: folder) }
        await clients.shutdown()
      }
    }
  }

  @Test func itsFactsHoldInTheFile() async throws {
    try await TestFolder.with { folder in
      let workspace = try await workspace(
        folder, "models: { a: { api: parrot }, b: { api: parrot, options: { phrase: x } }, c: { api: parot } }")
      let model = try #require(workspace.model("a"))
      #expect(
        model.api
          == .endpoint(
            Endpoint(.parrot, baseURLs: ["https://parrot.example/v2"], model: "a", keyEnvironment: "PARROT_KEY")))
      #expect(workspace.model("b") == nil && workspace.model("c") == nil)
      let problems = workspace.problems.map(\.description)
      #expect(problems.contains { $0.contains("phrase") && $0.contains("Assay writes it itself") })
      #expect(problems.contains { $0.contains("\"parrot\"") })
    }
  }

  @Test func withoutItsRegistrationItIsRefused() {
    let model = ModelSpec(name: "a", api: .endpoint(Endpoint(.parrot, baseURLs: ["http://127.0.0.1:1"], model: "m")))
    let clients = HTTPModelClients(servers: nil) { _ in nil }
    #expect {
      try clients.client(for: model, adapter: nil, workspace: "/")
    } throws: {
      String(describing: $0).contains("no API called parrot")
    }
  }
}
