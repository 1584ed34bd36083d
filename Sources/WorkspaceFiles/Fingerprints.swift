import Content
import Domain
import Files
import Foundation

#if canImport(Glibc)
  import Glibc
#elseif canImport(Musl)
  import Musl
#elseif canImport(Darwin)
  import Darwin
#endif

/// Hashes of files and folders. A file is read once and then remembered by size, time and inode, across processes in
/// `.assay/fingerprints.json`, so that a model of gigabytes isn't read again at every start.
actor Fingerprints {
  private struct Entry: Codable {
    var mark: FileMark
    var hash: String
  }

  private let folder: WorkspaceFolder
  private let state: StateUse
  private var entries: [String: Entry]?
  private var isDirty = false
  private static let mostEntries = 2000
  private static let mostFiles = 10_000

  /// Fingerprints of paths in a workspace, and of absolute paths.
  init(_ folder: WorkspaceFolder, state: StateUse) {
    self.folder = folder
    self.state = state
  }

  /// The hash of a file's bytes, or of a folder's names and bytes; nil when there is neither.
  ///
  /// Of a folder with a `config.json` or `adapter_config.json`, a model's, only what decides answers counts: weights,
  /// configuration, templates and the tokenizer's files, so that notes and logs beside them don't make a new model.
  func fingerprint(of path: String) -> ContentHash? {
    guard let absolute = try? folder.reading(path, mayBeAbsolute: true) else { return nil }
    defer { save() }
    if WorkspaceFolder.isFolder(absolute) {
      var digest = SHA256()
      for name in Self.files(in: absolute) {
        guard let hash = hash(of: absolute + "/" + name) else { return nil }
        digest.update("\(name)\0\(hash)\n")
      }
      return ContentHash(hex: digest.hex())
    }
    return hash(of: absolute).map { ContentHash(hex: $0) }
  }

  /// The names of the files that count, sorted.
  private static func files(in folder: String) -> [String] {
    let isModel = ["config.json", "adapter_config.json"].contains { FileMark(folder + "/" + $0) != nil }
    var names: [String] = []
    var open = [""]
    while let prefix = open.popLast() {
      let entries = (try? FileManager.default.contentsOfDirectory(atPath: folder + "/" + prefix)) ?? []
      for entry in entries where !entry.hasPrefix(".") {
        let name = prefix + entry
        if FileMark(folder + "/" + name) != nil {
          if !isModel || decidesAnswers(entry) { names.append(name) }
        } else if !isModel, WorkspaceFolder.isFolder(folder + "/" + name), open.count + names.count < mostFiles {
          var status = stat()
          if lstat(folder + "/" + name, &status) == 0, status.st_mode & S_IFMT == S_IFDIR { open.append(name + "/") }
        }
      }
    }
    return names.sorted().prefix(mostFiles).map { $0 }
  }

  private static func decidesAnswers(_ name: String) -> Bool {
    // What a trainer needs to go on, and takes away once there is a newer checkpoint.
    if name.hasSuffix("optimizer.safetensors") || name.hasSuffix("progress.json") { return false }
    let endings = [".safetensors", ".json", ".jinja", ".model", ".tiktoken", ".gguf", ".npz"]
    return endings.contains { name.hasSuffix($0) } || ["merges.txt", "vocab.txt"].contains(name)
  }

  private func hash(of path: String) -> String? {
    guard let mark = FileMark(path) else { return nil }
    var known = entries ?? load()
    let root = WorkspaceFolder.realPath(folder.path) ?? folder.path
    let key = path.hasPrefix(root + "/") ? String(path.dropFirst(root.count + 1)) : path
    if let entry = known[key], entry.mark == mark {
      entries = known
      return entry.hash
    }
    guard let hash = Self.read(path) else { return nil }
    if mark.isSettled, FileMark(path) == mark {
      if known.count >= Self.mostEntries { known = [:] }
      known[key] = Entry(mark: mark, hash: hash)
      isDirty = true
    }
    entries = known
    return hash
  }

  private static func read(_ path: String) -> String? {
    guard let handle = try? FileBytes.handle(path) else { return nil }
    var digest = SHA256()
    do {
      while let data = try handle.read(upToCount: 1 << 20), !data.isEmpty { digest.update(data) }
    } catch { return nil }
    return digest.hex()
  }

  // MARK: Remembering

  private var file: String { folder.path + "/.assay/fingerprints.json" }

  private func load() -> [String: Entry] {
    guard state.isAllowed, let bytes = try? FileBytes.read(file, limit: 4 << 20) else { return [:] }
    return (try? JSONDecoder().decode([String: Entry].self, from: Data(bytes))) ?? [:]
  }

  private func save() {
    guard isDirty, state.isAllowed, let entries, WorkspaceFolder.isFolder(folder.path + "/.assay") else { return }
    isDirty = false
    let encoder = JSONEncoder()
    encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
    if let data = try? encoder.encode(entries) { try? FileBytes.replace(file, with: data, for: .owner) }
  }
}
