import Content
import Domain
import Foundation
import Synchronization
import Testing

@testable import WorkbenchCore

/// Tuned models at an endpoint: which one `latest` is, what decides a run, what it costs.
@Suite struct HostedAdapterTests {
  /// Remembers what clients it was asked for, and answers with the adapter's name.
  private final class Clients: ModelClients, ModelClient {
    let adapters = Mutex<[String?]>([])
    private let adapter: String?
    init(adapter: String? = nil) { self.adapter = adapter }
    func client(for model: ModelSpec, adapter: String?, workspace: String) throws -> any ModelClient {
      adapters.withLock { $0.append(adapter) }
      return Clients(adapter: adapter)
    }
    func prepare() async throws {}
    func answer(_ request: ModelRequest, onText: (@Sendable (String) -> Void)?) async throws -> Answer {
      Answer(text: adapter ?? "base", usage: TokenUsage(prompt: 1_000_000, completion: 1_000_000))
    }
    func tokenCounts(of texts: [String]) async -> [Int]? { nil }
  }

  /// A workspace whose variants `base`, `tuned` and `latest` are of a model at an endpoint.
  private static func workspace(_ price: TokenPrice?) -> Workspace {
    var workspace = sampleWorkspace(cases: 2)
    workspace.models[0].price = price
    workspace.variants = [
      Variant(name: "base", model: "m", prompt: "main"),
      Variant(name: "tuned", model: "m", prompt: "main", adapter: "ft:x::7"),
      Variant(name: "latest", model: "m", prompt: "main", adapter: Variant.latestAdapter),
      Variant(name: "local", model: "tiny", prompt: "main", adapter: Variant.latestAdapter),
    ]
    return workspace
  }

  private static func job(_ store: FakeStore, backend: String, base: String, adapter: String?) async throws {
    var job = try await store.beginJob(
      JobDraft(backend: backend, base: base, data: "d", settings: TrainingSettings(), created: Date()))
    job.state = .finished
    job.adapter = adapter
    try await store.update(job)
  }

  @Test func theTunedModelIsAskedAndIsPartOfTheRun() async throws {
    let clients = Clients()
    let bench = try await Workbench(
      Workbench.Dependencies(
        files: FakeFiles(Self.workspace(TokenPrice(input: 2, output: 1))), store: FakeStore(), clients: clients,
        trainer: FakeTrainer()))
    let base = try await evaluate(bench, "base")
    let tuned = try await evaluate(bench, "tuned")
    #expect(clients.adapters.withLock { $0 } == [nil, "ft:x::7"])
    #expect(base.identity != tuned.identity && tuned.variant.adapter == "ft:x::7")
    #expect(tuned.summary.done == 2 && tuned.summary.cost == 6)
    await #expect(throws: WorkbenchError.self) { try await evaluate(bench, "latest") }
  }

  @Test func aPriceFromTheTableIsTheBaseModels() async throws {
    let listed = Self.workspace(TokenPrice(input: 2, output: 1, asOf: "2026-01-01"))
    #expect(listed.price(of: listed.variants[0])?.rates.input == 2 && listed.price(of: listed.variants[1]) == nil)
    let own = Self.workspace(TokenPrice(input: 2, output: 1))
    #expect(own.price(of: own.variants[1])?.rates.input == 2)
  }

  @Test func latestIsWhatTheModelCanUse() async throws {
    let store = FakeStore()
    try await Self.job(store, backend: "openai", base: "m", adapter: "ft:m::1")
    try await Self.job(store, backend: "openai", base: "other", adapter: "ft:other::2")
    try await Self.job(store, backend: "mlx", base: "tiny", adapter: ".assay/jobs/3/best")
    try await Self.job(store, backend: "openai", base: "m", adapter: nil)
    let clients = Clients()
    let files = FakeFiles(Self.workspace(nil))
    await files.set(fingerprint: "aa", of: ".assay/jobs/3/best")
    let bench = try await Workbench(
      Workbench.Dependencies(files: files, store: store, clients: clients, trainer: FakeTrainer()))
    #expect(try await evaluate(bench, "latest").variant.adapter == "ft:m::1")
    #expect(try await evaluate(bench, "local").variant.adapter == ".assay/jobs/3/best")
  }

  @Test func aCheckpointIsAModelToo() async throws {
    let store = FakeStore()
    try await Self.job(store, backend: "openai", base: "m", adapter: "ft:m::1")
    let events = [3, 6].map {
      TrainingEvent(time: 1, kind: .checkpoint(Checkpoint(step: $0, path: $0 == 6 ? "ft:m::1" : "ft:m::1:ckpt-step-3")))
    }
    let trainer = FakeTrainer([
      TrainerObservation(events: events, cursor: ObservationCursor(events: 1), isAlive: false, exitStatus: 0, log: [])
    ])
    let bench = try await Workbench(
      Workbench.Dependencies(
        files: FakeFiles(Self.workspace(nil)), store: store, clients: Clients(), trainer: trainer))
    #expect(try await evaluate(bench, "tuned@1/3").variant.adapter == "ft:m::1:ckpt-step-3")
    await #expect(throws: WorkbenchError.self) { try await evaluate(bench, "tuned@1/4") }
    try await bench.perform(.keepCheckpoint(JobID(1), step: 3))
    #expect(await bench.snapshot.jobs.first?.adapter == "ft:m::1:ckpt-step-3")
    #expect(try await evaluate(bench, "latest").variant.adapter == "ft:m::1:ckpt-step-3")
  }

  @Test func aChoiceOutlivesWhoeverReadsTheEventsLater() async throws {
    let store = FakeStore()
    try await Self.job(store, backend: "openai", base: "m", adapter: "ft:m::1")
    let events = [3, 6].map {
      TrainingEvent(
        time: 1, kind: .checkpoint(Checkpoint(step: $0, path: "ft:m::\($0)", validationLoss: 1, isBest: true)))
    }
    let all = TrainerObservation(
      events: events, cursor: ObservationCursor(events: 1), isAlive: false, exitStatus: 0, log: [])
    func bench() async throws -> Workbench {
      try await Workbench(
        Workbench.Dependencies(
          files: FakeFiles(Self.workspace(nil)), store: store, clients: Clients(), trainer: FakeTrainer(always: all)))
    }
    let (one, other) = (try await bench(), try await bench())
    try await one.perform(.keepCheckpoint(JobID(1), step: 3))
    // The other process read the header before the choice was made.
    await other.refresh(JobID(1))
    let job = try #require(try await store.jobs().first)
    #expect(job.adapter == "ft:m::3" && job.best?.step == 3 && job.chosen == 3)
    let later = try await bench()
    await later.refresh(JobID(1))
    #expect(await later.snapshot.jobs.first?.adapter == "ft:m::3")
    #expect(try await store.jobs().first?.adapter == "ft:m::3")
  }
}
