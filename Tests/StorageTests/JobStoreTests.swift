import Domain
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

  @Test func settingsOfEarlierVersionsAreRead() throws {
    let settings = try SettingsColumn.decode(
      """
      {"acceleratorConfig":"a.yaml","batchSize":4,"beta":0.1,"checkpointCases":0,"dataShare":1,"dropout":0,"epochs":3,
       "evaluateEvery":50,"finalLearningRate":0,"gradientAccumulation":2,"gradientCheckpointing":true,"hostedBatchSize":8,
       "hostedSuffix":"mine","layers":2,"learningRate":0.002,"learningRateMultiplier":0.5,"maskPrompt":false,
       "maxTokens":256,"method":"dora","mixData":"train/b.jsonl","mixShare":0.2,"objective":"dpo","optimizer":"adamw",
       "patience":3,"quantizeBits":4,"rank":16,"reportEvery":5,"samples":3,"scale":20,"schedule":"linear","seed":-1,
       "steps":400,"validationShare":0.25,"warmupSteps":7}
      """)
    #expect(settings.batchSize == 4 && settings.scale == 20 && settings.seed == -1, "not the defaults of today")
    #expect(settings.method == .dora && settings.objective == .dpo && settings.schedule == .linear)
    #expect(settings.learningRate == 0.002 && settings.maxTokens == 256 && settings.validationShare == 0.25)
    #expect(settings.mix == TrainingMix(data: "train/b.jsonl", share: 0.2) && settings.acceleratorConfig == "a.yaml")
    #expect(settings.hosted.suffix == "mine" && settings.hosted.batchSize == 8)
    #expect(settings.hosted.learningRateMultiplier == 0.5 && settings.quantizeBits == 4 && settings.layers == 2)
    #expect(!settings.maskPrompt && settings.gradientCheckpointing && settings.warmupSteps == 7)
    #expect(try SettingsColumn.decode(SettingsColumn.encode(settings)) == settings)
  }

  @Test func variantsOfEarlierVersionsAreRead() throws {
    let variant = try VariantColumn.decode(
      #"{"maxTokens":64,"model":"m","name":"v","prompt":"p","stop":["END"],"temperature":0,"topP":0.9}"#)
    #expect(
      variant
        == Variant(
          name: "v", model: "m", prompt: "p",
          sampling: Sampling(temperature: 0, topP: 0.9, maxTokens: 64, stop: ["END"])))
    #expect(try VariantColumn.decode(VariantColumn.encode(variant)) == variant)
    #expect(throws: DecodingError.self) { try VariantColumn.decode("{}") }
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
      let store = try await SQLiteStore(stateOf: folder)
      #expect(try await store.beginJob(jobDraft).id == JobID(42))
      #expect(try await store.beginJob(jobDraft).id == JobID(43))
    }
  }
}
