import Content
import Domain
import Foundation
import LoopbackServer
import Synchronization
import Testing
import WorkbenchCore

@testable import ModelAPI

struct LocalChatTests {
  /// An engine room that points at a mock server and remembers what it was asked for.
  final class Servers: ModelServers {
    final class Lease: Sendable {
      let released: @Sendable () -> Void
      init(released: @escaping @Sendable () -> Void) { self.released = released }
      deinit { released() }
    }
    let asked = Mutex<[String]>([])
    let open = Mutex(0)
    let work: @Sendable () async throws -> String

    init(_ work: @escaping @Sendable () async throws -> String) { self.work = work }

    func serve(model: String, adapter: String?) async throws -> ServedModel {
      asked.withLock { $0.append("\(model) \(adapter ?? "-")") }
      let url = try await work()
      open.withLock { $0 += 1 }
      return ServedModel(baseURL: url, lease: Lease { [weak self] in self?.open.withLock { $0 -= 1 } })
    }
  }

  private let spec = ModelSpec(name: "tiny", api: .mlx(path: "model"))
  private let request = ModelRequest(caseID: "1", messages: Asking.question, sampling: Sampling())

  @Test func asksTheEngineForItsOwnModel() async throws {
    let seen = Mutex<[JSONValue?]>([])
    try await MockServer.with({ request in
      seen.withLock { $0.append(request.json) }
      if request.path == "/assay/tokenize" {
        return .response(200, [("content-type", "application/json")], #"{"counts":[1,2]}"#)
      }
      return request.json?["stream"] == true ? chatStream("a b") : chat("a b")
    }) { server in
      let servers = Servers { server.url + "/v1" }
      let clients = HTTPModelClients(servers: servers) { _ in nil }
      let folder = FileManager.default.temporaryDirectory.appending(path: "local-\(UUID().uuidString)")
      let model = folder.appending(path: "model")
      try FileManager.default.createDirectory(at: model, withIntermediateDirectories: true)
      defer { try? FileManager.default.removeItem(at: folder) }
      do {
        let client = try clients.client(for: spec, adapter: ".assay/jobs/3/best", workspace: folder.path)
        #expect(await client.tokenCounts(of: ["a", "b c"]) == nil)
        try await client.prepare()
        #expect(try await client.answer(request, onText: nil).text == "a b")
        let other = try clients.client(for: spec, adapter: ".assay/jobs/3/best", workspace: folder.path)
        #expect(try await other.answer(request) { _ in }.text == "a b")
        #expect(await client.tokenCounts(of: ["a", "b c"]) == [1, 2])
        #expect(await client.tokenCounts(of: []) == [])
        #expect(await client.tokenCounts(of: ["only one"]) == nil)
        #expect(servers.asked.withLock { $0 } == ["\(model.path) \(folder.path)/.assay/jobs/3/best"])
        #expect(seen.withLock { $0 }.first??["model"] == "default_model")
        #expect(servers.open.withLock { $0 } == 1)
        try await client.prepare()
        #expect(servers.asked.withLock { $0.count } == 2)
        #expect(servers.open.withLock { $0 } == 1)
      }
      #expect(servers.open.withLock { $0 } == 0)
      await clients.shutdown()
    }
  }

  @Test func hubIdsAreLeftAsTheyAre() async throws {
    let servers = Servers { throw ModelFailure.unavailable("Install the engine first: assay engine install.") }
    let clients = HTTPModelClients(servers: servers) { _ in nil }
    let hub = ModelSpec(name: "big", api: .mlx(path: "hub:someone/model-4bit"))
    let client = try clients.client(for: hub, adapter: nil, workspace: "/nowhere")
    let failure = await #expect(throws: ModelFailure.self) { try await client.answer(request, onText: nil) }
    #expect(failure == .unavailable("Install the engine first: assay engine install."))
    #expect(servers.asked.withLock { $0 } == ["hub:someone/model-4bit -"])
    await clients.shutdown()
  }

  @Test func manyWhoAskAtOnceStartOneEngine() async throws {
    try await MockServer.with({ _ in chat("a") }) { server in
      let (started, start) = AsyncStream<Void>.makeStream()
      let servers = Servers {
        for await _ in started { break }
        return server.url
      }
      let clients = HTTPModelClients(servers: servers) { _ in nil }
      let client = try clients.client(for: spec, adapter: nil, workspace: "/")
      try await withThrowingTaskGroup(of: String.self) { group in
        for _ in 0..<8 { group.addTask { try await client.answer(request, onText: nil).text } }
        start.yield()
        for try await text in group { #expect(text == "a") }
      }
      #expect(servers.asked.withLock { $0.count } == 1)
      await clients.shutdown()
    }
  }

  @Test func afterTheEngineDiedANewOneIsUsed() async throws {
    let first = try await MockServer { _ in chat("first") }
    let second = try await MockServer { _ in chat("second") }
    let urls = Mutex([first.url, second.url])
    let servers = Servers { urls.withLock { $0.removeFirst() } }
    let clients = HTTPModelClients(servers: servers) { _ in nil }
    let client = try clients.client(for: spec, adapter: nil, workspace: "/")
    #expect(try await client.answer(request, onText: nil).text == "first")
    await first.stop()
    let failure = await #expect(throws: ModelFailure.self) { try await client.answer(request, onText: nil) }
    #expect(failure?.kind == "unavailable")
    try await client.prepare()
    #expect(try await client.answer(request, onText: nil).text == "second")
    await clients.shutdown()
    await second.stop()
  }

  @Test func whatTheEngineThrowsIsMadeASentence() async throws {
    struct Odd: Error {}
    let clients = HTTPModelClients(servers: Servers { throw Odd() }) { _ in nil }
    let client = try clients.client(for: spec, adapter: nil, workspace: "/")
    let failure = await #expect(throws: ModelFailure.self) { try await client.prepare() }
    #expect(failure?.kind == "unavailable")
    await clients.shutdown()
  }

  @Test func cancellingTheOnlyOneWhoWaitsStopsTheStart() async throws {
    let (arrived, arrival) = AsyncStream<Void>.makeStream()
    let starts = Mutex(0)
    let servers = Servers {
      let number = starts.withLock { starts in
        starts += 1
        return starts
      }
      if number > 1 { return "http://127.0.0.1:1" }
      arrival.yield()
      for await _ in AsyncStream<Void>.makeStream().stream {}
      throw CancellationError()
    }
    let clients = HTTPModelClients(servers: servers) { _ in nil }
    let client = try clients.client(for: spec, adapter: nil, workspace: "/")
    let task = Task { try await client.prepare() }
    for await _ in arrived { break }
    task.cancel()
    await #expect(throws: CancellationError.self) { try await task.value }
    try await client.prepare()
    #expect(starts.withLock { $0 } == 2)
    await clients.shutdown()
  }

  @Test func withoutAnEngineThereIsASentence() {
    let clients = HTTPModelClients(servers: nil) { _ in nil }
    let failure = #expect(throws: ModelFailure.self) { try clients.client(for: spec, adapter: nil, workspace: "/") }
    #expect(failure?.kind == "rejected")
  }
}
