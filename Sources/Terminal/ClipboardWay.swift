/// The way by which a text gets from here to where a person can paste it.
package enum ClipboardWay: Sendable, Hashable {
  /// By tmux, in which this process runs: it keeps a buffer of its own and hands it to the terminal around it.
  case tmux
  /// By a sequence to the terminal (OSC 52). Terminals don't say whether they take it.
  case terminal
  /// No clipboard can be reached: by a file.
  case file

  /// More than a terminal takes, in bytes: xterm's limit, a hundred kilobytes in base 64.
  static let mostForTerminal = 74_994

  /// The best way in this environment for a text of so many bytes.
  package static func best(for bytes: Int, environment: [String: String]) -> ClipboardWay {
    func has(_ name: String) -> Bool { environment[name]?.isEmpty == false }
    if has("TMUX") { return .tmux }
    let term = environment["TERM"] ?? ""
    // Another's tmux or screen, at the other end of a connection, doesn't let programs set a clipboard unless it is told
    // to; and these terminals don't know the sequence.
    let isDeaf =
      ["tmux", "screen", "linux", "vt", "cons", "sun"].contains { term.hasPrefix($0) } || has("STY")
      || has("VTE_VERSION") || environment["TERM_PROGRAM"] == "Apple_Terminal"
    return isDeaf || bytes > mostForTerminal ? .file : .terminal
  }
}
