import CNcurses
import Drawing
import Synchronization

#if canImport(Glibc)
  import Glibc
#elseif canImport(Darwin)
  import Darwin
#elseif canImport(Musl)
  import Musl
#endif

/// Standard output or standard error: the one way to them for everything that isn't a screen.
///
/// Names, answers and texts of files reach a terminal with whatever could steer it, reorder a line or hide replaced by
/// something visible. What goes to a file or another program stays as it is, byte for byte: that is data, and whoever
/// shows it later shows it by rules of its own.
package final class Console: Sendable {
  /// Standard output.
  package static let output = Console(1)
  /// Standard error.
  package static let errors = Console(2)

  private let descriptor: Int32
  private let failure = Mutex<Int32?>(nil)

  /// The console behind an open file.
  package init(_ descriptor: Int32) { self.descriptor = descriptor }

  /// Whether a person sees it. While a screen is shown, standard error is a file.
  package var isTerminal: Bool { isatty(descriptor) == 1 }

  /// Writes a text, which may have several lines, and ends the last one.
  package func line(_ text: String = "") { write(text + "\n") }

  /// Writes a text that the next one follows on the same line.
  package func write(_ text: String) { send(isTerminal ? TextWidth.sanitized(text) : text) }

  /// Writes a JSON text as a line. On a terminal it means the same, too: hazards are escaped in it.
  package func json(_ text: String) {
    send((isTerminal ? TextWidth.escapingHazards(inJSON: text) : text) + "\n")
  }

  /// Shows a text in place of the line that stands there; a terminal's alone.
  package func replaceLine(with text: String) {
    // A line that wraps couldn't be drawn over.
    send("\r\u{1B}[K" + TextWidth.truncate(TextWidth.singleLine(text), to: max(20, columns - 1)))
  }

  /// Takes away the line that stands there; a terminal's alone.
  package func eraseLine() { send("\r\u{1B}[K") }

  /// The terminal's columns; 80 where it doesn't say.
  package var columns: Int {
    var (columns, rows): (Int32, Int32) = (80, 24)
    _ = cn_window_size(descriptor, &columns, &rows)
    return Int(columns)
  }

  /// Why something could not be written; nil if all was. Nothing is written after it.
  package var problem: String? {
    failure.withLock { $0 }.map { code in
      switch code {
      case ENOSPC: "the disk is full"
      case EBADF: "it is closed"
      default: String(cString: strerror(code))
      }
    }
  }

  private func send(_ text: String) {
    var bytes = Array(text.utf8)[...]
    failure.withLock { failure in
      while failure == nil, !bytes.isEmpty {
        let count = bytes.withUnsafeBytes { cn_write_some(descriptor, $0.baseAddress, $0.count) }
        if count < 0 { failure = Int32(-count) } else { bytes = bytes.dropFirst(count) }
      }
    }
    // Nobody reads it any more: this ends as any program does that writes to `head`.
    if descriptor == 1, failure.withLock({ $0 == EPIPE }) { endProcess(bySignal: SIGPIPE) }
  }
}
