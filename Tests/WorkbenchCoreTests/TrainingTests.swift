import Content
import Domain
import Foundation
import Testing

@testable import WorkbenchCore

@Suite struct TrainingTests {
  private func row(_ text: String) -> TrainingRow {
    TrainingRow(messages: [
      ChatMessage(role: .user, content: text), ChatMessage(role: .assistant, content: "answer"),
    ])
  }

  private func observation(
    _ events: [TrainingEvent.Kind], alive: Bool? = true, exit: Int? = nil, log: [String] = []
  ) -> TrainerObservation {
    TrainerObservation(
      events: events.map { TrainingEvent(time: 1, kind: $0) }, isAlive: alive, exitStatus: exit, log: log)
  }

  private var job: TrainingJob {
    TrainingJob(
      id: JobID(1), backend: "fake", base: "tiny", data: "d", settings: TrainingSettings(), state: .queued,
      created: Date(timeIntervalSince1970: 0))
  }

  @Test func aSplitIsRepeatableAndLeavesNothingOut() throws {
    let rows = (0..<20).map { row("question \($0)") }
    let split = try TrainingSplit(rows: rows, validationShare: 0.1, seed: 3, file: "f")
    #expect(split.validation.count == 2)
    #expect(split.train.count == 18)
    #expect(Set(split.train + split.validation) == Set(rows))
    #expect(try TrainingSplit(rows: rows, validationShare: 0.1, seed: 3, file: "f") == split)
    #expect(try TrainingSplit(rows: rows, validationShare: 0.1, seed: 4, file: "f") != split)
  }

