import Domain
import Foundation
import LocalEngine
import Processes
import TestFolders
import Testing
import WorkbenchCore

@testable import Trainers

/// Jobs in a real Slurm, followed by real processes that are killed at the worst moments.
@Suite(
  .enabled(if: RealSlurm.isInstalled, "Slurm can't be started here (Tests/real-slurm check says why)"), .serialized,
  .timeLimit(.minutes(10)))
struct RealSlurmTests {
  /// Works until `go` is there, and says so each time it starts.
  private static let patient = """
    echo started >> starts
    while [ ! -e go ]; do sleep 0.05; done
    say '\(Line.start)'
    say '\(Line.end)'
    """

  @Test func aJobIsSubmittedFollowedAndForgotten() async throws {
    try await RealSlurm.with { slurm in
      let job = try SlurmTestJob(slurm, trainer: Self.patient)
      try job.prepare()
      _ = try await job.launch()
      try await job.waitForStart()
      try Data().write(to: URL(fileURLWithPath: job.folder.path + "/go"))
      let events = try await job.wait()
      let ours = try #require(try await slurm.jobs().first)
      #expect(events.first == .note("submitted to Slurm as job \(ours.id)"), "\(job.report)")
      #expect(events.contains(.note("running on n1")))
      #expect(events.last == .end(.finished, message: "20 steps are done.", step: 20))
      #expect(job.folder.read(job.folder.exit, as: JobFolder.Exit.self)?.status == 0)
      // Whoever comes again finds it done.
      try FileManager.default.removeItem(atPath: job.folder.exit)
      _ = try await job.launch()
      #expect(try await job.wait() == events)
      #expect(try await slurm.jobs().count == 1)
    }
  }

  @Test(arguments: ["id=$(\"$0.real\" \"$@\"); kill -9 $PPID", "kill -9 $PPID; sleep 1; exec \"$0.real\" \"$@\""])
  func aFollowerThatIsKilledWhileItSubmitsDoesNotSubmitAgain(_ sabotage: String) async throws {
    try await RealSlurm.with { slurm in
      let job = try SlurmTestJob(slurm, trainer: Self.patient)
      try job.prepare()
      try slurm.sabotage("sbatch", sabotage)
      let first = try await job.launch()
      #expect(await first.waitForEnd(atMost: .seconds(120)))
      let record = try #require(job.folder.read(job.folder.slurm, as: SlurmRecord.self), "\(job.report)")
      #expect(record.isSubmitted && record.job == nil)
      _ = try await job.launch()
      try await job.waitForStart()
      try await slurm.wait { job.folder.read(job.folder.slurm, as: SlurmRecord.self)?.job != nil }
      try await slurm.wait { job.events.contains { "\($0)".contains("found again in Slurm") } }
      try Data().write(to: URL(fileURLWithPath: job.folder.path + "/go"))
      let events = try await job.wait()
      let jobs = try await slurm.jobs()
      #expect(jobs.count == 1, "\(jobs) \(job.report)")
      #expect(events.contains(.note("found again in Slurm as job \(jobs[0].id)")), "\(job.report)")
      #expect(job.lines("starts") == ["started"])
      #expect(events.last == .end(.finished, message: "20 steps are done.", step: 20))
    }
  }

  /// Even of two submissions only one works, and the other is gone.
  @Test func ofTwoSubmissionsOneWorks() async throws {
    try await RealSlurm.with { slurm in
      let job = try SlurmTestJob(slurm, trainer: Self.patient)
      try job.prepare()
      try slurm.sabotage("sbatch", "\"$0.real\" \"$@\" >/dev/null; exec \"$0.real\" \"$@\"")
      _ = try await job.launch()
      try await slurm.wait {
        let jobs = try await slurm.jobs()
        return jobs.count == 2 && jobs.filter { !$0.state.isOver }.count == 1 && !job.lines("starts").isEmpty
      }
      try Data().write(to: URL(fileURLWithPath: job.folder.path + "/go"))
      let events = try await job.wait()
      #expect(job.lines("starts") == ["started"], "\(job.report)")
      #expect(events.last == .end(.finished, message: "20 steps are done.", step: 20), "\(job.report)")
    }
  }

