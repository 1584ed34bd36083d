import CNcurses
import Drawing

/// The one object that knows ncurses: shows surfaces and reads bytes.
///
/// ncurses belongs to one thread at a time, and there is one ncurses in a process: `init` starts it, `close` ends it,
/// and all calls between them come from the thread that made the object (it isn't Sendable, so the compiler sees to it).
package final class CursesTerminal {
  /// How many colours it shows.
  package let depth: ColorDepth
  /// Key sequences that this terminal's description names.
  package let describedKeys: [[UInt8]: Key]

  private let input: Int32
  private let output: Int32
  private let screen: OpaquePointer
  private let files: (input: UnsafeMutablePointer<FILE>, output: UnsafeMutablePointer<FILE>)
  private var pairs: ColorPairs
  private var shown: Surface?
  private var isClosed = false

  private static let modesOn = "\u{1B}[?1002h\u{1B}[?1006h\u{1B}[?2004h\u{1B}[?1004h"
  /// Ends a sequence that was cut short by what ends the process.
  private static let cancel = "\u{18}"
  private static let modesOff = "\u{1B}[?1004l\u{1B}[?2004l\u{1B}[?1006l\u{1B}[?1002l"

  /// Takes over a terminal.
  ///
  /// An unknown kind is treated as the common one. Exact colours are used where `COLORTERM` promises them and there
  /// is a description that has them.
  package init(input: Int32 = 0, output: Int32 = 1, environment: [String: String]) throws(TerminalError) {
    guard isatty(input) != 0, isatty(output) != 0 else { throw .notATerminal }
    let name = environment["TERM"] ?? ""
    if ["", "dumb", "unknown"].contains(name) { throw .tooSimple(name) }
    guard cn_use_utf8() else { throw .noUTF8 }
    guard cn_remember_modes(output) else { throw .system("the terminal's modes") }
    guard let reading = fdopen(dup(input), "r") else { throw .system("the terminal's input") }
    guard let writing = fdopen(dup(output), "w") else {
      fclose(reading)
      throw .system("the terminal's output")
    }
    var started: OpaquePointer?
    for description in CursesTerminal.descriptions(for: name, environment) where started == nil {
      guard CursesTerminal.hasDescription(description, output) else { continue }
      started = cn_start(description, writing, reading)
    }
    guard let screen = started else {
      fclose(reading)
      fclose(writing)
      throw .unknown(name)
    }
    self.input = input
    self.output = output
    self.screen = screen
    files = (reading, writing)
    depth = ColorDepth.of(colors: Int(cn_colors()), environment: environment)
    pairs = ColorPairs(depth)
    describedKeys = CursesTerminal.readDescribedKeys()
    let restore = ["sgr0", "op", "rmkx", "cnorm", "rmcup"].compactMap { CursesTerminal.capability($0) }
    cn_guard_endings(input, output, CursesTerminal.cancel + CursesTerminal.modesOff + restore.joined(), "assay")
    CursesTerminal.syncSize(output)
    cn_show(-1, 0)
    send(CursesTerminal.modesOn)
  }

  /// The descriptions to try, best first.
  static func descriptions(for name: String, _ environment: [String: String]) -> [String] {
    var names: [String] = []
    let promised = ["truecolor", "24bit"].contains(environment["COLORTERM"] ?? "")
    if promised, (environment["NO_COLOR"] ?? "").isEmpty {
      if name.hasPrefix("tmux") {
        names.append("tmux-direct")
      } else if !["screen", "linux", "vt"].contains(where: name.hasPrefix) {
        // xterm's keys, and colours with semicolons, which more terminals read than xterm-direct's colons.
        names += ["vscode-direct", "xterm-direct"]
      }
    }
    return names + [name, "xterm-256color", "xterm", "vt100"]
  }

  static func hasDescription(_ name: String, _ output: Int32) -> Bool { cn_has_entry(name, output) }

  /// The most columns and rows that are drawn: more than fit on a screen. A terminal may claim 65,535 of each, which is
  /// more than ncurses counts to.
  static let largest = Size(width: 1000, height: 250)

  /// Columns and rows that are drawn, from the terminal's upper left corner.
  package var size: Size { CursesTerminal.size(output) }

  private static func size(_ output: Int32) -> Size {
    var (columns, rows): (Int32, Int32) = (80, 24)
    _ = cn_window_size(output, &columns, &rows)
    return Size(width: min(Int(columns), largest.width), height: min(Int(rows), largest.height))
  }

  /// The terminal has another size: everything is drawn anew.
  package func resize() {
    CursesTerminal.syncSize(output)
    shown = nil
  }

  private static func syncSize(_ output: Int32) {
    let size = size(output)
    cn_resize(Int32(size.height), Int32(size.width))
  }

  /// Shows a surface: sends the cells that changed since the last one, in one go.
  package func show(_ surface: Surface) {
    var changes = surface.difference(from: shown ?? Surface(width: 0, height: 0))
    let changed = changes.reduce(0) { $0 + $1.columns.count }
    if changed * 2 > surface.cells.count, pairs.setGround(Self.commonest(in: surface)) {
      cn_repaint()
      changes = surface.difference(from: Surface(width: 0, height: 0))
    }
    for change in changes {
      for x in change.columns where surface[x, change.y].columns > 0 { put(surface[x, change.y], x, change.y) }
    }
    let isUnchanged = changes.isEmpty && surface.cursor == shown?.cursor
    shown = surface
    if isUnchanged { return }
    if let cursor = surface.cursor, surface.bounds.contains(cursor) {
      cn_show(Int32(cursor.y), Int32(cursor.x))
    } else {
      cn_show(-1, 0)
    }
  }

  /// The style that most cells have.
  private static func commonest(in surface: Surface) -> Style {
    var counts: [Style: Int] = [:]
    for cell in surface.cells {
      counts[Style(cell.style.foreground, on: cell.style.background), default: 0] += 1
    }
    return counts.max { $0.value < $1.value }?.key ?? .plain
  }

  private func put(_ cell: Cell, _ x: Int, _ y: Int) {
    var text = cell.glyph.scalars.map { wchar_t(bitPattern: $0.value) } + [0]
    if text[0] >= 0x7F, cn_columns(text[0]) != Int32(cell.columns) {
      // The C library disagrees about the width, and ncurses follows it: show something of which all are certain.
      text = [cell.columns == 2 ? 0x3013 : 0xFFFD, 0]  // 〓 �
    }
    let look = pairs.look(of: cell.style)
    cn_put(Int32(y), Int32(x), text, attributes(look.attributes), look.pair)
  }

  private func attributes(_ attributes: Attributes) -> attr_t {
    var result: attr_t = 0
    if attributes.contains(.bold) { result |= cn_bold() }
    if attributes.contains(.dim) { result |= cn_dim() }
    if attributes.contains(.italic) { result |= cn_italic() }
    if attributes.contains(.underline) { result |= cn_underline() }
    if attributes.contains(.reverse) { result |= cn_reverse() }
    // ncurses has no strikethrough; themes that use it say the same by colour.
    return result
  }

  /// The bytes that have arrived; nil if the terminal is gone. Call it when there are some.
  package func read() -> [UInt8]? {
    var bytes = [UInt8](repeating: 0, count: 65536)
    let count = cn_read(input, &bytes, bytes.count)
    return count >= 0 ? Array(bytes[..<count]) : nil
  }

  /// Puts text on the terminal's clipboard (OSC 52); most terminals allow it, and the others ignore it.
  package func copy(_ text: String) { send("\u{1B}]52;c;\(base64(Array(text.utf8)))\u{07}") }

  /// Gives the terminal back, stops the process, and takes the terminal again when it goes on.
  package func suspend() {
    leaveModes()
    cn_leave()
    cn_hold_terminal(false)
    cn_stop_process()
    resume()
  }

  /// Takes the terminal again after the process was stopped.
  package func resume() {
    cn_return()
    cn_hold_terminal(true)
    send(CursesTerminal.modesOn)
    resize()
  }

  /// Leaves the terminal as it was.
  package func close() {
    guard !isClosed else { return }
    isClosed = true
    leaveModes()
    cn_stop(screen)
    cn_unguard_endings()
    fclose(files.output)
    fclose(files.input)
  }

  deinit { close() }

  /// Switches reports off; those that are under way must not be read by the shell as commands.
  private func leaveModes() {
    send(CursesTerminal.modesOff)
    cn_discard_input(input)
  }

  private func send(_ text: String) { cn_write(output, text, text.utf8.count) }

  private static func readDescribedKeys() -> [[UInt8]: Key] {
    var names: [(String, Key)] = [
      ("kcuu1", .up), ("kcud1", .down), ("kcub1", .left), ("kcuf1", .right), ("khome", .home), ("kend", .end),
      ("kpp", .pageUp), ("knp", .pageDown), ("kdch1", .delete), ("kich1", Key(.insert)), ("kcbt", .backTab),
    ]
    for number in 1...12 { names.append(("kf\(number)", .function(number))) }
    var keys: [[UInt8]: Key] = [:]
    for (name, key) in names {
      if let sequence = capability(name), sequence.utf8.count > 1 { keys[Array(sequence.utf8)] = key }
    }
    return keys
  }

  private static func capability(_ name: String) -> String? { cn_capability(name).map { String(cString: $0) } }
}

private func base64(_ bytes: [UInt8]) -> String {
  let digits = Array("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/")
  var result = ""
  for start in stride(from: 0, to: bytes.count, by: 3) {
    let group = bytes[start..<min(start + 3, bytes.count)]
    let bits = group.reduce(0) { $0 << 8 | Int($1) } << (8 * (3 - group.count))
    for place in 0..<4 { result.append(place <= group.count ? digits[bits >> (18 - 6 * place) & 63] : "=") }
  }
  return result
}
