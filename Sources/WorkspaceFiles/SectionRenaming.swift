import Domain
import Files
import Foundation

extension FolderWorkspaceFiles {
  /// Gives sections' files other names; nothing is renamed when one of the names is taken.
  /// - Throws: `Problem`.
  package func rename(_ renames: [SectionOrder.Rename], of prompt: Prompt) async throws {
    do {
      let place = try folder.writing(prompt.path)
      for rename in renames where WorkspaceFolder.exists("\(place)/\(rename.to)") {
        throw PathError(description: "There is a file \(rename.to) already; give it another name first.")
      }
      for rename in renames {
        guard SectionName(rename.from) != nil, SectionName(rename.to) != nil else {
          throw PathError(description: "This isn't a section's file.")
        }
        try FileManager.default.moveItem(atPath: "\(place)/\(rename.from)", toPath: "\(place)/\(rename.to)")
      }
      FileBytes.syncFolder(place)
    } catch let error as PathError {
      throw Problem(file: prompt.path, message: error.description)
    } catch {
      throw Problem(file: prompt.path, message: "The file can't be renamed: \(error.localizedDescription)")
    }
  }
}
