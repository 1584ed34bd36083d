import Domain
import Foundation
import LocalEngine
import Processes
import TestFolders
import Testing
import WorkbenchCore

@testable import Trainers

/// Adapters that were really trained, in the layouts of other engines.
@Suite(.enabled(if: LocalEngine().status.installation != nil, "the local engine is not installed"), .serialized)
struct RealAdapterTests {
  private static let tool = AdapterTool()
  private static let trl = EngineLayout.standard().with(.trl)

  /// A model with a job's best adapter.
  private struct Trained: Sendable {
    var model: String
    var adapter: String
    func path(_ name: String) -> String { model + "/" + name }
  }

  private static func trained(
    _ method: TrainingSettings.Method, layers: Int? = nil, base: String? = nil
  ) async throws -> Trained {
    let model: String
    if let base { model = base } else { model = try await RealEngineTests.model() }
    let folder = temporaryPath("job")
    var settings = RealEngineTests.settings(steps: 10)
    settings.method = method
    settings.layers = layers
    if method == .full { settings.learningRate = 1e-3 }
    let trainer = RealEngineTests.trainer()
    try await trainer.start(
      TrainingPlan(
        folder: folder, base: model, settings: settings, rows: RealEngineTests.rows(12),
        validationRows: RealEngineTests.rows(3)))
    let detail = await RealEngineTests.follow(trainer, folder)
    try #require(detail.job.state == .finished, "\(detail.job.message ?? "") \(detail.log)")
    return Trained(model: model, adapter: folder + "/best")
  }

  private static func python(
    _ script: String, _ arguments: [String], _ layout: EngineLayout = .standard()
  ) async throws -> Program.Result {
    try await Program(layout.python, ["-c", script] + arguments, environment: ["HF_HUB_OFFLINE": "1"]).run()
  }

  /// Says whether two files hold the same tensors, bit for bit.
  private static let compare = """
    import sys, mlx.core as mx
    one, two = mx.load(sys.argv[1]), mx.load(sys.argv[2])
    same = one.keys() == two.keys() and all(
        one[n].dtype == two[n].dtype and one[n].shape == two[n].shape and mx.array_equal(one[n], two[n]).item() for n in one)
    print("same" if same else "different")
    """

