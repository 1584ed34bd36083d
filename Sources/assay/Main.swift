import ArgumentParser
import Domain
import Files
import Foundation
import Terminal
import WorkbenchCore

/// The program. Exit status: 0 done, 1 a threshold was missed, 2 wrong usage or input, 3 a model or the engine failed.
@main struct Assay: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "assay",
    abstract: "Keep prompting, fine-tune, or combine the two? A workbench that answers by measuring.",
    discussion: "Without a subcommand it opens the terminal UI on a workspace folder.",
    version: "0.1.0",
    subcommands: [
      OpenCommand.self, EvalCommand.self, ModelsCommand.self, BatchesCommand.self, OutputsCommand.self,
      RunsCommand.self, CollectGarbageCommand.self,
      GradeCommand.self, CompareCommand.self, JudgeCommand.self, ReviewCommand.self, VerdictCommand.self,
      RouterCommand.self, ReportCommand.self, VerifyCommand.self, PromptCommand.self, AblateCommand.self,
      OptimizeCommand.self,
      StripCommand.self,
      DataCommand.self, TrainCommand.self, SweepCommand.self, JobsCommand.self, AdapterCommand.self, EngineCommand.self,
      ImportCommand.self, CasesCommand.self, KeyCommand.self, InitCommand.self, TrustCommand.self, UntrustCommand.self,
      DoctorCommand.self, ScreenCommand.self, JobRunnerCommand.self,
    ],
    defaultSubcommand: OpenCommand.self)

  static func main() async {
    StandardStreams.secure()
    ProcessLimits.check()
    FileAccess.makePrivate()
    setWidth()
    do {
      var command = try parseAsRoot()
      if var asynchronous = command as? any AsyncParsableCommand {
        try await asynchronous.run()
      } else {
        try command.run()
      }
      ExitStatus.checkOutput()
    } catch {
      ExitStatus.leave(with: error)
    }
  }

  /// ArgumentParser breaks the lines of its help and errors after so many columns, and can't below some thirty.
  private static func setWidth() {
    let claimed = ProcessInfo.processInfo.environment["COLUMNS"].flatMap { Int($0) }
    setenv("COLUMNS", "\(min(max(60, claimed ?? Console.output.columns), 1000))", 1)
  }
}
