import Foundation

/// A terminal with nobody in front of it: what a program writes to `screen` can be read from `keyboard`'s side.
final class PseudoTerminal {
  /// The side of the person.
  let person: Int32
  /// The side of the program.
  let program: Int32

  init(columns: UInt16 = 80, rows: UInt16 = 24) throws {
    var (person, program): (Int32, Int32) = (-1, -1)
    guard openpty(&person, &program, nil, nil, nil) == 0 else { throw CocoaError(.fileReadUnknown) }
    (self.person, self.program) = (person, program)
    resize(columns: columns, rows: rows)
  }

  deinit {
    close(program)
    close(person)
  }

  func resize(columns: UInt16, rows: UInt16) {
    var size = winsize(ws_row: rows, ws_col: columns, ws_xpixel: 0, ws_ypixel: 0)
    _ = ioctl(person, UInt(TIOCSWINSZ), &size)
  }

  /// The path by which another process opens the program's side.
  var name: String { String(cString: ttyname(program)) }

  /// The terminal's modes, to compare.
  var modes: [UInt32] {
    var modes = termios()
    tcgetattr(program, &modes)
    return [modes.c_iflag, modes.c_oflag, modes.c_lflag].map { UInt32(truncatingIfNeeded: $0) }
  }

  func type(_ text: String) { _ = text.withCString { write(person, $0, strlen($0)) } }

  /// What the program has written so far and nobody has read.
  func output() -> String {
    var bytes: [UInt8] = []
    var file = pollfd(fd: person, events: Int16(POLLIN), revents: 0)
    while poll(&file, 1, 0) > 0, file.revents & Int16(POLLIN) != 0 {
      var chunk = [UInt8](repeating: 0, count: 65536)
      let count = read(person, &chunk, chunk.count)
      if count <= 0 { break }
      bytes += chunk[..<count]
    }
    return String(decoding: bytes, as: UTF8.self)
  }

  /// Reads what the program writes until it has written `text`; nil if it doesn't within ten seconds.
  func output(until text: String) async throws -> String? {
    var seen = ""
    let deadline = ContinuousClock.now + .seconds(10)
    while ContinuousClock.now < deadline {
      seen += output()
      if seen.contains(text) { return seen }
      try await Task.sleep(for: .milliseconds(1))
    }
    return nil
  }
}
