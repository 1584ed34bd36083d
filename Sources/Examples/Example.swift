import Content

/// A small workspace that the program carries: documentation, demo and fixture at once. It stands in `workspaces/`, and
/// works offline with recorded answers.
package enum Example: String, CaseIterable, Sendable {
  /// Messages to labels.
  case support
  /// E-mails to fields.
  case extract
  /// Conversations to free text, with a judge.
  case summarise
  /// Conversations and tools.
  case chat
  /// Lists in any order, with retrieved context.
  case review

  /// A file of an example.
  package struct File: Sendable, Hashable {
    /// Relative to the workspace.
    package var path: String
    /// What it holds.
    package var text: String

    /// Makes one.
    package init(path: String, text: String) {
      self.path = path
      self.text = text
    }
  }

  /// The files, sorted by path, with `assay.yaml` last: a folder that has it is complete.
  package var files: [File] { Self.files(of: archive) }

  private var archive: [UInt8] {
    switch self {
    case .support: PackageResources.support_jsonl
    case .extract: PackageResources.extract_jsonl
    case .summarise: PackageResources.summarise_jsonl
    case .chat: PackageResources.chat_jsonl
    case .review: PackageResources.review_jsonl
    }
  }

  /// Reads an archive: a line for each file, with its path and its text.
  static func files(of archive: [UInt8]) -> [File] {
    archive.split(separator: UInt8(ascii: "\n")).compactMap { line in
      guard let object = try? JSONValue(parsing: line), let path = object["path"]?.string,
        let text = object["text"]?.string
      else { return nil }
      return File(path: path, text: text)
    }
  }

  /// The archive of files.
  static func archive(of files: [File]) -> String {
    let sorted = files.sorted {
      ($0.path == "assay.yaml" ? 1 : 0, $0.path) < ($1.path == "assay.yaml" ? 1 : 0, $1.path)
    }
    return sorted.map { JSONValue.object(["path": .string($0.path), "text": .string($0.text)]).text() + "\n" }.joined()
  }
}
