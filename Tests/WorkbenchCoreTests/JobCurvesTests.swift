import Content
import Domain
import Foundation
import Testing

@testable import WorkbenchCore

@Suite struct JobCurvesTests {
  private func job(_ number: Int64, _ state: TrainingJob.State = .finished) -> TrainingJob {
    TrainingJob(
      id: JobID(number), backend: "mlx", base: "tiny", data: "d", settings: TrainingSettings(), state: state,
      created: Date(timeIntervalSince1970: 0))
  }

  private func observation(
    _ events: [(Double, TrainingEvent.Kind)], offset: Int = 0, readShare: Double = 1
  ) -> TrainerObservation {
    TrainerObservation(
      events: events.map { TrainingEvent(time: $0.0, kind: $0.1) }, cursor: ObservationCursor(events: offset),
      isAlive: true, exitStatus: nil,
      log: [], readShare: readShare)
  }

  private func losses(_ steps: ClosedRange<Int>) -> [(Double, TrainingEvent.Kind)] {
    steps.map { (1_000 + Double($0) / 2, .train(Metric(step: $0, loss: 1 / Double($0), learningRate: 1e-4))) }
  }

  @Test func everythingReportedIsInTheCurvesAndOnlyTheLastInTheLists() {
    var detail = JobDetail(job: job(1, .running))
    detail.apply(observation([(1_000, .start(TrainingStart(steps: 5_000)))] + losses(1...5_000)))
    #expect(detail.curves[.loss].count == 5_000 && detail.curves[.learningRate].count == 5_000)
    #expect(detail.curves[.loss].column(0..<5_000).high == 1)
    #expect(detail.curves[.seconds].last?.value == 2_500)
    #expect(detail.curves[.gradNorm].isEmpty && detail.curves[.validationLoss].isEmpty)
    #expect((300...450).contains(detail.metrics.count) && detail.metrics.last?.step == 5_000)
  }

  @Test func whatAJobThatGoesOnRepeatsIsDropped() {
    var detail = JobDetail(job: job(1, .running))
    detail.apply(observation(losses(1...200) + [(2_000, .validation(step: 200, loss: 0.5))]))
    detail.apply(observation([(3_000, .start(TrainingStart(steps: 300, firstStep: 150)))]))
    #expect(detail.curves[.loss].last?.step == 150 && detail.curves[.validationLoss].isEmpty)
    detail.apply(observation([(3_001, .train(Metric(step: 151, loss: 9)))]))
    #expect(detail.curves[.loss].count == 151 && detail.curves[.loss].last?.value == 9)
    #expect(detail.marks.map(\.step) == [150])
  }

  @Test func whatTheMachineGivesIsACurveTooAtTheStepReached() {
    let gpu = SystemUse.GPU(utilization: 0.5, memory: 10, memoryTotal: 80, power: 200)
    var other = gpu
    other.utilization = 1
    var detail = JobDetail(job: job(1, .running))
    detail.apply(
      observation(
        losses(1...7) + [
          (2_000, .system(SystemUse(cpu: 0.25, memory: 1.5, gpus: [gpu, other]))),
          (2_002, .system(SystemUse(cpu: 0.75))),
        ]))
    #expect(detail.curves[.cpu].count == 2 && detail.curves[.cpu].first?.step == 7)
    #expect(detail.curves[.cpu].column(0..<2).high == 75)
    #expect(detail.curves[.gpu].last?.value == 75 && detail.curves[.gpuMemory].last?.value == 20)
    #expect(detail.curves[.gpuPower].last?.value == 400 && detail.curves[.memory].last?.value == 1.5)
  }

  @Test func marksAndListsAreBounded() {
    var detail = JobDetail(job: job(1, .running))
    detail.apply(observation((1...9_000).map { (Double($0), .note("note \($0)")) }))
    #expect((2_000...3_000).contains(detail.marks.count) && detail.marks.last?.text == "note 9000")
  }

  @Test func severalJobsAreReadAtOnce() async throws {
    let store = FakeStore()
    for _ in 1...3 {
      let job = try await store.beginJob(
        JobDraft(
          backend: "mlx", base: "tiny", data: "d", settings: TrainingSettings(),
          created: Date(timeIntervalSince1970: 0)))
      var over = job
      over.state = .finished
      try await store.update(over)
    }
    let (workbench, _) = try await workbench(
      store: store, trainer: FakeTrainer(always: observation(losses(1...10), offset: 1)))
    let queries = [3, 2, 1, 9].map { JobDetailQuery(JobID($0)) }
    await workbench.watch(Set(queries.map { AnyQuery($0) }))
    for await snapshot in await workbench.snapshots() where queries.allSatisfy({ !snapshot[$0].isLoading }) {
      for query in queries.prefix(3) {
        let detail = try #require(snapshot[query].answer)
        #expect(detail.job.id == query.id && detail.curves[.loss].count == 10)
      }
      #expect(snapshot[queries[3]].problem?.contains("9") == true)
      break
    }
    await #expect(throws: WorkbenchError.self) { try await workbench.answer(to: queries[3]) }
  }

  @Test func aLargeFileIsReadToItsEndWithoutWaitingForAChange() async throws {
    let store = FakeStore()
    let first = try await store.beginJob(
      JobDraft(
        backend: "mlx", base: "tiny", data: "d", settings: TrainingSettings(), created: Date(timeIntervalSince1970: 0)))
    let end: [(Double, TrainingEvent.Kind)] = [(9_000, .end(.finished, message: nil, step: 30))]
    // Each tick is one change; the first one sees three parts.
    let parts = [
      observation(losses(1...10), offset: 1, readShare: 0.3), observation(losses(11...20), offset: 2, readShare: 0.6),
      observation(losses(21...30) + end, offset: 3),
    ]
    let trainer = FakeTrainer(parts, ticks: 1)
    let (workbench, _) = try await workbench(store: store, trainer: trainer)
    await workbench.watch()
    let job = try await workbench.follow(first.id) { _ in }.job
    #expect(job.state == .finished && job.step == 30)
    let detail = try await workbench.answer(to: JobDetailQuery(first.id))
    #expect(detail.curves[.loss].count == 30 && detail.readShare == 1)
    await workbench.close()
  }
}