  /// Slurm has forgotten the job when the follower comes back: what the job left in its folder counts.
  @Test(arguments: [false, true])
  func aFollowerThatIsKilledMeanwhileFindsTheJobAgain(_ isForgotten: Bool) async throws {
    try await RealSlurm.with(forget: isForgotten ? 2 : 300) { slurm in
      let job = try SlurmTestJob(slurm, trainer: Self.patient)
      try job.prepare()
      let first = try await job.launch()
      try await job.waitForStart()
      first.signalGroup(.kill)
      #expect(await first.waitForEnd(atMost: .seconds(20)))
      if isForgotten {
        try Data().write(to: URL(fileURLWithPath: job.folder.path + "/go"))
        try await slurm.wait { try await slurm.jobs().isEmpty }
      }
      _ = try await job.launch()
      try Data().write(to: URL(fileURLWithPath: job.folder.path + "/go"))
      let events = try await job.wait()
      #expect(events.last == .end(.finished, message: "20 steps are done.", step: 20), "\(job.report)")
      #expect(job.lines("starts") == ["started"])
      #expect(try await slurm.jobs().count == (isForgotten ? 0 : 1))
    }
  }

  @Test func aRefusalIsExplainedAndLeavesNothing() async throws {
    try await RealSlurm.with { slurm in
      var job = try SlurmTestJob(slurm, trainer: Self.patient)
      job.settings.partition = "nowhere"
      try job.prepare()
      _ = try await job.launch()
      guard case .end(.failed, let message?, _)? = try await job.wait().last else {
        Issue.record("\(job.report)")
        return
      }
      #expect(message.contains("invalid partition") && message.contains("Change `training.slurm`"), "\(message)")
      #expect(try await slurm.jobs().isEmpty)
    }
  }

  @Test func aTrainerThatDiesHasItsLastWordsTold() async throws {
    try await RealSlurm.with { slurm in
      let job = try SlurmTestJob(slurm, trainer: "echo 'something \u{1b}[31mbroke'; exit 3\n")
      try job.prepare()
      _ = try await job.launch()
      guard case .end(.failed, let message?, _)? = try await job.wait().last else {
        Issue.record("\(job.report)")
        return
      }
      #expect(message.contains("with status 3") && message.hasSuffix("something broke"), "\(message)")
      #expect(job.folder.read(job.folder.exit, as: JobFolder.Exit.self)?.status == 3)
    }
  }

  @Test func aJobForLaterWaitsInSlurm() async throws {
    try await RealSlurm.with { slurm in
      let job = try SlurmTestJob(slurm, trainer: Self.patient)
      try job.prepare(QueueOrder(notBefore: Date(timeIntervalSinceNow: 3600)))
      let runner = try await job.launch()
      try await slurm.wait { job.events.contains { "\($0)".contains("waiting: BeginTime, expected to start at") } }
      try job.folder.write(StopRequest.pause, to: job.folder.stop)
      runner.signal(.terminate)
      let end = TrainingEvent.Kind.end(.paused, message: "Paused; what was learnt is saved.", step: 0)
      #expect(try await job.wait().last == end, "\(job.report)")
      #expect(try await slurm.jobs().map(\.state.word) == ["CANCELLED"] && job.lines("starts").isEmpty)
    }
  }

  /// A job that waits is taken back; one that ignores the request is ended by force.
  @Test(arguments: [true, false]) func aStopEndsTheSlurmJob(_ waits: Bool) async throws {
    try await RealSlurm.with { slurm in
      var job = try SlurmTestJob(slurm, trainer: "trap '' TERM; echo started >> starts; while :; do sleep 0.1; done\n")
      if waits { job.settings.options = ["--hold"] }
      try job.prepare()
      let runner = try await job.launch()
      try await slurm.wait {
        waits ? job.events.contains { "\($0)".contains("waiting: JobHeldUser") } : !job.lines("starts").isEmpty
      }
      try job.folder.write(StopRequest.cancel, to: job.folder.stop)
      runner.signal(.terminate)
      let events = try await job.wait()
      #expect(events.last == .end(.canceled, message: "Stopped as asked.", step: 0), "\(job.report)")
      #expect(try await slurm.jobs().map(\.state.word) == ["CANCELLED"], "\(job.report)")
    }
  }

