import Domain
import Files
import Foundation
import GRDB

/// Copies of the database that travel: what a verdict rests on, and nothing else.
extension SQLiteStore {
  /// A database with runs, their answers and judgements, the prompts that were sent and the jobs; without what was found
  /// out about servers, what was handed to providers, and what no run needs. The same content gives the same bytes.
  /// - Throws: `StorageError`.
  package func evidence() async throws -> [UInt8] {
    try await Self.inScratch(name) { scratch in
      let (whole, lean) = (scratch + "/whole.sqlite", scratch + "/lean.sqlite")
      try await writer.vacuum(into: whole)
      let copy = try DatabaseQueue(path: whole)
      try await copy.write { db in
        for table in ["probes", "batches", "preferences", "corrections"] { try db.execute(sql: "DELETE FROM \(table)") }
        try db.execute(
          sql: "DELETE FROM answers WHERE id NOT IN (SELECT answer_id FROM outputs WHERE answer_id IS NOT NULL)")
        try db.execute(sql: "DELETE FROM prompt_versions WHERE hash NOT IN (SELECT prompt_version FROM runs)")
        // What a person wrote for themselves is no evidence.
        try db.execute(sql: "UPDATE runs SET name = NULL, note = NULL")
      }
      try await copy.vacuum(into: lean)
      var bytes = try FileBytes.read(lean, limit: .max, followsLinks: false)
      // The schema cookie (bytes 40 to 43 of the header) counts changes of a file's schema, so that connections notice
      // them: it says nothing of the content, and goes up with each copy.
      guard bytes.count > Self.cookie.upperBound else {
        throw StorageError.failed(path: name, detail: "the copy is empty")
      }
      bytes.replaceSubrange(Self.cookie, with: [0, 0, 0, 1])
      return bytes
    }
  }

  /// Where the header of a database counts changes of its schema.
  private static let cookie = 40..<44

  /// A store of such bytes, to be read; writing throws.
  /// - Throws: `StorageError`; `.foreign` where they hold anything that Assay doesn't put into a database.
  package static func reading(_ bytes: [UInt8]) async throws -> SQLiteStore {
    try await inScratch("the dossier's database") { scratch in
      try FileBytes.replace(scratch + "/assay.sqlite", with: bytes, for: .owner)
      return try looking(into: scratch)
    }
  }

  private static func inScratch<Value>(
    _ name: String, _ body: (_ folder: String) async throws -> Value
  ) async throws -> Value {
    let folder = FileManager.default.temporaryDirectory.path + "/" + Temporaries.newName()
    do {
      try FileBytes.makeFolder(folder, for: .owner)
      defer { try? FileManager.default.removeItem(atPath: folder) }
      return try await body(folder)
    } catch let error as FileError {
      throw StorageError.failed(path: name, detail: "\(error)")
    } catch {
      throw StorageError.from(error, path: name)
    }
  }
}
