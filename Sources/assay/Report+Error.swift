import ArgumentParser
import Content
import Domain
import LocalEngine
import Trust
import WorkbenchCore

extension Report {
  /// Why something failed: `{code, message, file, line}`. The file and the line are null where the reason is in no file.
  static func error(_ error: any Error) -> JSONValue {
    let place: Problem? =
      switch error {
      case let problem as Problem: problem
      case WorkbenchError.files(_, let problems): problems.first
      default: nil
      }
    return [
      "code": .string(code(of: error)), "message": .string(message(of: error)),
      "file": place.map { .string($0.file) } ?? .null, "line": place?.line.map { JSONValue($0) } ?? .null,
    ]
  }

  /// A word for scripts; there may come to be more.
  private static func code(of error: any Error) -> String {
    switch error {
    case is Problem, WorkbenchError.files: "file"
    case WorkbenchError.budget: "budget"
    case WorkbenchError.untrusted, is TrustFailure: "untrusted"
    case WorkbenchError.model, is ModelFailure, is TrainerFailure, is EngineError: "model"
    case is CancellationError: "interrupted"
    case is WorkbenchError: "input"
    default: Assay.exitCode(for: error) == .validationFailure ? "usage" : "input"
    }
  }

  private static func message(of error: any Error) -> String {
    switch error {
    case is CancellationError: "Interrupted. What was finished is kept; the same command goes on from there."
    case let problem as Problem: problem.message
    case let error as WorkbenchError: error.onCommandLine
    default:
      Assay.exitCode(for: error) == .validationFailure ? Assay.message(for: error) : String(describing: error)
    }
  }
}
