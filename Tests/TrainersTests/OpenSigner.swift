import Domain
import WorkbenchCore

/// Takes everything for signed, so that tests can write work down themselves.
struct OpenSigner: WorkSigner {
  func signature(of work: [[UInt8]], in folder: String) -> String { "signed" }
  func verifies(_ signature: String, of work: [[UInt8]], in folder: String) -> Bool { true }
}
