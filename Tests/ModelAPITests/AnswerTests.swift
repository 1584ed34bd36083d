import Content
import Domain
import Foundation
import LoopbackServer
import Synchronization
import Testing
import WorkbenchCore

@testable import ModelAPI

/// What a service that works well gets and gives.
struct AnswerTests {
  private static let usage = ChatUsage(prompt: 11, completion: 2)

  @Test func asksAndReads() async throws {
    let seen = Mutex<LoopbackRequest?>(nil)
    try await MockServer.with({ request in
      seen.withLock { $0 = request }
      return chat("hé 作 🦊", Self.usage)
    }) { server in
      let asking = Asking(key: "MOCK_KEY", environment: ["MOCK_KEY": "sk-test-1"])
      let answer = try await asking.ask(server.url)
      #expect(answer.text == "hé 作 🦊")
      #expect(answer.finishReason == "stop")
      #expect(answer.usage == TokenUsage(prompt: 11, completion: 2))
      #expect(answer.latency > 0)
      #expect(answer.firstToken == nil)
    }
    let request = try #require(seen.withLock { $0 })
    #expect(request.method == "POST")
    #expect(request.path == "/v1/chat/completions")
    #expect(request.headers["authorization"] == "Bearer sk-test-1")
    #expect(request.headers["content-type"] == "application/json")
    #expect(request.json?["model"] == "mock-small")
    #expect(request.json?["stream"] == false)
  }

  @Test func sendsNoKeyWhereNoneIsNeeded() async throws {
    let seen = Mutex<LoopbackRequest?>(nil)
    try await MockServer.with({ request in
      seen.withLock { $0 = request }
      return chat("a")
    }) { _ = try await Asking().ask($0.url) }
    #expect(seen.withLock { $0 }?.headers["authorization"] == nil)
  }

  @Test func streams() async throws {
    try await MockServer.with({ _ in chatStream("one two three", Self.usage) }) { server in
      let (answer, pieces) = try await Asking(streams: true).askForPieces(server.url)
      #expect(pieces == ["one", " two", " three"])
      #expect(answer.text == "one two three")
      #expect(answer.finishReason == "stop")
      #expect(answer.usage == TokenUsage(prompt: 11, completion: 2))
      let first = try #require(answer.firstToken)
      #expect(first > 0 && first <= answer.latency)
    }
  }

  @Test func takesAWholeAnswerForAStreamAndTheOtherWayRound() async throws {
    #expect(try await Asking.answer(to: chat("whole"), Asking(streams: true)).text == "whole")
    #expect(try await Asking.answer(to: chatStream("in pieces")).text == "in pieces")
  }

  @Test(arguments: [
    "application/json", "application/json; charset=utf-8", "Application/JSON ;x=y", "application/problem+json",
  ])
  func knowsJSONByItsType(_ type: String) async throws {
    let reply = LoopbackReply.response(
      200, [("content-type", type)], #"{"choices":[{"message":{"content":"x"}}]}"#)
    #expect(try await Asking.answer(to: reply).text == "x")
  }

  @Test func needsNoContentType() async throws {
    let json = LoopbackReply.response(200, [], #"{"choices":[{"message":{"content":"x"}}]}"#)
    #expect(try await Asking.answer(to: json).text == "x")
    let events = LoopbackReply.chunks(chatEvents(["x"]).map { Array($0.utf8) }, headers: [])
    #expect(try await Asking.answer(to: events, Asking(streams: true)).text == "x")
  }

  @Test func usesOneConnectionAgainAndAgain() async throws {
    try await MockServer.with({ $0.json?["stream"] == true ? chatStream("a b") : chat("a b") }) { server in
      var asking = Asking()
      asking.limits.drain = 20
      try await asking.withClient(server.url) { client in
        let request = ModelRequest(caseID: "1", messages: Asking.question, sampling: Sampling())
        for number in 0..<10 {
          _ = try await client.ask(request, streams: number.isMultiple(of: 2))
        }
      }
      #expect(server.counts.requests == 10)
      #expect(server.counts.connections == 1)
    }
  }

  @Test func manyAtOnce() async throws {
    let width = 64
    let gate = Gate(width)
    try await MockServer.with({ request in
      await gate.arrive()
      return chat(request.json?["messages"]?[1]?["content"]?.string ?? "")
    }) { server in
      try await Asking().withClient(server.url) { client in
        try await withThrowingTaskGroup(of: Bool.self) { group in
          for number in 0..<width {
            group.addTask {
              let messages = [Asking.question[0], ChatMessage(role: .user, content: "n\(number)")]
              let request = ModelRequest(caseID: "\(number)", messages: messages, sampling: Sampling())
              return try await client.answer(request, onText: nil).text == "n\(number)"
            }
          }
          for try await isRight in group { #expect(isRight) }
        }
      }
      #expect(server.counts.most == width)
    }
  }

  @Test func shutdownEndsEverythingAndLaterRequestsSaySo() async throws {
    let clients = HTTPModelClients(servers: nil) { _ in nil }
    let endpoint = Endpoint(.chat, baseURLs: ["http://127.0.0.1:1/v1"], model: "m")
    let client = try clients.client(for: ModelSpec(name: "m", api: .endpoint(endpoint)), adapter: nil, workspace: "/")
    await clients.shutdown()
    await clients.shutdown()
    let request = ModelRequest(caseID: "1", messages: [], sampling: Sampling())
    let failure = await #expect(throws: ModelFailure.self) { try await client.answer(request, onText: nil) }
    #expect(failure?.kind == "unavailable")
  }

  @Test func forgettingToShutDownIsNoCrash() async throws {
    try await MockServer.with({ _ in chat("a") }) { server in
      func ask() async throws -> String {
        let clients = HTTPModelClients(servers: nil) { _ in nil }
        let endpoint = Endpoint(.chat, baseURLs: [server.url], model: "m")
        let client = try clients.client(
          for: ModelSpec(name: "m", api: .endpoint(endpoint)), adapter: nil, workspace: "/")
        return try await client.answer(ModelRequest(caseID: "1", messages: [], sampling: Sampling()), onText: nil).text
      }
      let text = try await ask()
      #expect(text == "a")
    }
  }
}

/// Lets nobody pass before a number of visitors have come.
actor Gate {
  private var missing: Int
  private var waiting: [CheckedContinuation<Void, Never>] = []

  init(_ count: Int) { missing = count }

  func arrive() async {
    missing -= 1
    if missing <= 0 {
      for continuation in waiting { continuation.resume() }
      waiting = []
    } else {
      await withCheckedContinuation { waiting.append($0) }
    }
  }
}
