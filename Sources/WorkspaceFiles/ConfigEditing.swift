import Domain
import Files

extension FolderWorkspaceFiles {
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
