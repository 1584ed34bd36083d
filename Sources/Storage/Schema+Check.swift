import Content
import GRDB

extension Schema {
  /// Refuses a database that holds anything but our own tables and indexes, before a row of it is read. A view or a trigger
  /// would run when we read or write, and a table by one of our names may be something else.
  /// - Throws: `StorageError.foreign`.
  static func check(_ db: Database, name: String) throws {
    let found = try entries(db)
    if found.isEmpty { return }
    for entry in found where entry.type != "table" && entry.type != "index" {
      throw StorageError.foreign(path: name, what: "a \(entry.type) called \(entry.name)")
    }
    for entry in found where entry.type == "table" && entry.sql.uppercased().hasPrefix("CREATE VIRTUAL") {
      throw StorageError.foreign(path: name, what: "a virtual table called \(entry.name)")
    }
    // Only now a row is read: which steps were taken.
    let list = Entry(type: "table", name: "grdb_migrations", table: "grdb_migrations", sql: migrations)
    guard found.contains(list) else {
      throw StorageError.foreign(path: name, what: "tables, but no list of the steps that made them")
    }
    guard let last = try migrator.appliedMigrations(db).last else {
      guard found.allSatisfy({ $0.table == "grdb_migrations" }) else {
        throw StorageError.foreign(path: name, what: "tables that no step has made")
      }
      return
    }
    // A newer program's tables can't be known; it is refused for that in a moment.
    if try migrator.hasBeenSuperseded(db) { return }
    let own = try DatabaseQueue()
    try migrator.migrate(own, upTo: last)
    let expected = try own.read(entries)
    let surplus = found.subtracting(expected)
    if let entry = surplus.min(by: { $0.name < $1.name }) {
      throw StorageError.foreign(path: name, what: "a table or index called \(entry.name) that is none of Assay's")
    }
    if let entry = expected.subtracting(found).min(by: { $0.name < $1.name }) {
      throw StorageError.foreign(path: name, what: "no \(entry.type) called \(entry.name)")
    }
  }

  private static let migrations = "CREATE TABLE grdb_migrations (identifier TEXT NOT NULL PRIMARY KEY)"

  /// One thing of a schema. Two are the same where every byte is.
  private struct Entry: Hashable {
    var type: String
    var name: String
    var table: String
    /// What made it, with each run of blanks as one.
    var sql: String

    private var exact: [ExactText] { [type, name, table, sql].map(ExactText.init) }

    static func == (left: Entry, right: Entry) -> Bool { left.exact == right.exact }

    func hash(into hasher: inout Hasher) { hasher.combine(exact) }

    /// Whether SQLite makes it by itself: counters, statistics, and indexes of unique columns.
    var isOfSQLite: Bool {
      Self.tablesOfSQLite.contains(self) || type == "index" && sql.isEmpty && name.hasPrefix("sqlite_autoindex_")
    }

    private static let tablesOfSQLite: Set<Entry> = Set(
      [
        ("sqlite_sequence", "name,seq"), ("sqlite_stat1", "tbl,idx,stat"),
        ("sqlite_stat4", "tbl,idx,neq,nlt,ndlt,sample"),
      ].map { Entry(type: "table", name: $0, table: $0, sql: "CREATE TABLE \($0)(\($1))") })
  }

  private static func entries(_ db: Database) throws -> Set<Entry> {
    let rows = try Row.fetchAll(db, sql: "SELECT type, name, tbl_name, coalesce(sql, '') AS sql FROM sqlite_master")
    return Set(
      rows.compactMap { row in
        let sql: String = row["sql"]
        let entry = Entry(
          type: row["type"], name: row["name"], table: row["tbl_name"],
          sql: sql.split(whereSeparator: \.isWhitespace).joined(separator: " "))
        return entry.isOfSQLite ? nil : entry
      })
  }
}
