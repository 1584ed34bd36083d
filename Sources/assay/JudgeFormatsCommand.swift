import ArgumentParser
import Domain
import Files
import Formats
import Foundation
import Grading
import Terminal
import WorkbenchCore

/// `assay judge import FILE`: a judge of another tool.
struct JudgeImportCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "import", abstract: "Write judges/NAME.md from another tool's judge.",
    discussion: """
      promptfoo: an llm-rubric assertion (YAML or JSON). autoevals: a template with choice_scores. inspect: a template of \
      model_graded_qa. deepeval: criteria of G-Eval. What could not be carried over is said.
      """)

  @Argument(help: "The file; - is standard input.", completion: .file())
  var file: String
  @Option(name: .customLong("as"), help: "The tool: promptfoo, autoevals, inspect or deepeval.")
  var format: ForeignJudge.Format
  @Option(help: "What the judge is to be called.")
  var name: String
  @Option(help: "The model of assay.yaml that judges; the workspace's only one where not named.")
  var model: String?
  @OptionGroup var options: WorkspaceOptions

  func run() async throws {
    let workbench = try await options.workbench()
    let bytes = try InputFile.bytes(file, limit: ForeignJudge.mostBytes, meaning: "a judge's file")
    let foreign: ForeignJudge
    do { foreign = try ForeignJudge(String(decoding: bytes, as: UTF8.self), as: format) } catch let error
      as ForeignJudgeError
    {
      throw WorkbenchError.input("\(file) is no judge of \(format.rawValue): \(error)")
    }
    let models = await workbench.snapshot.workspace.models.map(\.name)
    let known = [model, foreign.model].compactMap(\.self).first { models.contains($0) }
    guard let judging = model ?? known ?? (models.count == 1 ? models[0] : nil), models.contains(judging) else {
      throw WorkbenchError.input(
        "Say which model judges with --model. There are: \(models.joined(separator: ", ")).")
    }
    var judge = Judge(name: name, models: [judging], prompt: foreign.prompt)
    if foreign.choices.map(\.label) == ["1", "2", "3", "4", "5"] {
      judge.scale = .oneToFive
      judge.threshold = foreign.threshold
    } else if !foreign.choices.isEmpty {
      judge.scale = .choices(foreign.choices.map { .init($0.label, score: $0.score) })
      judge.threshold = foreign.threshold
    }
    judge.temperature = foreign.temperature
    try await workbench.add(judge)
    await workbench.close()
    for loss in foreign.losses { Wiring.say(loss) }
    Wiring.say("Wrote \(judge.path), which asks \(judging). Try it: assay judge test \(name).")
  }
}

/// `assay judge export NAME`: a judge for another tool.
struct JudgeExportCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "export", abstract: "Print a judge in the form of another tool.")

  @Argument(help: "The judge.")
  var name: String
  @Option(name: .customLong("as"), help: "The tool: promptfoo, autoevals, inspect or deepeval.")
  var format: ForeignJudge.Format
  @OptionGroup var options: WorkspaceOptions

  func run() async throws {
    let workbench = try await options.workbench()
    let judge = try await workbench.judge(named: name)
    await workbench.close()
    var foreign = ForeignJudge(prompt: judge.prompt)
    foreign.name = judge.name
    foreign.model = judge.models.first
    foreign.temperature = judge.temperature
    if judge.scale != .binary { foreign.choices = judge.scale.labels.map { ($0, judge.scale.score($0) ?? 0) } }
    Console.output.write(foreign.text(as: format))
    if judge.votesInAll > 1 { Wiring.say("Votes and panels are left out.") }
    if judge.scale != .binary, format != .autoevals { Wiring.say("The scale is left out.") }
  }
}

extension ForeignJudge.Format: ExpressibleByArgument {}
