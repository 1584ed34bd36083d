import Files
import Foundation

/// Reads what was appended to a file since the last time, whole lines only.
struct FileTail {
  /// The file; it need not exist yet.
  let path: String
  /// Where the next line begins.
  var offset: Int
  /// Whether more stands in the file than was read.
  private(set) var hasMore = false
  /// Whether the file may be a link: one that a person's own trainer writes may.
  private let followsLinks: Bool

  /// The most that is read at a time.
  static let mostBytes = 4 << 20
  /// Longer lines are left out.
  static let longestLine = 1 << 20

  init(path: String, offset: Int, followsLinks: Bool = false) {
    self.path = path
    self.offset = offset
    self.followsLinks = followsLinks
  }

  /// The file's size.
  var size: Int {
    let attributes = try? FileManager.default.attributesOfItem(atPath: path)
    return (attributes?[.size] as? NSNumber)?.intValue ?? 0
  }

  /// The next lines, without their ends and without empty ones. A file that has become shorter is read anew.
  /// - Parameter includingTorn: whether what has no end yet counts as a line too.
  mutating func lines(includingTorn: Bool) -> [Data] {
    hasMore = false
    guard let file = try? FileBytes.handle(path, followsLinks: followsLinks) else { return [] }
    defer { try? file.close() }
    let end = Int((try? file.seekToEnd()) ?? 0)
    if end < offset { offset = 0 }
    guard end > offset, (try? file.seek(toOffset: UInt64(offset))) != nil,
      let bytes = try? file.read(upToCount: Self.mostBytes), !bytes.isEmpty
    else { return [] }
    let isAll = offset + bytes.count >= end
    let whole: Data
    if let last = bytes.lastIndex(of: 10) {
      whole = bytes[...last]
    } else if bytes.count >= Self.longestLine {
      // Nobody writes such a line; go past it.
      whole = bytes
    } else {
      whole = Data()
    }
    let rest = bytes[(bytes.startIndex + whole.count)...]
    offset += whole.count
    hasMore = !isAll
    var lines = Self.lines(of: whole)
    if includingTorn, isAll, !rest.isEmpty {
      lines.append(rest)
      offset += rest.count
    }
    return lines
  }

  /// The lines that aren't empty or too long.
  private static func lines(of bytes: Data) -> [Data] {
    var ends: [Int] = []
    bytes.withUnsafeBytes { buffer in
      guard let base = buffer.baseAddress else { return }
      var place = 0
      while place < buffer.count, let end = memchr(base + place, 10, buffer.count - place) {
        place = base.distance(to: UnsafeRawPointer(end)) + 1
        ends.append(place - 1)
      }
      if place < buffer.count { ends.append(buffer.count) }
    }
    var start = 0
    return ends.compactMap { end in
      defer { start = end + 1 }
      guard end > start, end - start <= longestLine else { return nil }
      return bytes[(bytes.startIndex + start)..<(bytes.startIndex + end)]
    }
  }
}
