import Content

/// Zip archives of one form only: files one behind the other, stored as they are, without times, modes, links or comments
/// (APPNOTE.TXT 6.3.10). The same files give the same bytes, and any other byte is refused on reading.
package enum StoredZip {
  /// A file in an archive.
  package struct Entry: Sendable, Hashable {
    /// Its path: relative, with `/`, in UTF-8.
    package var path: String
    /// Its content.
    package var bytes: [UInt8]

    /// A file.
    package init(_ path: String, _ bytes: [UInt8]) {
      self.path = path
      self.bytes = bytes
    }
  }

  /// Why an archive can't be written or read, a sentence.
  package struct Failure: Error, Sendable, Hashable, CustomStringConvertible {
    /// The sentence.
    package var description: String
  }

  /// The largest archive, in bytes.
  package static let mostBytes = 256 << 20
  /// The most files in one.
  package static let mostEntries = 20_000
  /// The longest path, in bytes.
  private static let longestPath = 400

  private static let local: [UInt8] = [0x50, 0x4B, 0x03, 0x04]
  private static let central: [UInt8] = [0x50, 0x4B, 0x01, 0x02]
  private static let end: [UInt8] = [0x50, 0x4B, 0x05, 0x06]

  // MARK: Writing

  /// The bytes of an archive.
  /// - Throws: ``Failure`` where a path is none that an archive may have, stands twice, or the whole is too large.
  package static func bytes(of entries: [Entry]) throws(Failure) -> [UInt8] {
    try check(entries)
    var archive: [UInt8] = []
    archive.reserveCapacity(entries.reduce(22) { $0 + $1.bytes.count + 2 * $1.path.utf8.count + 76 })
    var directory: [UInt8] = []
    for entry in entries {
      let header = header(entry)
      let place = archive.count
      archive += local + header + Array(entry.path.utf8) + entry.bytes
      // Version that made it, the header, and no comment, disk, attributes.
      directory +=
        central + two(20) + header + two(0) + two(0) + two(0) + four(0) + four(place) + Array(entry.path.utf8)
    }
    let place = archive.count
    archive += directory
    archive += end + two(0) + two(0) + two(entries.count) + two(entries.count)
    archive += four(directory.count) + four(place) + two(0)
    return archive
  }

  /// What the header in front of a file and the one in the directory share: version 2.0, names in UTF-8, stored, the first
  /// day that a zip can name, checksum, sizes and lengths.
  private static func header(_ entry: Entry) -> [UInt8] {
    two(20) + two(0x0800) + two(0) + two(0) + two(0x0021) + four(Int(crc32(entry.bytes))) + four(entry.bytes.count)
      + four(entry.bytes.count) + two(entry.path.utf8.count) + two(0)
  }

  private static func two(_ value: Int) -> [UInt8] { [UInt8(value & 0xFF), UInt8(value >> 8 & 0xFF)] }

  private static func four(_ value: Int) -> [UInt8] { two(value & 0xFFFF) + two(value >> 16) }

  // MARK: Reading

  /// The files of an archive.
  /// - Throws: ``Failure`` for bytes that ``bytes(of:)`` doesn't write.
  package static func entries(in archive: [UInt8]) throws(Failure) -> [Entry] {
    guard archive.count <= mostBytes else { throw tooLarge }
    guard archive.starts(with: local) || archive.starts(with: end) else {
      throw Failure(description: "It is not a zip archive.")
    }
    var entries: [Entry] = []
    var place = 0
    while archive[place...].starts(with: local) {
      guard entries.count < mostEntries else { throw Failure(description: "It holds more than \(mostEntries) files.") }
      entries.append(try entry(in: archive, at: &place))
    }
    guard try bytes(of: entries) == archive else {
      throw Failure(
        description: "It is damaged or was changed: its bytes are not those that Assay writes for these files.")
    }
    return entries
  }

  /// The file whose header is at a place, which moves behind it.
  private static func entry(in archive: [UInt8], at place: inout Int) throws(Failure) -> Entry {
    let short = Failure(description: "It ends within a file; it was cut off or changed.")
    func number(_ offset: Int, _ count: Int) -> Int {
      (0..<count).reduce(0) { $0 | Int(archive[place + offset + $1]) << (8 * $1) }
    }
    guard archive.count - place >= 30 else { throw short }
    guard number(6, 2) & 1 == 0 else { throw Failure(description: "A file in it is encrypted.") }
    guard number(8, 2) == 0 else {
      throw Failure(description: "A file in it is compressed; Assay stores files in a dossier as they are.")
    }
    let (size, name) = (number(22, 4), number(26, 2))
    let start = place + 30
    guard number(18, 4) == size, number(28, 2) == 0, archive.count - start >= name + size else { throw short }
    guard let path = String(validating: archive[start..<start + name], as: UTF8.self) else {
      throw Failure(description: "The name of a file in it is not UTF-8.")
    }
    place = start + name + size
    return Entry(path, Array(archive[start + name..<place]))
  }

  private static let tooLarge = Failure(description: "It is larger than \(mostBytes >> 20) MiB.")

  private static func check(_ entries: [Entry]) throws(Failure) {
    guard entries.count <= mostEntries else { throw Failure(description: "It holds more than \(mostEntries) files.") }
    var known: Set<String> = []
    var size = 22
    for entry in entries {
      guard isAllowed(entry.path) else {
        throw Failure(description: "\(JSONValue(String(entry.path.prefix(80)))) is no path that a dossier may hold.")
      }
      // Some file systems take names that differ in case for one.
      guard known.insert(entry.path.lowercased()).inserted else {
        throw Failure(description: "It holds \(JSONValue(entry.path)) twice.")
      }
      size += 76 + 2 * entry.path.utf8.count + entry.bytes.count
      guard size <= mostBytes else { throw tooLarge }
    }
  }

  /// Whether a path leads down from a folder and nowhere else, on any system.
  private static func isAllowed(_ path: String) -> Bool {
    guard !path.isEmpty, path.utf8.count <= longestPath else { return false }
    guard path.unicodeScalars.allSatisfy({ $0.value >= 0x20 && $0.value != 0x7F && !"\\:".unicodeScalars.contains($0) })
    else { return false }
    return path.split(separator: "/", omittingEmptySubsequences: false).allSatisfy { part in
      !part.isEmpty && part != "." && part != ".."
    }
  }

  // MARK: Checksum

  /// The checksum of ISO 3309 that zip uses.
  static func crc32(_ bytes: [UInt8]) -> UInt32 {
    var value: UInt32 = 0xFFFF_FFFF
    for byte in bytes { value = table[Int((value ^ UInt32(byte)) & 0xFF)] ^ (value >> 8) }
    return value ^ 0xFFFF_FFFF
  }

  private static let table: [UInt32] = (0..<256).map { (index: UInt32) in
    (0..<8).reduce(index) { value, _ in value & 1 == 1 ? 0xEDB8_8320 ^ (value >> 1) : value >> 1 }
  }
}
