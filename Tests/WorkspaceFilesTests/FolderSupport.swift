import Domain
import Foundation
import ModelAPI
import Testing
import WorkbenchCore

@testable import WorkspaceFiles

/// A folder with some files in it that is removed at the end.
struct TestFolder {
  let path: String

  /// Writes the files; names may have folders in them.
  init(_ files: [String: String] = [:]) throws {
    path =
      FileManager.default.temporaryDirectory.resolvingSymlinksInPath()
      .appendingPathComponent("files-" + UUID().uuidString).path
    try FileManager.default.createDirectory(atPath: path, withIntermediateDirectories: true)
    for (name, text) in files { try write(text, name) }
  }

  func write(_ text: String, _ name: String) throws { try write(bytes: Array(text.utf8), name) }

  func write(bytes: [UInt8], _ name: String) throws {
    let url = URL(fileURLWithPath: path + "/" + name)
    try FileManager.default.createDirectory(at: url.deletingLastPathComponent(), withIntermediateDirectories: true)
    try Data(bytes).write(to: url)
  }

  func text(_ name: String) throws -> String {
    String(decoding: try Data(contentsOf: URL(fileURLWithPath: path + "/" + name)), as: UTF8.self)
  }

  func exists(_ name: String) -> Bool { FileManager.default.fileExists(atPath: path + "/" + name) }

  var files: FolderWorkspaceFiles { FolderWorkspaceFiles(path, dialects: .builtIn) }
}

/// Runs a test in a folder.
func withFolder(_ files: [String: String] = [:], _ body: (TestFolder) async throws -> Void) async throws {
  let folder = try TestFolder(files)
  defer { try? FileManager.default.removeItem(atPath: folder.path) }
  try await body(folder)
}

/// A workspace with a prompt and an eval set, and this `assay.yaml`.
func read(_ config: String, _ more: [String: String] = [:]) async throws -> Workspace {
  var files = [
    "assay.yaml": config, "prompts/main/10-task.md": "Sort.\n", "prompts/main/80-query.md": "{{ ticket }}\n",
    "evals/main.jsonl": #"{"id": "a", "input": {"ticket": "x"}, "expected": {"label": "bug"}, "tags": ["easy"]}"#
      + "\n",
  ]
  files.merge(more) { $1 }
  let folder = try TestFolder(files)
  defer { try? FileManager.default.removeItem(atPath: folder.path) }
  return try await folder.files.read()
}

extension Workspace {
  /// The problems as lines of text.
  var lines: [String] { problems.map(\.description) }
}
