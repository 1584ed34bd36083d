import Content

/// The files that a verdict rests on, as one zip archive with a manifest in front: size and SHA-256 of each file, and the
/// version of Assay that wrote it.
package struct Dossier: Sendable, Hashable {
  /// The version of Assay that wrote it.
  package var version: String
  /// The files but for the manifest, by path.
  package var files: [String: [UInt8]]

  /// The path of the manifest, which is the first file.
  static let manifestPath = "manifest.json"
  private static let format = "assay-dossier-1"

  /// Gathers files.
  package init(version: String, files: [String: [UInt8]]) {
    self.version = version
    self.files = files
  }

  /// The archive. The same files and version give the same bytes.
  /// - Throws: `StoredZip.Failure`.
  package func archive() throws(StoredZip.Failure) -> [UInt8] {
    let paths = files.keys.sorted()
    return try StoredZip.bytes(
      of: [.init(Self.manifestPath, manifest(paths))] + paths.map { .init($0, files[$0] ?? []) })
  }

  private func manifest(_ paths: [String]) -> [UInt8] {
    let entries = paths.map { path -> JSONValue in
      let bytes = files[path] ?? []
      return ["path": .string(path), "bytes": JSONValue(bytes.count), "sha256": .string(SHA256.hex(bytes))]
    }
    let manifest: JSONValue = [
      "format": .string(Self.format), "assay": .string(version), "files": .array(entries),
    ]
    return Array((manifest.text(.pretty) + "\n").utf8)
  }

  /// Reads an archive: every file must be in the manifest as it is, and every byte as ``archive()`` writes it.
  /// - Throws: `StoredZip.Failure`.
  package init(archive: [UInt8]) throws(StoredZip.Failure) {
    let entries = try StoredZip.entries(in: archive)
    guard let first = entries.first, first.path == Self.manifestPath,
      let text = String(validating: first.bytes, as: UTF8.self), let manifest = try? JSONValue(parsing: text)
    else { throw StoredZip.Failure(description: "It has no manifest: it is no dossier.") }
    guard manifest["format"]?.string == Self.format, let version = manifest["assay"]?.string else {
      throw StoredZip.Failure(description: "It is no dossier of a form that this version of Assay reads.")
    }
    self.version = version
    files = Dictionary(entries.dropFirst().map { ($0.path, $0.bytes) }, uniquingKeysWith: { first, _ in first })
    let listed = Dictionary(
      (manifest["files"]?.array ?? []).compactMap { entry in entry["path"]?.string.map { ($0, entry) } },
      uniquingKeysWith: { first, _ in first })
    for (path, bytes) in files {
      guard let entry = listed[path] else {
        throw StoredZip.Failure(description: "\(path) is not in its manifest.")
      }
      guard entry["bytes"]?.int == bytes.count, entry["sha256"]?.string == SHA256.hex(bytes) else {
        throw StoredZip.Failure(description: "\(path) is not as the manifest says: it was changed.")
      }
    }
    for path in listed.keys where files[path] == nil {
      throw StoredZip.Failure(description: "\(path) is missing.")
    }
    guard try self.archive() == archive else {
      throw StoredZip.Failure(
        description: "It is damaged or was changed: its manifest is not the one that Assay writes.")
    }
  }
}
