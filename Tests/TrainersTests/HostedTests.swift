import Content
import Domain
import Foundation
import LoopbackServer
import Testing
import WorkbenchCore

@testable import Trainers

/// Jobs at a provider, on a mock that has a fault or a kill wherever a test wants one.
@Suite struct HostedTests {
  private func with(
    _ course: MockTuning.Course = MockTuning.Course(), rows: [String] = HostedFixture.row(12),
    objective: TrainingSettings.Objective = .sft, _ body: (HostedFixture) async throws -> Void
  ) async throws {
    let fixture = try await HostedFixture(course, rows: rows, objective: objective)
    do {
      try await body(fixture)
    } catch {
      await fixture.close()
      throw error
    }
    await fixture.close()
  }

  /// What must hold of a job that is done, whatever happened on the way.
  private func expectDone(_ fixture: HostedFixture, _ comment: Comment? = nil) async {
    let detail = fixture.detail
    #expect(detail.job.state == .finished, comment)
    #expect(detail.job.adapter == "ft:small:mock:t:ftjob-1", comment)
    #expect(detail.metrics.map(\.step) == [1, 2, 3, 4, 5, 6], comment)
    #expect(detail.metrics.map(\.loss) == (1...6).map { 2.0 / Double($0) }, comment)
    #expect(detail.validations.map(\.step) == [2, 4, 6], comment)
    #expect(detail.checkpoints.map(\.step) == [3, 6], comment)
    #expect(detail.checkpoints.first?.path == "ft:small:mock:t:ftjob-1:ckpt-step-3", comment)
    #expect(detail.checkpoints.last?.isBest == true && detail.checkpoints.count { $0.isBest } == 1, comment)
    #expect(detail.job.steps == 6 && detail.start?.trainRows == 12 && detail.start?.validationRows == 1, comment)
    #expect(detail.marks.count { $0.kind == .started } == 1 && detail.marks.count { $0.kind == .ended } == 1, comment)
    let notes = detail.marks.filter { $0.kind == .note }.map(\.text)
    #expect(Set(notes).count == notes.count, comment)
    #expect(await fixture.mock.made.count == 1, comment)
    #expect(await fixture.mock.files.count == 2, comment)
  }

