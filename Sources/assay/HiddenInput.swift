import Foundation
import Terminal

/// Reads a secret: from a terminal without showing it, from anywhere else up to the end.
enum HiddenInput {
  /// Asks for a line.
  /// - Throws: `CancellationError` when the person leaves with Ctrl-C or Ctrl-D.
  static func read(_ prompt: String) throws -> String {
    guard isatty(STDIN_FILENO) == 1 else {
      let data = try FileHandle.standardInput.read(upToCount: HiddenLine.longest) ?? Data()
      return String(decoding: data, as: UTF8.self).trimmingCharacters(in: .whitespacesAndNewlines)
    }
    Console.errors.write(prompt)
    defer { Console.errors.line() }
    guard let line = HiddenLine.read() else { throw CancellationError() }
    return line
  }
}
