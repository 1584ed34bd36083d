import Content
import Domain
import Foundation
import LocalEngine
import Processes
import TestFolders
import Testing
import Trust
import WorkbenchCore

@testable import TrainerLogs
@testable import Trainers

@Suite struct TrainerTests {
  @Test func aJobIsFollowedToItsEnd() async throws {
    let fake = try FakeTrainer(
      """
      echo loading; say '\(Line.start)'; say '\(Line.train)'; say '\(Line.validation)'
      say '\(Line.checkpoint)'; echo "fake: $ASSAY_FAKE" >&2; say '\(Line.end)'
      """)
    try await fake.start()
    let detail = await fake.follow()
    #expect(detail.job.state == .finished)
    #expect(detail.job.step == 20 && detail.job.steps == 20)
    #expect(detail.job.trainLoss == 0.75 && detail.job.validationLoss == 0.5)
    #expect(detail.job.adapter == ".assay/jobs/1/best")
    #expect(detail.metrics.first?.tokensPerSecond == 400.5)
    #expect(detail.checkpoints.map(\.path) == ["checkpoints/0000005"])
    #expect(detail.job.message == "20 steps are done.")
    // The log may have grown after the last event.
    #expect(try await exitStatus(fake) == 0)
    #expect(
      await fake.trainer.observe(folder: fake.folder.path, from: ObservationCursor()).log == ["loading", "fake: yes"])
  }

  @Test func whatWasCheckedIsKeptWithTheHashesOfTheRows() async throws {
    let fake = try FakeTrainer("exit 0")
    try await fake.start(dataRecord: ["data": "train/main.jsonl", "accepted": ["leaks": "known"]])
    _ = try await exitStatus(fake)
    func bytes(_ name: String) throws -> Data {
      try #require(FileManager.default.contents(atPath: fake.folder.path + "/" + name))
    }
    let record = try JSONValue(parsing: Array(bytes("data.json")))
    #expect(record["accepted"] == ["leaks": "known"])
    #expect(record["sha256"]?["train.jsonl"]?.string == SHA256.hex(try bytes("train.jsonl")))
    #expect(record["sha256"]?["valid.jsonl"]?.string == SHA256.hex(try bytes("valid.jsonl")))
  }

  @Test func theTrainerGetsItsFiles() async throws {
    let fake = try FakeTrainer("cat spec.json > seen-spec; wc -l < train.jsonl > seen-rows; exit 0")
    var settings = TrainingSettings()
    settings.method = .dora
    settings.steps = 7
    settings.seed = -1
    try await fake.start(settings)
    _ = try await exitStatus(fake)
    let spec = try TrainerSpec(try #require(FileManager.default.contents(atPath: fake.folder.path + "/seen-spec")))
      .values
    #expect(spec["method"] == "dora" && spec["steps"] == 7 && spec["epochs"] == nil && spec["layers"] == -1)
    #expect(spec["seed"]?.int == Int(UInt32.max))
    let row = try String(contentsOfFile: fake.folder.train, encoding: .utf8).split(separator: "\n").first
    #expect(
      row.map(String.init)
        == #"{"messages":[{"role":"user","content":"Où?\n\"作\""},{"role":"assistant","content":"{\"a\": 1}"}]}"#)
  }

  @Test func aTrainerThatDiesWithoutAWordHasFailed() async throws {
    let fake = try FakeTrainer("say '\(Line.start)'; echo 'Segmentation fault'; exit 139")
    try await fake.start()
    let detail = await fake.follow()
    #expect(detail.job.state == .failed)
    #expect(detail.job.message?.contains("status 139") == true)
    #expect(detail.log == ["Segmentation fault"])
  }

  @Test func cancelingLetsTheTrainerSave() async throws {
    let end = Line.end.replacingOccurrences(of: "finished", with: "canceled")
    let fake = try FakeTrainer(
      "trap \"say '\(end.replacingOccurrences(of: "\"", with: "\\\""))'; exit 130\" TERM\n"
        + "say '\(Line.start)'; while :; do sleep 0.02; done")
    try await fake.start()
    _ = await fake.follow { $0.job.state == .running }
    try await fake.trainer.stop(folder: fake.folder.path, .cancel)
    let job = await fake.follow().job
    #expect(job.state == .canceled)
    #expect(try await exitStatus(fake) == 130)
  }

  @Test func aTrainerThatDoesNotListenIsStoppedByForce() async throws {
    let fake = try FakeTrainer(
      "trap '' TERM; say '\(Line.start)'; say '\(Line.train)'; printf '{\"event\": \"tor' >> events.jsonl\n"
        + "while :; do sleep 0.02; done", patience: .milliseconds(100))
    try await fake.start()
    _ = await fake.follow { $0.job.step == 5 }
    try await fake.trainer.stop(folder: fake.folder.path, .cancel)
    let job = await fake.follow().job
    #expect(job.state == .canceled)
    #expect(job.message?.contains("by force") == true)
    #expect(job.step == 5)
  }

  @Test func aJobWhoseProcessesAreGoneIsLost() async throws {
    let fake = try FakeTrainer("")
    var gone = ProcessIdentity.current
    gone.started += 1
    try fake.folder.write(JobFolder.Processes(runner: gone, trainer: gone), to: fake.folder.processes)
    try Data((Line.start + "\n" + Line.train + "\n").utf8).write(to: URL(fileURLWithPath: fake.folder.events))
    let job = await fake.follow().job
    #expect(job.state == .lost)
    #expect(job.step == 5)
    await #expect(throws: TrainerFailure.self) { try await fake.trainer.stop(folder: fake.folder.path, .cancel) }
  }

  /// The follower of a job elsewhere has died; the stop starts another one and reaches it.
  @Test func aStopReachesAJobElsewhereThatNobodyFollows() async throws {
    let fake = try FakeTrainer("")
    let folder = fake.folder
    var gone = ProcessIdentity.current
    gone.started += 1
    try folder.write(JobFolder.Processes(runner: gone), to: folder.processes)
    try Data("{}".utf8).write(to: URL(fileURLWithPath: folder.spec))
    let work = SlurmWork(Program("/bin/sh"), settings: SlurmSettings(), number: 1)
    try folder.write(JobFolder.Job(work: .slurm(work), workspace: "", number: 1), to: folder.job)
    try folder.sign(with: OpenSigner())
    var trainer = fake.trainer
    trainer.launch = { folder in
      let follower = try await Program("sleep", ["600"]).spawnDetached(appendingTo: folder.runnerLog)
      try folder.write(JobFolder.Processes(runner: follower), to: folder.processes)
      return follower
    }
    try await trainer.stop(folder: folder.path, .pause)
    let runner = try #require(folder.read(folder.processes, as: JobFolder.Processes.self)?.runner)
    #expect(runner != gone)
    #expect(await runner.waitForEnd(atMost: .seconds(30)))
    #expect(folder.read(folder.stop, as: StopRequest.self) == .pause)
  }

  @Test func aJobThatIsToSaveIsGivenMoreTime() {
    let patience = StopPatience()
    #expect(patience.duration(for: .cancel) == .seconds(20))
    for request in [StopRequest.pause, StopRequest(.finished, "Enough."), nil] {
      #expect(patience.duration(for: request) >= .seconds(600))
    }
  }

  @Test func aJobThatHasNotBegunIsNeitherAliveNorLost() async throws {
    let fake = try FakeTrainer("")
    #expect(await fake.trainer.observe(folder: fake.folder.path, from: ObservationCursor()).isAlive == nil)
    let gone = await fake.trainer.observe(folder: "/nowhere", from: ObservationCursor())
    #expect(gone.isGone && gone.isAlive == false)
  }

  @Test func twoRunnersDoNotWorkOnOneJob() async throws {
    let fake = try FakeTrainer("while [ ! -e go ]; do sleep 0.02; done")
    try await fake.start()
    await #expect(throws: TrainerFailure.self) {
      try await JobRunner.run(fake.folder, signer: OpenSigner(), stops: AsyncStream { _ in })
    }
    try Data().write(to: URL(fileURLWithPath: fake.folder.path + "/go"))
    #expect(try await exitStatus(fake) == 0)
  }

  @Test func aRunnerThatDoesNotStartIsExplained() async throws {
    var fake = try FakeTrainer("").trainer
    fake.launch = { folder in
      try await Program("sh", ["-c", "echo no such subcommand; exit 64"]).spawnDetached(appendingTo: folder.runnerLog)
    }
    let path = temporaryPath("job")
    let trainer = fake
    let error = await #expect(throws: TrainerFailure.self) {
      try await trainer.start(
        TrainingPlan(folder: path, base: "m", settings: TrainingSettings(), rows: [], validationRows: []))
    }
    #expect(error?.description.contains("no such subcommand") == true)
  }

  @Test func anEngineThatIsNotInstalledIsExplained() async throws {
    let trainer = DetachedTrainer(
      layout: EngineLayout(home: "/nowhere/engine"), executable: "/nowhere/assay", signer: OpenSigner())
    let error = await #expect(throws: TrainerFailure.self) {
      try await trainer.start(
        TrainingPlan(folder: "/nowhere/job", base: "m", settings: TrainingSettings(), rows: [], validationRows: []))
    }
    #expect(error?.description.contains("assay engine install") == true)
  }

  private func exitStatus(_ fake: FakeTrainer) async throws -> Int? {
    for _ in 0..<1000 {
      if let exit = fake.folder.read(fake.folder.exit, as: JobFolder.Exit.self) { return exit.status }
      try await Task.sleep(for: .milliseconds(10))
    }
    return nil
  }
}

