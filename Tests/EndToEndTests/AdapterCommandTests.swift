import Content
import Foundation
import Testing

extension EndToEnd {
  /// `assay adapter`: from a trained job to other engines and other people.
  @Suite struct AdapterCommandTests {
    @Test func whatIsMissingIsASentence() async throws {
      try await Place.withFolder { folder in
        _ = try MockWorkspace(in: folder, port: 9, cases: 3)
        for arguments in [
          ["use", "7"], ["card", "7"], ["serve", "7"], ["convert", "7", "--to", "peft"], ["fuse", "7"],
          ["serve", folder + "/none"], ["serve", folder + "/prompts"], ["convert", folder, "--to", "onnx"],
          ["serve", folder, "--step", "3"],
        ] {
          let ending = await (try Program(Place.assay, ["adapter"] + arguments + ["--workspace", folder])).ended()
          #expect(ending.status == 2 && !ending.errors.isEmpty, "\(arguments): \(ending)")
        }
      }
    }

    @Test func aFolderIsServedWithoutAnyWorkspace() async throws {
      try await Place.withFolder { folder in
        let adapter = folder + "/an adapter"
        try write(
          #"{"peft_type": "LORA", "r": 8, "base_model_name_or_path": "owner/name"}"#,
          to: adapter + "/adapter_config.json")
        try write("", to: adapter + "/adapter_model.safetensors")
        let shown = try await assay("adapter", "serve", adapter, "--name", "tidy", "--json")
        #expect(shown.status == 0, "\(shown)")
        let recipes = try shown.json().array ?? []
        #expect(recipes.compactMap { $0["engine"]?.string } == ["mlx-lm", "vLLM", "llama.cpp", "Ollama"])
        let vllm = recipes[1]["commands"]?[0]?.string
        #expect(
          vllm == "vllm serve owner/name --enable-lora --max-lora-rank 8 --lora-modules 'tidy=\(adapter)' --port 8000")
        let plain = try await assay("adapter", "serve", adapter)
        #expect(plain.output.contains("first:  assay adapter convert '\(adapter)' --to gguf"), "\(plain)")
      }
    }

