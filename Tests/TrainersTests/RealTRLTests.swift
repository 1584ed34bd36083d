import Domain
import Foundation
import LocalEngine
import Processes
import TestFolders
import Testing
import WorkbenchCore

@testable import Trainers

private let layout = EngineLayout.standard().with(.trl)

/// Where `ASSAY_TEST_TRL` is set, TRL must be there.
private let isExpected =
  LocalEngine(layout: layout).status.installation != nil
  || (ProcessInfo.processInfo.environment["ASSAY_TEST_TRL"] ?? "0") != "0"

/// The shim on the real TRL, with a model of random weights that is made on the spot.
@Suite(.enabled(if: isExpected, "TRL is not installed: assay engine install --trl"), .serialized)
struct RealTRLTests {
  /// Makes a model of some 30,000 parameters that reads bytes.
  private static let makeModel = """
    import json, sys
    import torch
    from tokenizers import Tokenizer, decoders, models, pre_tokenizers
    from transformers import LlamaConfig, LlamaForCausalLM
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
    torch.manual_seed(1)
    LlamaForCausalLM(LlamaConfig(hidden_size=32, num_hidden_layers=2, intermediate_size=64, num_attention_heads=2,
                                 vocab_size=259, tie_word_embeddings=True, bos_token_id=0, eos_token_id=0)
                     ).save_pretrained(folder)
    """

  /// The model's folder, made once.
  static let model = Task {
    let path = temporaryPath("model")
    try FileManager.default.createDirectory(atPath: path, withIntermediateDirectories: true)
    let made = try await python(["-c", makeModel, path])
    try #require(made.ending.isSuccess, "\(made.output)")
    return path
  }

  private static func python(_ arguments: [String]) async throws -> Program.Result {
    try await Program(layout.python, arguments, environment: ["HF_HUB_OFFLINE": "1"]).run()
  }

  /// A job of one's own words, which `DetachedTrainer` has no settings for.
  private static func job(_ more: [String: Any]) async throws -> JobFolder {
    let folder = JobFolder(path: temporaryPath("job"))
    try FileManager.default.createDirectory(atPath: folder.path, withIntermediateDirectories: true)
    let spec: [String: Any] = [
      "model": try await model.value, "rank": 4, "learning_rate": 0.01, "steps": 21, "batch_size": 4, "max_tokens": 64,
      "evaluate_every": 10, "report_every": 5,
    ]
    try write([spec.merging(more) { $1 }], to: folder.spec)
    for (file, count) in [(folder.train, 12), (folder.valid, 3)] {
      let words = ["zero", "one", "two", "three"]
      func answer(_ number: Int) -> [String: String] { ["role": "assistant", "content": words[number % 4]] }
      try write(
        (0..<count).map { number in
          let prompt = ["role": "user", "content": "say \(number % 4)"]
          return ["messages": [prompt, answer(number)]]
        }, to: file)
    }
    return folder
  }

  private static func write(_ lines: [[String: Any]], to file: String) throws {
    let data = try lines.map { try JSONSerialization.data(withJSONObject: $0) + Data("\n".utf8) }
    try Data(data.joined()).write(to: URL(fileURLWithPath: file))
  }

  /// Runs a job to its end, which it gives.
  private static func run(_ folder: JobFolder) async throws -> (state: TrainingJob.State, message: String) {
    let program = try LocalEngine(layout: layout).trainingProgram(folder: folder.path)
    let result = try await program.run()
    guard case .end(let state, let message, _)? = events(folder).last else {
      Issue.record("no end: \(result.output)")
      return (.lost, "")
    }
    return (state, message ?? "")
  }

  private static func events(_ folder: JobFolder) -> [TrainingEvent.Kind] {
    var tail = FileTail(path: folder.events, offset: 0)
    return tail.lines(includingTorn: false).compactMap { EventFile.event($0)?.kind }
  }

  private static func losses(_ folder: JobFolder) -> [Double] {
    events(folder).compactMap { if case .train(let metric) = $0 { metric.loss } else { nil } }
  }

