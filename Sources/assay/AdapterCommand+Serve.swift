import ArgumentParser
import Content
import Domain
import Foundation
import LocalEngine
import WorkbenchCore

extension AdapterCommand {
  /// Prints how engines serve it.
  struct Serve: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
      commandName: "serve",
      abstract: "Print the command with which mlx-lm, vLLM, llama.cpp and Ollama serve it, and what must be made first."
    )
    @OptionGroup var choice: Choice
    @Option(help: "The base model, instead of the one that the adapter names.")
    var base: String?
    @Option(help: "What requests call it.")
    var name: String?

    func run() async throws {
      let chosen = try await choice.found()
      let recipes = try self.recipes(chosen)
      if choice.options.json { return printJSON(Report.recipes(recipes)) }
      for (index, recipe) in recipes.enumerated() {
        if index > 0 { print("") }
        print("\(recipe.engine)")
        if let problem = recipe.problem { print("  \(problem)") }
        for first in recipe.first { print("  first:  \(first)") }
        for command in recipe.commands { print("  \(recipe.first.isEmpty ? "" : "then:   ")\(command)") }
        for note in recipe.notes { print("  (\(note))") }
      }
    }

    private func recipes(_ chosen: ChosenAdapter) throws -> [ServeRecipe] {
      if let id = chosen.hostedID {
        return [
          ServeRecipe(
            "The provider", commands: ["assay adapter use \(chosen.source)"],
            notes: ["It answers to the model name \(id) at the base model's endpoint; no other engine has its weights."]
          )
        ]
      }
      let folder = try chosen.needFolder("served")
      guard let summary = AdapterSummary(folder: folder) else {
        throw WorkbenchError.input("\(folder) holds no adapter and no model.")
      }
      guard let base = self.base.map(AdapterCommand.model) ?? chosen.base ?? summary.base ?? whole(summary, folder)
      else {
        throw WorkbenchError.input("The adapter doesn't say which model it is for: name it with --base.")
      }
      let server = LocalEngine().layout.environmentFolder + "/bin/mlx_lm.server"
      return ServeRecipe.all(
        for: ServeRecipe.Subject(
          name: name ?? chosen.name, adapter: summary, folder: folder, base: base,
          hasQuantizedBase: AdapterSummary.isQuantized(model: base), source: chosen.source, prefix: chosen.prefix,
          mlxServer: FileManager.default.isExecutableFile(atPath: server) ? server : "mlx_lm.server"))
    }

    private func whole(_ summary: AdapterSummary, _ folder: String) -> String? {
      summary.kind == .model ? folder : nil
    }
  }
}

extension Report {
  static func recipes(_ recipes: [ServeRecipe]) -> JSONValue {
    .array(
      recipes.map { recipe in
        [
          "engine": .string(recipe.engine), "first": .array(recipe.first.map { .string($0) }),
          "commands": .array(recipe.commands.map { .string($0) }),
          "problem": recipe.problem.map { .string($0) } ?? .null, "notes": .array(recipe.notes.map { .string($0) }),
        ]
      })
  }
}
