/// What went wrong with a process or a file; the text is a sentence.
package enum ProcessError: Error, Sendable, Hashable, CustomStringConvertible {
  /// The program can't be started.
  case spawn(String, reason: String)
  /// A file can't be opened or written.
  case file(String, reason: String)

  /// The sentence.
  package var description: String {
    switch self {
    case .spawn(let program, let reason): "\(program) can't be started: \(reason)."
    case .file(let path, let reason): "\(path) can't be used: \(reason)."
    }
  }
}
