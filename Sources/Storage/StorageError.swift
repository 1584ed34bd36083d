import Files
import Foundation
import GRDB

/// Why the workspace's database can't be used; each text says what to do.
package enum StorageError: Error, Sendable, Hashable, CustomStringConvertible {
  /// A newer Assay made the file.
  case newer(path: String)
  /// The file is damaged, or is no database.
  case corrupt(path: String, detail: String)
  /// The file holds what Assay never writes.
  case foreign(path: String, what: String)
  /// No room on the disk.
  case full(path: String)
  /// The folder or the file can't be written.
  case readOnly(path: String, detail: String)
  /// The file was removed or moved away, or another put in its place, while it was in use.
  case removed(path: String)
  /// Another process kept the file locked for too long.
  case busy(path: String)
  /// There is no such run.
  case noSuchRun(Int64)
  /// There is no such job.
  case noSuchJob(Int64)
  /// Anything else that SQLite says.
  case failed(path: String, detail: String)

  /// What is wrong, and what to do.
  package var description: String {
    switch self {
    case .newer(let path):
      "\(path) was written by a newer Assay: update this one, or open the workspace with that one."
    case .corrupt(let path, let detail):
      "\(path) can't be read (\(detail)): move it away together with its -wal and -shm files, or restore a copy; Assay "
        + "then starts a new one, and prompts, eval sets and job folders stay as they are."
    case .foreign(let path, let what):
      "\(path) holds \(what), so it was not made by Assay alone, and nothing of it was read. Move it away together with its "
        + "-wal and -shm files; Assay then starts a new one."
    case .full(let path):
      "The disk that holds \(path) is full: free some space and try again; everything recorded before is safe."
    case .readOnly(let path, let detail):
      "\(path) can't be written (\(detail)): make the workspace's folder writable, or copy the workspace to a place "
        + "where you may write."
    case .removed(let path):
      "\(path) was removed or moved away while Assay was using it: what was recorded since then is lost. Start again; if it "
        + "was moved, put it back before that."
    case .busy(let path):
      "\(path) is kept locked by another process: close other programs that have it open, and try again."
    case .noSuchRun(let number): "There is no run \(number) in this workspace; start the evaluation again."
    case .noSuchJob(let number): "There is no job \(number) in this workspace: `assay jobs list` shows them."
    case .failed(let path, let detail): "\(path) can't be used: \(detail)\(detail.hasSuffix(".") ? "" : ".")"
    }
  }

  /// What an error of SQLite means; errors of other kinds stay as they are.
  static func from(_ error: any Error, path: String) -> any Error {
    if let error = error as? LockError { return from(error, path: path) }
    guard let error = error as? DatabaseError else { return error }
    let detail = error.message ?? "SQLite error \(error.resultCode.rawValue)"
    return switch error.resultCode {
    case .SQLITE_CORRUPT, .SQLITE_NOTADB: Self.corrupt(path: path, detail: detail)
    case .SQLITE_FULL: Self.full(path: path)
    case .SQLITE_READONLY, .SQLITE_CANTOPEN, .SQLITE_PERM, .SQLITE_AUTH: Self.readOnly(path: path, detail: detail)
    case .SQLITE_IOERR:
      Self.failed(
        path: path,
        detail: "reading or writing it failed (\(detail)): the disk may be faulty, or a limit on the size of files "
          + "(`ulimit -f`) reached")
    case .SQLITE_NOMEM: Self.failed(path: path, detail: "there is not enough memory")
    case .SQLITE_BUSY, .SQLITE_LOCKED: Self.busy(path: path)
    default: Self.failed(path: path, detail: detail)
    }
  }

  private static func from(_ error: LockError, path: String) -> StorageError {
    switch error {
    case .held(let file): .busy(path: file)
    case .file(let file, let code) where code == ENOSPC: .full(path: file)
    case .notAFile(let file): .foreign(path: file, what: "a link or something else in the place of a lock")
    case .file(let file, let code): .readOnly(path: file, detail: String(cString: strerror(code)))
    }
  }
}
