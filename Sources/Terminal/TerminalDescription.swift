#if canImport(Glibc)
  import Glibc
#elseif canImport(Darwin)
  import Darwin
#elseif canImport(Musl)
  import Musl
#endif

/// Compiled terminfo entries, as term(5) describes them, and what we change in them.
///
/// ncurses saves a few bytes with sequences that several emulators don't know or get wrong, and then stale text or holes
/// in the background stay on the screen. Without these capabilities it scrolls line by line, writes repeated characters
/// out, and writes the rest of a line instead of shifting it, which all understand.
enum TerminalDescription {
  /// Places among the strings of an entry (term.h) of: scrolling several lines (`parm_index`, `parm_rindex`), repeating
  /// a character (`repeat_char`), and deleting and inserting characters (`delete_character`, `parm_dch`,
  /// `insert_character`, `parm_ich`, `enter_insert_mode`).
  static let risky = [109, 113, 121, 21, 105, 52, 108, 31]

  /// Place of `back_color_erase` among the flags: that erasing takes the background's colour, which not all do.
  static let erasesInColor = 28

  /// The entry without the risky capabilities; nil if these are no bytes of an entry.
  static func plain(_ entry: [UInt8]) -> [UInt8]? {
    func number(_ offset: Int) -> Int { Int(entry[offset]) | Int(entry[offset + 1]) << 8 }
    guard entry.count >= 12, entry.count <= 32_768 else { return nil }
    let wide: Int
    switch number(0) {
    case 0o432: wide = 2
    case 0o1036: wide = 4
    default: return nil
    }
    let (names, flags, numbers, strings) = (number(2), number(4), number(6), number(8))
    var place = 12 + names + flags
    let flag = erasesInColor < flags ? 12 + names + erasesInColor : nil
    place += place % 2
    place += numbers * wide
    guard place + strings * 2 <= entry.count else { return nil }
    var changed = entry
    if let flag { changed[flag] = 0 }
    for index in risky where index < strings {
      changed[place + index * 2] = 0xFF
      changed[place + index * 2 + 1] = 0xFF
    }
    return changed
  }

  /// The entry in the form that the variable `TERMINFO` may hold instead of a folder (ncurses 6.1).
  static func inline(_ entry: [UInt8]) -> String {
    let digits = Array("0123456789ABCDEF".utf8)
    var text = Array("hex:".utf8)
    for byte in entry { text += [digits[Int(byte >> 4)], digits[Int(byte & 15)]] }
    return String(decoding: text, as: UTF8.self)
  }

  /// The compiled entry of this name, from where ncurses itself would look.
  static func entry(named name: String, environment: [String: String]) -> [UInt8]? {
    guard let first = name.utf8.first, !name.contains("/"), !name.hasPrefix(".") else { return nil }
    var folders = [environment["TERMINFO"] ?? ""]
    if let home = environment["HOME"] { folders.append(home + "/.terminfo") }
    folders += (environment["TERMINFO_DIRS"] ?? "").split(separator: ":").map(String.init)
    folders += ["/etc/terminfo", "/lib/terminfo", "/usr/share/terminfo", "/usr/local/share/terminfo"]
    let hex = String(first, radix: 16)
    for folder in folders where folder.hasPrefix("/") {
      for letter in [String(UnicodeScalar(first)), hex] {
        if let bytes = read("\(folder)/\(letter)/\(name)"), bytes.count >= 12 { return bytes }
      }
    }
    return nil
  }

  private static func read(_ path: String) -> [UInt8]? {
    // What isn't a regular file could keep the reader waiting.
    var status = stat()
    guard stat(path, &status) == 0, status.st_mode & S_IFMT == S_IFREG, let file = fopen(path, "r") else { return nil }
    defer { fclose(file) }
    var bytes = [UInt8](repeating: 0, count: 32_769)
    let count = fread(&bytes, 1, bytes.count, file)
    return Array(bytes[..<count])
  }
}

/// Puts a description of the terminal into the environment that every emulator can follow. Call it once at the start of
/// the program, before there are other threads: the environment has no lock.
package func prepareTerminal(environment: [String: String]) {
  #if os(Linux)
    guard let name = environment["TERM"], !name.isEmpty else { return }
    for candidate in CursesTerminal.descriptions(for: name, environment) {
      guard let entry = TerminalDescription.entry(named: candidate, environment: environment) else { continue }
      guard let changed = TerminalDescription.plain(entry) else { return }
      setenv("TERMINFO", TerminalDescription.inline(changed), 1)
      return
    }
  #endif
}
