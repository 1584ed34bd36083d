import ArgumentParser
import Content
import Domain
import Foundation
import LocalEngine
import Terminal
import Trust
import WorkbenchCore

/// How a command ends when it doesn't end well.
enum ExitStatus {
  /// A threshold that the caller set was missed.
  static let thresholdMissed: Int32 = 1
  /// Wrong usage or input.
  static let usage: Int32 = 2
  /// A model, the engine or a trainer failed.
  static let model: Int32 = 3
  /// Ctrl-C, as shells count it.
  static let interrupted: Int32 = 130

  /// The status that an error of a command ends with.
  static func of(_ error: any Error) -> Int32 {
    switch error {
    case let code as ExitCode: code.rawValue
    case is CancellationError: interrupted
    case WorkbenchError.budget: thresholdMissed
    case WorkbenchError.model, is ModelFailure, is TrainerFailure, is EngineError: model
    default: usage
    }
  }

  /// Whether the command was asked for JSON; also where its arguments couldn't be read.
  private static var wantsJSON: Bool {
    CommandLine.arguments.dropFirst().prefix { $0 != "--" }.contains("--json")
  }

  /// Ends the program where not all could be written to standard output: whoever reads it must not take a part for all.
  static func checkOutput() {
    guard let problem = Console.output.problem else { return }
    Wiring.say("assay: standard output can't be written: \(problem). Anything saved before that is kept.")
    exit(usage)
  }

  /// Says why on stderr, with `--json` also as `{"error": …}` on stdout, and leaves with the right status. A command that
  /// has printed its JSON already throws an `ExitCode`.
  static func leave(with error: any Error) -> Never {
    if wantsJSON, !(error is ExitCode), Assay.exitCode(for: error) != .success {
      printJSON(JSONValue.object(["error": Report.error(error)]))
    }
    switch error {
    case is ExitCode: break
    case is CancellationError:
      Wiring.say("assay: interrupted. What was finished is kept; the same command goes on from there.")
    case WorkbenchError.untrusted(let permissions):
      Wiring.say("assay: \(error)")
      for permission in permissions.prefix(20) { Wiring.say("  · " + TrustQuestion.line(permission)) }
      if permissions.count > 20 { Wiring.say("  · and \(permissions.count - 20) more") }
      Wiring.say("`assay trust` shows all of it and asks; --trust or ASSAY_TRUST=1 trusts it for one process.")
    case let error as WorkbenchError: Wiring.say("assay: \(error.onCommandLine)")
    case is ModelFailure, is TrainerFailure, is EngineError, is Problem, is TrustFailure:
      Wiring.say("assay: \(error)")
    default:
      // Help, a version, a completion script, or a usage error: ArgumentParser knows its words.
      let text = Assay.fullMessage(for: error)
      if Assay.exitCode(for: error) == .success {
        print(text)
        checkOutput()
        exit(0)
      }
      Wiring.say(Assay.exitCode(for: error) == .validationFailure ? text : "assay: \(error)")
    }
    checkOutput()
    exit(of(error))
  }
}