  @Test func aJobIsBegunAndFollowedToItsEnd() async throws {
    try await with { fixture in
      let status1 = try await fixture.run()
      #expect(status1 == 0)
      await expectDone(fixture)
      let made = try #require(await fixture.mock.made.first)
      #expect(made["metadata"]?["assay"]?.string == fixture.state?.label)
      #expect(made["training_file"] == "file-ft-1" && made["validation_file"] == "file-ft-2" && made["seed"] == 0)
      let files = await fixture.mock.files
      #expect(files[0].bytes == Array(try Data(contentsOf: URL(fileURLWithPath: fixture.folder.train))))
      #expect(files[0].name == "assay-\(SHA256.hex(files[0].bytes).prefix(32)).jsonl")
      #expect(
        fixture.detail.job.message
          == "ft:small:mock:t:ftjob-1 is ready. 1200 tokens were learnt from, for less than a cent.")
      let notes = fixture.detail.marks.map(\.text)
      #expect(notes.contains("Status: queued") && notes.contains("The provider calls the job ftjob-1."))
      #expect(notes.contains { $0.hasPrefix("The provider expects to be done at 2023-11-14T") })
      // A second job with the same rows sends nothing up.
      let again = try JSONDecoder().decode(
        HostedState.self, from: try #require(FileManager.default.contents(atPath: fixture.folder.path + "/hosted.json"))
      )
      #expect(again.train?.id == "file-ft-1")
      for file in ["hosted.json", "events.jsonl"] {
        try FileManager.default.removeItem(atPath: fixture.folder.path + "/" + file)
      }
      let status2 = try await fixture.run()
      #expect(status2 == 0)
      #expect(await fixture.mock.made.count == 2)
      #expect(await fixture.mock.files.count == 2)
    }
  }

  /// Wherever it dies, before a request is carried out or before its answer comes, the next runner ends where it would
  /// have ended: with one job, and one file for each set of rows.
  @Test(arguments: [MockTuning.Fault.lost, .unanswered])
  func dyingAtAnyRequestCostsNothing(_ fault: MockTuning.Fault) async throws {
    var requests = 0
    try await with { fixture in
      try await fixture.run()
      requests = await fixture.mock.requests
    }
    #expect(requests > 20)
    for request in 1...requests {
      try await with { fixture in
        await fixture.mock.fail(request, fault)
        try await fixture.runAndDie(at: request)
        let status3 = try await fixture.run()
        #expect(status3 == 0)
        await expectDone(fixture, "\(fault) at request \(request)")
      }
    }
  }

  @Test func dyingAgainAndAgainCostsNothing() async throws {
    try await with { fixture in
      for round in 1...60 {
        let next = await fixture.mock.requests + 1 + round % 3
        await fixture.mock.fail(next, round % 2 == 0 ? .unanswered : .lost)
        if fixture.folder.eventLog.recent.hasEnded { break }
        try await fixture.runAndDie(at: next)
      }
      try await fixture.run()
      await expectDone(fixture)
    }
  }

  @Test func faultsOnTheWayAreBorne() async throws {
    try await with { fixture in
      let faults: [MockTuning.Fault] = [.refused(429), .refused(500), .lost, .unanswered, .refused(503)]
      await fixture.mock.fail { $0 % 2 == 0 ? faults[$0 / 2 % faults.count] : nil }
      let status4 = try await fixture.run()
      #expect(status4 == 0)
      #expect(await fixture.mock.made.count == 1)
      #expect(await fixture.mock.files.count == 2)
      #expect(fixture.detail.metrics.map(\.step) == [1, 2, 3, 4, 5, 6])
    }
  }

  @Test func unknownWordsAreNoted() async throws {
    var course = MockTuning.Course()
    course.words = ["reticulating_splines", "running"]
    course.hasMetrics = false
    try await with(course) { fixture in
      let status5 = try await fixture.run()
      #expect(status5 == 0)
      let detail = fixture.detail
      #expect(detail.marks.contains { $0.text == "Status: reticulating_splines" })
      #expect(detail.metrics.map(\.step) == [1, 2, 3, 4, 5, 6] && detail.job.steps == 6)
    }
  }

  @Test func aFailureIsTheProvidersSentence() async throws {
    var course = MockTuning.Course()
    course.ending = "failed"
    course.failure = "The rows \u{1b}[31mbreak our rules."
    try await with(course) { fixture in
      let status6 = try await fixture.run()
      #expect(status6 == 1)
      let job = fixture.detail.job
      #expect(job.state == .failed && job.message == "The provider says: The rows [31mbreak our rules.")
    }
  }

  @Test func aRefusalIsTheProvidersSentence() async throws {
    try await with { fixture in
      await fixture.mock.fail(5, .refused(400))
      let status7 = try await fixture.run()
      #expect(status7 == 1)
      let job = fixture.detail.job
      #expect(job.state == .failed && job.message?.contains("It is too much at once.") == true)
      #expect(await fixture.mock.made.isEmpty)
      #expect(fixture.state?.asked == nil)
    }
  }

  // MARK: Ends and rests

  /// A job that takes its time.
  private static let long = {
    var course = MockTuning.Course()
    course.words = Array(repeating: "running", count: 60)
    return course
  }()

  @Test func cancelingEndsTheJobThere() async throws {
    try await with(Self.long) { fixture in
      let ended = try await fixture.run(stoppingAfter: 12, .cancel)
      #expect(ended == 1)
      let job = fixture.detail.job
      #expect(job.state == .canceled && job.message?.contains("cancelled") == true)
      #expect(await fixture.mock.made.first?["status"] == "cancelled")
    }
  }

  @Test func oneThatIsEndedEarlyKeepsItsBestCheckpoint() async throws {
    try await with(Self.long) { fixture in
      let ended = try await fixture.run(stoppingAfter: 20, StopRequest(.finished, "Stopped early."))
      #expect(ended == 0)
      let job = fixture.detail.job
      #expect(job.state == .finished && job.message == "Stopped early." && job.adapter?.hasPrefix("ft:small:") == true)
      #expect(await fixture.mock.made.first?["status"] == "cancelled")
    }
  }

  @Test func cancelingBeforeTheJobIsBegunBeginsNone() async throws {
    try await with { fixture in
      try fixture.folder.write(StopRequest.cancel, to: fixture.folder.stop)
      let status8 = try await fixture.run()
      #expect(status8 == 1)
      #expect(fixture.detail.job.state == .canceled)
      #expect(await fixture.mock.made.isEmpty)
    }
  }

  @Test func aJobForLaterWaitsAndCanBeCanceledMeanwhile() async throws {
    try await with { fixture in
      let folder = fixture.folder
      let order = QueueOrder(notBefore: Date(timeIntervalSinceNow: 3600))
      try folder.write(
        JobFolder.Job(work: .hosted(fixture.work), order: order, workspace: "", number: 1), to: folder.job)
      let (stops, stop) = AsyncStream.makeStream(of: Void.self)
      let status = Task { try await fixture.run(stops: stops) }
      while fixture.detail.marks.isEmpty { try await Task.sleep(for: .milliseconds(10)) }
      #expect(fixture.detail.marks.map { $0.text.hasPrefix("starts at ") } == [true])
      try folder.write(StopRequest.cancel, to: folder.stop)
      stop.yield()
      #expect(try await status.value == 1)
      #expect(fixture.detail.job.state == .canceled)
      #expect(await fixture.mock.requests == 0)
      // Its time has come.
      try FileManager.default.removeItem(atPath: folder.stop)
      try folder.eventLog.reopen()
      try folder.write(
        JobFolder.Job(
          work: .hosted(fixture.work), order: QueueOrder(notBefore: Date(timeIntervalSinceNow: 0.01)), workspace: "",
          number: 1), to: folder.job)
      #expect(try await fixture.run() == 0)
      #expect(await fixture.mock.made.count == 1)
    }
  }

  @Test func aJobRestsAndGoesOn() async throws {
    try await with(Self.long) { fixture in
      let ended = try await fixture.run(stoppingAfter: 12, .pause)
      #expect(ended == 1)
      #expect(fixture.detail.job.state == .paused)
      #expect(await fixture.mock.made.first?["status"] == "paused")
      // As going on with it prepares the folder.
      try FileManager.default.removeItem(atPath: fixture.folder.stop)
      try fixture.folder.eventLog.reopen()
      let status9 = try await fixture.run()
      #expect(status9 == 0)
      let detail = fixture.detail
      #expect(detail.job.state == .finished && detail.metrics.map(\.step) == [1, 2, 3, 4, 5, 6])
      #expect(await fixture.mock.made.count == 1)
    }
  }

  @Test func aRunnerThatIsOnlyEndedLeavesTheJobAlone() async throws {
    try await with(Self.long) { fixture in
      let (stops, continuation) = AsyncStream.makeStream(of: Void.self)
      continuation.yield()
      await #expect(throws: CancellationError.self) { try await fixture.run(stops: stops) }
      let status10 = try await fixture.run()
      #expect(status10 == 0)
      await expectDone(fixture)
    }
  }

  // MARK: What can't be told

  @Test func withoutLabelsNothingIsBegunTwice() async throws {
    var course = MockTuning.Course()
    course.keepsMetadata = false
    try await with(course) { fixture in
      await fixture.mock.fail(5, .unanswered)
      let status11 = try await fixture.run()
      #expect(status11 == 1)
      let job = fixture.detail.job
      #expect(job.state == .lost && job.message?.contains("ftjob-1") == true)
      #expect(await fixture.mock.made.count == 1)
    }
  }

  @Test func withoutListsNothingIsBegunTwice() async throws {
    var course = MockTuning.Course()
    course.hasLists = false
    try await with(course) { fixture in
      await fixture.mock.fail(5, .unanswered)
      let status12 = try await fixture.run()
      #expect(status12 == 1)
      #expect(fixture.detail.job.state == .lost)
      #expect(await fixture.mock.made.count == 1)
    }
    try await with(course) { fixture in
      let status13 = try await fixture.run()
      #expect(status13 == 0)
      await expectDone(fixture)
    }
  }

  // MARK: Rows

  @Test func tooFewRowsAreRefusedBeforeAnythingIsSent() async throws {
    try await with(rows: HostedFixture.row(9)) { fixture in
      let status14 = try await fixture.run()
      #expect(status14 == 1)
      #expect(fixture.detail.job.message?.contains("9 rows") == true)
      #expect(await fixture.mock.requests == 0)
    }
  }

  @Test func pairsGoUpInTheirOwnForm() async throws {
    let row = #"{"prompt":[{"role":"user","content":"q"}],"chosen":"better","rejected":"worse"}"#
    try await with(rows: Array(repeating: row, count: 10), objective: .dpo) { fixture in
      let status15 = try await fixture.run()
      #expect(status15 == 0)
      let made = try #require(await fixture.mock.made.first)
      #expect(made["method"]?["type"] == "dpo")
      let line = try #require(await fixture.mock.files.first?.bytes.split(separator: 10).first)
      #expect(
        try JSONValue(parsing: line) == [
          "input": ["messages": [["role": "user", "content": "q"]]],
          "preferred_output": [["role": "assistant", "content": "better"]],
          "non_preferred_output": [["role": "assistant", "content": "worse"]],
        ])
    }
  }

  @Test func rowsAreBroughtIntoForm() throws {
    let supervised = HostedRows(method: .supervised, kind: "training")
    let pairs = HostedRows(method: .dpo(beta: nil), kind: "training")
    func row(_ rows: HostedRows, _ text: String) throws -> String {
      try rows.row(Data(text.utf8), number: 3).text(.compact)
    }
    #expect(
      try row(supervised, #"{"prompt":"a","completion":"b","x":1,"tools":[]}"#)
        == #"{"messages":[{"role":"user","content":"a"},{"role":"assistant","content":"b"}],"tools":[]}"#)
    let user = #"{"role":"user","content":"a"}"#
    let (good, bad) = (#"{"role":"assistant","content":"b"}"#, #"{"role":"assistant","content":"c"}"#)
    let whole = #"{"input":{"messages":[\#(user)]},"preferred_output":[\#(good)],"non_preferred_output":[\#(bad)]}"#
    for text in [
      whole, #"{"chosen":[\#(user),\#(good)],"rejected":[\#(user),\#(bad)]}"#,
      #"{"prompt":"a","chosen":"b","rejected":"c"}"#,
      #"{"prompt":[\#(user)],"chosen":[\#(user),\#(good)],"rejected":[\#(bad)]}"#,
    ] { #expect(try row(pairs, text) == whole) }
    for text in [
      "", "[]", "7", "{}", #"{"text":"a"}"#, #"{"messages":[]}"#, #"{"messages":[\#(user)]}"#,
      #"{"messages":[\#(good)]}"#,
      #"{"messages":[{"content":"a"},\#(good)]}"#, #"{"messages":[{"role":"user"},\#(good)]}"#, whole,
      #"{"messages":[\#(user),{"role":"assistant","content":""}]}"#, "{\"messages\":\"\u{0}\"}",
    ] {
      let failure = #expect(throws: TrainerFailure.self) { try row(supervised, text) }
      #expect(failure?.description.hasPrefix("Row 3 of the training rows") == true)
    }
    for text in [
      #"{"messages":[\#(user),\#(good)]}"#, #"{"prompt":"a","chosen":"b"}"#, #"{"chosen":"b","rejected":"c"}"#,
      #"{"prompt":"a","chosen":[\#(user)],"rejected":"c"}"#,
    ] { #expect(throws: TrainerFailure.self) { try row(pairs, text) } }
  }

  // MARK: Settings

  @Test func settingsThatNoProviderTakesAreRefused() async throws {
    try await with { fixture in
      #expect(try JSONDecoder().decode(Work.self, from: JSONEncoder().encode(Work.hosted(fixture.work))).isRemote)
      var settings = TrainingSettings()
      settings.objective = .dpo
      settings.beta = 3
      let model = fixture.work.endpoint.model
      func plan() -> TrainingPlan {
        TrainingPlan(folder: "/f", backend: .openai(model), base: "", settings: settings, rows: [], validationRows: [])
      }
      #expect(throws: TrainerFailure.self) { try HostedWork(plan(), tuning: model) }
      settings.beta = 2
      settings.epochs = 51
      #expect(throws: TrainerFailure.self) { try HostedWork(plan(), tuning: model) }
      settings.epochs = 0.2
      settings.seed = Int(UInt32.max)
      let work = try HostedWork(plan(), tuning: model)
      #expect(work.epochs == 1 && work.seed == Int(Int32.max) && work.method == .dpo(beta: 2))
    }
  }
}
