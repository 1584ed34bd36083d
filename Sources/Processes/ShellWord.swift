/// Words of a command line that a person or a batch system gives to a shell. Programs that we start see no shell.
package enum ShellWord {
  /// A word as a POSIX shell reads it back: as it stands where that is safe, and else in single quotes. A zero byte, which
  /// no word can hold, is left out.
  package static func quoted(_ word: String) -> String {
    let word = word.filter { $0 != "\0" }
    // zsh takes a word that begins with = for the path of a command.
    let isSafe = !word.isEmpty && word.first != "=" && word.utf8.allSatisfy { isPlain($0) }
    return isSafe ? word : "'" + word.replacing("'", with: "'\\''") + "'"
  }

  private static func isPlain(_ byte: UInt8) -> Bool {
    switch byte {
    case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"): true
    case UInt8(ascii: "0")...UInt8(ascii: "9"): true
    default: "-_./:=@%+,".utf8.contains(byte)
    }
  }
}
