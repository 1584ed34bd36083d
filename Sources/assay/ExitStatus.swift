import ArgumentParser
import Foundation
import WorkbenchCore

/// How a command ends when it doesn't end well.
enum ExitStatus {
  /// A threshold that the caller set was missed.
  static let thresholdMissed: Int32 = 1
  /// Wrong usage or input.
  static let usage: Int32 = 2
  /// A model, the engine or a trainer failed.
  static let model: Int32 = 3

  /// Says why on stderr and leaves with the right status.
  static func leave(with error: any Error) -> Never {
    switch error {
    case let code as ExitCode: exit(code.rawValue)
    case is CancellationError:
      write("assay: interrupted. What was finished is kept; the same command goes on from there.")
      exit(130)
    case WorkbenchError.model(let text): fail(text, model)
    case let failure as ModelFailure: fail(failure.description, model)
    case let failure as TrainerFailure: fail(failure.description, model)
    case let problem as Problem: fail(problem.description, usage)
    case WorkbenchError.input(let text): fail(text, usage)
    default:
      let code = Assay.exitCode(for: error)
      let text = Assay.fullMessage(for: error)
      if code == .success {
        print(text)
        exit(0)
      }
      if code == .validationFailure || error is ValidationError {
        write(text)
        exit(usage)
      }
      fail(String(describing: error), (error as? any EngineSideError) == nil ? usage : model)
    }
  }

  private static func fail(_ text: String, _ status: Int32) -> Never {
    write("assay: " + text)
    exit(status)
  }

  private static func write(_ text: String) {
    FileHandle.standardError.write(Data((text + "\n").utf8))
  }
}

/// Errors of the local engine's parts, which end a command with status 3.
protocol EngineSideError: Error {}
