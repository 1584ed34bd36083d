import Domain
import Files
import Foundation

extension FolderWorkspaceFiles {
  private static let draftFolder = ".assay/drafts"

  /// Texts that are kept although no file of the workspace has them; at most 200.
  package func drafts() async -> [DraftPath: KeptDraft] {
    guard state.isAllowed else { return [:] }
    let root = folder.path + "/" + Self.draftFolder
    guard let paths = FileManager.default.enumerator(atPath: root) else { return [:] }
    var drafts: [DraftPath: KeptDraft] = [:]
    for case let path as String in paths where drafts.count < 200 {
      guard let file = try? folder.reading(Self.draftFolder + "/" + path),
        let text = try? FileBytes.text(file, limit: SectionFile.mostBytes),
        let time = try? FileManager.default.attributesOfItem(atPath: file)[.modificationDate] as? Date
      else { continue }
      drafts[DraftPath(found: path)] = KeptDraft(text: text, time: time)
    }
    return drafts
  }

  /// Keeps a text in a file of its own, or takes it away.
  /// - Throws: `Problem`.
  package func keep(_ text: String?, as draft: DraftPath) async throws {
    let relative = "\(Self.draftFolder)/\(draft)"
    guard state.isAllowed else {
      if text == nil { return }
      throw Problem(file: relative, message: "Drafts are not kept until the workspace is trusted; save the file.")
    }
    do {
      let path = try folder.writing(relative)
      if let text {
        try FileBytes.replace(path, with: Array(text.utf8), for: .owner)
      } else {
        try FileBytes.delete(path)
      }
    } catch FileError.missing {
    } catch {
      throw Problem(file: relative, message: String(describing: error))
    }
  }
}
