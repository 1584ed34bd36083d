import Synchronization
import Terminal

/// A line on stderr that shows how far something is, drawn over itself; where stderr is no terminal, such as in a log, a
/// line of its own now and then, on request.
struct ProgressLine {
  private var last = ContinuousClock.now - .seconds(1)
  private var isShown = false
  private var words = ""

  /// Shows a share of the work, at most 20 times a second.
  mutating func show(_ label: String, done: Int, total: Int, detail: String) {
    words = "\(label): \(done) of \(total) done, \(detail)"
    guard Console.errors.isTerminal, done == total || ContinuousClock.now - last > .milliseconds(50) else { return }
    last = .now
    let width = 24
    let filled = total > 0 ? width * min(done, total) / total : 0
    let bar = String(repeating: "━", count: filled) + String(repeating: "─", count: width - filled)
    Console.errors.replaceLine(with: "\(label)  \(bar) \(done)/\(total)  \(detail)")
    isShown = true
  }

  /// Says how far it is, for a log.
  mutating func giveSignOfLife() {
    if !Console.errors.isTerminal, !words.isEmpty { Console.errors.line(words) }
  }

  /// Takes the line away.
  mutating func clear() {
    if isShown { Console.errors.eraseLine() }
    isShown = false
  }
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
