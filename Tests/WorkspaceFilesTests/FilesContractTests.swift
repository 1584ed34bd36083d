import Domain
import PortContracts
import Testing
import WorkbenchCore

@testable import WorkspaceFiles

@Suite struct FilesContractTests {
  @Test(arguments: filesContract)
  func theFilesKeep(_ promise: PortContract<any WorkspaceFiles>) async throws {
    try await withFolder(sampleFiles) { try await promise.check($0.files) }
  }
}
