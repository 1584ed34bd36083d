import Domain
import LoopbackServer
import Testing
import WorkbenchCore

@testable import ModelAPI

/// What a request may cost in time and memory, and how it ends before its time.
struct LimitTests {
  private static func limited(
    streams: Bool = false, timeout: Double = 20, _ change: (inout HTTPLimits) -> Void = { _ in }
  ) -> Asking {
    var asking = Asking(streams: streams, timeout: timeout)
    change(&asking.limits)
    return asking
  }

  @Test(arguments: [false, true])
  func anAnswerTooLong(_ streams: Bool) async throws {
    let asking = Self.limited(streams: streams) { $0.bodyBytes = 10_000 }
    let words = String(repeating: "word ", count: 4000)
    let failure = try await Asking.failure(of: streams ? chatStream(words) : chat(words), asking)
    #expect(failure?.kind == "rejected")
    #expect(failure?.description.contains("10000 bytes") == true)
  }

  @Test func oneEndlessLineIsBoundedToo() async throws {
    let asking = Self.limited(streams: true) { $0.bodyBytes = 100_000 }
    let chunk = [UInt8](repeating: 0x78, count: 10_000)
    let failure = try await Asking.failure(
      of: .chunks([Array("data: ".utf8)] + Array(repeating: chunk, count: 30)), asking)
    #expect(failure?.kind == "rejected")
  }

  @Test(arguments: [false, true])
  func aDripEndsWithTheTotalLimit(_ streams: Bool) async throws {
    let asking = Self.limited(streams: streams, timeout: 0.3)
    let drip = Array(repeating: [UInt8](": ".utf8), count: 1000)
    let type = streams ? "text/event-stream" : "application/json"
    let reply = LoopbackReply.chunks(drip, headers: [("content-type", type)], pause: .milliseconds(10))
    try await MockServer.with({ _ in reply }) { server in
      let failure = await asking.failure(server.url)
      #expect(failure?.kind == "unavailable")
      #expect(failure?.description.contains("0.3 s") == true)
      #expect(await server.nextAbandoned() == 1)
    }
  }

  @Test(arguments: [false, true])
  func silenceBeforeTheHead(_ streams: Bool) async throws {
    try await MockServer.with({ _ in LoopbackReply([.stall]) }) { server in
      let failure = await Self.limited(streams: streams, timeout: 0.2).failure(server.url)
      #expect(failure?.kind == "unavailable")
      #expect(await server.nextAbandoned() == 1)
    }
  }

  @Test(arguments: [false, true])
  func silenceInTheMiddle(_ streams: Bool) async throws {
    let asking = Self.limited(streams: streams) { $0.idle = 1 }
    let type = streams ? "text/event-stream" : "application/json"
    let reply = LoopbackReply.chunks([Array(" ".utf8)], headers: [("content-type", type)], ends: false).then(.stall)
    try await MockServer.with({ _ in reply }) { server in
      let failure = await asking.failure(server.url)
      #expect(failure?.kind == "unavailable")
      #expect(failure?.description.contains("silent") == true)
      #expect(await server.nextAbandoned() == 1)
    }
  }

  @Test func slowToBeginIsNotSilent() async throws {
    let asking = Self.limited { $0.idle = 1 }
    #expect(try await Asking.answer(to: chat("a").after(.milliseconds(1500)), asking).text == "a")
  }

  @Test(arguments: [false, true])
  func cancellationReachesTheServer(_ streams: Bool) async throws {
    // Before the head, and after the first word.
    let first = Array((streams ? chatEvents(["a"])[1] : " ").utf8)
    let type = streams ? "text/event-stream" : "application/json"
    let begun = LoopbackReply.chunks([first], headers: [("content-type", type)], ends: false).then(.stall)
    for reply in [LoopbackReply([.stall]), begun] {
      let arrived = AsyncStream<Void>.makeStream()
      try await MockServer.with({ _ in
        arrived.continuation.yield()
        return reply
      }) { server in
        try await Asking().withClient(server.url) { client in
          let request = ModelRequest(caseID: "1", messages: Asking.question, sampling: Sampling())
          let task = Task { try await client.ask(request, streams: streams) }
          for await _ in arrived.stream { break }
          task.cancel()
          await #expect(throws: CancellationError.self) { try await task.value }
          #expect(await server.nextAbandoned() == 1)
        }
      }
    }
  }

  @Test func aTaskCancelledBeforehandSendsNothing() async throws {
    try await MockServer.with({ _ in chat("a") }) { server in
      try await Asking().withClient(server.url) { client in
        let gate = Gate(2)
        let task = Task {
          await gate.arrive()
          return try await client.answer(
            ModelRequest(caseID: "1", messages: Asking.question, sampling: Sampling()), onText: nil)
        }
        task.cancel()
        await gate.arrive()
        await #expect(throws: CancellationError.self) { try await task.value }
      }
    }
  }
}
