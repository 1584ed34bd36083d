import Domain
import FileWatching
import Files
import Foundation
import GRDB
import Synchronization

/// Keeps everything that a decision rests on in one SQLite file, `.assay/assay.sqlite` of the workspace.
///
/// What a method has written is safe from the death of the process once the method returns; after a power cut the
/// newest writes may be missing, but the file is whole (`synchronous = NORMAL` in WAL mode). Several processes may have
/// the same file open. A write is carried out even when the task that asks for it is cancelled: what was paid for is kept.
package final class SQLiteStore: Store {
  let writer: any DatabaseWriter
  /// The folder `.assay`; nil in memory.
  let folder: String?
  /// What errors call the database.
  let name: String
  /// Tallies of the runs being recorded.
  let tallies = Mutex<[RunID: RunTally]>([:])
  /// Runs claimed, where there is no folder for locks.
  let claims = ClaimTable()
  /// `PRAGMA data_version` of the writing connection at opening time.
  let openedVersion: Int64
  /// The file that was opened, whatever stands at its path later; nil where there is none.
  private let file: UInt64?
  /// Why nothing can be written, where the workspace can only be looked at.
  private let hindrance: StorageError?

  /// Opens the database in a workspace's state folder, which exists; makes the database where there is none yet.
  /// - Parameter patience: how long to wait for another process that opens it.
  /// - Throws: `StorageError`; `.foreign` where the database holds anything that Assay doesn't put there, of which nothing
  ///   was read or run then.
  package convenience init(stateFolder folder: String, patience: Duration = .seconds(5)) async throws {
    let path = Self.file(in: folder)
    do {
      try Self.makeLocks(folder)
      // SQLite would make it as the umask says, and wait for ever where it is a named pipe.
      do throws(FileError) { _ = try FileBytes.appending(path) } catch {
        throw StorageError.readOnly(path: path, detail: "\(error)")
      }
      // One process at a time opens and migrates: SQLite's own locks don't cover the change to WAL mode.
      let lock = try await FileLock.acquire(folder + "/locks/open", .exclusive, atMost: patience)
      defer { withExtendedLifetime(lock) {} }
      try RollbackJournal.check(besides: path)
      let pool = try DatabasePool(path: path, configuration: Self.configuration)
      try self.init(writer: pool, folder: folder, name: path)
    } catch {
      throw StorageError.from(error, path: path)
    }
  }

  /// What a state folder holds that can't be written, to be looked at: a copy, since SQLite itself needs to write beside a
  /// database to read it. Writing throws.
  /// - Parameter folder: the state folder; nothing is in the store where it has no database.
  /// - Parameter hindrance: what writing throws.
  package static func looking(into folder: String, because hindrance: StorageError? = nil) throws -> SQLiteStore {
    let path = file(in: folder)
    let hindrance = hindrance ?? .readOnly(path: folder, detail: "no permission")
    let copy = FileManager.default.temporaryDirectory.path + "/" + Temporaries.newName()
    do {
      guard WorkspaceFolder.exists(path) else {
        return try SQLiteStore(
          writer: DatabaseQueue(configuration: configuration), folder: nil, name: path, hindrance: hindrance)
      }
      defer { try? FileManager.default.removeItem(atPath: copy) }
      Temporaries.sweep((copy as NSString).deletingLastPathComponent)
      // What was committed last is in the second file.
      for end in ["", "-wal"] where WorkspaceFolder.exists(path + end) {
        try FileBytes.replace(
          file(in: copy) + end, with: try FileBytes.read(path + end, limit: .max, followsLinks: false), for: .owner)
      }
      // One connection, which has both files open from here on.
      return try SQLiteStore(
        writer: DatabaseQueue(path: file(in: copy), configuration: configuration), folder: nil, name: path,
        hindrance: hindrance)
    } catch let error as FileError {
      throw StorageError.failed(path: path, detail: "a copy to look at can't be made: \(error)")
    } catch {
      throw StorageError.from(error, path: path)
    }
  }

  private static func file(in folder: String) -> String { folder + "/assay.sqlite" }

  /// A store that lives as long as this value.
  package static func inMemory() throws -> SQLiteStore {
    try SQLiteStore(writer: DatabaseQueue(configuration: configuration), folder: nil, name: "the database in memory")
  }

  init(writer: any DatabaseWriter, folder: String?, name: String, hindrance: StorageError? = nil) throws {
    self.writer = writer
    self.folder = folder
    self.name = name
    self.hindrance = hindrance
    file = folder.flatMap { FileMark(Self.file(in: $0))?.inode }
    let migrator = Schema.migrator
    try writer.read { try Schema.check($0, name: name) }
    guard try !writer.read({ try migrator.hasBeenSuperseded($0) }) else { throw StorageError.newer(path: name) }
    if try !writer.read({ try migrator.hasCompletedMigrations($0) }) { try migrator.migrate(writer) }
    let isStale = try writer.read { db in
      try Bool.fetchOne(
        db, sql: "SELECT EXISTS (SELECT 1 FROM runs WHERE summary_version < ?)", arguments: [RunTally.version])
    }
    if isStale == true { try writer.write(Self.renewSummaries) }
    openedVersion = try writer.writeWithoutTransaction(Self.dataVersion)
  }

  private static var configuration: Configuration {
    var configuration = Configuration()
    configuration.label = "assay"
    configuration.busyMode = .timeout(5)
    configuration.foreignKeysEnabled = true
    configuration.maximumReaderCount = 3
    configuration.prepareDatabase { db in
      // A schema is no program: what views, triggers and defaults of a file call, is not run with our rights.
      try db.execute(sql: "PRAGMA trusted_schema = OFF")
      try db.execute(sql: "PRAGMA cell_size_check = ON")
      if !db.configuration.readonly { try db.execute(sql: "PRAGMA synchronous = NORMAL") }
    }
    return configuration
  }

  private static func makeLocks(_ folder: String) throws {
    do {
      try FileManager.default.createDirectory(
        atPath: folder + "/locks", withIntermediateDirectories: true, attributes: [.posixPermissions: 0o700])
    } catch {
      throw StorageError.readOnly(path: folder, detail: (error as NSError).localizedDescription)
    }
  }

  // MARK: Access

  func read<Value: Sendable>(_ body: @escaping @Sendable (Database) throws -> Value) async throws -> Value {
    do {
      return try await writer.read(body)
    } catch {
      throw StorageError.from(error, path: name)
    }
  }

  func write<Value: Sendable>(_ body: @escaping @Sendable (Database) throws -> Value) async throws -> Value {
    if let hindrance { throw hindrance }
    let writer = writer
    let value: Value
    do {
      value = try await Task { try await writer.write(body) }.value
    } catch {
      try checkPlace()
      throw StorageError.from(error, path: name)
    }
    try checkPlace()
    return value
  }

  /// Gives the room of deleted rows back to the file system.
  func vacuum() async throws {
    if let hindrance { throw hindrance }
    do { try await writer.vacuum() } catch { throw StorageError.from(error, path: name) }
  }

  /// What is written to a file that was removed, or moved away, is written to nowhere.
  /// - Throws: `StorageError.removed`.
  private func checkPlace() throws {
    if let file, FileMark(name)?.inode != file { throw StorageError.removed(path: name) }
  }

  // MARK: Claims and changes

  /// Takes the right to work on a run: a lock on `.assay/locks/run-N` that the kernel frees when its holder dies.
  package func claim(_ run: RunID) async throws -> (any Sendable)? {
    guard let folder else { return claims.claim(run) }
    try checkPlace()
    do { return try FileLock.tryAcquire("\(folder)/locks/run-\(run)", .exclusive) } catch {
      throw StorageError.from(error, path: name)
    }
  }

  /// Yields after another process wrote to the same file; sleeps in between. The kernel tells of changes in `.assay`, and
  /// the writing connection's `PRAGMA data_version` tells our own commits from theirs.
  package func foreignChanges() -> AsyncStream<Void> {
    let (stream, continuation) = AsyncStream.makeStream(of: Void.self, bufferingPolicy: .bufferingNewest(1))
    guard let folder else { return stream }
    let changes = FileWatcher(folder, scope: .folder).changes()
    let task = Task { [writer, openedVersion] in
      var last = openedVersion
      func check() async {
        guard let version = try? await writer.writeWithoutTransaction(Self.dataVersion), version != last else { return }
        last = version
        continuation.yield()
      }
      await check()
      for await _ in changes { await check() }
      continuation.finish()
    }
    continuation.onTermination = { _ in task.cancel() }
    return stream
  }

  /// A number that changes when another connection has committed.
  @Sendable private static func dataVersion(_ db: Database) throws -> Int64 {
    try Int64.fetchOne(db, sql: "PRAGMA data_version") ?? 0
  }
}

/// The runs that are claimed in this process, for a store without a folder.
final class ClaimTable: Sendable {
  private let runs = Mutex<Set<RunID>>([])

  /// Gives the run back when it is dropped.
  final class Claim: Sendable {
    private let table: ClaimTable
    private let run: RunID
    init(_ table: ClaimTable, _ run: RunID) {
      self.table = table
      self.run = run
    }
    deinit { table.runs.withLock { _ = $0.remove(run) } }
  }

  /// Nil when the run is claimed already.
  func claim(_ run: RunID) -> Claim? {
    runs.withLock { $0.insert(run).inserted } ? Claim(self, run) : nil
  }
}
