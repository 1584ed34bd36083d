import Domain
import Foundation
import LocalEngine
import Processes
import TestFolders
import Testing
import WorkbenchCore

@testable import Trainers

/// The shim and the server with the real mlx-lm, on a model of random weights that is made on the spot.
@Suite(.enabled(if: LocalEngine().status.installation != nil, "the local engine is not installed"), .serialized)
struct RealEngineTests {
  /// Makes a model of some 30,000 parameters that reads bytes.
  private static let makeModel = """
    import json, sys
    import mlx.core as mx
    from mlx.utils import tree_flatten
    from mlx_lm.models.llama import Model, ModelArgs
    from tokenizers import Tokenizer, decoders, models, pre_tokenizers
    folder = sys.argv[1]
    letters = sorted(pre_tokenizers.ByteLevel.alphabet())
    words = {token: index for index, token in enumerate(["<|end|>", "<|user|>", "<|assistant|>"] + letters)}
    tokenizer = Tokenizer(models.BPE(vocab=words, merges=[]))
    tokenizer.add_special_tokens(["<|end|>", "<|user|>", "<|assistant|>"])
    tokenizer.pre_tokenizer = pre_tokenizers.ByteLevel(add_prefix_space=False)
    tokenizer.decoder = decoders.ByteLevel()
    tokenizer.save(folder + "/tokenizer.json")
    template = ("{% for m in messages %}<|{{ m.role }}|>{{ m.content }}<|end|>{% endfor %}"
                "{% if add_generation_prompt %}<|assistant|>{% endif %}")
    json.dump({"tokenizer_class": "PreTrainedTokenizerFast", "eos_token": "<|end|>", "chat_template": template},
              open(folder + "/tokenizer_config.json", "w"))
    config = {"model_type": "llama", "hidden_size": 32, "num_hidden_layers": 2, "intermediate_size": 64,
              "num_attention_heads": 2, "rms_norm_eps": 1e-5, "vocab_size": 259, "tie_word_embeddings": True,
              "eos_token_id": 0}
    json.dump(config, open(folder + "/config.json", "w"))
    mx.random.seed(1)
    model = Model(ModelArgs.from_dict(config))
    model.set_dtype(mx.float16)
    mx.save_safetensors(folder + "/model.safetensors", dict(tree_flatten(model.parameters())))
    """

  /// A folder with such a model.
  static func model() async throws -> String {
    let path = temporaryPath("model")
    try FileManager.default.createDirectory(atPath: path, withIntermediateDirectories: true)
    let made = try await Program(EngineLayout.standard().python, ["-c", makeModel, path]).run()
    try #require(made.ending.isSuccess, "\(made.output)")
    return path
  }

  /// A trainer whose runner is in this process.
  static func trainer(_ layout: EngineLayout = .standard()) -> DetachedTrainer {
    var trainer = DetachedTrainer(layout: layout, executable: "/nowhere/assay", signer: OpenSigner())
    trainer.launch = { folder in
      Task {
        try await JobRunner.run(
          folder, signer: OpenSigner(), stops: AsyncStream { _ in }, queue: MachineQueue(folder: folder.path + "/queue")
        )
      }
      return .current
    }
    trainer.heartbeat = .milliseconds(100)
    return trainer
  }

  static func rows(_ count: Int) -> [TrainingRow] {
    (0..<count).map { number in
      TrainingRow(messages: [
        ChatMessage(role: .user, content: "say \(number % 4)"),
        ChatMessage(role: .assistant, content: ["zero", "one", "two", "three"][number % 4]),
      ])
    }
  }

  static func settings(steps: Int) -> TrainingSettings {
    var settings = TrainingSettings()
    settings.rank = 4
    settings.scale = 2
    settings.learningRate = 1e-2
    settings.steps = steps
    settings.batchSize = 8
    settings.maxTokens = 64
    settings.evaluateEvery = 10
    settings.reportEvery = 5
    return settings
  }

  static func follow(
    _ trainer: DetachedTrainer, _ folder: String, until: (JobDetail) -> Bool = { _ in false }
  ) async -> JobDetail {
    var detail = JobDetail(
      job: TrainingJob(
        id: JobID(1), backend: "mlx", base: "tiny", data: "", settings: TrainingSettings(), state: .queued,
        created: Date()))
    var cursor = ObservationCursor()
    for await _ in trainer.changes(folder: folder) {
      let observation = await trainer.observe(folder: folder, from: cursor)
      cursor = observation.cursor
      detail.apply(observation)
      if detail.job.state.isOver || until(detail) { break }
    }
    return detail
  }

