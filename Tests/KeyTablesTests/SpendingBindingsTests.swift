import Domain
import Drawing
import Foundation
import ModelAPI
import Panes
import Storage
import Synchronization
import TestFolders
import Testing
import WorkbenchCore
import WorkbenchUI
import WorkspaceFiles

/// No key of any pane, and no line of the palette, spends money before a person has agreed.
@Suite struct SpendingBindingsTests {
  /// Counts what it is asked; nothing of it is free.
  private final class DearModel: ModelClient, ModelClients {
    private let count = Mutex(0)
    var asked: Int { count.withLock { $0 } }
    func client(for model: ModelSpec, adapter: String?, workspace: String) throws -> any ModelClient { self }
    func prepare() async throws {}
    func answer(_ request: ModelRequest, onText: (@Sendable (String) -> Void)?) async throws -> Answer {
      count.withLock { $0 += 1 }
      return Answer(text: "x", finishReason: "stop", usage: TokenUsage(prompt: 10, completion: 1), latency: 0.1)
    }
    func tokenCounts(of texts: [String]) async -> [Int]? { nil }
  }

  /// Counts jobs that are started or gone on with.
  private final class DearTrainer: Trainer {
    private let count = Mutex(0)
    var started: Int { count.withLock { $0 } }
    func start(_ plan: TrainingPlan) async throws { count.withLock { $0 += 1 } }
    func resume(
      folder: String, _ order: QueueOrder, accepting accepted: [Preflight.Check: String]
    ) async throws { count.withLock { $0 += 1 } }
    func pickUp(folder: String) async {}
    func observe(folder: String, from cursor: ObservationCursor) async -> TrainerObservation {
      TrainerObservation(events: [], cursor: cursor, isAlive: false, exitStatus: nil, log: [])
    }
    func changes(folder: String) -> AsyncStream<Void> { AsyncStream { $0.finish() } }
    func stop(folder: String, _ request: StopRequest) async throws {}
    func setPriority(_ priority: Int, folder: String) async throws {}
  }

  private static let config = """
    models:
      dear: { api: openai, base_url: "https://models.example/v1", model: m,
              price: { input: 1000, output: 100000, training: 500000 } }
    variants:
      prompted: { model: dear, prompt: main }
      tuned:    { model: dear, prompt: main, adapter: "ft:m::1" }
    graders: [{ type: exact }]
    training: { backend: openai, base: dear, data: train/main.jsonl }
    """

  private static func files() -> [String: String] {
    func lines(_ count: Int, _ line: (Int) -> String) -> String { (0..<count).map { line($0) + "\n" }.joined() }
    return [
      "assay.yaml": config, "prompts/main/10-task.md": "Sort.\n", "prompts/main/80-query.md": "{{ text }}\n",
      "evals/main.jsonl": lines(8) { #"{"id": "c\#($0)", "input": {"text": "case \#($0)"}, "expected": "a"}"# },
      "train/main.jsonl": lines(40) {
        """
        {"messages": [{"role": "user", "content": "an example of kind \($0 % 7), number \($0 * 7919)"}, \
        {"role": "assistant", "content": "answer \($0)"}]}
        """
      },
    ]
  }

  /// All commands that two keys in a row bring about in any pane, the palette included.
  private func commands(_ snapshot: Snapshot) -> Set<Command> {
    var found: Set<Command> = []
    func press(_ screen: inout Screen, _ key: Key) { found.formUnion(screen.handle(.key(key))) }
    for entry in Panes.all {
      var start = Screen(panes: Panes.all, snapshot: snapshot, themes: [])
      press(&start, entry.key)
      var surface = Surface(width: 120, height: 36)
      start.draw(on: &surface)
      let keys = start.helpGroups().flatMap(\.hints).flatMap(\.keys)
      for key in keys {
        var once = start
        press(&once, key)
        once.draw(on: &surface)
        for next in once.helpGroups().flatMap(\.hints).flatMap(\.keys) + [.enter, "y"] {
          var twice = once
          press(&twice, next)
        }
      }
    }
    // Every line of the palette.
    for line in 0..<80 {
      var screen = Screen(panes: Panes.all, snapshot: snapshot, themes: [])
      press(&screen, ":")
      for _ in 0..<line { press(&screen, .down) }
      press(&screen, .enter)
    }
    return found
  }

  /// What a command does, without what it does it to.
  private func kind(_ command: Command) -> String { String(describing: type(of: command.work)) }

  @Test func nothingIsSpentUnasked() async throws {
    let folder = temporaryPath("spending")
    for (path, text) in Self.files() {
      let url = URL(fileURLWithPath: folder + "/" + path)
      try FileManager.default.createDirectory(at: url.deletingLastPathComponent(), withIntermediateDirectories: true)
      try Data(text.utf8).write(to: url)
    }
    let (model, trainer) = (DearModel(), DearTrainer())
    let workbench = try await Workbench(
      Workbench.Dependencies(
        files: FolderWorkspaceFiles(folder, dialects: .builtIn), store: try SQLiteStore.inMemory(), clients: model,
        trainer: trainer))
    try #require(await workbench.snapshot.workspace.problems.isEmpty)
    // Two runs that were paused, and a job that has failed: there is something to go on with.
    for variant in ["prompted", "tuned"] {
      let request = EvaluateRequest(variant: variant, set: "main", limit: 2)
      _ = try await workbench.perform(.evaluate(request), consent: .given)
    }
    _ = try await workbench.perform(.train(TrainRequest()), consent: .given)
    let (asked, started) = (model.asked, trainer.started)
    try #require(asked == 4 && started == 1)

    let commands = commands(await workbench.snapshot)
    for command in commands { await workbench.submit(command) }
    #expect(model.asked == asked, "requests were sent")
    #expect(trainer.started == started, "jobs were started")
    let asking = Set(await workbench.snapshot.charges.map { kind($0.command) })
    #expect(asking.isSuperset(of: ["EvaluateRequest", "TrialStart", "TrainRequest"]), "found only \(asking)")
  }
}