  @Test func twoRowsAreTheLeast() throws {
    #expect(throws: WorkbenchError.self) {
      try TrainingSplit(rows: [row("a")], validationShare: 0.1, seed: 0, file: "f")
    }
    let split = try TrainingSplit(rows: [row("a"), row("b")], validationShare: 0, seed: 0, file: "f")
    #expect(split.train.count == 1)
    #expect(split.validation.count == 1)
  }

  @Test func rowsThatAskWhatAnEvalCaseAsksAreLeaks() {
    let leaks = TrainingSplit.leaks(of: [row("WORD   2"), row("other")], in: sampleWorkspace().evalSets)
    #expect(leaks.count == 1)
    #expect(leaks.cases == ["c2"])
  }

  @Test func headersFollowEvents() {
    let running = JobLifecycle.header(
      job,
      after: observation([
        .start(TrainingStart(steps: 10, trainableParameters: 1, totalParameters: 2, trainRows: 3, validationRows: 1)),
        .train(Metric(step: 5, loss: 0.5)), .validation(step: 5, loss: 0.6),
        .checkpoint(Checkpoint(step: 5, path: "checkpoints/0000005", validationLoss: 0.6, isBest: true)),
      ]))
    #expect(running.state == .running)
    #expect(running.step == 5)
    #expect(running.trainLoss == 0.5)
    #expect(running.adapter == ".assay/jobs/1/best")
    let finished = JobLifecycle.header(running, after: observation([.end(.finished, message: nil, step: 10)]))
    #expect(finished.state == .finished)
    #expect(JobLifecycle.header(finished, after: observation([], alive: false)).state == .finished)
  }

  @Test func aProcessThatDiedWithoutAWordIsLostWithItsLastWords() {
    let lost = JobLifecycle.header(job, after: observation([], alive: false, log: ["loading", "out of memory"]))
    #expect(lost.state == .lost)
    #expect(lost.message?.contains("out of memory") == true)
  }

  @Test func lastWordsThatCameEarlierAreKept() {
    var detail = JobDetail(job: job)
    detail.apply(observation([], log: ["out of memory"]))
    detail.apply(observation([], alive: false))
    #expect(detail.job.message?.contains("out of memory") == true)
  }

  @Test func anExitWithoutAnEndIsAFailure() {
    let failed = JobLifecycle.header(job, after: observation([], alive: false, exit: 7, log: ["Traceback"]))
    #expect(failed.state == .failed)
    #expect(failed.message?.contains("status 7") == true)
  }

  @Test func aJobThatHasNotSaidWhoItIsIsWaitedFor() {
    #expect(JobLifecycle.header(job, after: observation([], alive: nil)).state == .queued)
  }

  @Test func trainingStartsOnTheSplitRowsAndIsFollowedToItsEnd() async throws {
    let trainer = FakeTrainer([
      observation([
        .start(TrainingStart(steps: 2, trainableParameters: 1, totalParameters: 2, trainRows: 9, validationRows: 1))
      ]),
      observation([.train(Metric(step: 2, loss: 0.1)), .end(.finished, message: nil, step: 2)]),
    ])
    let store = FakeStore()
    let (workbench, files) = try await workbench(store: store, trainer: trainer)
    await files.set(rows: (0..<10).map { row("question \($0)") }, at: "train/main.jsonl")
    let job = try await workbench.train(TrainRequest(data: "train/main.jsonl"), consent: .notAsked)
    let last = try await workbench.follow(job.id) { _ in }.job
    #expect(last.state == .finished)
    #expect(try await store.jobs().first?.state == .finished)
    let plan = try #require(await trainer.plans.first)
    #expect(plan.rows.count == 9)
    #expect(plan.validationRows.count == 1)
    #expect(plan.folder == "/nowhere/.assay/jobs/1")
  }

  @Test func aPlanNamesItsBackEnd() async throws {
    let trainer = FakeTrainer()
    let (workbench, files) = try await workbench(trainer: trainer)
    await files.set(rows: (0..<10).map { row("question \($0)") }, at: "train/main.jsonl")
    func job(_ backend: String?, base: String? = nil) async throws -> TrainingJob? {
      let request = TrainRequest(base: base, data: "train/main.jsonl", backend: backend)
      let job = try await workbench.train(request, consent: .given)
      return job
    }
    #expect(try await job("trl")?.backend == "trl")
    #expect(try await job(nil)?.backend == "mlx")
    #expect(try await job("openai", base: "m")?.backend == "openai")
    #expect(try await job("slurm")?.backend == "slurm")
    let plans = await trainer.plans
    #expect(plans.map(\.backend.word) == ["trl", "mlx", "openai", "slurm"])
    #expect(plans.map(\.base) == ["/nowhere/model", "/nowhere/model", "x", "/nowhere/model"])
    #expect(plans[0].samples.count == 3 && plans[0].samples == plans[1].samples)
    func refusal(_ backend: String?, base: String? = nil) async -> String {
      let error = await #expect(throws: WorkbenchError.self) { try await job(backend, base: base) }
      return error?.description ?? ""
    }
    #expect(await refusal("slurn").contains("Did you mean \"slurm\"?"))
    #expect(await refusal("trl", base: "m").contains("runs elsewhere"))
    #expect(await refusal("openai", base: "tiny").contains("api: openai"))
    #expect(await refusal("command").contains("training.command"))
    #expect(await refusal(nil, base: "m").contains("costs money"), "nothing is sent up by accident")
  }

  @Test func aJobIsStoppedPausedAndGoneOnWith() async throws {
    let (trainer, store) = (FakeTrainer(), FakeStore())
    let (workbench, files) = try await workbench(store: store, trainer: trainer)
    await files.set(rows: (0..<10).map { row("question \($0)") }, at: "train/main.jsonl")
    let job = try await workbench.train(TrainRequest(data: "train/main.jsonl"), consent: .notAsked)
    await #expect(throws: WorkbenchError.self) { try await workbench.perform(.resumeJob(job.id)) }
    try await workbench.perform(.pauseJob(job.id))
    try await workbench.perform(.cancelJob(job.id))
    #expect(await trainer.stopped.map(\.request.state) == ["paused", "canceled"])
    #expect(await trainer.stopped.map(\.folder) == Array(repeating: "/nowhere/.assay/jobs/1", count: 2))
    var paused = job
    paused.state = .paused
    paused.message = "Paused."
    try await store.update(paused)
    await workbench.reloadStore()
    let resumed = try await workbench.resumeJob(job.id, consent: .notAsked)
    #expect(resumed.state == .queued && resumed.message == nil)
    #expect(await trainer.resumed == ["/nowhere/.assay/jobs/1"])
    #expect(try await store.jobs().first?.state == .queued)
  }

  @Test func whatAJobReportsTwiceAfterAnInterruptionCountsOnce() {
    var detail = JobDetail(
      job: TrainingJob(
        id: JobID(1), backend: "mlx", base: "tiny", data: "d", settings: TrainingSettings(), state: .queued,
        created: Date(timeIntervalSince1970: 0)))
    func observe(_ kinds: [TrainingEvent.Kind]) {
      detail.apply(observation(kinds))
    }
    observe([.note("waiting: 1 job is before it")])
    #expect(detail.job.state == .queued && detail.job.message == "waiting: 1 job is before it")
    observe([
      .start(TrainingStart(steps: 20)), .train(Metric(step: 5, loss: 1)),
      .checkpoint(Checkpoint(step: 5, path: "checkpoints/0000005")), .train(Metric(step: 7, loss: 0.9)),
      .paused(message: "Paused.", step: 7), .start(TrainingStart(steps: 20, firstStep: 5)),
      .train(Metric(step: 6, loss: 0.95)),
    ])
    #expect(detail.job.state == .running && detail.job.step == 6 && detail.job.message == nil)
    #expect(detail.metrics.map(\.step) == [5, 6])
    #expect(detail.marks.map(\.kind) == [.note, .started, .checkpoint, .paused, .started])
    observe([.end(.paused, message: "Paused; what was learnt is saved.", step: 6)])
    #expect(detail.job.state == .paused && detail.job.state.canResume)
  }

  @Test func rowsOfOtherTasksMakeUpTheirShareAndNeverTheValidation() throws {
    let rows = (0..<100).map { row("question \($0)") }
    let others = (0..<50).map { row("other \($0)") }
    let split = try TrainingSplit(rows: rows, validationShare: 0.1, seed: 3, file: "f")
    let mixed = split.mixing(others, share: 0.1, seed: 3)
    #expect(mixed.count == 100)
    #expect(Set(mixed).intersection(others).count == 10)
    #expect(Set(mixed).isSuperset(of: split.train))
    #expect(split.mixing(others, share: 0.1, seed: 3) == mixed)
    #expect(split.mixing(others, share: 0.9, seed: 3).count == 140)
    #expect(split.mixing(others, share: 0, seed: 3) == split.train)
  }

  @Test func aMixIsLearntAndLooksForLeaksToo() async throws {
    let trainer = FakeTrainer([observation([.end(.finished, message: nil, step: 2)])])
    let (workbench, files) = try await workbench(trainer: trainer)
    await files.set(rows: (0..<20).map { row("question \($0)") }, at: "train/main.jsonl")
    await files.set(rows: (0..<9).map { row("other \($0)") }, at: "train/general.jsonl")
    await files.set(rows: (1...4).map { row("word \($0)") }, at: "leaky.jsonl")
    var settings = TrainingSettings()
    settings.mix = TrainingMix(data: "train/general.jsonl", share: 0.25)
    try await workbench.perform(.train(TrainRequest(data: "train/main.jsonl", settings: settings)))
    let plan = try #require(await trainer.plans.first)
    #expect(plan.rows.count == 24)
    #expect(plan.validationRows.count == 2)
    settings.mix = TrainingMix(data: "leaky.jsonl")
    await #expect {
      try await workbench.perform(.train(TrainRequest(data: "train/main.jsonl", settings: settings)))
    } throws: { "\($0)".contains("leaky.jsonl") }
  }

  @Test func leaksStopATrainingUnlessAccepted() async throws {
    let (workbench, files) = try await workbench()
    await files.set(rows: (1...4).map { row("word \($0)") }, at: "leaky.jsonl")
    await #expect {
      try await workbench.perform(.train(TrainRequest(data: "leaky.jsonl")))
    } throws: { "\($0)".contains("--allow-leaks") }
    try await workbench.perform(.train(TrainRequest(data: "leaky.jsonl", allowLeaks: true)))
    #expect(await workbench.snapshot.jobs.first?.message?.contains("not evidence") == true)
  }

  @Test func passedOutputsBecomeRows() async throws {
    let model = FakeModel { request, _ in
      Answer(text: request.caseID == "c1" ? "wrong" : request.messages.last?.content ?? "")
    }
    let (workbench, files) = try await workbench(model: model)
    try await workbench.perform(.evaluate(EvaluateRequest(variant: "base")))
    let report = try await workbench.collect(CollectRequest(run: RunID(1), path: "train/new.jsonl"))
    #expect(report.rows == 3 && report.leftOut == [.failed: 1])
    #expect(await files.written["train/new.jsonl"]?.count == 3)
  }
}
