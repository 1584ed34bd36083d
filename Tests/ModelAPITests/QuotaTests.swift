import Domain
import Foundation
import LoopbackServer
import Testing
import WorkbenchCore

@testable import ModelAPI

/// Limits of a minute, limits of a day and empty accounts, in the words of the providers.
struct QuotaTests {
  /// What a failure means for a run.
  enum Meaning: Equatable {
    case busy(Double?)
    case exhausted(isCertain: Bool)
    case other(String)
  }

  private func meaning(_ status: Int, _ body: String, _ headers: [(String, String)] = []) async throws -> Meaning? {
    let reply = LoopbackReply.response(status, [("content-type", "application/json")] + headers, body)
    switch try await Asking.failure(of: reply) {
    case .busy(_, let seconds): return .busy(seconds)
    case .exhausted(_, _, let isCertain): return .exhausted(isCertain: isCertain)
    case let failure: return failure.map { .other($0.kind) }
    }
  }

  private static func google(_ quotaID: String, retry: String?) -> String {
    let info = retry.map { #",{"@type":"type.googleapis.com/google.rpc.RetryInfo","retryDelay":"\#($0)"}"# } ?? ""
    return
      #"{"error":{"code":429,"message":"You exceeded your current quota, please check your plan and billing details.","#
      + #""status":"RESOURCE_EXHAUSTED","details":[{"@type":"type.googleapis.com/google.rpc.QuotaFailure","violations":"#
      + #"[{"quotaMetric":"generativelanguage.googleapis.com/generate_content_free_tier_requests","quotaId":"\#(quotaID)"}]}"#
      + info + "]}}"
  }

  private static func error(_ message: String, _ code: String = "rate_limit_exceeded") -> String {
    #"{"error":{"message":"\#(message)","code":"\#(code)"}}"#
  }

  @Test func limitsOfAMinutePass() async throws {
    let minute = Self.google("GenerateRequestsPerMinutePerProjectPerModel-FreeTier", retry: "17s")
    #expect(try await meaning(429, minute) == .busy(17))
    #expect(try await meaning(429, "[\(minute)]") == .busy(17), "the API that is like OpenAI's sends a list")
    #expect(try await meaning(429, Self.error("Limit on tokens per min (TPM): Limit 30000")) == .busy(nil))
    #expect(
      try await meaning(429, Self.error("Please retry after 59 seconds. For a quota increase, see …")) == .busy(59))
    #expect(try await meaning(429, Self.error("slow down"), [("retry-after", "3")]) == .busy(3))
    #expect(try await meaning(429, Self.error("slow down"), [("retry-after", "86400")]) == .busy(86_400))
    #expect(try await meaning(503, Self.error("overloaded"), [("retry-after", "4")]) == .busy(4))
  }

  @Test func quotasOfADayDoNot() async throws {
    let certain = Meaning.exhausted(isCertain: true)
    #expect(
      try await meaning(429, Self.google("GenerateRequestsPerDayPerProjectPerModel-FreeTier", retry: "17s")) == certain)
    let short =
      #"{"error":{"code":429,"message":"Quota exceeded for quota metric GenerateRequestsPerDay","#
      + #""status":"RESOURCE_EXHAUSTED"}}"#
    #expect(try await meaning(429, short) == certain)
    #expect(try await meaning(429, Self.error("Daily limit reached", "429")) == certain)
    #expect(try await meaning(429, Self.error("limited to 1000 API calls / month", "429")) == certain)
    // A quota of a day that lets a request through now and then names a short wait.
    let sliding = Self.error("Limit on requests per day (RPD): Limit 10000. Please try again in 8.64s.")
    #expect(try await meaning(429, sliding) == .exhausted(isCertain: false))
    let unclear =
      #"{"error":{"code":429,"message":"Resource has been exhausted (e.g. check quota).","status":"#
      + #""RESOURCE_EXHAUSTED"}}"#
    #expect(try await meaning(429, unclear) == .exhausted(isCertain: false))
    #expect(
      try await meaning(429, Self.error("You exceeded your current quota", "429")) == .exhausted(isCertain: false))
  }

  @Test func emptyAccountsDoNot() async throws {
    let certain = Meaning.exhausted(isCertain: true)
    #expect(try await meaning(429, Self.error("You exceeded your current quota", "insufficient_quota")) == certain)
    #expect(
      try await meaning(429, Self.error("…", "insufficient_quota"), [("retry-after", "2")]) == certain,
      "waiting is no use")
    #expect(try await meaning(402, Self.error("Insufficient Balance", "invalid_request_error")) == certain)
    #expect(try await meaning(402, "") == certain)
    let anthropic = "Your credit balance is too low to access the Anthropic API. Please go to Plans & Billing."
    #expect(try await meaning(400, Self.error(anthropic, "invalid_request_error")) == certain)
    #expect(try await meaning(400, Self.error("You have reached your specified API usage limits.", "x")) == certain)
    #expect(try await meaning(403, Self.error("Key limit exceeded.", "403")) == certain)
    #expect(try await meaning(401, Self.error("x", "insufficient_quota")) == certain)
    #expect(try await meaning(200, Self.error("x", "insufficient_quota")) == certain)
  }

  @Test func otherRefusalsMayRepeatWhatWasAsked() async throws {
    let echo = Self.error(
      "Invalid input: the daily payment method has an insufficient balance quota", "invalid_request")
    #expect(try await meaning(400, echo) == .other("rejected"))
    #expect(try await meaning(422, echo) == .other("rejected"))
    #expect(try await meaning(500, echo) == .other("unavailable"))
    #expect(try await meaning(200, echo) == .other("rejected"))
    let daily = Self.error("Limit of 50 requests per day", "rate_limit_exceeded")
    #expect(try await meaning(200, daily) == .exhausted(isCertain: true))
  }

  @Test func googlesDaysBeginAtMidnightInCalifornia() throws {
    let json = #"{"error":{"message":"GenerateRequestsPerDay","status":"RESOURCE_EXHAUSTED"}}"#
    let notice = QuotaNotice(
      try .init(parsing: json), status: 429, sentence: "GenerateRequestsPerDay", headerDelay: nil)
    let now = try Date("2026-11-30T18:00:00Z", strategy: .iso8601)
    #expect(notice.quota == .day && notice.reset(now: now) == 14 * 3600)
  }

  @Test func theOthersOfSeveralServersGoOn() async throws {
    let empty = try await MockServer { _ in
      .response(429, [("content-type", "application/json")], Self.error("x", "insufficient_quota"))
    }
    let full = try await MockServer { _ in chat("yes") }
    try await BalancedClientTests.withClient([empty.url, full.url]) { client in
      let request = ModelRequest(caseID: "1", messages: Asking.question, sampling: Sampling())
      var answered = 0
      for _ in 0..<4 {
        do {
          _ = try await client.ask(request, streams: false)
          answered += 1
        } catch let failure as ModelFailure {
          #expect(failure.kind == "busy" && failure.retryAfter == 0, "\(failure)")
        }
      }
      #expect(answered >= 3)
    }
    await empty.stop()
    await full.stop()
  }
}