  @Test func aModelLearnsAndMLXReadsItsAdapterAsPEFTDoes() async throws {
    let trainer = RealEngineTests.trainer(layout)
    let (model, folder) = (try await Self.model.value, temporaryPath("job"))
    try await trainer.start(
      TrainingPlan(
        folder: folder, backend: .trl, base: model, settings: RealEngineTests.settings(steps: 20),
        rows: RealEngineTests.rows(12),
        validationRows: RealEngineTests.rows(3)))
    let detail = await RealEngineTests.follow(trainer, folder)
    #expect(detail.job.state == .finished, "\(detail.job.message ?? "") \(detail.log)")
    #expect(detail.metrics.map(\.step) == [5, 10, 15, 20])
    #expect(detail.validations.map(\.step) == [0, 10, 20])
    #expect(detail.checkpoints.map(\.step) == [10, 20])
    let losses = detail.validations.map(\.loss)
    #expect((losses.last ?? 9) < (losses.first ?? 0))

    guard LocalEngine().status.installation != nil else { return }
    let peft = """
      import sys, torch
      from peft import PeftModel
      from transformers import AutoModelForCausalLM
      model = PeftModel.from_pretrained(AutoModelForCausalLM.from_pretrained(sys.argv[1]), sys.argv[2]).eval()
      print(*model(torch.tensor([[1, 100, 50, 7, 0, 2]])).logits[0, -1, :8].tolist())
      """
    let mlx = """
      import sys, mlx_lm, mlx.core as mx
      model, _ = mlx_lm.load(sys.argv[1], adapter_path=sys.argv[2])
      print(*model(mx.array([[1, 100, 50, 7, 0, 2]]))[0, -1, :8].tolist())
      """
    let arguments = [model, folder + "/best"]
    let one = try await Self.python(["-c", peft] + arguments)
    let two = try await Program(EngineLayout.standard().python, ["-c", mlx] + arguments).run()
    let numbers = [one, two].map { ($0.lines.last ?? "").split(separator: " ").compactMap { Double($0) } }
    try #require(numbers.map(\.count) == [8, 8], "\(one.output) \(two.output)")
    for (left, right) in zip(numbers[0], numbers[1]) { #expect(abs(left - right) < 1e-4) }
  }

  @Test func aCanceledJobKeepsWhatItHasLearnt() async throws {
    let trainer = RealEngineTests.trainer(layout)
    let (model, folder) = (try await Self.model.value, temporaryPath("job"))
    try await trainer.start(
      TrainingPlan(
        folder: folder, backend: .trl, base: model, settings: RealEngineTests.settings(steps: 100_000),
        rows: RealEngineTests.rows(12),
        validationRows: RealEngineTests.rows(3)))
    _ = await RealEngineTests.follow(trainer, folder) { $0.job.step >= 10 }
    try await trainer.stop(folder: folder, .cancel)
    let detail = await RealEngineTests.follow(trainer, folder)
    #expect(detail.job.state == .canceled)
    #expect(detail.checkpoints.last?.step == detail.job.step)
    #expect(FileManager.default.fileExists(atPath: folder + "/last/adapter_model.safetensors"))
  }

  /// Both processes' halves of each batch make the same step as one process's whole batch, and one of them tells it.
  @Test func twoProcessesLearnAsOneDoes() async throws {
    let one = try await Self.job([:])
    let two = try await Self.job(["processes": 2])
    #expect(try await Self.run(one).state == .finished)
    #expect(try await Self.run(two).state == .finished)
    #expect(Self.losses(one).count == 5 && Self.losses(two).count == 5)
    for (left, right) in zip(Self.losses(one), Self.losses(two)) { #expect(abs(left - right) < 1e-4) }
  }

  @Test func learningStoppingAndFailingAreAsTold() async throws { try await RealEngineTests.check(layout) }

  /// What is learnt of a row are the answer and the token that ends it; of a pair, what its answers don't share.
  @Test func onlyAnswersAreLearnt() async throws {
    let folder = try await Self.job([:])
    let program = try LocalEngine(layout: layout).trainingProgram(folder: folder.path)
    let scripts = try RealEngineTests.scripts(of: program)
    let code = """
      import sys
      from pathlib import Path
      sys.path.insert(0, sys.argv[1])
      from transformers import AutoTokenizer
      from trl.trainer.dpo_trainer import DataCollatorForPreference
      from trl.trainer.sft_trainer import DataCollatorForLanguageModeling
      from assay_engine.trl.columns import answer_columns, pair_columns
      from assay_engine.trl.launch import TRLEvents
      from assay_engine.trl.trl_encoder import TRLEncoder
      from assay_engine.trl.trl_job import TRLJob
      from assay_engine.trl.trl_spec import TRLSpec
      folder = Path(sys.argv[2])
      job = TRLJob(folder, TRLSpec(model="", max_tokens=8), TRLEvents(folder / "e"))
      job.tokenizer = AutoTokenizer.from_pretrained(sys.argv[3])
      def row(prompt, *answers):
          question, word = {"role": "user", "content": prompt}, {"role": "assistant"}
          encoder = TRLEncoder(job.tokenizer, job.spec.mask_prompt)
          rows = [{"messages": [question, word | {"content": answer}]} for answer in answers]
          rendered = [encoder.render(row, "messages", 1)[0] for row in rows]
          return tuple((one.tokens, one.learnt) for one in rendered)
      a, b, c = (job.tokenizer.encode(letter)[0] for letter in "abc")
      columns = [answer_columns(row("a", "bc"), 8), answer_columns(row("a", "b"), 8)]
      batch = DataCollatorForLanguageModeling(pad_token_id=0)(columns)
      assert batch["input_ids"].tolist() == [[1, a, 0, 2, b, c, 0], [1, a, 0, 2, b, 0, 0]], batch
      assert batch["labels"].tolist() == [[-100] * 4 + [b, c, 0], [-100] * 4 + [b, 0, -100]], batch
      assert answer_columns(row("a", "bc"), 6)["labels"] == [-100] * 4 + [b, c]
      pair = pair_columns(row("a", "b", "cc"), 6)
      assert pair == {"prompt_ids": [1, a, 0, 2], "chosen_ids": [b, 0], "rejected_ids": [c, c]}, pair
      assert DataCollatorForPreference(pad_token_id=0)([pair])["completion_mask"].tolist() == [[0] * 4 + [1] * 2] * 2
      job.spec.mask_prompt = False
      assert answer_columns(row("a", "b"), 8)["labels"] == [1, a, 0, 2, b, 0]
      print("as expected")
      """
    let checked = try await Self.python(["-c", code, scripts, folder.path, try await Self.model.value])
    #expect(checked.lines.last == "as expected", "\(checked.output)")
  }
}
