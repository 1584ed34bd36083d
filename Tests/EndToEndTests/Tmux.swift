import Foundation
import Testing

/// A terminal of its own: a tmux server with one window and a shell in it.
struct Tmux: Sendable {
  private let socket: String
  private static let size = (columns: 100, rows: 30)

  /// Runs `body` with a new terminal, whose shell stands in `folder`; the terminal is gone afterwards.
  static func with(
    folder: String, environment: [String: String] = [:], _ body: (Tmux) async throws -> Void
  ) async throws {
    let terminal = Tmux(socket: folder + "/tmux-\(UUID().uuidString.prefix(4))")
    do {
      try await terminal.start(in: folder, environment: environment)
      try await body(terminal)
    } catch {
      Issue.record("\(error)\n\((try? await terminal.screen()) ?? "no screen")")
    }
    _ = try? await terminal.call("kill-server")
  }

  private init(socket: String) { self.socket = socket }

  private func start(in folder: String, environment: [String: String]) async throws {
    // The server gets these variables, and the shell from it.
    let variables = environment.merging(["BINARY": Place.assay]) { $1 }
    try await call(
      "start-server", ";", "set-option", "-g", "default-terminal", "tmux-256color", ";", "set-option", "-s",
      "escape-time", "0", ";", "new-session", "-d", "-x", "\(Self.size.columns)", "-y", "\(Self.size.rows)", "-c",
      folder, "env", "PS1=$ ", "sh", environment: variables)
    try await wait("the shell") { $0.hasPrefix("$") }
  }

  @discardableResult
  private func call(_ arguments: String..., environment: [String: String] = [:]) async throws -> String {
    let tmux = try #require(Place.tmux)
    let variables = environment.merging(["TERM": "tmux-256color"]) { $1 }
    let result = try await Program(
      tmux, ["-S", socket, "-f", "/dev/null", "-u"] + arguments, environment: variables
    ).ended()
    guard result.status == 0 else { throw TmuxFailure(description: "tmux \(arguments): \(result.errors)") }
    return result.output
  }

  /// Presses keys, by tmux's names.
  func press(_ keys: String...) async throws { for key in keys { try await call("send-keys", key) } }

  /// Types text.
  func type(_ text: String) async throws { try await call("send-keys", "-l", text) }

  /// Has the shell carry out a line.
  func run(_ line: String) async throws {
    try await type(line)
    try await press("Enter")
  }

  /// What is shown.
  func screen() async throws -> String { try await call("capture-pane", "-p") }

  /// What tmux would paste.
  func buffer() async throws -> String { try await call("show-buffer") }

  /// A fact about the window, by tmux's name for it.
  func fact(_ name: String) async throws -> String {
    try await call("display-message", "-p", "#{\(name)}").trimmingCharacters(in: .whitespacesAndNewlines)
  }

  /// Waits until the screen is as it should be.
  @discardableResult
  func wait(
    _ what: String, limit: Duration = .seconds(120), sourceLocation: SourceLocation = #_sourceLocation,
    until holds: (String) -> Bool
  ) async throws -> String {
    var shown = ""
    do {
      try await EndToEndTests.wait(for: what, limit: limit, sourceLocation: sourceLocation) {
        shown = try await screen()
        return holds(shown)
      }
    }
    return shown
  }

  /// The first process under the shell, which is the program that was started in it.
  func child() async throws -> Int32 {
    let shell = try await fact("pane_pid")
    var found: Int32?
    try await EndToEndTests.wait(for: "a program in the shell") {
      let list = try await Program("/bin/ps", ["-A", "-o", "ppid=,pid="]).ended().output
      for line in list.split(separator: "\n") {
        let numbers = line.split(separator: " ")
        if numbers.count == 2, numbers[0] == shell { found = Int32(numbers[1]) }
      }
      return found != nil
    }
    return try #require(found)
  }

  /// Closes the window, as a person does who closes the terminal: its programs get SIGHUP.
  func close() async throws { try await call("kill-session") }
}

/// A tmux command that failed.
struct TmuxFailure: Error, CustomStringConvertible {
  let description: String
}

extension Tmux {
  /// Notes how the terminal is, opens Assay on a workspace, and waits for its first screen.
  func open(_ workspace: String, notes: String) async throws {
    try await run("stty -a > \(notes)/before; echo the primary screen")
    try await wait("the shell's line") { $0.contains("\nthe primary screen") }
    try await reopen(workspace)
  }

  /// Opens Assay and waits for its first screen. A line tells its exit status afterwards.
  func reopen(_ workspace: String) async throws {
    try await run(#""$BINARY" \#(workspace); echo "left with $?""#)
    let shown = try await wait("the first screen") {
      $0.contains("1 Prompt") && $0.contains("total tokens") || $0.contains("\nleft with ")
    }
    try #require(!shown.contains("\nleft with "), "\(shown)")
  }

  /// Checks that Assay is gone with this status and the terminal is as it was.
  func expectAsItWas(notes: String, status: Int32, sourceLocation: SourceLocation = #_sourceLocation) async throws {
    let shown = try await wait("the shell", sourceLocation: sourceLocation) { $0.contains("\nleft with ") }
    #expect(shown.contains("\nleft with \(status)\n"), "\(shown)", sourceLocation: sourceLocation)
    #expect(shown.contains("\nthe primary screen\n"), "\(shown)", sourceLocation: sourceLocation)
    #expect(!shown.contains("1 Prompt"), "\(shown)", sourceLocation: sourceLocation)
    #expect(try await fact("alternate_on") == "0", sourceLocation: sourceLocation)
    #expect(try await fact("cursor_flag") == "1", sourceLocation: sourceLocation)
    #expect(try await fact("mouse_any_flag") == "0", sourceLocation: sourceLocation)
    #expect(try await fact("keypad_cursor_flag") == "0", sourceLocation: sourceLocation)
    try await run("stty -a > \(notes)/after; echo noted")
    try await wait("the shell to note", sourceLocation: sourceLocation) { $0.contains("\nnoted") }
    #expect(!text(of: notes + "/before").isEmpty, sourceLocation: sourceLocation)
    #expect(text(of: notes + "/before") == text(of: notes + "/after"), sourceLocation: sourceLocation)
  }
}
