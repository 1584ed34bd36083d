import Foundation

/// Reads a secret: from a terminal without showing it, from anywhere else up to the end.
enum HiddenInput {
  /// The longest secret.
  private static let longest = 8192

  /// Asks for a line.
  /// - Throws: `CancellationError` when the person leaves with Ctrl-C or Ctrl-D.
  static func read(_ prompt: String) throws -> String {
    guard isatty(STDIN_FILENO) == 1 else {
      let data = try FileHandle.standardInput.read(upToCount: longest) ?? Data()
      return String(decoding: data, as: UTF8.self).trimmingCharacters(in: .whitespacesAndNewlines)
    }
    try FileHandle.standardError.write(contentsOf: Data(prompt.utf8))
    var before = termios()
    guard tcgetattr(STDIN_FILENO, &before) == 0 else { throw CancellationError() }
    var hidden = before
    // Neither echo nor signals: whatever ends this also puts the terminal back.
    hidden.c_lflag &= ~tcflag_t(ECHO | ICANON | ISIG)
    tcsetattr(STDIN_FILENO, TCSAFLUSH, &hidden)
    defer {
      tcsetattr(STDIN_FILENO, TCSAFLUSH, &before)
      try? FileHandle.standardError.write(contentsOf: Data("\n".utf8))
    }
    var bytes: [UInt8] = []
    while bytes.count < longest {
      guard let byte = try FileHandle.standardInput.read(upToCount: 1)?.first else { throw CancellationError() }
      switch byte {
      case 0x0A, 0x0D: return String(decoding: bytes, as: UTF8.self).trimmingCharacters(in: .whitespaces)
      case 0x03, 0x04: throw CancellationError()
      case 0x08, 0x7F: _ = bytes.popLast()
      case 0x15: bytes.removeAll()
      default: bytes.append(byte)
      }
    }
    return String(decoding: bytes, as: UTF8.self)
  }
}
