import Domain
import Foundation
import GRDB

extension SQLiteStore {
  /// Keeps what a model was seen to do, in place of what was seen before.
  package func keep(_ probe: ModelProbe, of model: ContentHash) async throws {
    let text = try JSONColumn.encode(probe)
    try await write { db in
      try db.execute(
        sql: "INSERT INTO probes (model, probe) VALUES (?, ?) ON CONFLICT (model) DO UPDATE SET probe = excluded.probe",
        arguments: [model.hex, text])
    }
  }

  /// What models were last seen to do, by `ModelSpec.place`. What an older or newer Assay wrote and this one can't read
  /// is left out: it can be found out again.
  package func probes() async throws -> [ContentHash: ModelProbe] {
    try await read { db in
      var probes: [ContentHash: ModelProbe] = [:]
      for row in try Row.fetchAll(db, sql: "SELECT model, probe FROM probes") {
        probes[ContentHash(hex: row["model"])] = try? JSONColumn.decode(ModelProbe.self, row["probe"])
      }
      return probes
    }
  }
}
