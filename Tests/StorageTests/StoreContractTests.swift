import Domain
import PortContracts
import Testing
import WorkbenchCore

@testable import Storage

@Suite struct StoreContractTests {
  @Test(arguments: storeContract)
  func theStoreKeeps(_ promise: PortContract<any Store>) async throws {
    try await onBothStores { try await promise.check($0) }
  }
}
