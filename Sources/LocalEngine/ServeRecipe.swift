import Foundation
import Processes

/// How one engine serves a base model with an adapter: what must be made first, and the command.
package struct ServeRecipe: Sendable, Hashable {
  /// The engine's name.
  package var engine: String
  /// What must be there first: a path that isn't, and the command that makes it.
  package var first: [String]
  /// The commands, as a shell takes them.
  package var commands: [String]
  /// Why the engine can't, in a sentence; nil where it can.
  package var problem: String?
  /// What to know, in sentences.
  package var notes: [String]

  package init(
    _ engine: String, first: [String] = [], commands: [String] = [], problem: String? = nil, notes: [String] = []
  ) {
    self.engine = engine
    self.first = first
    self.commands = commands
    self.problem = problem
    self.notes = notes
  }

  /// What is to be served.
  package struct Subject: Sendable, Hashable {
    /// What requests call it.
    package var name: String
    /// What the adapter is.
    package var adapter: AdapterSummary
    /// The adapter's folder, an absolute path.
    package var folder: String
    /// The base model: an absolute path, or a hub id.
    package var base: String
    /// Whether the base is quantised in mlx's format.
    package var hasQuantizedBase: Bool
    /// What `assay adapter convert` and `fuse` are told: a job's number, or the folder.
    package var source: String
    /// What the paths of conversions and of the fused model begin with.
    package var prefix: String
    /// mlx-lm's server.
    package var mlxServer: String

    package init(
      name: String, adapter: AdapterSummary, folder: String, base: String, hasQuantizedBase: Bool, source: String,
      prefix: String, mlxServer: String
    ) {
      self.name = name
      self.adapter = adapter
      self.folder = folder
      self.base = base
      self.hasQuantizedBase = hasQuantizedBase
      self.source = source
      self.prefix = prefix
      self.mlxServer = mlxServer
    }
  }

  /// A recipe for each engine.
  package static func all(for subject: Subject) -> [ServeRecipe] {
    let kitchen = Kitchen(subject: subject)
    return [kitchen.mlx, kitchen.vllm, kitchen.llamaCpp, kitchen.ollama]
  }

  /// What vLLM's --max-lora-rank may be.
  static let vllmRanks = [8, 16, 32, 64, 128, 256, 320, 512]
}

/// Puts the recipes together.
private struct Kitchen {
  let subject: ServeRecipe.Subject
  var adapter: AdapterSummary { subject.adapter }

  private func command(_ words: String...) -> String { words.map(ShellWord.quoted).joined(separator: " ") }

  /// Where the adapter is in a layout, and what makes it where it isn't yet.
  private func adapter(in layout: AdapterLayout) -> (path: String, first: [String]) {
    if adapter.layouts.contains(layout) { return (subject.folder, []) }
    return made(layout.rawValue, by: ["convert", subject.source, "--to", layout.rawValue])
  }

  /// The whole model, and what makes it.
  private var fused: (path: String, first: [String]) {
    if adapter.kind == .model { return (subject.folder, []) }
    return made("fused", by: ["fuse", subject.source] + (subject.hasQuantizedBase ? ["--dequantize"] : []))
  }

  private func made(_ key: String, by words: [String]) -> (path: String, first: [String]) {
    let path = subject.prefix + "-" + key
    let words = ["assay", "adapter"] + words + ["--output", path]
    return (
      path,
      FileManager.default.fileExists(atPath: path) ? [] : [words.map(ShellWord.quoted).joined(separator: " ")]
    )
  }

  private var isWhole: Bool { adapter.kind == .model || adapter.kind == .weights }

  var mlx: ServeRecipe {
    let server = subject.mlxServer
    if adapter.kind == .model {
      return ServeRecipe("mlx-lm", commands: [command(server, "--model", subject.folder, "--port", "8080")])
    }
    let (path, first) = adapter.kind == .weights ? (subject.folder, []) : self.adapter(in: .mlx)
    return ServeRecipe(
      "mlx-lm", first: first,
      commands: [command(server, "--model", subject.base, "--adapter-path", path, "--port", "8080")],
      notes: [
        "Assay serves it by itself where a variant names it: `assay adapter use \(ShellWord.quoted(subject.source))`."
      ])
  }

