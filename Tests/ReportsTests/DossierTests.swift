import Content
import Foundation
import Testing

@testable import Reports

@Suite struct DossierTests {
  private let dossier = Dossier(
    version: "0.1.0",
    files: ["workspace/assay.yaml": Array("name: x\n".utf8), "results.json": Array("{}".utf8), "empty": []])

  @Test func readsWhatItWrites() throws {
    let archive = try dossier.archive()
    #expect(try Dossier(archive: archive) == dossier)
    #expect(try dossier.archive() == archive, "the same files give the same bytes")
    #expect(try Dossier(archive: Dossier(version: "1", files: [:]).archive()).files.isEmpty)
  }

  @Test func everyChangedByteIsFound() throws {
    let archive = try dossier.archive()
    for place in archive.indices {
      for change: UInt8 in [0x01, 0x80, 0xFF] {
        var changed = archive
        changed[place] ^= change
        #expect(throws: StoredZip.Failure.self, "byte \(place)") { try Dossier(archive: changed) }
      }
    }
    for length in archive.indices {
      #expect(throws: StoredZip.Failure.self) { try Dossier(archive: Array(archive[..<length])) }
    }
    #expect(throws: StoredZip.Failure.self) { try Dossier(archive: archive + [0]) }
    #expect(throws: StoredZip.Failure.self) { try Dossier(archive: [0] + archive) }
  }

  /// A file changed together with every checksum of the archive is still not what the manifest says.
  @Test func aFileThatWasReplacedIsFound() throws {
    var entries = try StoredZip.entries(in: dossier.archive())
    entries[entries.count - 1].bytes[0] ^= 1
    let changed = try StoredZip.bytes(of: entries)
    #expect(throws: StoredZip.Failure.self) { try Dossier(archive: changed) }
    entries.removeLast()
    #expect(throws: StoredZip.Failure.self) { try Dossier(archive: try StoredZip.bytes(of: entries)) }
    entries.append(.init("more", [1]))
    #expect(throws: StoredZip.Failure.self) { try Dossier(archive: try StoredZip.bytes(of: entries)) }
  }

  @Test(arguments: [
    "", "/etc/passwd", "../x", "a/../x", "a/./b", "a//b", "a/", "C:\\x", "a\\b", "a\0b", "a\nb", "\u{7F}",
    String(repeating: "x", count: 401),
  ])
  func pathsThatLeadElsewhereAreRefused(path: String) throws {
    #expect(throws: StoredZip.Failure.self) { try StoredZip.bytes(of: [.init(path, [1])]) }
    // The same in bytes that somebody else wrote.
    guard !path.isEmpty, path.utf8.count <= 400 else { return }
    let harmless = try StoredZip.bytes(of: [.init(String(repeating: "y", count: path.utf8.count), [1])])
    var archive = harmless
    let name = Array(path.utf8)
    archive.replaceSubrange(30..<30 + name.count, with: name)
    let directory = 30 + name.count + 1 + 46
    archive.replaceSubrange(directory..<directory + name.count, with: name)
    let failure = #expect(throws: StoredZip.Failure.self) { try StoredZip.entries(in: archive) }
    #expect(failure?.description.contains("is no path that a dossier may hold") == true)
  }

  @Test func namesThatStandTwiceAreRefused() {
    for pair in [("a", "a"), ("a/B", "A/b")] {
      #expect(throws: StoredZip.Failure.self) { try StoredZip.bytes(of: [.init(pair.0, []), .init(pair.1, [])]) }
    }
  }

  @Test func hugeSizesAreRefusedBeforeAnythingIsRead() throws {
    var archive = try StoredZip.bytes(of: [.init("a", [1, 2, 3])])
    for offset in [18, 22] { archive.replaceSubrange(offset..<offset + 4, with: [0xFF, 0xFF, 0xFF, 0x7F]) }
    let failure = #expect(throws: StoredZip.Failure.self) { try StoredZip.entries(in: archive) }
    #expect(failure?.description == "It ends within a file; it was cut off or changed.")
    archive[8] = 8
    let compressed = #expect(throws: StoredZip.Failure.self) { try StoredZip.entries(in: archive) }
    #expect(compressed?.description.contains("compressed") == true)
    archive[6] |= 1
    #expect(throws: StoredZip.Failure.self) { try StoredZip.entries(in: archive) }
  }

  /// A link is told by its mode in the directory, which ours leaves 0.
  @Test func linksAreRefused() throws {
    var archive = try StoredZip.bytes(of: [.init("a", Array("/etc/passwd".utf8))])
    let directory = 30 + 1 + 11
    archive.replaceSubrange(directory + 38..<directory + 42, with: [0, 0, 0xFF, 0xA1])
    #expect(throws: StoredZip.Failure.self) { try StoredZip.entries(in: archive) }
  }

  @Test(arguments: ["", "PK", "PK\u{3}\u{4}", "not a zip", "{}"])
  func otherFilesAreRefused(text: String) {
    #expect(throws: StoredZip.Failure.self) { try Dossier(archive: Array(text.utf8)) }
  }

  @Test func checksumsAreThoseOfZip() {
    #expect(StoredZip.crc32(Array("123456789".utf8)) == 0xCBF4_3926)
    #expect(StoredZip.crc32([]) == 0)
  }
}
