#if canImport(Glibc)
  import Glibc
#elseif canImport(Darwin)
  import Darwin
#elseif canImport(Musl)
  import Musl
#endif

/// Compiled terminfo entries, as term(5) describes them, and what we change in them.
///
/// Where a list scrolls, ncurses may move lines by "scroll n lines" (SU and SD). Several emulators don't know these, and
/// then stale text stays on the screen. Without the two capabilities ncurses scrolls line by line, which all know.
enum TerminalDescription {
  /// Places of `parm_index` and `parm_rindex` among the strings of an entry (term.h).
  static let scrollMany = [109, 113]

  /// The entry without capabilities to scroll several lines at once; nil if these are no bytes of an entry.
  static func withoutScrollMany(_ entry: [UInt8]) -> [UInt8]? {
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
    place += place % 2
    place += numbers * wide
    guard place + strings * 2 <= entry.count else { return nil }
    var changed = entry
    for index in scrollMany where index < strings {
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
    guard let file = fopen(path, "r") else { return nil }
    defer { fclose(file) }
    var bytes = [UInt8](repeating: 0, count: 32_769)
    let count = fread(&bytes, 1, bytes.count, file)
    return Array(bytes[..<count])
  }
}

/// Puts a description of the terminal into the environment that every emulator can follow. Call it once at the start of
/// the program, before there are other threads: the environment has no lock.
public func prepareTerminal(environment: [String: String]) {
  #if os(Linux)
    guard let name = environment["TERM"], !name.isEmpty else { return }
    for candidate in CursesTerminal.descriptions(for: name, environment) {
      guard let entry = TerminalDescription.entry(named: candidate, environment: environment) else { continue }
      guard let changed = TerminalDescription.withoutScrollMany(entry) else { return }
      setenv("TERMINFO", TerminalDescription.inline(changed), 1)
      return
    }
  #endif
}
