import Content
import Foundation
import LoopbackServer
import SeededRandom
import Synchronization
import Testing

extension EndToEnd {
  /// A run against a server that does everything wrong now and then.
  @Suite struct FaultTests {
    /// The most faults of a case in a row.
    private static let mostInARow = 10
    /// How many kinds there are; those from `firstOfFailures` on are no requests to slow down.
    private static let kinds = 10
    private static let firstOfFailures = 2

    /// What goes wrong with a case's request of this number, counted from 1, if anything does: a fifth of all requests, each
    /// kind as often as any other. It depends on nothing else, so that the order of requests doesn't matter. Two cases fail
    /// more often than a run asks before its last pass.
    private static func fault(of number: Int, attempt: Int) -> Int? {
      var random = SeededRandom(seed: UInt64(number))
      guard attempt <= mostInARow else { return nil }
      if [2_000, 7_000].contains(number) { return Int.random(in: firstOfFailures..<kinds, using: &random) }
      let drawn = (1...attempt).map { _ in Int.random(in: 0..<5 * kinds, using: &random) }
      return drawn[attempt - 1] < kinds ? drawn[attempt - 1] : nil
    }

    /// What a fault looks like.
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
      try await Place.withFolder { folder in
        let server = try await MockServer { request in
          let words = request.json?["messages"]?[1]?["content"]?.string ?? ""
          let number = Int(words.split(whereSeparator: { !$0.isNumber }).last ?? "") ?? 0
          let attempt = asked.withLock { asked in
            asked[number, default: 0] += 1
            return asked[number] ?? 1
          }
          return Self.fault(of: number, attempt: attempt).map { Self.fault($0, "\(number)") }
            ?? chat(MockWorkspace.answer(number))
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
        #expect(requests.values.max() == Self.mostInARow + 1, "more than 8 attempts: the last pass was needed")
        let failed = requests.values.reduce(0, +) - cases
        #expect(failed > cases / 10, "there were faults: \(failed)")
        let outputs = try await query("SELECT count(*), count(DISTINCT case_id) FROM outputs", in: folder)
        #expect(outputs == ["\(cases)|\(cases)"])
      }
    }
  }
}
