import Domain
import Files
import Foundation
import WorkbenchCore

/// A file that an argument of the command line names; `-` is standard input.
enum InputFile {
  /// Its bytes.
  /// - Parameter meaning: what it is to be, for sentences.
  /// - Throws: `WorkbenchError.input`.
  static func bytes(_ path: String, limit: Int, meaning: String) throws -> [UInt8] {
    if path == "-" {
      guard let data = try FileHandle.standardInput.read(upToCount: limit + 1) else { return [] }
      guard data.count <= limit else { throw tooLong("Standard input", limit) }
      return Array(data)
    }
    do throws(FileError) { return try FileBytes.read(WorkspaceOptions.absolute(path), limit: limit) } catch .tooLarge {
      throw tooLong(path, limit)
    } catch {
      throw WorkbenchError.input("\(path) can't be read. \(error) Name \(meaning), or - for standard input.")
    }
  }

  private static func tooLong(_ name: String, _ limit: Int) -> WorkbenchError {
    .input("\(name) has more than \(limit >> 20) MiB, the most that is read.")
  }
}
