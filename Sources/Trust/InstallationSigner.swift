import Content
import Domain
import Files

/// Signs the work of jobs with the installation's key.
package struct InstallationSigner: WorkSigner {
  private let folder: UserFolder
  private static let purpose = "assay job 1"

  package init(folder: UserFolder = .standard()) { self.folder = folder }

  package func signature(of work: [[UInt8]], in folder: String) throws -> String {
    Hexadecimal.text(try InstallationKey(in: self.folder).signature(of: parts(work, folder), for: Self.purpose))
  }

  package func verifies(_ signature: String, of work: [[UInt8]], in folder: String) -> Bool {
    guard let bytes = Hexadecimal.bytes(signature), let key = try? InstallationKey(in: self.folder) else {
      return false
    }
    return key.verifies(bytes, of: parts(work, folder), for: Self.purpose)
  }

  private func parts(_ work: [[UInt8]], _ folder: String) -> [[UInt8]] {
    [Array((WorkspaceFolder.realPath(folder) ?? folder).utf8)] + work
  }
}