  @Test func aModelLearnsAndItsAdapterIsServed() async throws {
    let model = try await Self.model()
    let trainer = Self.trainer()
    let folder = model + "/job"
    try await trainer.start(
      TrainingPlan(
        folder: folder, base: model, settings: Self.settings(steps: 20), rows: Self.rows(12),
        validationRows: Self.rows(3)))
    let detail = await Self.follow(trainer, folder)
    #expect(detail.job.state == .finished, "\(detail.job.message ?? "") \(detail.log)")
    #expect(detail.metrics.map(\.step) == [5, 10, 15, 20])
    #expect(detail.validations.map(\.step) == [0, 10, 20])
    #expect(detail.checkpoints.map(\.step) == [10, 20])
    let losses = detail.validations.map(\.loss)
    #expect((losses.last ?? 9) < (losses.first ?? 0))

    let servers = EngineServers(grace: .seconds(2))
    let served = try await servers.serve(model: model, adapter: folder + "/best")
    let again = try await servers.serve(model: model, adapter: folder + "/best")
    #expect(served.baseURL == again.baseURL)
    let running = servers.running().filter { $0.model == model }
    let best = try #require(detail.checkpoints.last { $0.isBest })
    #expect(running.map(\.adapter) == [folder + "/" + best.path])
    withExtendedLifetime((served, again)) {}
  }

  /// The folder that holds the package of a program.
  static func scripts(of program: Program) throws -> String {
    try #require(LocalEngine.scripts(in: program.arguments))
  }

  /// Runs `Tests/trainer-checks`, whose output says which of its checks failed and how.
  static func check(_ layout: EngineLayout) async throws {
    let engine = LocalEngine(layout: layout)
    let program = try engine.trainingProgram(folder: "/nowhere")
    let scripts = try Self.scripts(of: program)
    let checks = URL(fileURLWithPath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
      .appendingPathComponent("trainer-checks").path
    let result = try await Program(program.executable, [checks, engine.environment.rawValue, scripts]).run()
    #expect(result.ending.isSuccess, "\(result.output)")
  }

  /// The tests of the engine's Python programs, with its packages; those that need none run in `make test` besides.
  @Test func itsOwnTestsPass() async throws {
    let tests = URL(fileURLWithPath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
      .appendingPathComponent("engine-python").path
    let result = try await Program(EngineLayout.standard().python, ["-B", "-m", "unittest", "discover", "-s", tests])
      .run()
    #expect(result.ending.isSuccess, "\(result.output)")
  }

  @Test func learningStoppingAndFailingAreAsTold() async throws { try await Self.check(.standard()) }

  /// Of rows with three and two tokens to learn, mlx-lm's loss counts five: none before, and no padding.
  @Test func onlyAnswersAreLearnt() async throws {
    let program = try LocalEngine().trainingProgram(folder: "/nowhere")
    let scripts = try Self.scripts(of: program)
    let code = """
      import sys
      sys.path.insert(0, sys.argv[1])
      import mlx.core as mx
      from mlx_lm.tuner.trainer import default_loss
      from assay_engine.mlx.batches import Batches
      batch, lengths = Batches.arrays([([5, 6, 7, 8, 9], 2), ([5, 6, 7], 1)], 64)
      _, count = default_loss(lambda inputs: mx.zeros((*inputs.shape, 16)), batch, lengths)
      print(f"{count.item()} tokens")
      """
    let counted = try await Program(EngineLayout.standard().python, ["-c", code, scripts]).run()
    #expect("\(counted.output)".contains("5 tokens"), "\(counted.output)")
  }

  @Test func aCanceledJobKeepsWhatItHasLearnt() async throws {
    let model = try await Self.model()
    let trainer = Self.trainer()
    let folder = model + "/job"
    try await trainer.start(
      TrainingPlan(
        folder: folder, base: model, settings: Self.settings(steps: 100_000), rows: Self.rows(12),
        validationRows: Self.rows(3)))
    _ = await Self.follow(trainer, folder) { $0.job.step >= 10 }
    try await trainer.stop(folder: folder, .cancel)
    let job = await Self.follow(trainer, folder).job
    #expect(job.state == .canceled)
    #expect(FileManager.default.fileExists(atPath: folder + "/last/adapters.safetensors"))
  }

  @Test func aLossThatIsNoNumberIsExplained() async throws {
    let model = try await Self.model()
    let trainer = Self.trainer()
    let folder = model + "/job"
    let settings = Self.settings(steps: 50)
    // The last number of the last tensor, in half precision, is none.
    let weights = URL(fileURLWithPath: model + "/model.safetensors")
    try (Data(contentsOf: weights).dropLast(2) + [0x00, 0x7E]).write(to: weights)
    try await trainer.start(
      TrainingPlan(
        folder: folder, base: model, settings: settings, rows: Self.rows(12), validationRows: Self.rows(3)))
    let job = await Self.follow(trainer, folder).job
    #expect(job.state == .failed)
    #expect(job.message?.contains("Lower the learning rate") == true, "\(job.message ?? "")")
  }
}
