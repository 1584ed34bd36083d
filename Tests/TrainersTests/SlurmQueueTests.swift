import Domain
import Foundation
import TestFolders
import Testing
import WorkbenchCore

@testable import Trainers

/// What Slurm's commands say, and what is made of it.
struct SlurmQueueTests {
  @Test func linesOfTheQueueAreRead() {
    #expect(
      SlurmQueue.job(inQueue: "12|PENDING||2026-11-26T23:00:00|Priority")
        == SlurmJob(
          id: "12", state: SlurmState("PENDING"), nodes: "", start: "2026-11-26T23:00:00", reason: "Priority"))
    #expect(
      SlurmQueue.job(inQueue: "12|RUNNING|n[1-2],m3|N/A|None")
        == SlurmJob(id: "12", state: SlurmState("RUNNING"), nodes: "n[1-2],m3", start: "", reason: ""))
    let odd = SlurmQueue.job(inQueue: "12|PENDING||N/A|(launch|failed) \u{1b}[31mheld\u{1b}[0m")
    #expect(odd?.reason == "(launch|failed) held")
    for line in ["", "12", "12|PENDING", "a|PENDING||N/A|x", "12_[1-3]|PENDING||N/A|x", "12|||N/A|x", "error: slurm"] {
      #expect(SlurmQueue.job(inQueue: line) == nil, "\(line)")
    }
    let long = SlurmQueue.job(inQueue: "12|NEWSTATE||N/A|" + String(repeating: "x", count: 100_000))
    #expect(long?.reason.count == 200 && long?.state.isOver == false)
  }

  @Test func linesOfTheAccountsAreRead() {
    let job = SlurmQueue.job(inAccounts: "12|CANCELLED by 1000|None assigned")
    #expect(job?.state.word == "CANCELLED" && job?.state.isOver == true && job?.nodes == "")
    #expect(SlurmQueue.job(inAccounts: "12|OUT_OF_ME+|n1")?.state.word == "OUT_OF_MEMORY")
    #expect(SlurmQueue.job(inAccounts: "12.batch|COMPLETED|n1") == nil)
    #expect(SlurmQueue.job(inAccounts: "Slurm accounting storage is disabled") == nil)
  }

  @Test func numbersOfSubmissionsAreRead() {
    #expect(SlurmQueue.number("1234") == "1234" && SlurmQueue.number("1234;cluster") == "1234")
    for line in ["", "Submitted batch job 12", "-1", "12 ", "99999999999999999999", "١٢"] {
      #expect(SlurmQueue.number(line) == nil, "\(line)")
    }
  }

  @Test func waitingIsToldWithItsReason() {
    func note(_ line: String) -> String? { SlurmQueue.job(inQueue: line).flatMap(SlurmFollower.note) }
    #expect(note("12|PENDING||N/A|Priority") == "waiting: Priority")
    #expect(
      note("12|PENDING||2026-11-26T23:00:00|Resources")
        == "waiting: Resources, expected to start at 2026-11-26T23:00:00")
    #expect(note("12|REQUEUE_HOLD||N/A|None") == "waiting: REQUEUE_HOLD")
    #expect(note("12|PENDING||N/A|None") == nil)
    #expect(note("12|RUNNING|n1|N/A|None") == nil && note("12|SUSPENDED|n1|N/A|None") == "Slurm says SUSPENDED")
  }

  private func ending(
    _ state: String?, reason: String = "", status: Int? = nil, isTimeUp: Bool = false, diagnosis: String? = nil,
    lastWords: String? = nil
  ) -> SlurmEnding {
    var settings = SlurmSettings()
    settings.time = "10:00"
    settings.memory = "2G"
    let job = state.map { SlurmJob(id: "12", state: SlurmState($0), nodes: "n1", start: "", reason: reason) }
    return SlurmEnding(
      job: job, id: "12", isTimeUp: isTimeUp, status: status, settings: settings, program: "/engine/python",
      folder: "/jobs/1", diagnosis: diagnosis, lastWords: lastWords)
  }

  @Test func eachEndSaysWhatToChange() {
    #expect(ending("TIMEOUT").message.contains("time limit (10:00). Raise `training.slurm.time`"))
    #expect(ending("FAILED", status: 130, isTimeUp: true).message == ending("TIMEOUT").message)
    #expect(ending("OUT_OF_MEMORY").message.contains("(2G). Raise `training.slurm.memory`, or lower `batch_size`"))
    #expect(
      ending("NODE_FAIL").message.contains("The node n1 failed") && ending("NODE_FAIL").message.contains("--exclude=n1")
    )
    #expect(ending("PREEMPTED").message.contains("`training.slurm.partition`"))
    #expect(ending("CANCELLED").state == .canceled && ending("CANCELLED").message.contains("not from here"))
    #expect(ending("CANCELLED", isTimeUp: true).state == .failed)
    #expect(ending("FAILED", reason: "JobLaunchFailure").message.contains("/jobs/1 must be there under the same path"))
    #expect(ending("FAILED", status: 127).message.contains("The node n1 can't run /engine/python"))
    #expect(
      ending("FAILED", reason: "NonZeroExitCode", status: 3, lastWords: "Killed").message
        == "Slurm's job 12 ended as FAILED, its trainer with status 3, without saying why. The last line of its log: Killed"
    )
    #expect(ending("FAILED", status: 1, diagnosis: "Do it.", lastWords: "x").message.hasSuffix("saying why. Do it."))
    #expect(ending(nil).message.contains("knows nothing of its job 12 any more") && ending(nil).state == .failed)
    for word in ["TIMEOUT", "OUT_OF_MEMORY", "NODE_FAIL", "BOOT_FAIL", "DEADLINE", "CANCELLED", "PREEMPTED", "REVOKED"]
    {
      #expect(SlurmState(word).isOver && ending(word).message.count > 40)
    }
  }
}