  @Test(arguments: [TrainingSettings.Method.lora, .dora], [nil, 1])
  func whatGoesToPEFTComesBackBitForBit(method: TrainingSettings.Method, layers: Int?) async throws {
    let trained = try await Self.trained(method, layers: layers)
    let (peft, back) = (trained.path("peft"), trained.path("back"))
    let there = try await Self.tool.convert(trained.adapter, to: .peft, output: peft)
    #expect(there.method == method.rawValue && there.rank == 4 && there.scale == 2)
    #expect(there.tensors == 7 * (layers ?? 2) && there.maxDifference <= 1e-6 && there.comparedWithBase)
    #expect(there.files == ["adapter_config.json", "adapter_model.safetensors"])
    let home = try await Self.tool.convert(peft, to: .mlx, output: back)
    #expect(home.from == .peft && home.maxDifference <= 1e-6)
    let files = [trained.adapter + "/adapters.safetensors", back + "/adapters.safetensors"]
    let compared = try await Self.python(Self.compare, files)
    #expect(compared.lines.last == "same", "\(compared.output)")

    // A place that is taken stays as it is.
    let error = await #expect(throws: WorkbenchError.self) {
      try await Self.tool.convert(trained.adapter, to: .peft, output: peft)
    }
    #expect("\(error.map(String.init(describing:)) ?? "")".contains("is there already"))
  }

  private static let logitsOfMLX = """
    import sys, mlx_lm, mlx.core as mx
    model, _ = mlx_lm.load(sys.argv[1], adapter_path=sys.argv[2])
    model.set_dtype(mx.float32)
    for prompt in ([1, 100, 50, 7, 0, 2], [1, 200, 3, 0, 2], [90, 91, 92]):
        print(*model(mx.array([prompt]))[0, -1, :16].tolist(), end=" ")
    """
  private static let logitsOfPEFT = """
    import sys, torch
    from peft import PeftModel
    from transformers import AutoModelForCausalLM
    base = AutoModelForCausalLM.from_pretrained(sys.argv[1], dtype=torch.float32)
    model = PeftModel.from_pretrained(base, sys.argv[2]).eval()
    print()
    for prompt in ([1, 100, 50, 7, 0, 2], [1, 200, 3, 0, 2], [90, 91, 92]):
        print(*model(torch.tensor([prompt])).logits[0, -1, :16].tolist(), end=" ")
    """

  private static func numbers(_ result: Program.Result) -> [Double] {
    (result.lines.last ?? "").split(separator: " ").compactMap { Double($0) }
  }

  @Test(
    .enabled(if: LocalEngine(layout: trl).status.installation != nil, "TRL is not installed"),
    arguments: [TrainingSettings.Method.lora, .dora])
  func thePEFTItselfSaysWhatMLXSays(method: TrainingSettings.Method) async throws {
    let trained = try await Self.trained(method, layers: 1)
    _ = try await Self.tool.convert(trained.adapter, to: .peft, output: trained.path("peft"))
    let mlx = try await Self.python(Self.logitsOfMLX, [trained.model, trained.adapter])
    let peft = try await Self.python(Self.logitsOfPEFT, [trained.model, trained.path("peft")], Self.trl)
    let (left, right) = (Self.numbers(mlx), Self.numbers(peft))
    try #require(left.count == 48 && right.count == 48, "\(mlx.output) \(peft.output)")
    #expect(zip(left, right).map { abs($0 - $1) }.max() ?? 1 < 1e-4)
  }

  @Test(arguments: [TrainingSettings.Method.lora, .dora, .full])
  func aFusedModelSaysWhatBaseAndAdapterSay(method: TrainingSettings.Method) async throws {
    let trained = try await Self.trained(method)
    let output = trained.path("fused")
    let fused = try await Self.tool.fuse(trained.adapter, output: output)
    #expect(fused.method == method.rawValue && !fused.quantized && fused.difference.prompts == 4)
    #expect(fused.difference.sameChoice * 20 >= fused.difference.places * 19, "\(fused)")
    #expect(fused.difference.maxDifference < 0.05 * fused.difference.largestLogit, "\(fused)")
    for name in ["tokenizer.json", "tokenizer_config.json"] {
      let one = try #require(FileManager.default.contents(atPath: trained.path(name)))
      #expect(one == FileManager.default.contents(atPath: output + "/" + name), "\(name)")
    }
    if method == .full {
      let error = await #expect(throws: WorkbenchError.self) {
        try await Self.tool.convert(trained.adapter, to: .peft, output: trained.path("peft"))
      }
      #expect("\(error.map(String.init(describing:)) ?? "")".contains("assay adapter fuse"))
    }
  }

  @Test func aQuantisedBaseIsTunedAndFused() async throws {
    let model = try await RealEngineTests.model()
    let small = model + "/small"
    let quantized = try await Self.tool.quantize(model, output: small)
    #expect(quantized.bits == 4 && quantized.groupSize == 32, "64 doesn't divide its 32 inputs")
    #expect(quantized.bytes * 2 < quantized.bytesBefore && quantized.difference.maxDifference > 0)
    let trained = try await Self.trained(.lora, base: small)
    let converted = try await Self.tool.convert(trained.adapter, to: .peft, output: model + "/peft")
    #expect(converted.maxDifference <= 1e-6 && converted.notes.first?.contains("quantised") == true)
    let again = try await Self.tool.fuse(trained.adapter, output: model + "/four")
    #expect(again.quantized && again.notes.count == 1)
    let whole = try await Self.tool.fuse(trained.adapter, output: model + "/whole", dequantize: true)
    #expect(!whole.quantized && whole.difference.maxDifference < again.difference.maxDifference)
  }

  /// Rows of q and k stand in another order in llama.cpp; what was written is read back in its own names.
  @Test func theLayoutOfLlamaCpp() async throws {
    let trained = try await Self.trained(.lora)
    let made = try await Self.tool.convert(trained.adapter, to: .gguf, output: trained.path("gguf"))
    #expect(made.files == ["adapter.gguf"] && made.maxDifference <= 1e-6)
    let script = """
      import sys, mlx.core as mx
      arrays, data = mx.load(sys.argv[1], return_metadata=True)
      own = mx.load(sys.argv[2])
      assert data["general.architecture"] == "llama" and data["general.type"] == "adapter", data
      assert data["adapter.type"] == "lora" and data["adapter.lora.alpha"].item() == 8, data
      assert len(arrays) == 28, list(arrays)
      b = own["model.layers.1.self_attn.q_proj.lora_b"].T
      # Two heads of sixteen rows: pairs of rows there are halves of a head here.
      turned = b.reshape(2, 2, 8, -1).swapaxes(1, 2).reshape(b.shape)
      assert mx.array_equal(arrays["blk.1.attn_q.weight.lora_b"], turned).item()
      assert mx.array_equal(arrays["blk.0.ffn_down.weight.lora_a"], own["model.layers.0.mlp.down_proj.lora_a"].T).item()
      print("as expected")
      """
    let files = [trained.path("gguf") + "/adapter.gguf", trained.adapter + "/adapters.safetensors"]
    let looked = try await Self.python(script, files)
    #expect(looked.lines.last == "as expected", "\(looked.output)")
    let dora = try await Self.trained(.dora)
    await #expect(throws: WorkbenchError.self) {
      try await Self.tool.convert(dora.adapter, to: .gguf, output: dora.path("gguf"))
    }
    #expect(!FileManager.default.fileExists(atPath: dora.path("gguf")))
  }

  /// Ranks and factors of its own for each layer, as PEFT can have them, become one.
  @Test func patternsAndRanksOfPEFTAreEvenedOut() async throws {
    let trained = try await Self.trained(.lora)
    _ = try await Self.tool.convert(trained.adapter, to: .peft, output: trained.path("peft"))
    let script = """
      import json, sys, mlx.core as mx
      folder = sys.argv[1]
      arrays = mx.load(folder + "/adapter_model.safetensors")
      stem = "base_model.model.model.layers.0.self_attn.v_proj"
      arrays[stem + ".lora_A.weight"] = arrays[stem + ".lora_A.weight"][:2]
      arrays[stem + ".lora_B.weight"] = arrays[stem + ".lora_B.weight"][:, :2]
      del arrays["base_model.model.model.layers.1.mlp.up_proj.lora_A.weight"]
      del arrays["base_model.model.model.layers.1.mlp.up_proj.lora_B.weight"]
      mx.save_safetensors(folder + "/adapter_model.safetensors", arrays, metadata={"format": "pt"})
      config = json.load(open(folder + "/adapter_config.json"))
      config |= {"rank_pattern": {"layers.0.self_attn.v_proj": 2}, "alpha_pattern": {"v_proj": 3}, "use_rslora": True}
      json.dump(config, open(folder + "/adapter_config.json", "w"))
      """
    let changed = try await Self.python(script, [trained.path("peft")])
    try #require(changed.ending.isSuccess, "\(changed.output)")
    let made = try await Self.tool.convert(trained.path("peft"), to: .mlx, output: trained.path("back"))
    #expect(made.tensors == 13 && made.rank == 4 && made.scale == 4 && made.maxDifference <= 1e-6)
    guard LocalEngine(layout: Self.trl).status.installation != nil else { return }
    let mlx = try await Self.python(Self.logitsOfMLX, [trained.model, trained.path("back")])
    let peft = try await Self.python(Self.logitsOfPEFT, [trained.model, trained.path("peft")], Self.trl)
    let (left, right) = (Self.numbers(mlx), Self.numbers(peft))
    try #require(left.count == 48 && right.count == 48, "\(mlx.output) \(peft.output)")
    #expect(zip(left, right).map { abs($0 - $1) }.max() ?? 1 < 1e-4)
  }

  @Test func hostileFoldersAreSentences() async throws {
    let trained = try await Self.trained(.lora)
    let good = trained.path("peft")
    _ = try await Self.tool.convert(trained.adapter, to: .peft, output: good)
    let files = FileManager.default
    let config = try #require(files.contents(atPath: good + "/adapter_config.json"))
    let weights = try #require(files.contents(atPath: good + "/adapter_model.safetensors"))
    func refusal(
      of config: Data?, _ weights: Data?, to layout: AdapterLayout = .mlx, base: String? = nil
    ) async throws -> String {
      let folder = temporaryPath("hostile")
      try files.createDirectory(atPath: folder, withIntermediateDirectories: true)
      try config?.write(to: URL(fileURLWithPath: folder + "/adapter_config.json"))
      try weights?.write(to: URL(fileURLWithPath: folder + "/adapter_model.safetensors"))
      let output = folder + "/out"
      let error = await #expect(throws: WorkbenchError.self) {
        try await Self.tool.convert(folder, to: layout, output: output, base: base)
      }
      #expect(try files.contentsOfDirectory(atPath: folder).allSatisfy { $0.hasPrefix("adapter_") })
      return error.map(String.init(describing:)) ?? ""
    }
    func changed(_ text: String, _ other: String) -> Data {
      Data(String(decoding: config, as: UTF8.self).replacing(text, with: other).utf8)
    }
    /// A safetensors file with this header.
    func tensors(_ header: String, _ bytes: Int = 64) -> Data {
      withUnsafeBytes(of: UInt64(header.utf8.count).littleEndian) { Data($0) } + Data(header.utf8) + Data(count: bytes)
    }
    let name = "base_model.model.model.layers.0.self_attn.q_proj"
    func pair(_ a: String, _ b: String, _ kind: String = "F32") -> Data {
      tensors(
        #"{"\#(name).lora_A.weight":{"dtype":"\#(kind)","shape":\#(a),"data_offsets":[0,32]},"#
          + #""\#(name).lora_B.weight":{"dtype":"\#(kind)","shape":\#(b),"data_offsets":[32,64]}}"#)
    }
    let cases: [(Data?, Data?, String)] = [
      (nil, weights, "has no adapter_config.json"), (config, nil, "holds no adapter"),
      (Data(count: 2 << 20), weights, "larger than 1 MiB"),
      (Data(String(repeating: "[", count: 50_000).utf8), weights, "not JSON"), (Data("[]".utf8), weights, "an object"),
      (config, weights.prefix(weights.count - 8), "cut off or broken"), (config, Data(), "no safetensors file"),
      (config, Data(repeating: 0xFF, count: 64), "no safetensors file"), (config, tensors("{]"), "no safetensors file"),
      (config, tensors("{}"), "changes no layer"), (config, pair("[2,4]", "[4,2]"), "and [4, 4] in the adapter"),
      (config, pair("[2,4]", "[2,4]"), "don't fit each other"), (config, pair("[8]", "[8]"), "no plain linear layer"),
      (config, pair("[2,5]", "[4,2]"), "cut off or broken"),
      (config, pair("[2,4]", "[4,2]", "I32"), "F32, F16 or BF16"),
      (config, pair("[-2,-4]", "[4,2]"), "cut off or broken"), (config, pair("7", "[4,2]"), "is broken"),
      (
        config, tensors(#"{"../../x.lora_A.weight":{"dtype":"F32","shape":[2],"data_offsets":[0,8]}}"#),
        "no name of a model's weights"
      ),
      (changed("\"LORA\"", "\"IA3\""), weights, "only LORA"),
      (changed("\"lora_alpha\": 8", "\"lora_alpha\": \"x\""), weights, "a number"),
      (changed("\"modules_to_save\": null", "\"modules_to_save\": [\"lm_head\"]"), weights, "modules_to_save"),
      (changed("\"bias\": \"none\"", "\"bias\": \"all\""), weights, "bias"),
    ]
    for (config, weights, words) in cases {
      let sentence = try await refusal(of: config, weights)
      #expect(sentence.contains(words), "\(words): \(sentence)")
    }
    // A base is looked for where the adapter says, and a folder of something else is none.
    let elsewhere = changed("\"\(trained.model)\"", "\"../../../../etc\"")
    #expect(elsewhere != config)
    let unknown = try await refusal(of: elsewhere, weights, to: .gguf)
    #expect(unknown.contains("needs the base model"), "\(unknown)")
    let none = try await refusal(of: config, weights, base: "/nowhere/model")
    #expect(none.contains("no model /nowhere/model on this machine"))
  }
}
