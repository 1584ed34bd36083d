import Domain
import PortContracts
import Testing

@testable import WorkbenchCore

/// The fakes keep what the real ones promise: tests of the core rest on it.
@Suite struct FakeContractTests {
  @Test(arguments: storeContract)
  func theFakeStoreKeeps(_ promise: PortContract<any Store>) async throws { try await promise.check(FakeStore()) }

  @Test(arguments: clientContract)
  func theFakeModelKeeps(_ promise: PortContract<any ModelClient>) async throws {
    try await promise.check(FakeModel { request, _ in Answer(text: request.messages.last?.content ?? "") })
  }

  @Test(arguments: filesContract)
  func theFakeFilesKeep(_ promise: PortContract<any WorkspaceFiles>) async throws {
    var workspace = sampleWorkspace()
    workspace.variants.removeLast()
    try await promise.check(FakeFiles(workspace))
  }
}
