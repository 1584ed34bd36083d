import Content
import Domain
import Evidence
import Foundation
import Testing

@testable import WorkbenchCore

@Suite struct CheckpointTests {
  @Test func eachCheckpointIsAVariantOfItsOwn() async throws {
    let folder = FileManager.default.temporaryDirectory.path + "/assay-checkpoints-\(UUID().uuidString)"
    defer { try? FileManager.default.removeItem(atPath: folder) }
    var workspace = sampleWorkspace(cases: 10)
    workspace = Workspace(
      folder: folder, name: workspace.name, models: [ModelSpec(name: "m", api: .mlx(path: "model"))],
      prompts: workspace.prompts, evalSets: workspace.evalSets,
      variants: [
        Variant(name: "base", model: "m", prompt: workspace.prompts[0].name),
        Variant(name: "tuned", model: "m", prompt: workspace.prompts[0].name, adapter: Variant.latestAdapter),
      ])
    let files = FakeFiles(workspace)
    let store = FakeStore()
    var job = try await store.beginJob(
      JobDraft(backend: "fake", base: "m", data: "d", settings: TrainingSettings(), created: Date()))
    job.state = .finished
    try await store.update(job)
    var events: [TrainingEvent] = []
    for step in [100, 200] {
      let path = "checkpoints/0000\(step)"
      try FileManager.default.createDirectory(
        atPath: "\(folder)/\(job.folder)/\(path)", withIntermediateDirectories: true)
      await files.set(fingerprint: SHA256.hex("\(step)"), of: "\(job.folder)/\(path)")
      events.append(TrainingEvent(time: 0, kind: .checkpoint(Checkpoint(step: step, path: path))))
    }
    let trainer = FakeTrainer([
      TrainerObservation(events: events, cursor: ObservationCursor(events: 1), isAlive: false, exitStatus: 0, log: [])
    ])
    // Right for all after step 100, and for half of them after step 200.
    let model = AdapterModel { adapter, request in
      let right = adapter?.hasSuffix("100") == true || (Int(request.caseID.dropFirst()) ?? 0) % 2 == 0
      return Answer(text: right ? request.messages[1].content : "wrong")
    }
    let workbench = try await Workbench(
      Workbench.Dependencies(files: files, store: store, clients: model, trainer: trainer))
    let report = try await workbench.evaluateCheckpoints(of: job.id, limit: 8)
    #expect(report.rows.map(\.task.variant.name) == ["tuned@1/100", "tuned@1/200"])
    #expect(report.rows.map(\.task.summary.done) == [8, 8])
    #expect(report.rows[0].task.summary.mean == 1 && report.rows[1].task.summary.mean < 1)
    #expect(report.choice.best == 0)
    #expect(report.rows.map(\.figures?.count) == [8, 8] && report.rows[0].figures?.equal == 0.125)
    #expect(report.signs.isEmpty)
    let behaviour = await workbench.snapshot.behaviour(of: job.id)
    #expect(behaviour[100]?.task?.summary.mean == 1 && behaviour[200]?.task != nil)
    try await workbench.perform(.keepCheckpoint(job.id, step: 100))
    let link = try FileManager.default.destinationOfSymbolicLink(atPath: "\(folder)/\(job.folder)/best")
    #expect(link == "checkpoints/0000100")
    await #expect(throws: WorkbenchError.self) { try await workbench.perform(.keepCheckpoint(job.id, step: 7)) }
    await #expect(throws: WorkbenchError.self) {
      try await workbench.perform(.evaluate(EvaluateRequest(variant: "nobody@1/100")))
    }
  }
}

struct CollapseTests {
  @Test func oneAnswerToEverythingIsToldOfTunedModels() async throws {
    let (files, store) = (FakeFiles(sampleWorkspace(cases: 20)), FakeStore())
    await files.set(fingerprint: "a", of: ".assay/jobs/1/best")
    let (workbench, _) = try await workbench(
      sampleWorkspace(cases: 20), files: files, store: store, model: FakeModel { _, _ in Answer(text: "billing") })
    let tuned = try await evaluate(workbench, "tuned")
    #expect(
      try await workbench.collapseSentence(of: tuned)?.hasPrefix("20 of 20 answers of tuned are the same") == true)
    let base = try await evaluate(workbench, "base")
    #expect(try await workbench.collapseSentence(of: base) == nil)
    await workbench.close()
  }
}

/// A model whose answers depend on its adapter.
private struct AdapterModel: ModelClients {
  let play: @Sendable (_ adapter: String?, ModelRequest) -> Answer
  init(_ play: @escaping @Sendable (_ adapter: String?, ModelRequest) -> Answer) { self.play = play }
  func client(for model: ModelSpec, adapter: String?, workspace: String) throws -> any ModelClient {
    FakeModel { [play] request, _ in play(adapter, request) }
  }
}
