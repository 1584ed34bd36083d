import Foundation

#if canImport(Glibc)
  import Glibc
#elseif canImport(Musl)
  import Musl
#elseif canImport(Darwin)
  import Darwin
#endif

/// Files under another name while they are written: `.assay-HOST-PID-NUMBER.tmp`. One whose process was killed stays, and
/// is removed by whoever comes next.
package enum Temporaries {
  private static let prefix = ".assay-"
  private static let suffix = ".tmp"

  /// A name that no other file has, short enough for every disk.
  package static func newName() -> String {
    "\(prefix)\(host)-\(getpid())-\(UInt32.random(in: 0...UInt32.max))\(suffix)"
  }

  /// Removes from a folder the temporaries of processes of this machine that are no more, and those of other machines that
  /// are a day old.
  package static func sweep(_ folder: String) {
    for entry in (try? FileManager.default.contentsOfDirectory(atPath: folder)) ?? [] where isDead(entry, in: folder) {
      // A folder is one too, while its files are written.
      try? FileManager.default.removeItem(atPath: folder + "/" + entry)
    }
  }

  private static func isDead(_ name: String, in folder: String) -> Bool {
    guard name.hasPrefix(prefix), name.hasSuffix(suffix) else { return false }
    let parts = name.dropFirst(prefix.count).dropLast(suffix.count).split(separator: "-")
    guard parts.count == 3, let process = Int32(parts[1]), process > 0 else { return false }
    if parts[0] == host { return kill(process, 0) != 0 && errno == ESRCH }
    var status = stat()
    guard lstat(folder + "/" + name, &status) == 0 else { return false }
    return time(nil) - Int(FileMark.seconds(of: status)) > 86_400
  }

  /// This machine's name, in letters and digits.
  private static let host: String = {
    var bytes = [CChar](repeating: 0, count: 256)
    guard gethostname(&bytes, bytes.count - 1) == 0 else { return "host" }
    let name = bytes.prefix { $0 != 0 }.map { UInt8(bitPattern: $0) }.filter { byte in
      (0x30...0x39).contains(byte) || (0x41...0x5A).contains(byte) || (0x61...0x7A).contains(byte)
    }
    return name.isEmpty ? "host" : String(decoding: name.prefix(40), as: UTF8.self)
  }()
}
