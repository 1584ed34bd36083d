import Domain
import LoopbackServer
import Synchronization
import Testing
import WorkbenchCore

@testable import ModelAPI

/// Several servers for one model.
struct BalancedClientTests {
  /// A server that can be told to die: it breaks off every connection. Notes what it was asked, and when it was dead.
  final class Mortal: Sendable {
    struct Notes {
      var isDead = false
      var answered = 0
      var chatsWhileDead = 0
      var checksWhileDead = 0
      var answeredAfterReturn = 0
      var hasDied = false
    }
    let notes = Mutex(Notes())

    func reply(to request: LoopbackRequest) -> LoopbackReply {
      let isCheck = request.method == "GET" && request.path == "/v1/models"
      return notes.withLock { notes in
        if notes.isDead {
          if isCheck { notes.checksWhileDead += 1 } else { notes.chatsWhileDead += 1 }
          return LoopbackReply([.reset])
        }
        if isCheck { return .response(200, [("content-type", "application/json")], #"{"data":[]}"#) }
        notes.answered += 1
        if notes.hasDied { notes.answeredAfterReturn += 1 }
        return chat(request.json?["messages"]?[0]?["content"]?.string ?? "").after(.milliseconds(5))
      }
    }
  }

  /// Runs `body` with a client of all these addresses.
  static func withClient<Result>(
    _ urls: [String], timeout: Double = 20, _ body: (any ModelClient) async throws -> Result
  ) async throws -> Result {
    let clients = HTTPModelClients(servers: nil) { _ in nil }
    let endpoint = Endpoint(.chat, baseURLs: urls.map { $0 + "/v1" }, model: "m")
    let spec = ModelSpec(name: "m", api: .endpoint(endpoint), timeout: timeout)
    do {
      let result = try await body(clients.client(for: spec, adapter: nil, workspace: "/"))
      await clients.shutdown()
      return result
    } catch {
      await clients.shutdown()
      throw error
    }
  }

  static func request(_ text: String) -> ModelRequest {
    ModelRequest(caseID: text, messages: [ChatMessage(role: .user, content: text)], sampling: Sampling())
  }

  /// Asks `width` at a time until `enough` says so; every answer must be the right one.
  private static func load(
    _ client: any ModelClient, width: Int, first: Int, until enough: @Sendable (Int) -> Bool
  ) async throws -> Int {
    try await withThrowingTaskGroup(of: Void.self) { group in
      var number = first
      while !enough(number - first) {
        if number - first >= width { try await group.next() }
        group.addTask { [number] in
          let text = try await client.answer(request("n\(number)"), onText: nil).text
          #expect(text == "n\(number)")
        }
        number += 1
      }
      try await group.waitForAll()
      return number
    }
  }

  @Test func oneOfFourDiesUnderLoadAndReturns() async throws {
    let width = 16
    let mortals = (0..<4).map { _ in Mortal() }
    var servers: [MockServer] = []
    for mortal in mortals { servers.append(try await MockServer { mortal.reply(to: $0) }) }
    let dying = mortals[2]
    try await Self.withClient(servers.map(\.url)) { client in
      var next = try await Self.load(client, width: width, first: 0) { $0 >= 200 }
      for mortal in mortals { #expect((20...110).contains(mortal.notes.withLock { $0.answered })) }

      dying.notes.withLock { notes in
        notes.isDead = true
        notes.hasDied = true
      }
      next = try await Self.load(client, width: width, first: next) { count in
        count >= 200 && dying.notes.withLock { $0.checksWhileDead } >= 2
      }
      let dead = dying.notes.withLock { $0 }
      // What was on its way when it died, and nothing afterwards but checks.
      #expect(dead.chatsWhileDead <= width)
      #expect((2...3).contains(dead.checksWhileDead))

      dying.notes.withLock { $0.isDead = false }
      let before = mortals.map { mortal in mortal.notes.withLock { $0.answered } }
      next = try await Self.load(client, width: width, first: next) { _ in
        dying.notes.withLock { $0.answeredAfterReturn } >= 50
      }
      #expect(dying.notes.withLock { $0.chatsWhileDead } == dead.chatsWhileDead)
      for (mortal, before) in zip(mortals, before) {
        let after = mortal.notes.withLock { $0.answered }
        #expect(after - before >= 10)
      }
    }
    for server in servers { await server.stop() }
  }

  @Test func aServerThatIsGoneAltogetherIsFoundAgainAtItsPlace() async throws {
    let other = try await MockServer { _ in chat("other") }
    let first = try await MockServer { _ in chat("first") }
    func askSixAtOnce(_ client: any ModelClient) async throws -> Set<String> {
      try await withThrowingTaskGroup(of: String.self) { group in
        for _ in 0..<6 { group.addTask { try await client.answer(Self.request("a"), onText: nil).text } }
        return try await group.reduce(into: []) { $0.insert($1) }
      }
    }
    try await Self.withClient([first.url, other.url]) { client in
      #expect(try await askSixAtOnce(client) == ["first", "other"])
      await first.stop()
      #expect(try await askSixAtOnce(client) == ["other"])
      let paths = Mutex<[String]>([])
      let again = try await MockServer(port: first.port) { request in
        paths.withLock { $0.append(request.path) }
        return request.method == "GET" ? .response(404) : chat("again")
      }
      while try await !askSixAtOnce(client).contains("again") {}
      #expect(paths.withLock { Array($0.prefix(2)) } == ["/v1/models", "/v1/chat/completions"])
      await again.stop()
    }
    await other.stop()
  }

  @Test func whatWasHeardIsNotPassedOn() async throws {
    // Broken off after the head: the caller hears of it, and counts.
    let chats = Mutex(0)
    let half = try await MockServer { request in
      if request.method == "POST" { chats.withLock { $0 += 1 } }
      return .chunks([Array(chatEvents(["a"])[0].utf8)], ends: false).then(.reset)
    }
    let whole = try await MockServer { _ in chat("whole") }
    try await Self.withClient([half.url, whole.url]) { client in
      let failure = await #expect(throws: ModelFailure.self) {
        try await client.answer(Self.request("a"), onText: { _ in })
      }
      #expect(failure?.kind == "unavailable")
      #expect(whole.counts.requests == 0)
      for _ in 0..<3 {
        let text = try await client.answer(Self.request("a"), onText: nil).text
        #expect(text == "whole")
      }
      #expect(chats.withLock { $0 } == 1)
    }
    await half.stop()
    await whole.stop()
  }

  @Test func failuresInARowEndItsTurns() async throws {
    let bad = try await MockServer { request in request.method == "GET" ? .response(200) : .response(500) }
    let good = try await MockServer { _ in chat("good") }
    try await Self.withClient([bad.url, good.url]) { client in
      var failures = 0
      for _ in 0..<20 {
        do {
          _ = try await client.answer(Self.request("a"), onText: nil)
        } catch {
          failures += 1
        }
      }
      // The first three, and some that try whether it is back.
      #expect((3...6).contains(failures))
    }
    await bad.stop()
    await good.stop()
  }

  @Test(arguments: ["unknown model", "no key", "silent", "a page"])
  func aServerOfNoUseDrawsNoRequests(_ fault: String) async throws {
    let chats = Mutex(0)
    let bad = try await MockServer { request in
      if request.method == "POST" { chats.withLock { $0 += 1 } }
      switch fault {
      case "unknown model": return .response(404)
      case "no key": return .response(401)
      case "a page": return .response(200, [("content-type", "text/html")], "<html>")
      default: return LoopbackReply([.stall])
      }
    }
    let good = try await MockServer { _ in chat("good").after(.milliseconds(30)) }
    try await Self.withClient([bad.url, good.url], timeout: fault == "silent" ? 0.5 : 20) { client in
      var answered = 0
      for _ in 0..<20 where await (try? client.answer(Self.request("a"), onText: nil)) != nil { answered += 1 }
      // However fast it fails.
      #expect(answered >= 14)
      #expect((3...6).contains(chats.withLock { $0 }))
    }
    await bad.stop()
    await good.stop()
  }

  @Test func whatNoServerTakesHurtsNone() async throws {
    var servers: [MockServer] = []
    for _ in 0..<2 {
      servers.append(
        try await MockServer { request in
          request.json?["messages"]?[0]?["content"] == "bad" ? .response(400) : chat("good")
        })
    }
    try await Self.withClient(servers.map(\.url)) { client in
      for _ in 0..<10 {
        let failure = await #expect(throws: ModelFailure.self) {
          try await client.answer(Self.request("bad"), onText: nil)
        }
        #expect(failure?.kind == "rejected")
      }
      let text = try await client.answer(Self.request("a"), onText: nil).text
      #expect(text == "good")
      #expect(servers.map(\.counts.requests).reduce(0, +) == 11)
    }
    for server in servers { await server.stop() }
  }

