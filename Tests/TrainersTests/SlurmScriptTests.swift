import Domain
import Foundation
import Processes
import TestFolders
import Testing
import WorkbenchCore

@testable import Trainers

/// The script that Slurm runs: its text, and what bash does with it.
struct SlurmScriptTests {
  private func script(
    _ arguments: [String], in folder: String, settings: SlurmSettings = SlurmSettings(),
    environment: [String: String?] = [:]
  ) -> SlurmScript {
    SlurmScript(
      label: "assay-1-x-1", folder: folder, settings: settings,
      program: ProgramWork(Program("/bin/sh", arguments, environment: environment)), model: "/models/tiny")
  }

  @Test func whatIsAskedForIsAnOption() throws {
    var settings = SlurmSettings()
    settings.partition = "gpu"
    settings.gpus = 2
    settings.cpus = 8
    settings.memory = "64G"
    settings.time = "1-0"
    settings.account = "lab"
    settings.options = ["--qos=high", "--no-requeue", "--job-name=mine"]
    settings.setup = ["module load cuda"]
    let script = script(["train.sh"], in: "/jobs/100%/a b", settings: settings)
    #expect(
      script.options == [
        "--requeue", "--signal=B:USR1@120", "--nodes=1", "--ntasks-per-node=1", "--partition=gpu", "--account=lab",
        "--gpus-per-node=2", "--cpus-per-task=8", "--mem=64G", "--time=1-0", "--qos=high", "--no-requeue",
        "--job-name=mine", "--job-name=assay-1-x-1", "--chdir=/jobs/100%/a b",
        "--output=/jobs/100%%/a b/trainer.log", "--open-mode=append",
      ])
    let text = try script.text()
    #expect(text.hasPrefix("#!/bin/bash\n"))
    #expect(text.contains("\n#SBATCH --partition=gpu\n") && !text.contains("#SBATCH --chdir"))
    #expect(text.contains("\ncd -- '/jobs/100%/a b' || exit 1\n"))
    #expect(text.contains("\nmodule load cuda\n") && text.contains("  /bin/sh train.sh </dev/null &\n"))
  }

  @Test func warningsComeInTimeForShortJobsToo() {
    func warning(_ time: String?) -> Int {
      var settings = SlurmSettings()
      settings.time = time
      return script([], in: "/jobs/1", settings: settings).warning
    }
    #expect(warning(nil) == 120 && warning("8:00:00") == 120 && warning("2") == 30 && warning("0:20") == 10)
    #expect(warning("soon") == 120)
  }

  @Test func timesAreReadAsSlurmReadsThem() {
    let times = ["90": 5400, "1:30": 90, "2:00:05": 7205, "1-0": 86_400, "1-2:30": 95_400, "0-0:0:7": 7]
    for (text, seconds) in times { #expect(SlurmTime.seconds(in: text) == seconds, "\(text)") }
    for text in ["", "1:", "-1", "1-", "1:2:3:4", "1-2:3:4:5", "1d", "99999999999", "١"] {
      #expect(SlurmTime.seconds(in: text) == nil, "\(text)")
    }
  }

  @Test func aContainerHasTheFoldersItNeeds() throws {
    var settings = SlurmSettings()
    settings.container = "nvcr.io#nvidia/pytorch:25.01-py3"
    var script = script([], in: "/jobs/1", settings: settings)
    script.program.arguments = ["/engine/scripts-1/assay_engine/__main__.py", "train-trl", "/jobs/1"]
    let text = try script.text()
    #expect(
      text.contains(
        "srun --ntasks=1 '--container-image=nvcr.io#nvidia/pytorch:25.01-py3' --container-workdir=/jobs/1 "
          + "--container-mounts=/jobs/1:/jobs/1,/engine/scripts-1:/engine/scripts-1,/models/tiny:/models/tiny "
          + "python3 /engine/scripts-1/assay_engine/__main__.py train-trl /jobs/1 </dev/null &\n"))
    #expect(text.contains("|| scancel --signal=TERM \"$SLURM_JOB_ID\"\n"))
    script.folder = "/jobs:1"
    #expect(throws: TrainerFailure.self) { try script.text() }
  }

  @Test func controlCharactersAreRefused() {
    for folder in ["/jobs/a\nb", "/jobs/\u{1b}[2J"] {
      #expect(throws: TrainerFailure.self) { try script([], in: folder).text() }
    }
  }

  #if os(Linux)
    /// A folder whose name is hard on shells and on Slurm, with the script in it.
    private func placed(
      _ trainer: String, settings: SlurmSettings = SlurmSettings(), environment: [String: String?] = [:]
    ) throws -> (folder: String, script: String) {
      let folder = temporaryPath("job") + "/a b'ü$(x)`y`%j\"\\q;*"
      try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true)
      try Data(trainer.utf8).write(to: URL(fileURLWithPath: folder + "/trainer.sh"))
      let arguments = [folder + "/trainer.sh", "it's", "", "a\n$b", "-n"]
      let text = try script(arguments, in: folder, settings: settings, environment: environment).text()
      try Data(text.utf8).write(to: URL(fileURLWithPath: folder + "/slurm.sh"))
      return (folder, folder + "/slurm.sh")
    }

    private func read(_ file: String) -> String {
      FileManager.default.contents(atPath: file).map { String(decoding: $0, as: UTF8.self) } ?? ""
    }

    private func environment(job: String) -> [String: String?] {
      ["SLURM_JOB_ID": job, "SLURMD_NODENAME": "n\"1", "SLURM_RESTART_COUNT": "0", "ASSAY_GOES_ON": nil, "B": "was"]
    }

    @Test func argumentsAndVariablesArriveAsTheyAre() async throws {
      var settings = SlurmSettings()
      settings.setup = ["export C=set", "D='x" + "'"]
      let (folder, script) = try placed(
        "printf '[%s]' \"$@\" \"$A\" \"${B-gone}\" \"$C\" > said; exit 7\n", settings: settings,
        environment: ["A": "a'b \"$HOME\"\n", "B": nil, "C": "first", "not a name": "x"])
      let ending = try await Program("bash", [script], environment: environment(job: "7")).run()
      #expect(ending.ending == .exited(7), "\(ending.output)")
      #expect(read(folder + "/said") == "[it's][][a\n$b][-n][a'b \"$HOME\"\n][gone][set]")
      let job = JobFolder(path: folder)
      #expect(job.slurmOwner("assay-1-x-1") == "7")
      #expect(job.slurmEnding("assay-1-x-1") == SlurmScript.Ending(status: 7, isTimeUp: false))
      var events = FileTail(path: job.events, offset: 0)
      let kinds = events.lines(includingTorn: true).compactMap { EventFile.event($0)?.kind }
      #expect(kinds == [.note("running on n?1")])
    }

    @Test func ofTwoJobsOneWorks() async throws {
      let (folder, script) = try placed("echo ran >> said\n")
      for job in ["7", "8", "7"] {
        let ending = try await Program("bash", [script], environment: environment(job: job)).run()
        #expect(ending.ending.isSuccess && ending.output.contains("7 works here already") == (job == "8"))
      }
      #expect(read(folder + "/said") == "ran\nran\n")
    }

    @Test(arguments: [("TERM", false), ("USR1", true)])
    func signalsReachTheTrainerAndItsStatusIsKept(_ signal: String, _ isTimeUp: Bool) async throws {
      // The trainer has the script signalled, which must pass it on and wait for what the trainer makes of it.
      let trainer = """
        trap 'sleep 0.3; echo "$ASSAY_GOES_ON" > said; exit 42' TERM
        kill -\(signal) $PPID
        while :; do sleep 0.05; done
        """
      let (folder, script) = try placed(trainer)
      let ending = try await Program("bash", [script], environment: environment(job: "7")).run()
      #expect(ending.ending == .exited(42), "\(ending.output)")
      #expect(read(folder + "/said").hasPrefix("Slurm has interrupted the job"))
      #expect(
        JobFolder(path: folder).slurmEnding("assay-1-x-1") == SlurmScript.Ending(status: 42, isTimeUp: isTimeUp))
    }
  #endif
}