  /// A machine that is shut down ends the runner, and nothing else.
  @Test func aRunnerThatIsOnlyEndedLeavesTheSlurmJobAlone() async throws {
    try await RealSlurm.with { slurm in
      let job = try SlurmTestJob(slurm, trainer: Self.patient)
      try job.prepare()
      let runner = try await job.launch()
      try await job.waitForStart()
      try await slurm.wait { job.folder.read(job.folder.started, as: WorkedTime.self)?.began != nil }
      runner.signal(.terminate)
      try await slurm.wait { !runner.isAlive }
      #expect(!job.folder.has(job.folder.exit) && !job.folder.eventLog.recent.hasEnded, "\(job.report)")
      #expect(try await slurm.jobs().map(\.state.word) == ["RUNNING"])
      _ = try await job.launch()
      try Data().write(to: URL(fileURLWithPath: job.folder.path + "/go"))
      #expect(try await job.wait().last == .end(.finished, message: "20 steps are done.", step: 20), "\(job.report)")
      #expect(job.folder.read(job.folder.started, as: WorkedTime.self)?.began == nil)
      #expect(try await slurm.jobs().count == 1 && job.lines("starts").count == 1)
    }
  }

  /// A request that fails is made again.
  @Test func aStopThatFailsIsTriedAgain() async throws {
    try await RealSlurm.with { slurm in
      let trainer = """
        stopped() { say '{"event":"end","time":1,"status":"paused","message":"Saved.","step":7}'; exit 130; }
        trap stopped TERM
        echo started >> starts
        while :; do sleep 0.1; done
        """
      let job = try SlurmTestJob(slurm, trainer: trainer)
      try slurm.sabotage("scancel", "echo 'scancel: error: no answer' >&2; exit 1")
      try job.prepare()
      let runner = try await job.launch()
      try await job.waitForStart()
      try job.folder.write(StopRequest.pause, to: job.folder.stop)
      runner.signal(.terminate)
      #expect(try await job.wait().last == .end(.paused, message: "Saved.", step: 7), "\(job.report)")
      #expect(job.events.contains { "\($0)".contains("no answer") }, "\(job.report)")
    }
  }

  /// In a step of srun's, where a plug-in that isn't here would start the container, requests arrive too.
  @Test func aContainersTrainerIsAskedToSaveToo() async throws {
    try await RealSlurm.with { slurm in
      let trainer = """
        stopped() { sleep 0.5; say '{"event":"end","time":1,"status":"canceled","message":"Saved.","step":7}'; exit 130; }
        trap stopped TERM
        echo started >> starts
        while :; do sleep 0.1; done
        """
      var job = try SlurmTestJob(slurm, trainer: trainer)
      job.settings.container = "image"
      job.settings.setup = ["srun() { command srun \"$1\" sh \"${@:6}\"; }"]
      try job.prepare()
      let runner = try await job.launch()
      try await job.waitForStart()
      try job.folder.write(StopRequest.cancel, to: job.folder.stop)
      runner.signal(.terminate)
      #expect(try await job.wait().last == .end(.canceled, message: "Saved.", step: 7), "\(job.report)")
      #expect(job.folder.read(job.folder.exit, as: JobFolder.Exit.self)?.status == 130, "\(job.report)")
    }
  }

  /// A job that is gone on with after its end is another Slurm job; nothing else is.
  @Test func goingOnIsAnotherSlurmJob() async throws {
    try await RealSlurm.with { slurm in
      let job = try SlurmTestJob(slurm, trainer: "[ -e starts ] && say '\(Line.end)'; echo started >> starts; exit 1\n")
      try job.prepare()
      _ = try await job.launch()
      let events = try await job.wait()
      guard case .end(.failed, _, _)? = events.last else {
        Issue.record("\(job.report)")
        return
      }
      for file in [job.folder.exit, job.folder.processes] { try FileManager.default.removeItem(atPath: file) }
      try job.folder.eventLog.reopen()
      _ = try await job.launch()
      #expect(try await job.wait().last == .end(.finished, message: "20 steps are done.", step: 20), "\(job.report)")
      #expect(try await slurm.jobs().count == 2 && job.lines("starts").count == 2)
    }
  }
}
