import Foundation

/// Writes files that other processes read.
public enum AtomicFile {
  /// Replaces a file as a whole, or leaves it as it was.
  /// - Throws: `ProcessError.file`.
  public static func write(_ text: String, to path: String) throws(ProcessError) {
    do {
      try Data(text.utf8).write(to: URL(fileURLWithPath: path), options: .atomic)
    } catch {
      throw ProcessError.file(path, reason: explanation(of: error))
    }
  }

  private static func explanation(of error: any Error) -> String {
    let error = error as NSError
    if error.domain == NSCocoaErrorDomain, error.code == CocoaError.fileWriteOutOfSpace.rawValue {
      return "the disk is full"
    }
    let underlying = error.userInfo[NSUnderlyingErrorKey] as? NSError
    return (underlying ?? error).localizedDescription
  }
}
