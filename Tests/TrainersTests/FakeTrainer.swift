import Content
import Domain
import Foundation
import LocalEngine
import Processes
import TestFolders
import WorkbenchCore

@testable import Trainers

/// A job's folder for a test, and a trainer that is a shell script.
struct FakeTrainer {
  let folder: JobFolder
  let trainer: DetachedTrainer

  /// - Parameter script: runs in the job's folder; `say EVENT` appends an event.
  init(_ script: String, patience: Duration = .seconds(10)) throws {
    let path = temporaryPath("job")
    try FileManager.default.createDirectory(atPath: path, withIntermediateDirectories: true)
    folder = JobFolder(path: path)
    let text = "say() { printf '%s\\n' \"$1\" >> events.jsonl; }\n" + script
    try Data(text.utf8).write(to: URL(fileURLWithPath: path + "/trainer.sh"))
    var trainer = DetachedTrainer(
      layout: EngineLayout(home: path + "/none"), executable: "/nowhere/assay", signer: OpenSigner())
    trainer.program = { Program("sh", [$1 + "/trainer.sh"], environment: ["ASSAY_FAKE": "yes"]) }
    trainer.launch = { folder in
      // In this process instead of one of its own.
      Task {
        try await JobRunner.run(
          folder, signer: OpenSigner(), stops: AsyncStream { _ in }, queue: MachineQueue(folder: path + "/queue"))
      }
      return .current
    }
    trainer.patience = StopPatience(patience)
    trainer.heartbeat = .milliseconds(50)
    self.trainer = trainer
  }

  func start(
    _ settings: TrainingSettings = TrainingSettings(), dataRecord: JSONObject = JSONObject()
  ) async throws {
    let row = TrainingRow(messages: [
      ChatMessage(role: .user, content: "Où?\n\"作\""), ChatMessage(role: .assistant, content: "{\"a\": 1}"),
    ])
    try await trainer.start(
      TrainingPlan(
        folder: folder.path, base: "/models/tiny", settings: settings, rows: [row, row], validationRows: [row],
        dataRecord: dataRecord))
  }

  /// Follows the job to its end as the workbench does.
  func follow(stopAfter condition: (JobDetail) -> Bool = { _ in false }) async -> JobDetail {
    var detail = JobDetail(
      job: TrainingJob(
        id: JobID(1), backend: "mlx", base: "tiny", data: "", settings: TrainingSettings(), state: .queued,
        created: Date()))
    var cursor = ObservationCursor()
    for await _ in trainer.changes(folder: folder.path) {
      let observation = await trainer.observe(folder: folder.path, from: cursor)
      cursor = observation.cursor
      detail.apply(observation)
      if detail.job.state.isOver || condition(detail) { break }
    }
    return detail
  }
}

/// Lines as the training programs write them.
enum Line {
  static let start =
    #"{"event": "start", "time": 1.5, "steps": 20, "trainable_parameters": 8, "total_parameters": 64, "#
    + #""train_rows": 2, "valid_rows": 1}"#
  static let train =
    #"{"event": "train", "time": 2, "step": 5, "loss": 0.75, "learning_rate": 0.001, "tokens_per_second": 400.5, "#
    + #""steps_per_second": 2, "trained_tokens": 1000, "peak_memory_gb": 0.25}"#
  static let validation = #"{"event": "validation", "time": 3, "step": 5, "loss": 0.5, "seconds": 0.1}"#
  static let checkpoint =
    #"{"event": "checkpoint", "time": 4, "step": 5, "path": "checkpoints/0000005", "validation_loss": 0.5, "#
    + #""best": true}"#
  static let end = #"{"event": "end", "time": 5, "status": "finished", "message": "20 steps are done.", "step": 20}"#
}