    @Test(.enabled(if: Place.hasEngine, "the local engine is not installed"))
    func aJobBecomesAVariantAModelAndACard() async throws {
      try await Place.withFolder { folder in
        try Demo.copy(to: folder, cases: 20, steps: 10)
        func run(_ arguments: String...) async throws -> Program.Ending {
          let ending = await (try Program(Place.assay, arguments + ["--workspace", folder])).ended()
          #expect(ending.status == 0, "\(arguments): \(ending)")
          return ending
        }
        _ = try await run("train", "--follow")
        let config = text(of: folder + "/assay.yaml")

        let used = try await run("adapter", "use", "1", "--json").json()
        #expect(used["variant"] == "tuned-1" && used["adapter"] == ".assay/jobs/1/best")
        let line = try #require(used["line"]?.string)
        #expect(
          line == "tuned-1: { model: tiny, prompt: short, adapter: .assay/jobs/1/best, temperature: 0, max_tokens: 64 }"
        )
        #expect(text(of: folder + "/assay.yaml") == config && used["file"] == "variants/tuned-1.yaml")
        #expect(text(of: folder + "/variants/tuned-1.yaml").hasPrefix("model: tiny\nprompt: short\nadapter: "))
        let again = try await assay("adapter", "use", "1", "--workspace", folder)
        #expect(again.status == 2 && again.errors.contains("uses .assay/jobs/1/best already"), "\(again)")
        let named = try await run("adapter", "use", "1", "--step", "10", "--name", "ten", "--json").json()
        #expect(named["adapter"] == ".assay/jobs/1/checkpoints/0000010")

        _ = try await run("eval", "tuned-1", "--set", "main")
        _ = try await run("eval", "task", "ten", "--set", "general")
        let card = try await run("adapter", "card", "1", "--json").json()
        #expect(card["runs"] == 2, "one of each set, under either name: \(card)")
        let readme = text(of: folder + "/.assay/jobs/1/best/README.md")
        #expect(
          readme.hasPrefix(
            "---\nbase_model: \"model\"\nlibrary_name: mlx\npipeline_tag: text-generation\ntags:\n- lora\n"))
        let rows = try #require(FileManager.default.contents(atPath: folder + "/.assay/jobs/1/train.jsonl"))
        #expect(readme.contains("`\(SHA256.hex(String(decoding: rows, as: UTF8.self)))`"))
        let data = text(of: folder + "/train/main.jsonl")
        #expect(
          readme.contains("| `train/main.jsonl` | \(data.split(separator: "\n").count) | `\(SHA256.hex(data))` |"))
        for words in [
          "| Rank | 16 |", "| Scale | 2 |", "| Learning rate |", "Validation loss: ", "| main | tuned-1 | 20 |",
          "| before | general | task |",
          "| after | general | ten |", "| leaks |",
        ] {
          #expect(readme.contains(words), "\(words): \(readme)")
        }
        _ = try await run("adapter", "card", "1")
        try write("# Mine\n", to: folder + "/.assay/jobs/1/best/README.md")
        let mine = try await assay("adapter", "card", "1", "--workspace", folder)
        #expect(mine.status == 2 && mine.errors.contains("--force"), "\(mine)")
        #expect(text(of: folder + "/.assay/jobs/1/best/README.md") == "# Mine\n")

        let peft = try await run("adapter", "convert", "1", "--to", "peft", "--json").json()
        #expect(peft["max_difference"]?.double ?? 1 <= 1e-6 && peft["tensors"] == 42)
        let served = try await run("adapter", "serve", "1", "--json").json()
        #expect(served[1]?["first"] == [], "it is converted: \(served)")
        #expect(served[1]?["commands"]?[0]?.string?.contains("--max-lora-rank 16") == true)
        #expect(served[2]?["first"]?.array?.count == 2)
        let fused = try await run("adapter", "fuse", "1", "--json").json()
        #expect(fused["difference"]?["same_choice"] == fused["difference"]?["places"], "\(fused)")
        let small = try await run("models", "quantize", "tiny", "--output", folder + "/small", "--json").json()
        #expect(small["group_size"] == 64 && small["bits"] == 4, "\(small)")
      }
    }

    /// The same base and adapter in two engines: llama.cpp with the converted adapter writes what mlx-lm writes.
    @Test(
      .enabled(if: Place.hasEngine, "the local engine is not installed"),
      .enabled(if: RealServer.isInstalled, "llama.cpp's server can't be installed (Tests/real-server install)"))
    func llamaCppAnswersWithTheConvertedAdapter() async throws {
      try await Place.withFolder { folder in
        try Demo.copy(to: folder, cases: 20, steps: 60)
        let trained = try await assay("train", "--follow", "--workspace", folder)
        #expect(trained.status == 0, "\(trained)")
        let converted = try await assay(
          "adapter", "convert", "1", "--to", "gguf", "--output", folder + "/gguf", "--workspace", folder)
        #expect(converted.status == 0, "\(converted)")
        try await RealServer.with(lora: folder + "/gguf/adapter.gguf") { server in
          let config = text(of: folder + "/assay.yaml")
          let model =
            "  served: { api: openai, base_url: \"\(server.base)\", model: demo, key_env: \(RealServer.keyVariable), "
            + "concurrency: 4 }\n"
          let variants =
            "  served: { model: served, prompt: short, temperature: 0, max_tokens: 64 }\n"
            + "  untuned: { model: tiny, prompt: short, temperature: 0, max_tokens: 64 }\n"
          try write(
            config.replacing("models:\n", with: "models:\n" + model).replacing(
              "variants:\n", with: "variants:\n" + variants),
            to: folder + "/assay.yaml")
          let shown = try await server.assay(
            "eval", "served", "tuned", "untuned", "--set", "main", "--workspace", folder, "--json")
          #expect(shown.status == 0, "\(shown)")
          func answers(_ variant: String) async throws -> [JSONValue?] {
            try await server.outputs(variant, in: folder).map { $0["output"] }
          }
          let (served, tuned) = (try await answers("served"), try await answers("tuned"))
          let untuned = try await answers("untuned")
          let same = zip(served, tuned).count { $0 == $1 }
          #expect(served.count == 20 && same >= 18, "\(same) of \(served.count) answers are the same")
          #expect(zip(served, untuned).count { $0 == $1 } < 10, "the adapter must change something")
        }
      }
    }
  }
}
