import Content
import Foundation
import LocalEngine
import Processes
import TestFolders
import Testing
import Trust
import WorkbenchCore

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
    #expect(await fake.trainer.observe(folder: fake.folder.path, from: 0).log == ["loading", "fake: yes"])
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
    let spec = try JSONDecoder().decode(
      TrainerSpec.self, from: try #require(FileManager.default.contents(atPath: fake.folder.path + "/seen-spec")))
    #expect(spec.method == "dora" && spec.steps == 7 && spec.epochs == nil && spec.layers == -1 && spec.seed == .max)
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
    #expect(await fake.trainer.observe(folder: fake.folder.path, from: 0).isAlive == nil)
    let gone = await fake.trainer.observe(folder: "/nowhere", from: 0)
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

  @Test func twoPlacesFitIntoOneNumber() {
    let place = Place(events: 123_456_789_012, log: 4_000_000)
    #expect(Place(packed: place.packed) == place)
    #expect(Place(packed: 0) == Place(events: 0, log: 0))
    #expect(Place(events: 1, log: 1 << 30).isLogFull)
  }
}

/// Work that this installation hasn't written down is not done.
@Suite struct UnsignedWorkTests {
  private struct NoSigner: WorkSigner {
    func signature(of work: [[UInt8]], in folder: String) throws -> String { "other" }
    func verifies(_ signature: String, of work: [[UInt8]], in folder: String) -> Bool { false }
  }

  /// A job's folder as a clone brings it, which names a program that leaves a trace.
  private func planted(elsewhere: Bool) throws -> (JobFolder, trace: String) {
    let path = temporaryPath("planted")
    try FileManager.default.createDirectory(atPath: path, withIntermediateDirectories: true)
    let folder = JobFolder(path: path)
    let trace = path + "/ran"
    let program = Program("/bin/sh", ["-c", "touch \(trace)"])
    let work: Work =
      elsewhere
      ? .slurm(SlurmWork(program, settings: SlurmSettings(), number: 1)) : .program(ProgramWork(program))
    var job = JobFolder.Job(work: work, companion: ProgramWork(program), workspace: "", number: 1)
    job.order.waits = false
    try folder.write(job, to: folder.job)
    try Data("{}".utf8).write(to: URL(fileURLWithPath: folder.spec))
    var gone = ProcessIdentity.current
    gone.started += 1
    try folder.write(gone, to: folder.begun)
    try folder.write(JobFolder.Processes(runner: gone), to: folder.processes)
    return (folder, trace)
  }

  @Test(arguments: [true, false]) func aRunnerRefusesIt(elsewhere: Bool) async throws {
    let (folder, trace) = try planted(elsewhere: elsewhere)
    let before = try FileManager.default.contentsOfDirectory(atPath: folder.path).sorted()
    for signature in [nil, "", "signed", String(repeating: "0", count: 64)] as [String?] {
      if let signature { try Data(signature.utf8).write(to: URL(fileURLWithPath: folder.signature)) }
      await #expect(throws: TrainerFailure.self) {
        try await JobRunner.run(folder, signer: NoSigner(), stops: AsyncStream { _ in })
      }
    }
    #expect(!folder.has(trace))
    let after = try FileManager.default.contentsOfDirectory(atPath: folder.path).sorted()
    #expect(after.filter { $0 != "signature" } == before, "nothing was written either")
  }

  @Test func nobodyPicksItUpOrResumesIt() async throws {
    let (folder, _) = try planted(elsewhere: true)
    var trainer = DetachedTrainer(executable: "/nowhere/assay", signer: NoSigner())
    trainer.launch = { folder in
      Issue.record("a runner was started on \(folder.path)")
      return .current
    }
    await trainer.pickUp(folder: folder.path)
    let error = await #expect(throws: TrainerFailure.self) {
      try await trainer.resume(folder: folder.path, QueueOrder(), accepting: [:])
    }
    #expect(error?.description.contains("not started by this installation") == true)
  }

  @Test func workThatWasChangedIsNotTheSignedOne() throws {
    let (folder, _) = try planted(elsewhere: false)
    let signer = InstallationSigner(folder: UserFolder(path: temporaryPath("trust")))
    try folder.sign(with: signer)
    #expect(folder.signedWork(signer) != nil)
    for file in [folder.job, folder.spec] {
      let bytes = try #require(FileManager.default.contents(atPath: file))
      try (bytes + Data(" ".utf8)).write(to: URL(fileURLWithPath: file))
      #expect(folder.signedWork(signer) == nil)
      try bytes.write(to: URL(fileURLWithPath: file))
      #expect(folder.signedWork(signer) != nil)
    }
    try FileManager.default.copyItem(atPath: folder.path, toPath: folder.path + "-copy")
    #expect(JobFolder(path: folder.path + "-copy").signedWork(signer) == nil)
  }
}
