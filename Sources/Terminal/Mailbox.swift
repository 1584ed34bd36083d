import CNcurses
import Synchronization

/// Holds the newest update until the loop takes it, and wakes the loop for the first one.
///
/// Any thread may post. However many updates arrive between two frames, the loop is woken once and sees the last.
final class Mailbox<Update: Sendable>: Sendable {
  private struct Contents {
    var update: Update?
    var isClosed = false
  }

  private let contents = Mutex(Contents())
  private let wakePipe: WakePipe

  init(wakePipe: WakePipe) { self.wakePipe = wakePipe }

  func post(_ update: Update) {
    let wasEmpty = contents.withLock { contents in
      defer { contents.update = update }
      return contents.update == nil
    }
    if wasEmpty { wakePipe.ring() }
  }

  /// Asks the loop to end.
  func close() {
    contents.withLock { $0.isClosed = true }
    wakePipe.ring()
  }

  func take() -> Update? {
    contents.withLock { contents in
      defer { contents.update = nil }
      return contents.update
    }
  }

  var hasUpdate: Bool { contents.withLock { $0.update != nil } }

  var isClosed: Bool { contents.withLock { $0.isClosed } }
}

/// A pipe that wakes the loop: threads ring it, and signal handlers write their numbers to it.
final class WakePipe: Sendable {
  private let reading: Int32
  let writing: Int32

  init() throws(TerminalError) {
    var (reading, writing): (Int32, Int32) = (-1, -1)
    guard cn_make_pipe(&reading, &writing) else { throw .system("a pipe; too many files may be open") }
    self.reading = reading
    self.writing = writing
  }

  deinit {
    close(reading)
    close(writing)
  }

  /// The end to wait at.
  var descriptor: Int32 { reading }

  func ring() {
    var byte: UInt8 = 0
    _ = write(writing, &byte, 1)
  }

  /// The numbers of the signals that came since the last time.
  func signals() -> [Int32] {
    var bytes = [UInt8](repeating: 0, count: 256)
    let count = read(reading, &bytes, bytes.count)
    return count > 0 ? bytes[..<count].filter { $0 > 0 }.map(Int32.init) : []
  }
}
