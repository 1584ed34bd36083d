import Domain
import LoopbackServer
import Testing
import WorkbenchCore

@testable import ModelAPI

/// Many requests at once over the same connections while every kind of fault happens: no answer goes to another request,
/// and every request ends.
struct MixedFaultTests {
  private static func reply(to request: LoopbackRequest) -> LoopbackReply {
    let text = request.json?["messages"]?[0]?["content"]?.string ?? ""
    let events = chatEvents([text], ChatUsage(prompt: 1, completion: 1)).map { Array($0.utf8) }
    let fault = (Int(text) ?? 0) % 16
    switch fault {
    case 0: return .response(429, [("retry-after", "1")])
    case 1: return .response(500, [], "oops")
    case 2: return .response(503)
    case 3: return LoopbackReply([.close])
    case 4: return LoopbackReply([.reset])
    case 5: return .chunks(Array(events.prefix(2)), ends: false).then(.reset)
    case 6: return .chunks(Array(events.prefix(1)))
    case 7: return .response(200, [("content-type", "application/json")], "{")
    case 8: return .response(200, [("content-type", "text/html")], "<html>")
    case 9: return .response(301, [("location", "/x")])
    case 10: return .untilClose(events.map { String(decoding: $0, as: UTF8.self) }.joined())
    case 11: return .chunks(events.flatMap { $0.map { [$0] } })
    default: return request.json?["stream"] == true ? chatStream(text) : chat(text)
    }
  }

  private static func expected(_ number: Int) -> String {
    switch number % 16 {
    case 0: "busy"
    case 1...6: "unavailable"
    case 7, 8: "malformed"
    case 9: "rejected"
    default: "\(number)"
    }
  }

  @Test func everyRequestGetsItsOwnEnd() async throws {
    try await MockServer.with({ Self.reply(to: $0) }) { server in
      try await Asking().withClient(server.url) { client in
        await withTaskGroup(of: (Int, String).self) { group in
          for number in 0..<640 {
            if number >= 48, let (done, outcome) = await group.next() { #expect(outcome == Self.expected(done)) }
            group.addTask { (number, await Self.outcome(of: number, client)) }
          }
          for await (done, outcome) in group { #expect(outcome == Self.expected(done)) }
        }
      }
      #expect(server.counts.requests == 640)
    }
  }

  private static func outcome(of number: Int, _ client: any ModelClient) async -> String {
    let messages = [ChatMessage(role: .user, content: "\(number)")]
    let request = ModelRequest(caseID: "\(number)", messages: messages, sampling: Sampling())
    do {
      return try await client.ask(request, streams: number.isMultiple(of: 3)).text
    } catch {
      return (error as? ModelFailure)?.kind ?? "\(error)"
    }
  }
}
