import Foundation
import Synchronization

/// A place that doesn't exist yet, in a folder of this process that is removed when the process ends.
/// - Parameter name: what to call it; a number is added.
package func temporaryPath(_ name: String) -> String {
  let number = last.withLock { number in
    number += 1
    return number
  }
  return folder + "/\(name)-\(number)"
}

private let last = Mutex(0)

private let folder: String = {
  let path = FileManager.default.temporaryDirectory.path + "/assay-tests-\(UUID().uuidString)"
  try? FileManager.default.createDirectory(atPath: path, withIntermediateDirectories: true)
  atexit { try? FileManager.default.removeItem(atPath: folder) }
  return path
}()

/// A folder for one test, which is gone after it.
package enum TestFolder {
  /// Hands an empty folder to some work.
  package static func with<Result>(_ body: (String) throws -> Result) throws -> Result {
    let folder = try make()
    defer { try? FileManager.default.removeItem(atPath: folder) }
    return try body(folder)
  }

  /// The same for work that awaits.
  package static func with<Result>(_ body: (String) async throws -> Result) async throws -> Result {
    let folder = try make()
    defer { try? FileManager.default.removeItem(atPath: folder) }
    return try await body(folder)
  }

  private static func make() throws -> String {
    let folder = temporaryPath("folder")
    try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true)
    return folder
  }
}
