import Files
import Foundation

/// Why the engine can't be installed, started or asked; the text is a sentence that says what to do.
package enum EngineError: Error, Sendable, Hashable, CustomStringConvertible {
  /// This machine can't run it.
  case platform(String)
  /// No Python that will do.
  case python(String)
  /// Not enough free space.
  case diskFull(String)
  /// Packages can't be fetched.
  case network(String)
  /// Something else while installing.
  case installation(String)
  /// It was never installed, or not to the end, or for another version.
  case notReady(String)
  /// Another process is at it.
  case busy(String)

  /// The sentence.
  package var description: String {
    switch self {
    case .platform(let text), .python(let text), .diskFull(let text), .network(let text), .installation(let text),
      .notReady(let text), .busy(let text):
      text
    }
  }

  /// The engine's folder can't be written.
  static func folder(_ path: String, _ error: any Error) -> EngineError {
    if let error = error as? FileError {
      return .installation(
        "The folder \(path) can't be written. \(error) Or set ASSAY_ENGINE_HOME to another folder.")
    }
    let reason = error as NSError
    if reason.domain == NSCocoaErrorDomain, reason.code == CocoaError.fileWriteOutOfSpace.rawValue {
      return .diskFull("The disk is full: free some space, or set ASSAY_ENGINE_HOME to a folder on another disk.")
    }
    return .installation(
      "The folder \(path) can't be written (\(reason.localizedDescription)). Make it yours, or set ASSAY_ENGINE_HOME "
        + "to another folder.")
  }
}