  var vllm: ServeRecipe {
    func whole(_ why: String?) -> ServeRecipe {
      let (path, first) = fused
      return ServeRecipe(
        "vLLM", first: first,
        commands: [command("vllm", "serve", path, "--served-model-name", subject.name, "--port", "8000")],
        notes: why.map { [$0] } ?? [])
    }
    if isWhole { return whole(nil) }
    if adapter.kind == .dora { return whole("vLLM can't load DoRA adapters, so base and adapter are fused.") }
    if !adapter.unusual.isEmpty {
      return ServeRecipe(
        "vLLM",
        problem: "vLLM can't load adapters with \(adapter.unusual.joined(separator: ", ")): merge it with PEFT first.")
    }
    guard let most = ServeRecipe.vllmRanks.first(where: { $0 >= adapter.rank ?? 16 }) else {
      return whole("vLLM loads ranks up to 512, and this is \(adapter.rank ?? 0), so base and adapter are fused.")
    }
    if subject.hasQuantizedBase {
      return whole("vLLM can't load a base quantised by mlx, so base and adapter are fused in full numbers.")
    }
    let (path, first) = self.adapter(in: .peft)
    return ServeRecipe(
      "vLLM", first: first,
      commands: [
        command(
          "vllm", "serve", subject.base, "--enable-lora", "--max-lora-rank", "\(most)", "--lora-modules",
          "\(subject.name)=\(path)", "--port", "8000")
      ],
      notes: ["Requests name the model \(subject.name); the base answers by its own name."])
  }

  /// The whole model or the base as GGUF, and what makes it.
  private func gguf(of model: String) -> (path: String, make: String) {
    let name = (model as NSString).lastPathComponent
    let path = (subject.prefix as NSString).deletingLastPathComponent + "/\(name).gguf"
    return (path, command("python", "convert_hf_to_gguf.py", model, "--outfile", path))
  }

  private static let converter =
    "convert_hf_to_gguf.py is llama.cpp's, and takes a folder: fetch a hub id's files first."

  /// What llama.cpp and Ollama load: a model in GGUF, and the adapter where it isn't fused.
  private var files: (model: String, adapter: String?, first: [String], notes: [String]) {
    if isWhole || adapter.kind == .dora || subject.hasQuantizedBase {
      let (path, first) = fused
      let model = gguf(of: path)
      let why = adapter.kind == .dora ? ["llama.cpp can't load DoRA adapters, so base and adapter are fused."] : []
      return (model.path, nil, first + [model.make], why + [Self.converter])
    }
    let (path, first) = self.adapter(in: .gguf)
    let model = gguf(of: subject.base)
    return (model.path, path + "/adapter.gguf", first + [model.make], [Self.converter])
  }

  var llamaCpp: ServeRecipe {
    let (model, adapter, first, notes) = files
    let words = ["llama-server", "-m", model] + (adapter.map { ["--lora", $0] } ?? []) + ["--port", "8080"]
    return ServeRecipe(
      "llama.cpp", first: first, commands: [words.map(ShellWord.quoted).joined(separator: " ")], notes: notes)
  }

  var ollama: ServeRecipe {
    let (model, adapter, first, notes) = files
    func shown(_ path: String) -> String { path.contains(" ") ? "\"\(path)\"" : path }
    let lines = ["FROM \(shown(model))"] + (adapter.map { ["ADAPTER \(shown($0))"] } ?? [])
    let words = ["printf", "%s\\n"] + lines
    let modelfile = words.map(ShellWord.quoted).joined(separator: " ") + " > Modelfile"
    return ServeRecipe(
      "Ollama", first: first,
      commands: [
        modelfile, command("ollama", "create", subject.name, "-f", "Modelfile"), command("ollama", "run", subject.name),
      ],
      notes: notes)
  }
}