  @Test func aBusyServerHoldsOnlyItself() async throws {
    let busy = try await MockServer { _ in .response(429, [("retry-after", "30")]) }
    let free = try await MockServer { _ in chat("free") }
    try await Self.withClient([busy.url, free.url]) { client in
      let failure = await #expect(throws: ModelFailure.self) {
        try await client.answer(Self.request("a"), onText: nil)
      }
      #expect(failure?.kind == "busy")
      #expect(failure?.retryAfter == 0)
      #expect(client.quietSeconds() == nil)
      for _ in 0..<5 { _ = try await client.answer(Self.request("a"), onText: nil) }
      #expect(busy.counts.requests == 1)
      #expect(free.counts.requests == 5)
    }
    await busy.stop()
    await free.stop()
  }

  @Test func allBusyTellsHowLong() async throws {
    let servers = [
      try await MockServer { _ in .response(429, [("retry-after", "30")]) },
      try await MockServer { _ in .response(503, [("retry-after", "20")]) },
    ]
    try await Self.withClient(servers.map(\.url)) { client in
      for _ in servers { _ = try? await client.answer(Self.request("a"), onText: nil) }
      #expect(client.quietSeconds().map { (15...20).contains($0) } == true)
      let failure = await #expect(throws: ModelFailure.self) {
        try await client.answer(Self.request("a"), onText: nil)
      }
      #expect(failure?.retryAfter.map { (15...20).contains($0) } == true)
      for server in servers {
        #expect(failure?.description.contains("127.0.0.1:\(server.port)") == true)
        #expect(server.counts.requests == 1)
      }
    }
    for server in servers { await server.stop() }
  }

  @Test func whenAllAreGoneTheSentenceNamesEach() async throws {
    let servers = try (0..<3).map { _ in try ClosedPort() }
    try await Self.withClient(servers.map(\.url)) { client in
      for _ in 0..<2 {
        let failure = await #expect(throws: ModelFailure.self) {
          try await client.answer(Self.request("a"), onText: nil)
        }
        #expect(failure?.kind == "unavailable")
        for server in servers { #expect(failure?.description.contains("127.0.0.1:\(server.port)") == true) }
        #expect(failure?.description.contains("refused") == true)
      }
      #expect(client.quietSeconds() == nil)
    }
  }

  @Test func allGoneAndOneBack() async throws {
    let isBack = Mutex(false)
    let server = try await MockServer { request in
      guard isBack.withLock({ $0 }) else { return LoopbackReply([.reset]) }
      return request.method == "GET" ? .response(200) : chat("back")
    }
    let gone = try ClosedPort()
    try await Self.withClient([server.url, gone.url]) { client in
      await #expect(throws: ModelFailure.self) { try await client.answer(Self.request("a"), onText: nil) }
      isBack.withLock { $0 = true }
      // The next requests that come after the pause wait for the check together, and are all answered.
      try await Task.sleep(for: .seconds(ServerPool.firstPause))
      try await withThrowingTaskGroup(of: String.self) { group in
        for _ in 0..<8 { group.addTask { try await client.answer(Self.request("a"), onText: nil).text } }
        for try await text in group { #expect(text == "back") }
      }
    }
    await server.stop()
  }

  @Test func quietServersAreSpared() async throws {
    @Sendable func limited(_ left: String) -> LoopbackReply {
      .response(
        200,
        [
          ("content-type", "application/json"), ("x-ratelimit-remaining-requests", left),
          ("x-ratelimit-reset-requests", "50s"),
        ], #"{"choices":[{"message":{"content":"x"}}]}"#)
    }
    let empty = try await MockServer { _ in limited("0") }
    let full = try await MockServer { request in limited(request.number > 5 ? "0" : "9") }
    try await Self.withClient([empty.url, full.url]) { client in
      for _ in 0..<6 {
        #expect(client.quietSeconds() == nil)
        _ = try await client.answer(Self.request("a"), onText: nil)
      }
      #expect(empty.counts.requests == 1)
      _ = try await client.answer(Self.request("a"), onText: nil)
      #expect(client.quietSeconds().map { (30...50).contains($0) } == true)
    }
    await empty.stop()
    await full.stop()
  }

  @Test func cancellingLeavesTheServersAlone() async throws {
    let servers = [try await MockServer { _ in LoopbackReply([.stall]) }, try await MockServer { _ in chat("a") }]
    try await Self.withClient(servers.map(\.url)) { client in
      for _ in 0..<4 {
        let task = Task { try await client.answer(Self.request("a"), onText: nil) }
        if servers[0].counts.requests == 0 { while servers[0].counts.requests == 0 { await Task.yield() } }
        task.cancel()
        _ = try? await task.value
      }
      let text = try await client.answer(Self.request("a"), onText: nil).text
      #expect(text == "a")
    }
    for server in servers { await server.stop() }
  }
}
