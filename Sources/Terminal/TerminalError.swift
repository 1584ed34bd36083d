import CNcurses

/// Why the terminal can't be used, or can't be used any longer. The text says what to do.
package enum TerminalError: Error, Hashable, CustomStringConvertible {
  /// Input or output is a file or a pipe.
  case notATerminal
  /// The kind of terminal can't address its screen.
  case tooSimple(String)
  /// Neither the kind of terminal nor a common one is known on this machine.
  case unknown(String)
  /// No UTF-8 locale.
  case noUTF8
  /// The system refused something basic.
  case system(String)
  /// Another program, or the system, asked us to stop.
  case stopped(signal: Int32, name: String)
  /// The terminal is gone: the window was closed or the connection lost.
  case hungUp

  /// What to tell the user.
  package var description: String {
    switch self {
    case .notATerminal:
      "The screens need a terminal for input and output. Without one, use the commands; see --help."
    case .tooSimple(let name):
      "This terminal (TERM=\(name)) can't show screens. Start it in a full terminal, or use the commands; see --help."
    case .unknown(let name):
      "No description of the terminal TERM=\(name) is installed. Set TERM=xterm-256color, or install ncurses-term."
    case .noUTF8: "The screens need UTF-8. Set a UTF-8 locale, for example LC_ALL=C.UTF-8."
    case .system(let what): "The system refused \(what)."
    case .stopped(_, let name): "Stopped by \(name)."
    case .hungUp: "The terminal is gone."
    }
  }

  /// The signal that asked us to end.
  package var signal: Int32? {
    switch self {
    case .stopped(let signal, _): signal
    case .hungUp: SIGHUP
    default: nil
    }
  }

  /// The exit status that tells a shell the same.
  package var exitStatus: Int32 { signal.map { 128 + $0 } ?? 2 }
}

/// Ends the process by a signal that it has answered, so that whoever started it learns the cause.
package func endProcess(bySignal number: Int32) -> Never { cn_end_by(number) }
