import Domain
import Testing
import WorkbenchCore

@testable import WorkspaceFiles

/// `training.slurm`, and what is wrong with it.
struct SlurmReaderTests {
  @Test func allThatCanBeSaid() async throws {
    let workspace = try await read(
      """
      training:
        backend: slurm
        slurm:
          runs: mlx
          partition: gpu
          gpus: 2
          nodes: 1
          cpus: 8
          memory: 64G
          time: 1-12:00:00
          account: lab
          container: nvcr.io#nvidia/pytorch:25.01-py3
          options: [--qos=high, --exclude=n7, --constraint=a100]
          setup:
            - module load cuda
            - export HF_HOME="$SCRATCH/hf"
      """)
    #expect(workspace.lines == [])
    var slurm = SlurmSettings()
    slurm.runs = .mlx
    slurm.partition = "gpu"
    slurm.gpus = 2
    slurm.nodes = 1
    slurm.cpus = 8
    slurm.memory = "64G"
    slurm.time = "1-12:00:00"
    slurm.account = "lab"
    slurm.container = "nvcr.io#nvidia/pytorch:25.01-py3"
    slurm.options = ["--qos=high", "--exclude=n7", "--constraint=a100"]
    slurm.setup = ["module load cuda", "export HF_HOME=\"$SCRATCH/hf\""]
    #expect(workspace.training.slurm == slurm)
  }

  @Test func nothingSaidIsSlurmsOwn() async throws {
    #expect(try await read("training: { backend: slurm }").training.slurm == nil)
    let numbers = try await read("training: { slurm: { memory: 2000, time: 30 } }")
    #expect(numbers.lines == [] && numbers.training.slurm?.memory == "2000" && numbers.training.slurm?.time == "30")
  }

  @Test func mistakesAreNamedWithLineAndKey() async throws {
    let workspace = try await read(
      """
      training:
        slurm:
          runs: torch
          partition: "gpu big"
          gpus: 0
          nodes: 2
          memory: lots
          time: tomorrow
          account: "a\\e[2J"
          options: [--qos=high, rm -rf /]
          setup: ["a\\ab"]
          partitoin: gpu
      """)
    #expect(workspace.problems.compactMap(\.line) == Array(3...12), "\(workspace.lines)")
    #expect(
      workspace.lines.contains { $0.hasPrefix("assay.yaml:6: training.slurm.nodes: The trainers work on the GPUs of") })
    #expect(
      workspace.lines.contains {
        $0
          == "assay.yaml:8: training.slurm.time: Expected a time such as \"8:00:00\" or \"2-12:00:00\", found \"tomorrow\"."
      })
    #expect(workspace.lines.contains { $0.contains("Did you mean \"partition\"?") })
    let slurm = try #require(workspace.training.slurm)
    #expect(slurm == SlurmSettings())
  }

  @Test(arguments: [
    "--job-name=x", "--job", "-J x", "--array=1-9", "-a1-9", "--output=/dev/null", "--wrap=ls", "--clusters=other",
    "-N2",
    "--ntasks=4", "--chdir=/", "--", "-", "qos=high", "",
  ])
  func optionsThatAreOursAreRefused(_ option: String) async throws {
    let workspace = try await read("training: { slurm: { options: [\"\(option)\"] } }")
    #expect(workspace.problems.map(\.key) == ["training.slurm.options"] && workspace.training.slurm?.options == [])
  }
}
