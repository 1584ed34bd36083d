import Content
import Foundation
import LoopbackServer
import Synchronization
import Testing

extension EndToEnd {
  /// How `assay eval` deals with servers that want to be left alone, and what it learns of them.
  @Suite(.timeLimit(.minutes(5))) struct PatienceTests {
    private static func number(_ request: LoopbackRequest) -> Int {
      let words = request.json?["messages"]?[1]?["content"]?.string ?? ""
      return Int(words.split(whereSeparator: { !$0.isNumber }).last ?? "") ?? 0
    }

    private static func refusal(_ status: Int, _ body: String, _ headers: [(String, String)] = []) -> LoopbackReply {
      .response(status, [("content-type", "application/json")] + headers, body)
    }

    /// Ways in which providers say that there is no more for today.
    private static let quotas: [LoopbackReply] = [
      refusal(429, #"{"error":{"message":"Limit on tokens per day (TPD)"}}"#, [("retry-after", "86400")]),
      refusal(429, #"{"error":{"code":429,"message":"GenerateRequestsPerDay","status":"RESOURCE_EXHAUSTED"}}"#),
      refusal(429, #"{"error":{"message":"x","code":"insufficient_quota"}}"#),
      refusal(402, #"{"error":{"message":"Insufficient Balance"}}"#),
      refusal(400, #"{"error":{"message":"Your credit balance is too low to access the API."}}"#),
    ]

    @Test(arguments: quotas.indices)
    func aQuotaThatIsUsedUpEndsTheRunAndItGoesOnLater(_ quota: Int) async throws {
      let state = Mutex((asked: [Int](), isOver: false))
      try await Place.withFolder { folder in
        let server = try await MockServer { request in
          let number = Self.number(request)
          let isAnswered = state.withLock { state in
            state.asked.append(number)
            return state.asked.count <= 5 || state.isOver
          }
          return isAnswered ? chat(MockWorkspace.answer(number)) : Self.quotas[quota]
        }
        _ = try MockWorkspace(in: folder, port: server.port, cases: 60, concurrency: 2)
        let command = ["eval", "base", "--workspace", folder, "--json"]
        let first = try await Program(Place.assay, command, environment: KillTests.key).ended()
        #expect(first.status == 3, "\(first)")
        #expect(first.errors.contains("the same command goes on from there"), "\(first)")
        let report = try first.json()[0]
        #expect(report?["error"]?["code"] == "model" && report?["answered"] == 5 && report?["state"] == "paused")
        let asked = state.withLock { state in
          state.isOver = true
          return state.asked.count
        }
        #expect(asked <= 7)
        let second = try await Program(Place.assay, command, environment: KillTests.key).ended()
        #expect(second.status == 0, "\(second)")
        #expect(try second.json()[0]?["answered"] == 60)
        #expect(state.withLock { $0.asked.count } == asked + 55)
        await server.stop()
      }
    }

    @Test func aPersonSaysHowLongItWaits() async throws {
      try await Place.withFolder { folder in
        let server = try await MockServer { request in
          request.number == 1
            ? Self.refusal(429, #"{"error":{"message":"slow"}}"#, [("retry-after", "2")])
            : chat(MockWorkspace.answer(Self.number(request)))
        }
        _ = try MockWorkspace(in: folder, port: server.port, cases: 3, concurrency: 1)
        let hasty = try await assay(
          "eval", "base", "--workspace", folder, "--max-wait", "1", environment: KillTests.key)
        #expect(hasty.status == 3 && hasty.errors.contains("--max-wait"), "\(hasty)")
        let patient = try await assay("eval", "base", "--workspace", folder, environment: KillTests.key)
        #expect(patient.status == 0, "\(patient)")
        let wrong = try await assay(
          "eval", "base", "--workspace", folder, "--max-wait", "-1", environment: KillTests.key)
        #expect(wrong.status == 2)
        await server.stop()
      }
    }

    @Test func theProgressLineSaysWhatItWaitsFor() async throws {
      try await Place.withFolder { folder in
        let server = try await MockServer { request in
          request.number == 1
            ? Self.refusal(429, #"{"error":{"message":"slow"}}"#, [("retry-after", "14")])
            : chat(MockWorkspace.answer(Self.number(request)))
        }
        _ = try MockWorkspace(in: folder, port: server.port, cases: 3, concurrency: 1)
        let ending = try await assay("eval", "base", "--workspace", folder, environment: KillTests.key)
        #expect(ending.status == 0, "\(ending)")
        #expect(ending.errors.contains("base: 0 of 3 done, waiting: the server asked to wait "), "\(ending)")
        #expect(ending.errors.contains("asks for fewer requests (429): slow"))
        await server.stop()
      }
    }

    @Test func theNameOfTheLimitIsLearntOnce() async throws {
      let refused = Mutex(0)
      try await Place.withFolder { folder in
        let server = try await MockServer { request in
          guard request.json?["max_tokens"] != nil else { return chat(MockWorkspace.answer(Self.number(request))) }
          refused.withLock { $0 += 1 }
          return Self.refusal(
            400, #"{"error":{"message":"Unsupported parameter: 'max_tokens'. Use 'max_completion_tokens' instead."}}"#)
        }
        _ = try MockWorkspace(in: folder, port: server.port, cases: 5, concurrency: 1)
        for _ in 1...2 {
          let ending = try await assay("eval", "base", "--fresh", "--workspace", folder, environment: KillTests.key)
          #expect(ending.status == 0, "\(ending)")
        }
        #expect(refused.withLock { $0 } == 1)
        let listed = try await assay("models", "--workspace", folder, "--json")
        let mock = try listed.json().array?.first { $0["name"] == "mock" }
        #expect(mock?["tested"] == .null, "a run is no test")
        await server.stop()
      }
    }
  }
}
