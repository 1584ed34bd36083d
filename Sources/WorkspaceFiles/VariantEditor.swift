import Files
import WorkbenchCore

/// Adds a variant to the text of `assay.yaml` and changes nothing else in it.
struct VariantEditor {
  typealias Refusal = MemberEditor.Refusal

  private let editor: MemberEditor

  /// An editor of a file's text without a byte order mark.
  init(_ text: String) { editor = MemberEditor(text, group: "variants") }

  /// The text with a variant more.
  /// - Parameter implied: variants that the workspace has without any being written, which have to be written now.
  func adding(_ variant: Variant, implied: [Variant]) throws(Refusal) -> String {
    try editor.adding(Self.member(variant), implied: implied.map(Self.member))
  }

  private static func member(_ variant: Variant) -> MemberEditor.Member {
    MemberEditor.Member(name: variant.name, line: variant.line)
  }
}

extension FolderWorkspaceFiles {
  /// Adds a variant to `assay.yaml` and leaves every other byte as it was.
  /// - Throws: `Problem` with the line to write, where that can't be done for certain.
  public func add(_ variant: Variant) async throws {
    let workspace = try await read()
    let edited = try editedConfig("variants", line: variant.line) { text throws(MemberEditor.Refusal) in
      try VariantEditor(text).adding(variant, implied: workspace.variants)
    }
    try replaceConfig(with: edited, "variants", line: variant.line)
  }

  /// The bytes of `assay.yaml` after an edit; nothing is written yet.
  /// - Throws: `Problem` with the line to write, where that can't be done for certain.
  func editedConfig(
    _ group: String, line: String, _ edit: (String) throws(MemberEditor.Refusal) -> String
  ) throws -> [UInt8] {
    let bytes: [UInt8]
    do {
      bytes = try FileBytes.read(try folder.writing(WorkspaceReader.file), limit: ConfigDocument.mostBytes)
    } catch { throw Self.problem("\(error)", nil, group, line) }
    let mark: [UInt8] = bytes.starts(with: [0xEF, 0xBB, 0xBF]) ? [0xEF, 0xBB, 0xBF] : []
    guard let text = String(validating: bytes.dropFirst(mark.count), as: UTF8.self) else {
      throw Self.problem("The file isn't UTF-8 text.", nil, group, line)
    }
    do throws(MemberEditor.Refusal) {
      return mark + Array(try edit(text).utf8)
    } catch { throw Self.problem(error.reason, error.line, group, line) }
  }

  /// Replaces `assay.yaml` whole.
  /// - Throws: `Problem` with the line to write.
  func replaceConfig(with bytes: [UInt8], _ group: String, line: String) throws {
    do { try folder.replace(try folder.writing(WorkspaceReader.file), with: bytes) } catch {
      throw Self.problem("\(error)", nil, group, line)
    }
  }

  private static func problem(_ reason: String, _ place: Int?, _ group: String, _ line: String) -> Problem {
    Problem(
      file: WorkspaceReader.file, line: place, key: group,
      message: "\(reason) Nothing was written; add this line under \(group) yourself:   \(line)")
  }
}
