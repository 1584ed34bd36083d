import ArgumentParser
import Content
import Domain
import WorkbenchCore

/// `assay outputs`: a run's answers, case by case.
struct OutputsCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "outputs", abstract: "Show a run's answers with their scores, case by case.",
    discussion: """
      With --json it prints one object per line, {"id": …, "output": …, "passed": …, …}: what a model with \
      `api: replay` reads.
      """)

  @Argument(help: "A variant (its newest run) or a run's number.")
  var run: String
  @Option(help: "The eval set; the workspace's first when not named.")
  var set: String?
  @Flag(help: "Only cases that did not pass.")
  var failed = false
  @OptionGroup var options: WorkspaceOptions

  func run() async throws {
    let workbench = try await options.workbench()
    let (run, outputs) = try await workbench.outputs(ofRun: self.run, set: set)
    await workbench.close()
    let wanted = outputs.filter { !failed || $0.passed != true }
    if options.json {
      for output in wanted { printJSON(Report.output(output), .compact) }
      return
    }
    for output in wanted {
      print("\(output.standing.mark) \(output.id)")
      if let failure = output.failure { print("    " + failure) }
      if let text = output.answer?.text, !text.isEmpty { print(Self.indented(text)) }
      if output.answer?.isCut == true { print("    cut: \(output.answer?.finishReason ?? "")") }
      for score in output.scores where score.passed != true { print("    \(score.grader): \(score.reason)") }
    }
    Wiring.say(
      "Run \(run.id) (\(run.variant.name) on \(run.set)): \(wanted.count) of \(outputs.count) answers are shown.")
  }

  private static func indented(_ text: String) -> String {
    text.split(separator: "\n", omittingEmptySubsequences: false).map { "    " + $0 }.joined(separator: "\n")
  }
}

extension Report {
  /// One answer; a line of a recording that `api: replay` reads.
  static func output(_ output: Output) -> JSONValue {
    [
      "id": .string(output.caseID), "sample": JSONValue(output.sample),
      "output": output.answer.map { .string($0.text) } ?? .null,
      "finish_reason": output.answer?.finishReason.map { .string($0) } ?? .null,
      "passed": output.isAnswered ? output.passed.map { JSONValue($0) } ?? .null : .null,
      "score": output.isAnswered ? output.value.map { rounded($0, 4) } ?? .null : .null,
      "unscored": output.unscored.map { .string($0) } ?? .null,
      "scores": .array(
        output.scores.map {
          [
            "grader": .string($0.grader), "value": $0.value.map { rounded($0, 4) } ?? .null,
            "reason": .string($0.reason),
          ]
        }),
      "error": output.failure.map { .string($0) } ?? .null,
    ]
  }
}
