import Domain
import Files
import Storage
import Trust
import WorkbenchCore

/// Opens a workspace's `.assay`.
struct WorkspaceState: Sendable {
  let workspace: String
  /// Told once it may be used.
  let use: StateUse

  /// Opens the state of a workspace that is trusted: makes it where there is none, and adopts one that this installation
  /// didn't make once its database was seen to hold nothing but Assay's tables. Jobs in an adopted one are not signed, so
  /// they can be read and are never resumed. Where nothing can be written, what is there can be looked at.
  /// - Throws: `TrustFailure` or `StorageError`.
  func open() async throws -> SQLiteStore {
    let folder = StateFolder(workspace: workspace)
    // Without a key nothing is marked, so that what is there is adopted each time, and no job can be started.
    let key = try? InstallationKey()
    let standing = try folder.standing(key)
    func looking(_ hindrance: StorageError? = nil) throws -> SQLiteStore {
      let store = try SQLiteStore.looking(into: folder.path, because: hindrance)
      if standing != .absent { use.allow() }
      return store
    }
    guard folder.canBeWritten else { return try looking() }
    let store: SQLiteStore
    do {
      try folder.make()
      folder.sweep()
      store = try await SQLiteStore(stateFolder: folder.path)
      if standing != .ours, let key { try folder.mark(key) }
    } catch let failure as TrustFailure {
      return try looking(.failed(path: folder.path, detail: failure.description))
    } catch let failure as StorageError {
      switch failure {
      case .full, .readOnly: return try looking(failure)
      default: throw failure
      }
    }
    use.allow()
    return store
  }

  /// Opens the state of a workspace that is not trusted, where this installation made it; nil where it didn't.
  /// - Throws: `TrustFailure` or `StorageError`.
  func openOwn() async throws -> SQLiteStore? {
    let folder = StateFolder(workspace: workspace)
    guard let key = try? InstallationKey(existingIn: .standard()), (try? folder.standing(key)) == .ours else {
      return nil
    }
    let store =
      try folder.canBeWritten ? await SQLiteStore(stateFolder: folder.path) : SQLiteStore.looking(into: folder.path)
    use.allow()
    return store
  }
}
