import Content
import Foundation
import LoopbackServer
import SeededRandom
import Synchronization
import Testing

extension EndToEnd {
  /// A run against a server that does everything wrong now and then.
  @Suite struct FaultTests {
    /// What goes wrong in a fifth of the requests, each kind as often as any other.
    private static func fault(_ kind: Int, _ question: String) -> LoopbackReply {
      let whole = chat(MockWorkspace.answer(Int(question) ?? 0))
      switch kind {
      case 0: return .response(429, [("retry-after-ms", "20")])
      case 1: return .response(429)
      case 2: return .response(500, [], "oops")
      case 3: return .response(503)
      case 4: return LoopbackReply([.close])
      case 5: return LoopbackReply([.reset])
      case 6: return .response(200, [("content-type", "application/json")], #"{"choices": [{"mess"#)
      case 7: return .response(200, [("content-type", "text/html")], "<html>busy</html>")
      case 8:
        return .response(200, [("content-type", "application/json")], #"{"error": {"message": "x", "code": 500}}"#)
      default: return LoopbackReply(Array(whole.steps.prefix(1)).map(Self.half) + [.reset])
      }
    }

    /// The first half of what would be sent.
    private static func half(_ step: LoopbackReply.Step) -> LoopbackReply.Step {
      if case .send(let bytes) = step { return .send(Array(bytes.prefix(bytes.count / 2))) }
      return step
    }

    @Test func everyCaseIsAnsweredOnceThoughAFifthOfTheRequestsFail() async throws {
      let cases = 10_000
      let asked = Mutex<[Int: Int]>([:])
      let chance = Mutex(SeededRandom(seed: 7))
      try await Place.withFolder { folder in
        let server = try await MockServer { request in
          let words = request.json?["messages"]?[1]?["content"]?.string ?? ""
          let number = Int(words.split(whereSeparator: { !$0.isNumber }).last ?? "") ?? 0
          asked.withLock { $0[number, default: 0] += 1 }
          let kind = chance.withLock { Int.random(in: 0..<50, using: &$0) }
          return kind < 10 ? Self.fault(kind, "\(number)") : chat(MockWorkspace.answer(number))
        }
        _ = try MockWorkspace(in: folder, port: server.port, cases: cases)
        let ending = try await assay("eval", "base", "--workspace", folder, "--json", environment: KillTests.key)
        await server.stop()
        #expect(ending.status == 0, "\(ending.errors)")
        let run = try #require(try ending.json()[0])
        #expect(run["state"] == "finished" && run["cases"]?.int == cases && run["errors"] == 0)
        #expect(run["passed"]?.int == cases * 3 / 4)
        let requests = asked.withLock { $0 }
        #expect(requests.count == cases)
        #expect((requests.values.max() ?? 0) <= 28, "8 attempts, and 20 that were asked to slow down")
        let failed = requests.values.reduce(0, +) - cases
        #expect(failed > cases / 10, "there were faults: \(failed)")
        let outputs = try await query("SELECT count(*), count(DISTINCT case_id) FROM outputs", in: folder)
        #expect(outputs == ["\(cases)|\(cases)"])
      }
    }
  }
}
