import Content
import Domain
import Files
import Foundation
import Synchronization

#if canImport(Glibc)
  import Glibc
#elseif canImport(Musl)
  import Musl
#elseif canImport(Darwin)
  import Darwin
#endif

/// What a person has trusted workspaces with, each under its real path and owner, outside of all of them.
package struct TrustLedger: Sendable {
  let folder: UserFolder

  package init(folder: UserFolder = .standard()) { self.folder = folder }

  /// What was allowed to one workspace.
  struct Entry: Codable, Sendable, Hashable {
    /// The workspace's folder, with links resolved.
    var path: String
    /// The user that the folder belongs to.
    var owner: UInt32
    /// What was allowed.
    var permissions: [Permission]
    /// When it was last changed, in seconds since 1970.
    var time: Double
  }

  private static let longest = 1 << 20

  private static func name(_ root: String) -> String { SHA256.hex(root) + ".json" }

  /// What was allowed to the workspace at a real path; nil where nobody has trusted it, or the folder has another owner
  /// since.
  func entry(for root: String) -> Entry? {
    guard let owner = Self.owner(of: root), let bytes = try? folder.read(Self.name(root), limit: Self.longest),
      let entry = try? JSONDecoder().decode(Entry.self, from: Data(bytes))
    else { return nil }
    return ExactText.areSame(entry.path, root) && entry.owner == owner ? entry : nil
  }

  /// Remembers what is allowed from now on.
  /// - Throws: ``TrustFailure``.
  func set(_ permissions: [Permission], for root: String) throws(TrustFailure) {
    guard let owner = Self.owner(of: root) else { throw TrustFailure("There is no folder \(root).") }
    let entry = Entry(path: root, owner: owner, permissions: permissions, time: Date().timeIntervalSince1970)
    let encoder = JSONEncoder()
    encoder.outputFormatting = [.prettyPrinted, .sortedKeys, .withoutEscapingSlashes]
    guard let data = try? encoder.encode(entry), data.count <= Self.longest else {
      throw TrustFailure("\(root) asks for more than can be remembered.")
    }
    try folder.write(Array(data), to: Self.name(root), replaces: true)
  }

  /// Forgets that a workspace was trusted.
  /// - Returns: whether it was.
  /// - Throws: ``TrustFailure``.
  package func remove(_ workspace: String) throws(TrustFailure) -> Bool {
    let root = WorkspaceFolder.realPath(workspace) ?? workspace
    let was = entry(for: root) != nil
    try folder.remove(Self.name(root))
    return was
  }

  private static func owner(of path: String) -> UInt32? {
    var status = stat()
    return stat(path, &status) == 0 ? UInt32(status.st_uid) : nil
  }
}

/// The gate of one workspace: what a person has allowed it, kept in the ledger.
package final class WorkspaceGate: TrustGate {
  private let ledger: TrustLedger
  private let root: String
  private let trustsAll: Bool
  /// What the workspace's files asked for when they were last read: while any of it isn't allowed, nothing is.
  private let asked = Mutex<[Permission]>([])
  /// What a person agreed to while the process trusts everything else: it is forgotten with the process.
  private let agreed = Mutex<Set<Permission>>([])

  /// - Parameter workspace: the workspace's folder.
  /// - Parameter trustsAll: whether this process was told to trust it, whatever it asks for. Money is no matter of trust:
  ///   requests of unknown price are asked for all the same.
  package init(workspace: String, ledger: TrustLedger = TrustLedger(), trustsAll: Bool = false) {
    self.ledger = ledger
    self.trustsAll = trustsAll
    root = WorkspaceFolder.realPath(workspace) ?? workspace
  }

  package var isForThisProcess: Bool { trustsAll }

  package func standing(asking permissions: [Permission]) -> WorkspaceTrust {
    asked.withLock { $0 = permissions }
    if trustsAll { return .trusted }
    guard let entry = ledger.entry(for: root) else { return .untrusted(permissions) }
    let allowed = Set(entry.permissions)
    let new = permissions.filter { !allowed.contains($0) }
    return new.isEmpty ? .trusted : .changed(new)
  }

  package func allow(_ permissions: [Permission]) throws {
    if trustsAll { return agreed.withLock { $0.formUnion(permissions) } }
    let known = ledger.entry(for: root)?.permissions ?? []
    do {
      try ledger.set(known + permissions.filter { !known.contains($0) }, for: root)
    } catch {
      throw WorkbenchError.input("The workspace can't be trusted for good. \(error)")
    }
  }

  /// Read anew each time, so that what `assay untrust` takes back in another process is taken back here too.
  package func allows(_ permissions: [Permission]) -> Bool {
    if trustsAll { return allowsCosts(permissions) }
    guard let entry = ledger.entry(for: root) else { return false }
    let allowed = Set(entry.permissions)
    return (asked.withLock { $0 } + permissions).allSatisfy(allowed.contains)
  }

  /// Whether a person agreed to those of these things that are about money, now or in an earlier process.
  private func allowsCosts(_ permissions: [Permission]) -> Bool {
    permissions.allSatisfy { permission in
      guard case .unpriced = permission else { return true }
      return agreed.withLock { $0.contains(permission) }
        || ledger.entry(for: root)?.permissions.contains(permission) == true
    }
  }
}
