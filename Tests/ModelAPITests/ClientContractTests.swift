import Content
import Domain
import Foundation
import LoopbackServer
import PortContracts
import TestFolders
import Testing
import WorkbenchCore

@testable import ModelAPI

/// Every kind of client keeps what the port promises.
@Suite struct ClientContractTests {
  /// A server that says what was said, in the dialect in which it is asked.
  private static func echo(_ request: LoopbackRequest) -> LoopbackReply {
    guard let body = request.json else { return .response(404) }
    let said = body["messages"]?.array?.last?["content"] ?? body["input"]?.array?.last?["content"] ?? ""
    let json: JSONValue
    if request.path.hasSuffix("/chat/completions") {
      json = ["choices": [["message": ["content": said], "finish_reason": "stop"]]]
    } else if request.path.hasSuffix("/responses") {
      json = [
        "object": "response", "status": "completed",
        "output": [["type": "message", "content": [["type": "output_text", "text": said]]]],
      ]
    } else if request.path.hasSuffix("/messages") {
      json = ["type": "message", "content": [["type": "text", "text": said]], "stop_reason": "end_turn"]
    } else if request.path.hasSuffix("/api/chat") {
      json = ["message": ["content": said], "done": true]
    } else {
      return .response(404)
    }
    return .response(200, [("content-type", "application/json")], json.text(.compact))
  }

  private static func check(
    _ promise: PortContract<any ModelClient>, _ api: ModelSpec.API, in folder: String = "/"
  ) async throws {
    let clients = HTTPModelClients(servers: nil) { _ in nil }
    do {
      try await promise.check(
        clients.client(for: ModelSpec(name: "m", api: api, timeout: 20), adapter: nil, workspace: folder))
    } catch {
      await clients.shutdown()
      throw error
    }
    await clients.shutdown()
  }

  @Test(arguments: clientContract, [Endpoint.Dialect].builtIn)
  func anEndpointKeeps(_ promise: PortContract<any ModelClient>, _ dialect: Endpoint.Dialect) async throws {
    try await MockServer.with({ Self.echo($0) }) { server in
      let base = server.url + (dialect.hasVersion ? "/v1" : "")
      try await Self.check(promise, .endpoint(Endpoint(dialect, baseURLs: [base], model: "m")))
    }
  }

  @Test(arguments: clientContract)
  func streamsKeep(_ promise: PortContract<any ModelClient>) async throws {
    let server = try await MockServer.openAI { $0.user }
    do {
      try await Self.check(promise, .endpoint(Endpoint(.chat, baseURLs: [server.url + "/v1"], model: "m")))
    } catch {
      await server.stop()
      throw error
    }
    await server.stop()
  }

  @Test(arguments: clientContract)
  func recordedAnswersKeep(_ promise: PortContract<any ModelClient>) async throws {
    // A probe asks for no case, which a recording has under an empty name only if it is there.
    let lines = ["c1", "probe", ""].map { id -> String in
      let line: JSONValue = ["id": .string(id), "output": .string(clientText)]
      return line.text(.compact)
    }
    try await TestFolder.with { folder in
      try Data((lines.joined(separator: "\n") + "\n").utf8).write(to: URL(filePath: folder + "/r.jsonl"))
      try await Self.check(promise, .replay(file: "r.jsonl"), in: folder)
    }
  }

  @Test(arguments: clientContract)
  func aProgramKeeps(_ promise: PortContract<any ModelClient>) async throws {
    let program = """
      import json, sys
      for line in sys.stdin:
          asked = json.loads(line)
          print(json.dumps({"id": asked["id"], "output": asked["messages"][-1]["content"]}), flush=True)
      """
    try await TestFolder.with { folder in
      try await Self.check(promise, .command(["python3", "-c", program]), in: folder)
    }
  }
}
