import Drawing
import Foundation
import Synchronization

/// A line on stderr that shows how far something is, drawn over itself; where stderr is no terminal, such as in a log, a
/// line of its own now and then, when somebody asks for a sign of life.
struct ProgressLine {
  private let isTerminal = isatty(2) == 1
  private var last = ContinuousClock.now - .seconds(1)
  private var isShown = false
  private var words = ""

  /// Shows a share of the work, at most 20 times a second.
  mutating func show(_ label: String, done: Int, total: Int, detail: String) {
    words = "\(label): \(done) of \(total) done, \(detail)"
    guard isTerminal, done == total || ContinuousClock.now - last > .milliseconds(50) else { return }
    last = .now
    let width = 24
    let filled = total > 0 ? width * min(done, total) / total : 0
    let bar = String(repeating: "━", count: filled) + String(repeating: "─", count: width - filled)
    let line = "\(TextWidth.sanitized(label))  \(bar) \(done)/\(total)  \(TextWidth.sanitized(detail))"
    // A line that wraps can't be drawn over.
    write("\r\u{1b}[K" + TextWidth.truncate(line, to: max(20, TextTable.columns(of: 2) - 1)))
    isShown = true
  }

  /// Says how far it is, for a log.
  mutating func giveSignOfLife() {
    if !isTerminal, !words.isEmpty { write(words + "\n") }
  }

  /// Takes the line away.
  mutating func clear() {
    if isShown { write("\r\u{1b}[K") }
    isShown = false
  }

  private func write(_ text: String) { FileHandle.standardError.write(Data(text.utf8)) }
}

/// A progress line that a callback on any thread may draw.
final class SharedProgress: Sendable {
  private let line = Mutex(ProgressLine())
  func show(_ label: String, done: Int, total: Int, detail: String) {
    line.withLock { $0.show(label, done: done, total: total, detail: detail) }
  }
  func clear() { line.withLock { $0.clear() } }

  /// Gives a sign of life every so often until the task is cancelled.
  func keepTelling(every interval: Duration) async {
    while (try? await Task.sleep(for: interval)) != nil { line.withLock { $0.giveSignOfLife() } }
  }
}
