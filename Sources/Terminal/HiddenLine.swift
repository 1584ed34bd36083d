import CNcurses

#if canImport(Glibc)
  import Glibc
#elseif canImport(Darwin)
  import Darwin
#elseif canImport(Musl)
  import Musl
#endif

/// Reads what must not be seen.
package enum HiddenLine {
  /// The longest line, in bytes.
  package static let longest = 8192

  /// Reads a line from a terminal without showing it, whatever ends the process meanwhile: the terminal is as it was then.
  /// - Returns: The line without the spaces around it; nil if the person left with Ctrl-C or Ctrl-D.
  package static func read(from terminal: Int32 = 0) -> String? {
    var before = termios()
    guard tcgetattr(terminal, &before) == 0, cn_remember_modes(terminal) else { return nil }
    cn_guard_endings(terminal, terminal, "", "assay")
    defer { cn_unguard_endings() }
    var hidden = before
    // Neither echo nor signals from keys: Ctrl-C is answered here.
    hidden.c_lflag &= ~tcflag_t(ECHO | ICANON | ISIG)
    tcsetattr(terminal, TCSAFLUSH, &hidden)
    defer { tcsetattr(terminal, TCSAFLUSH, &before) }
    return line(from: terminal)
  }

  private static func line(from terminal: Int32) -> String? {
    var bytes: [UInt8] = []
    while bytes.count < longest {
      var byte: UInt8 = 0
      let count = cn_read(terminal, &byte, 1)
      if count == 0 { continue }
      guard count > 0 else { return nil }
      switch byte {
      case 0x0A, 0x0D: return trimmed(bytes)
      case 0x03, 0x04: return nil
      case 0x08, 0x7F: _ = bytes.popLast()
      case 0x15: bytes.removeAll()
      default: bytes.append(byte)
      }
    }
    return trimmed(bytes)
  }

  private static func trimmed(_ bytes: [UInt8]) -> String {
    func isSpace(_ byte: UInt8) -> Bool { byte == 0x20 || byte == 0x09 }
    let text = bytes.drop(while: isSpace).reversed().drop(while: isSpace).reversed()
    return String(decoding: text, as: UTF8.self)
  }
}
