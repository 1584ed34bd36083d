import Domain
import Foundation
import LoopbackServer
import NIOHTTP1
import Testing
import WorkbenchCore

@testable import ModelAPI

/// Limits that a server tells of before they are hurt.
struct RateLimitTests {
  private static let now = Date(timeIntervalSince1970: 784_111_777)  // 1994-11-06T08:49:37Z

  private func quiet(_ headers: (String, String)...) -> Double? {
    RetryDelay.quietSeconds(in: HTTPHeaders(headers), now: Self.now)
  }

  @Test func aLimitUsedUpIsQuiet() {
    #expect(quiet(("x-ratelimit-remaining-requests", "0"), ("x-ratelimit-reset-requests", "1m30s")) == 90)
    #expect(quiet(("X-RateLimit-Remaining-Tokens", "0"), ("X-RateLimit-Reset-Tokens", "250ms")) == 0.25)
    #expect(quiet(("ratelimit-remaining", "0"), ("ratelimit-reset", "5")) == 5)
    let anthropic = ("anthropic-ratelimit-input-tokens-remaining", "0")
    #expect(quiet(anthropic, ("anthropic-ratelimit-input-tokens-reset", "1994-11-06T08:49:47Z")) == 10)
    #expect(quiet(anthropic, ("anthropic-ratelimit-input-tokens-reset", "1994-11-06T08:49:47.5Z")) == 10.5)
    #expect(quiet(anthropic, ("anthropic-ratelimit-input-tokens-reset", "1994-11-06T09:49:47+01:00")) == 10)
    #expect(quiet(("x-ratelimit-remaining", "0"), ("x-ratelimit-reset", "784111784")) == 7)
    #expect(quiet(("x-ratelimit-remaining", "0"), ("x-ratelimit-reset", "784111784500")) == 7.5)
    // The longest counts.
    #expect(
      quiet(
        ("x-ratelimit-remaining-requests", "0"), ("x-ratelimit-reset-requests", "2s"),
        ("x-ratelimit-remaining-tokens", "0"), ("x-ratelimit-reset-tokens", "6s")) == 6)
    #expect(quiet(("x-ratelimit-remaining-requests", "0"), ("x-ratelimit-reset-requests", "8h")) == 28_800)
  }

  @Test func theServersOwnClockCounts() {
    #expect(
      quiet(
        ("date", "Sun, 06 Nov 1994 10:00:00 GMT"), ("anthropic-ratelimit-requests-remaining", "0"),
        ("anthropic-ratelimit-requests-reset", "1994-11-06T10:00:03Z")) == 3)
  }

  @Test func whateverElseIsNot() {
    #expect(quiet() == nil)
    #expect(quiet(("x-ratelimit-remaining-requests", "0")) == nil)
    #expect(quiet(("x-ratelimit-reset-requests", "5s")) == nil)
    #expect(quiet(("x-ratelimit-remaining-requests", "1"), ("x-ratelimit-reset-requests", "5s")) == nil)
    #expect(quiet(("retry-after", "5")) == nil)
    for reset in ["", "soon", "-5s", "nan", "inf", "1994-99-99T00:00:00Z", "1993-01-01T00:00:00Z", "é", "1e309", "0"] {
      #expect(quiet(("x-ratelimit-remaining-requests", "0"), ("x-ratelimit-reset-requests", reset)) == nil, "\(reset)")
    }
  }

  @Test func laterWordsTakeEarlierOnesBack() {
    let quiet = QuietTime()
    let start = ContinuousClock.now
    func at(_ seconds: Double) -> ContinuousClock.Instant { start + .seconds(seconds) }
    #expect(quiet.seconds(now: start) == nil)
    quiet.hear(10, sent: start, now: at(1))
    #expect(quiet.seconds(now: at(1)) == 10)
    quiet.hear(2, sent: start, now: at(2))
    #expect(quiet.seconds(now: at(2)) == 9)
    // An answer that was asked for before that word.
    quiet.hear(nil, sent: at(0.5), now: at(3))
    #expect(quiet.seconds(now: at(3)) == 8)
    quiet.hear(nil, sent: at(4), now: at(5))
    #expect(quiet.seconds(now: at(5)) == nil)
    quiet.hear(1, sent: at(5), now: at(6))
    #expect(quiet.seconds(now: at(8)) == nil)
  }

  @Test(arguments: [false, true])
  func theClientTells(_ streams: Bool) async throws {
    try await MockServer.with({ request in
      let left = request.number == 1 ? "3" : "0"
      let more = [
        ("x-ratelimit-remaining-requests", left), ("x-ratelimit-reset-requests", "40s"),
        ("content-type", streams ? "text/event-stream" : "application/json"),
      ]
      if streams { return .chunks(chatEvents(["a"]).map { Array($0.utf8) }, headers: more) }
      return .response(200, more, #"{"choices":[{"message":{"content":"a"},"finish_reason":"stop"}]}"#)
    }) { server in
      try await Asking().withClient(server.url) { client in
        let request = ModelRequest(caseID: "1", messages: Asking.question, sampling: Sampling())
        #expect(client.quietSeconds() == nil)
        _ = try await client.ask(request, streams: streams)
        #expect(client.quietSeconds() == nil)
        _ = try await client.ask(request, streams: streams)
        let seconds = try #require(client.quietSeconds())
        #expect(seconds > 20 && seconds <= 40)
      }
    }
  }
}