@Suite struct FilesTests {
  private func file(_ text: String) throws -> String {
    let path = temporaryPath("file")
    try Data(text.utf8).write(to: URL(fileURLWithPath: path))
    return path
  }

  @Test func aTornLineWaitsForItsEnd() throws {
    let path = try file("one\ntw")
    var tail = FileTail(path: path, offset: 0)
    #expect(tail.lines(includingTorn: false) == [Data("one".utf8)])
    #expect(tail.offset == 4)
    #expect(tail.lines(includingTorn: false).isEmpty)
    try Data("one\ntwo\n\nthree".utf8).write(to: URL(fileURLWithPath: path))
    #expect(tail.lines(includingTorn: false) == [Data("two".utf8)])
    #expect(tail.lines(includingTorn: true) == [Data("three".utf8)])
    #expect(tail.lines(includingTorn: true).isEmpty)
  }

  @Test func aLargeFileIsReadInParts() throws {
    let line = String(repeating: "x", count: 999) + "\n"
    let count = 2 * FileTail.mostBytes / 1000
    var tail = FileTail(path: try file(String(repeating: line, count: count)), offset: 0)
    var seen = 0
    repeat { seen += tail.lines(includingTorn: false).count } while tail.hasMore
    #expect(seen == count)
  }

  @Test func unknownAndBrokenEventsAreLeftOut() {
    #expect(EventFile.event(Array(#"{"event": "dance", "time": 1}"#.utf8)) == nil)
    #expect(EventFile.event(Array("{\"event\": \"train\"".utf8)) == nil)
    #expect(EventFile.event(Array(#"{"event": "train", "time": NaN, "step": 3, "loss": 1}"#.utf8)) == nil)
    #expect(
      EventFile.event(Array(#"{"event": "end", "time": 1, "status": "running", "step": 3}"#.utf8))?.kind
        == .end(.failed, message: nil, step: 3))
  }

  @Test func logLinesCarryNoControlCharacters() {
    #expect(LogText.clean("\u{1b}[31mred\u{1b}[0m \u{1b}]0;title\u{7}é作\u{9b}2J!") == "red é作!")
    #expect(LogText.clean("10%\r50%\r100%\r") == "100%")
    #expect(LogText.clean("a\tb\u{0}c\u{7f}") == "a bc")
    #expect(LogText.clean(String(repeating: "x", count: 9_000)).count == LogText.longestLine + 1)
  }

  @Test func anObservationGoesOnWhereTheLastOneEnded() async throws {
    let fake = try FakeTrainer("exit 0")
    let folder = JobFolder(path: temporaryPath("observed"))
    try FileManager.default.createDirectory(atPath: folder.path, withIntermediateDirectories: true)
    func append(_ text: String, _ file: String) throws {
      let old = (try? String(contentsOfFile: file, encoding: .utf8)) ?? ""
      try (old + text).write(toFile: file, atomically: false, encoding: .utf8)
    }
    try append(Line.start + "\n", folder.events)
    try append("one\ntwo\n", folder.log)
    let first = await fake.trainer.observe(folder: folder.path, from: ObservationCursor())
    #expect(first.events.count == 1 && first.log == ["one", "two"] && first.cursor != ObservationCursor())
    let same = await fake.trainer.observe(folder: folder.path, from: first.cursor)
    #expect(same.events.isEmpty && same.log.isEmpty && same.cursor == first.cursor)
    try append("three\n", folder.log)
    let log = await fake.trainer.observe(folder: folder.path, from: first.cursor)
    #expect(log.events.isEmpty && log.log == ["three"] && log.cursor != first.cursor)
    try append(Line.end + "\n", folder.events)
    let events = await fake.trainer.observe(folder: folder.path, from: log.cursor)
    #expect(events.events.count == 1 && events.log.isEmpty)
    let full = ObservationCursor(events: 0, log: DetachedTrainer.mostLog)
    #expect(await fake.trainer.observe(folder: folder.path, from: full).log.isEmpty, "a log is followed for so long")
  }
}
