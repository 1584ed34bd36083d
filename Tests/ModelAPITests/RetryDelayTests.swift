import Foundation
import NIOHTTP1
import Testing

@testable import ModelAPI

struct RetryDelayTests {
  private let now = Date(timeIntervalSince1970: 784_111_777)  // Sun, 06 Nov 1994 08:49:37 GMT

  @Test(arguments: ["Sun, 06 Nov 1994 08:49:37 GMT", "Sunday, 06-Nov-94 08:49:37 GMT", "Sun Nov  6 08:49:37 1994"])
  func readsDates(_ text: String) {
    #expect(RetryDelay.httpDate(text) == now)
  }

  @Test(arguments: [
    "", "soon", "Sun, 06 Nix 1994 08:49:37 GMT", "Sun, 99 Nov 1994 08:49:37 GMT", "1 2 3 4 5 6 7 8",
    "Sun, 06 Nov 99999999999999999999 08:49:37 GMT", "Sun, 06 Nov 1994 08:49 GMT", ",,,,,,,,",
    "é, 06 Nov 1994 25:00:00 GMT",
  ])
  func refusesWhatIsNoDate(_ text: String) {
    #expect(RetryDelay.httpDate(text) == nil)
  }

  @Test(arguments: [
    ("20ms", 0.02), ("1s", 1), ("6m0s", 360), ("1h2m3.5s", 3723.5), ("12", 12), ("1d", 86400),
  ])
  func readsDurations(_ text: String, _ seconds: Double) {
    #expect(RetryDelay.duration(text) == seconds)
  }

  @Test(arguments: ["", "s", "1x", "1.2.3s", "-1s", "1s2", "nan", "inf"])
  func refusesWhatIsNoDuration(_ text: String) {
    #expect(RetryDelay.duration(text) == nil)
  }

  private static let sentences: [(String, Double)] = [
    ("Rate limit reached. Please try again in 7m12s. Visit our site.", 432), ("Please retry in 36.5s.", 36.5),
    ("Please retry after 59 seconds.", 59), ("Try again in 20ms", 0.02), ("try again in 2 hours", 7200),
    ("retry after 3", 3),
  ]

  @Test(arguments: sentences)
  func readsSentences(_ sentence: String, _ seconds: Double) {
    #expect(RetryDelay.seconds(in: sentence) == seconds)
  }

  @Test(arguments: ["", "again", "try again in", "try again in a while", "in 5 s", "limit of 7m", "after 3"])
  func namesNoWait(_ sentence: String) {
    #expect(RetryDelay.seconds(in: sentence) == nil)
  }

  @Test func obeysTheServer() {
    func wait(_ headers: [(String, String)]) -> Double? { RetryDelay.seconds(in: HTTPHeaders(headers), now: now) }
    #expect(wait([]) == nil)
    #expect(wait([("Retry-After", "7")]) == 7)
    #expect(wait([("retry-after", " 0.5 ")]) == 0.5)
    #expect(wait([("retry-after-ms", "250"), ("retry-after", "1")]) == 0.25)
    #expect(wait([("retry-after", "-3")]) == nil)
    #expect(wait([("retry-after", "86400")]) == 86_400)
    #expect(wait([("retry-after", "99999999")]) == RetryDelay.longest)
    #expect(wait([("retry-after", "Sun, 06 Nov 1994 08:49:47 GMT")]) == 10)
    #expect(wait([("retry-after", "Sun, 06 Nov 1994 08:00:00 GMT")]) == 0)
    // By the server's clock, however wrong.
    let wrong = [("date", "Sun, 06 Nov 1994 10:00:00 GMT"), ("retry-after", "Sun, 06 Nov 1994 10:00:05 GMT")]
    #expect(wait(wrong) == 5)
    #expect(wait([("x-ratelimit-reset-requests", "2s"), ("x-ratelimit-remaining-requests", "0")]) == 2)
    #expect(wait([("x-ratelimit-reset-requests", "2s"), ("x-ratelimit-remaining-requests", "9")]) == nil)
    let both = [("x-ratelimit-reset-requests", "2s"), ("x-ratelimit-reset-tokens", "6m0s")]
    #expect(wait(both) == 360)
    #expect(wait(both + [("retry-after", "1")]) == 1)
  }
}
