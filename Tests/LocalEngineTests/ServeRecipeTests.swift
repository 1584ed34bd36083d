import Foundation
import Processes
import Testing

@testable import LocalEngine

/// What is printed for somebody who serves an adapter with another engine.
@Suite struct ServeRecipeTests {
  /// A folder with an adapter that says this of itself.
  private func summary(_ config: String, _ files: [String]) throws -> (AdapterSummary?, Scratch) {
    let scratch = try Scratch()
    if !config.isEmpty { try scratch.write("adapter_config.json", config) }
    for file in files { try scratch.write(file, "") }
    return (AdapterSummary(folder: scratch.folder), scratch)
  }

  private func recipes(
    _ config: String, _ files: [String], base: String = "/models/base", isQuantized: Bool = false
  ) throws -> (recipes: [String: ServeRecipe], folder: String) {
    let (found, scratch) = try summary(config, files)
    let adapter = try #require(found)
    let subject = ServeRecipe.Subject(
      name: "tuned-3", adapter: adapter, folder: scratch.folder, base: base, hasQuantizedBase: isQuantized, source: "3",
      prefix: "/w/it's/export/0000300", mlxServer: "mlx_lm.server")
    let all = ServeRecipe.all(for: subject)
    return (Dictionary(uniqueKeysWithValues: all.map { ($0.engine, $0) }), scratch.folder)
  }

  private static let mlx = #"{"fine_tune_type": "lora", "lora_parameters": {"rank": 24, "scale": 2}, "model": "/m"}"#
  private static let dora = #"{"fine_tune_type": "dora", "lora_parameters": {"rank": 8}, "peft_type": "LORA"}"#
  private static let peft = #"{"peft_type": "LORA", "r": 64, "base_model_name_or_path": "o/m"}"#

  @Test func anAdapterOfMLX() throws {
    let (recipes, folder) = try recipes(Self.mlx, ["adapters.safetensors"])
    #expect(
      recipes["mlx-lm"]?.commands == ["mlx_lm.server --model /models/base --adapter-path \(folder) --port 8080"])
    #expect(recipes["mlx-lm"]?.first == [])
    let vllm = try #require(recipes["vLLM"])
    #expect(vllm.first == [#"assay adapter convert 3 --to peft --output '/w/it'\''s/export/0000300-peft'"#])
    #expect(
      vllm.commands == [
        "vllm serve /models/base --enable-lora --max-lora-rank 32 --lora-modules "
          + #"'tuned-3=/w/it'\''s/export/0000300-peft' --port 8000"#
      ])
    let llama = try #require(recipes["llama.cpp"])
    #expect(llama.first.count == 2 && llama.first[1].hasPrefix("python convert_hf_to_gguf.py /models/base --outfile"))
    #expect(
      llama.commands == [
        #"llama-server -m '/w/it'\''s/export/base.gguf' --lora '/w/it'\''s/export/0000300-gguf/adapter.gguf' --port 8080"#
      ])
    #expect(recipes["Ollama"]?.commands.first?.contains("ADAPTER /w/it") == true)
  }

  @Test func whatVLLMCanNotLoadIsFused() throws {
    let dora = try recipes(Self.dora, ["adapters.safetensors", "adapter_model.safetensors"]).recipes
    #expect(dora["vLLM"]?.commands.first?.contains("0000300-fused") == true)
    #expect(dora["vLLM"]?.notes.first?.contains("DoRA") == true)
    #expect(dora["llama.cpp"]?.commands.first?.contains("--lora") == false)
    let quantized = try recipes(Self.mlx, ["adapters.safetensors"], isQuantized: true).recipes
    #expect(quantized["vLLM"]?.first.first?.hasSuffix("--output '/w/it'\\''s/export/0000300-fused'") == true)
    #expect(quantized["vLLM"]?.first.first?.contains("fuse 3 --dequantize") == true)
    let wide = try recipes(Self.peft.replacing("64", with: "700"), ["adapter_model.safetensors"]).recipes
    #expect(wide["vLLM"]?.notes.first?.contains("512") == true)
    let unusual = try recipes(
      Self.peft.replacing("\"r\"", with: "\"modules_to_save\": [\"lm_head\"], \"bias\": \"all\", \"r\""),
      ["adapter_model.safetensors"]
    ).recipes
    #expect(unusual["vLLM"]?.problem?.contains("modules_to_save, bias") == true)
  }

  @Test func anAdapterOfPEFTAndWholeModels() throws {
    let (peft, folder) = try recipes(Self.peft, ["adapter_model.safetensors"])
    #expect(peft["vLLM"]?.first == [] && peft["vLLM"]?.commands.first?.contains("tuned-3=\(folder)") == true)
    #expect(peft["mlx-lm"]?.first.first?.contains("--to mlx") == true)
    let (model, place) = try recipes("", ["config.json", "model.safetensors"])
    #expect(model["vLLM"]?.commands == ["vllm serve \(place) --served-model-name tuned-3 --port 8000"])
    #expect(model["mlx-lm"]?.commands == ["mlx_lm.server --model \(place) --port 8080"])
    let weights = try recipes(#"{"fine_tune_type": "full"}"#, ["adapters.safetensors"]).recipes
    #expect(weights["vLLM"]?.first.first?.contains("assay adapter fuse 3") == true)
    #expect(weights["mlx-lm"]?.commands.first?.contains("--adapter-path") == true)
  }

  @Test func aFolderOfSomethingElseIsNone() throws {
    #expect(try summary("", ["notes.txt"]).0 == nil)
    let broken = try summary(String(repeating: "[", count: 100_000), ["adapter_model.safetensors"]).0
    #expect(broken?.rank == nil && broken?.kind == .lora)
    let huge = try summary(#"{"r": 8, "x": ""# + String(repeating: "a", count: 2 << 20) + "\"}", ["adapter.gguf"]).0
    #expect(huge?.rank == nil && huge?.layouts == [.gguf])
  }

  @Test(arguments: [
    ("a-b_c/d.e:1", "a-b_c/d.e:1"), ("", "''"), ("a b", "'a b'"), ("it's", #"'it'\''s'"#), ("$(x)", "'$(x)'"),
    ("é", "'é'"), ("=a", "'=a'"), ("a\nb", "'a\nb'"),
  ])
  func wordsAreQuotedForAShell(word: String, wanted: String) { #expect(ShellWord.quoted(word) == wanted) }
}
