import Domain
import Foundation
import ModelAPI
import Processes
import Storage
import TestFolders
import Testing
import Trainers
import Trust
import WorkbenchCore
import WorkspaceFiles

/// A training back end in one file: its descriptor, and the program that does its work.
private let echo = Backend(BackendName(rawValue: "echo"), title: "The echo", learnsPairs: false)

/// Runs in the job's folder, and writes what happens to `events.jsonl`.
private let echoWork = BackendWork.program(echo.name) { plan in
  guard let steps = plan.settings.steps else { throw TrainerFailure("The echo counts steps: set `steps`.") }
  let script = """
    say() { printf '%s\\n' "$1" >> events.jsonl; }
    say "{\\"event\\": \\"start\\", \\"time\\": 1, \\"steps\\": $1, \\"train_rows\\": $(wc -l < train.jsonl)}"
    for step in $(seq $1); do
      say "{\\"event\\": \\"train\\", \\"time\\": 2, \\"step\\": $step, \\"loss\\": 1.$((9 - step))}"
    done
    mkdir -p checkpoints/last && cp train.jsonl checkpoints/last/weights
    ln -s checkpoints/last best
    say "{\\"event\\": \\"checkpoint\\", \\"time\\": 3, \\"step\\": $1, \\"path\\": \\"checkpoints/last\\", \\"best\\": true}"
    say "{\\"event\\": \\"end\\", \\"time\\": 4, \\"status\\": \\"finished\\", \\"step\\": $1, \\"message\\": \\"Echoed.\\"}"
    """
  return Program("/bin/sh", ["-c", script, "echo", String(steps)])
}

@Suite struct TrainerSample {
  /// The program whose `job-runner` runs jobs; it knows nothing of the sample.
  private static let assay =
    ProcessInfo.processInfo.environment["ASSAY_BINARY"]
    ?? URL(fileURLWithPath: #filePath).resolvingSymlinksInPath().deletingLastPathComponent().deletingLastPathComponent()
    .deletingLastPathComponent().path + "/.build/debug/assay"

  private func workbench(
    in folder: String, backends: [Backend] = .builtIn + [echo], work: [BackendWork] = .builtIn + [echoWork]
  ) async throws -> Workbench {
    let home = folder + "/home"
    let variables = [
      "HOME": home, "XDG_DATA_HOME": home + "/data", "ASSAY_QUEUE_HOME": home + "/queue",
    ]
    let words = ["lagoon", "invoice", "buoy", "café", "storm", "anchor", "ticket", "lighthouse", "rope", "compass"]
    let rows = words.map { #"{"prompt": "\#($0)", "completion": "\#($0.uppercased()), \#($0)"}"# }
    let files = [
      "w/assay.yaml": """
      models: { tiny: { api: mlx, path: model } }
      training: { backend: echo, data: train/main.jsonl, steps: 3 }

      """,
      "w/train/main.jsonl": rows.joined(separator: "\n") + "\n",
      // The same program with a home of its own.
      "runner": "#!/bin/sh\n" + variables.map { "export \($0)='\($1)'\n" }.joined() + "exec '\(Self.assay)' \"$@\"\n",
      "home/data/empty": "",
    ]
    for (path, text) in files {
      let url = URL(fileURLWithPath: folder + "/" + path)
      try FileManager.default.createDirectory(at: url.deletingLastPathComponent(), withIntermediateDirectories: true)
      try Data(text.utf8).write(to: url)
    }
    try FileManager.default.setAttributes([.posixPermissions: 0o700], ofItemAtPath: folder + "/runner")
    let signer = InstallationSigner(folder: UserFolder.standard(environment: variables))
    return try await Workbench(
      Workbench.Dependencies(
        files: FolderWorkspaceFiles(folder + "/w", dialects: .builtIn, backends: backends),
        store: try SQLiteStore.inMemory(), clients: HTTPModelClients(servers: nil) { _ in nil },
        trainer: DetachedTrainer(backends: work, executable: folder + "/runner", signer: signer)))
  }

  @Test func aJobRunsToItsEnd() async throws {
    try await TestFolder.with { folder in
      let workbench = try await workbench(in: folder)
      #expect(await workbench.snapshot.workspace.training.backend == "echo")
      let started = try await workbench.train(TrainRequest(), consent: .notAsked)
      #expect(started.backend == "echo")
      let detail = try await workbench.follow(started.id) { _ in }
      #expect(detail.job.state == .finished && detail.job.message == "Echoed." && detail.job.step == 3)
      #expect(detail.metrics.map(\.loss) == [1.8, 1.7, 1.6])
      #expect(detail.checkpoints.map(\.step) == [3] && detail.job.best?.step == 3)
      #expect(detail.job.adapter == detail.job.folder + "/best")
      #expect(FileManager.default.fileExists(atPath: "\(folder)/w/\(detail.job.folder)/best/weights"))
      await workbench.close()
    }
  }

  @Test func itsDescriptorHolds() async throws {
    try await TestFolder.with { folder in
      let workbench = try await workbench(in: folder)
      let pair = #"{"prompt": "q", "chosen": "a", "rejected": "b"}"# + "\n"
      try Data(String(repeating: pair, count: 4).utf8).write(
        to: URL(fileURLWithPath: folder + "/w/train/pairs.jsonl"))
      var settings = TrainingSettings()
      settings.objective = .dpo
      let request = TrainRequest(data: "train/pairs.jsonl", settings: settings)
      await #expect {
        try await workbench.train(request, consent: .notAsked)
      } throws: {
        String(describing: $0).contains("The echo can't learn preference pairs")
      }
      settings.objective = .sft
      settings.steps = nil
      await #expect {
        try await workbench.train(TrainRequest(settings: settings), consent: .notAsked)
      } throws: {
        String(describing: $0).contains("The echo counts steps")
      }
      #expect(await workbench.snapshot.jobs.first?.state == .failed)
    }
  }

  @Test func withoutItsRegistrationItIsRefused() async throws {
    try await TestFolder.with { folder in
      let workbench = try await workbench(in: folder, backends: .builtIn)
      let problems = await workbench.snapshot.workspace.problems.map(\.description)
      #expect(problems.contains { $0.contains("one of mlx, trl, openai, slurm, command, found \"echo\"") })
    }
    try await TestFolder.with { folder in
      let workbench = try await workbench(in: folder, work: .builtIn)
      await #expect {
        try await workbench.train(TrainRequest(), consent: .notAsked)
      } throws: {
        String(describing: $0).contains("is registered with the trainer")
      }
    }
  }
}
