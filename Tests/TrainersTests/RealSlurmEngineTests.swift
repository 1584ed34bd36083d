import Domain
import Foundation
import LocalEngine
import Processes
import TestFolders
import Testing
import Trust
import WorkbenchCore

@testable import Trainers

/// The back ends that are installed.
private let backends =
  LocalEngine(layout: EngineLayout.standard().with(.trl)).status.installation == nil ? ["mlx"] : ["mlx", "trl"]

/// The real trainers in a real Slurm.
@Suite(
  .enabled(if: RealSlurm.isInstalled, "Slurm can't be started here (Tests/real-slurm check says why)"),
  .enabled(if: LocalEngine().status.installation != nil, "the local engine is not installed"), .serialized,
  .timeLimit(.minutes(10)))
struct RealSlurmEngineTests {
  /// A trainer whose runners are processes that talk to a Slurm, and a plan for it.
  private func prepared(
    _ slurm: RealSlurm, steps: Int, runs: String = "mlx"
  ) async throws -> (trainer: DetachedTrainer, plan: TrainingPlan) {
    let model = runs == "mlx" ? try await RealEngineTests.model() : try await RealTRLTests.model.value
    var trainer = RealEngineTests.trainer()
    // The runner is a process of its own, which asks for this installation's signature.
    trainer.signer = InstallationSigner()
    trainer.launch = { folder in
      var job = try #require(folder.read(folder.job, as: JobFolder.Job.self))
      guard case .slurm(var work) = job.work else { throw TrainerFailure("That is no work for Slurm.") }
      work.secondsBetweenLooks = 0.3
      job.work = .slurm(work)
      try folder.write(job, to: folder.job)
      try folder.sign(with: InstallationSigner())
      return try await SlurmTestJob.launch(folder, slurm)
    }
    var settings = RealEngineTests.settings(steps: steps)
    settings.evaluateEvery = 50
    settings.reportEvery = 10
    var batch = SlurmSettings()
    batch.runs = BackendName(rawValue: runs)
    batch.partition = "test"
    batch.gpus = 1
    batch.time = "30"
    let plan = TrainingPlan(
      folder: temporaryPath("job") + "/a job's folder", backend: .slurm(batch), base: model, settings: settings,
      rows: RealEngineTests.rows(12), validationRows: RealEngineTests.rows(3))
    return (trainer, plan)
  }

  @Test func aModelLearnsInABatchJob() async throws {
    try await RealSlurm.with { slurm in
      let (trainer, plan) = try await prepared(slurm, steps: 100)
      try await trainer.start(plan)
      let detail = await RealEngineTests.follow(trainer, plan.folder)
      #expect(detail.job.state == .finished, "\(detail.job.message ?? "") \(detail.log)")
      #expect(detail.job.step == 100 && detail.checkpoints.map(\.step).last == 100)
      #expect(FileManager.default.fileExists(atPath: plan.folder + "/best/adapters.safetensors"))
      #expect(try await slurm.jobs().count == 1)
    }
  }

  @Test func aCanceledJobKeepsWhatItHasLearnt() async throws {
    try await RealSlurm.with { slurm in
      let (trainer, plan) = try await prepared(slurm, steps: 100_000)
      try await trainer.start(plan)
      _ = await RealEngineTests.follow(trainer, plan.folder) { $0.job.step >= 10 }
      try await trainer.stop(folder: plan.folder, .cancel)
      let job = await RealEngineTests.follow(trainer, plan.folder).job
      #expect(job.state == .canceled && job.message == "Stopped as asked." && job.step >= 10)
      #expect(FileManager.default.fileExists(atPath: plan.folder + "/last/adapters.safetensors"))
      try await slurm.wait { FileManager.default.fileExists(atPath: plan.folder + "/exit.json") }
      #expect(try await slurm.jobs().allSatisfy(\.state.isOver))
    }
  }

  /// Slurm takes the job's place away and starts it again: nothing that was learnt is lost or reported twice.
  @Test(arguments: backends) func aRequeuedJobGoesOnWhereItWas(_ backend: String) async throws {
    let steps = backend == "mlx" ? 600 : 300
    try await RealSlurm.with { slurm in
      let (trainer, plan) = try await prepared(slurm, steps: steps, runs: backend)
      try await trainer.start(plan)
      _ = await RealEngineTests.follow(trainer, plan.folder) { $0.job.step >= 100 }
      let id = try #require(try await slurm.jobs().first?.id)
      #expect(try await slurm.ask("scontrol", "requeue", id).ending.isSuccess)
      let detail = await RealEngineTests.follow(trainer, plan.folder)
      #expect(detail.job.state == .finished && detail.job.step == steps, "\(detail.job.message ?? "") \(detail.log)")
      var file = FileTail(path: plan.folder + "/events.jsonl", offset: 0)
      let events = file.lines(includingTorn: true).compactMap { EventFile.event($0)?.kind }
      let pauses = events.compactMap { if case .paused(_, let step) = $0 { step } else { nil } }
      let starts = events.compactMap { if case .start(let start) = $0 { start.firstStep } else { nil } }
      #expect(pauses.count == 1 && pauses[0] >= 100, "\(events)")
      #expect(starts == [0] + pauses)
      let reports = events.compactMap { if case .train(let metric) = $0 { metric } else { nil } }
      #expect(zip(reports, reports.dropFirst()).allSatisfy { $0.step < $1.step }, "\(reports.map(\.step))")
      let tokens = reports.compactMap(\.trainedTokens)
      #expect(zip(tokens, tokens.dropFirst()).allSatisfy { $0 < $1 } && reports.last?.step == steps)
      let notes = events.compactMap { if case .note(let text) = $0 { text } else { nil } }
      #expect(notes.contains("running on n1, started again by Slurm"), "\(notes)")
      // The trainer tells its end before it is over for Slurm.
      try await slurm.wait { FileManager.default.fileExists(atPath: plan.folder + "/exit.json") }
      let jobs = try await slurm.jobs()
      #expect(jobs.map(\.id) == [id] && jobs.map(\.state.word) == ["COMPLETED"], "\(jobs)")
    }
  }
}
