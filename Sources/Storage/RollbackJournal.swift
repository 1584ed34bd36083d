import Files
import Foundation

/// The rollback journal beside a database, `assay.sqlite-journal`.
///
/// SQLite rolls a journal back as soon as it opens the database, before anybody can look at the schema, and then deletes the
/// file that the journal names as its super-journal, wherever that lies (<https://www.sqlite.org/fileformat2.html>, section
/// 3). Our databases are in WAL mode, so that there is one only while a new database is being made, and never one of
/// several files.
enum RollbackJournal {
  /// The last bytes of a journal that names a super-journal: the same as its first.
  private static let magic: [UInt8] = [0xD9, 0xD5, 0x05, 0xF9, 0x20, 0xA1, 0x63, 0xD7]
  /// Where a database's header says how it is written, and the number for WAL.
  private static let (versionPlace, walVersion) = (18, UInt8(2))
  /// More than a journal of the change to WAL mode.
  private static let mostBytes = 1 << 20

  /// Refuses a journal that isn't ours, before SQLite sees it.
  /// - Throws: `StorageError.foreign`.
  static func check(besides database: String) throws(StorageError) {
    let path = database + "-journal"
    guard WorkspaceFolder.exists(path) else { return }
    func foreign(_ what: String) -> StorageError { .foreign(path: path, what: what) }
    let bytes: [UInt8]
    do throws(FileError) { bytes = try FileBytes.read(path, limit: mostBytes, followsLinks: false) } catch {
      throw foreign("no journal of a new database")
    }
    // Emptied ones are left behind where another journal mode was chosen; SQLite doesn't look at them.
    if bytes.isEmpty { return }
    if bytes.suffix(magic.count).elementsEqual(magic) { throw foreign("the name of a journal of several databases") }
    let header = (try? FileBytes.read(database, limit: .max, followsLinks: false))?.prefix(versionPlace + 2) ?? []
    if header.count == versionPlace + 2, header[versionPlace] == walVersion {
      throw foreign("a journal of a database that has none")
    }
  }
}
