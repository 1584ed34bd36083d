import Files
import Foundation
import Processes
import Terminal
import Trust

/// Where a text was put for a person to paste, other than by the terminal itself.
struct Clipboard: Sendable {
  private let environment: [String: String]

  init(environment: [String: String]) { self.environment = environment }

  /// The way for a text.
  func way(for text: String) -> ClipboardWay { .best(for: text.utf8.count, environment: environment) }

  /// Puts a text where it can be pasted from, and says where that is.
  /// - Parameter what: what it is, for the sentence.
  /// - Throws: `FileError` when there is no room for it anywhere.
  func keep(_ text: String, _ what: String, by way: ClipboardWay) async throws -> String {
    if way == .terminal { return "Sent \(what) to the terminal's clipboard (OSC 52)." }
    let file = try write(text)
    guard way == .tmux else { return "Copied \(what) to \(shortened(file)): no clipboard can be reached from here." }
    if await loadIntoTmux(file) {
      unlink(file)
      return "Copied \(what) to tmux's buffer: the prefix and ] paste it."
    }
    return "Copied \(what) to \(shortened(file)): tmux did not take it."
  }

  /// Writes the text into a folder that only its user may enter.
  private func write(_ text: String) throws -> String {
    let data = URL(fileURLWithPath: UserFolder.standard(environment: environment).path).deletingLastPathComponent()
    let folder = data.appendingPathComponent("clipboard").path
    try FileManager.default.createDirectory(
      atPath: folder, withIntermediateDirectories: true, attributes: [.posixPermissions: 0o700])
    let file = folder + "/copied.txt"
    try FileBytes.replace(file, with: Array(text.utf8))
    return file
  }

  /// With `-w`, tmux also hands it to the terminal around it; before version 3.2 it doesn't know that.
  private func loadIntoTmux(_ file: String) async -> Bool {
    // Not from a relative folder of PATH: that would be one of the workspace.
    let path = (environment["PATH"] ?? "").split(separator: ":").filter { $0.hasPrefix("/") }.joined(separator: ":")
    guard let tmux = Program.find("tmux", path: path) else { return false }
    for options in [["-w"], []] {
      let program = Program(
        tmux, ["load-buffer"] + options + [file], inherits: .named(["TMUX", "TMUX_PANE", "TMUX_TMPDIR"]))
      let isLoaded = await withTaskGroup(of: Bool.self) { group in
        group.addTask { (try? await program.run())?.ending.isSuccess ?? false }
        group.addTask {
          try? await Task.sleep(for: .seconds(5))
          return false
        }
        defer { group.cancelAll() }
        return await group.next() ?? false
      }
      if isLoaded { return true }
    }
    return false
  }

  private func shortened(_ file: String) -> String {
    guard let home = environment["HOME"], !home.isEmpty, file.hasPrefix(home + "/") else { return file }
    return "~" + file.dropFirst(home.count)
  }
}
