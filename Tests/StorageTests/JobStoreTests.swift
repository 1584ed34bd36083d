import Foundation
import Testing
import WorkbenchCore

@testable import Storage

struct JobStoreTests {
  private var jobDraft: JobDraft {
    var settings = TrainingSettings()
    settings.method = .dora
    settings.rank = 4
    settings.layers = 2
    settings.steps = 100
    settings.schedule = .linear
    settings.maskPrompt = false
    settings.learningRate = 2e-3
    settings.mix = TrainingMix(data: "train/general.jsonl", share: 0.2)
    return JobDraft(
      backend: "mlx", base: "tiny", data: "train/main.jsonl", settings: settings,
      created: Date(timeIntervalSince1970: 1234.5))
  }

  @Test func aJobComesBackAsItWas() async throws {
    try await onBothStores { store in
      var job = try await store.beginJob(jobDraft)
      #expect(job.id == JobID(1) && job.state == .queued && job.step == 0)
      #expect(job.settings == jobDraft.settings && job.created == jobDraft.created)
      job.state = .running
      job.step = 50
      job.steps = 100
      job.trainLoss = 1.25
      job.validationLoss = 2.5
      job.adapter = ".assay/jobs/1/best"
      job.best = TrainingJob.Best(step: 40, validationLoss: 2.25)
      job.message = "all is well"
      try await store.update(job)
      let second = try await store.beginJob(jobDraft)
      #expect(second.id == JobID(2))
      #expect(try await store.jobs() == [second, job])
    }
  }

  @Test func lossesThatAreNoNumbersComeBack() async throws {
    try await onBothStores { store in
      var job = try await store.beginJob(jobDraft)
      (job.trainLoss, job.validationLoss) = (.nan, -.infinity)
      job.best = TrainingJob.Best(step: 40)
      try await store.update(job)
      let read = try #require(try await store.jobs().first)
      #expect(read.trainLoss?.isNaN == true && read.validationLoss == -.infinity)
      #expect(read.best == TrainingJob.Best(step: 40))
    }
  }

  @Test func aJobNeverStartsInAnOlderOnesFolder() async throws {
    try await withWorkspace { folder in
      try FileManager.default.createDirectory(atPath: folder + "/.assay/jobs/41", withIntermediateDirectories: true)
      try FileManager.default.createDirectory(atPath: folder + "/.assay/jobs/notes", withIntermediateDirectories: true)
      let store = try SQLiteStore(stateOf: folder)
      #expect(try await store.beginJob(jobDraft).id == JobID(42))
      #expect(try await store.beginJob(jobDraft).id == JobID(43))
    }
  }
}
