import Content
import Foundation
import Grading

/// The official test suites, which are not part of the project.
enum Suites {
  /// `$ASSAY_SUITES`, or `../shared/suites` next to the package, or `shared/suites` inside it; nil when there is none.
  static let folder: URL? = {
    let package = URL(filePath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
      .deletingLastPathComponent()
    let given = ProcessInfo.processInfo.environment["ASSAY_SUITES"].map { URL(filePath: $0) }
    let candidates = [given, package.appending(path: "../shared/suites"), package.appending(path: "shared/suites")]
    return candidates.compactMap { $0 }.first { FileManager.default.fileExists(atPath: $0.path(percentEncoded: false)) }
  }()

  /// The files with an extension below a folder of the suites, sorted.
  static func files(in path: String, isDeep: Bool = false) throws -> [URL] {
    guard let root = folder?.appending(path: path) else { return [] }
    let files =
      isDeep
      ? (FileManager.default.enumerator(at: root, includingPropertiesForKeys: nil)?.allObjects ?? []).compactMap {
        $0 as? URL
      } : try FileManager.default.contentsOfDirectory(at: root, includingPropertiesForKeys: nil)
    return files.filter { $0.pathExtension == "json" }.sorted { $0.path() < $1.path() }
  }

  /// A JSON file.
  static func read(_ url: URL) throws -> JSONValue { try JSONValue(parsing: Data(contentsOf: url)) }
}

/// How many tests of a suite came out as they should.
struct SuiteTally: CustomStringConvertible {
  var right = 0
  /// The schema was refused, or the check ended undecided.
  var refused: [String] = []
  var wrong: [String] = []

  var total: Int { right + refused.count + wrong.count }
  var share: Double { Double(right) / Double(max(1, total)) }

  var description: String {
    let failures = (wrong.map { "wrong: " + $0 } + refused.map { "refused: " + $0 }).map { "\n    " + $0 }
    return "\(right) of \(total), \(wrong.count) wrong, \(refused.count) refused" + failures.joined()
  }

  /// Runs the tests of some files.
  init(
    _ files: [URL], draft: SchemaDraft, documents: [String: JSONValue], formats: JSONSchema.Formats
  ) throws {
    for file in files {
      for group in try Suites.read(file).array ?? [] {
        let schema = Result { () throws(JSONSchema.Flaw) in
          try JSONSchema(group["schema"] ?? true, documents: documents, formats: formats, draft: draft)
        }
        for test in group["tests"]?.array ?? [] {
          let parts = [file.lastPathComponent, group["description"]?.string ?? "", test["description"]?.string ?? ""]
          let name = parts.joined(separator: " / ")
          guard case .success(let schema) = schema else {
            refused.append(name + " \(schema)")
            continue
          }
          switch schema.verdict(on: test["data"] ?? .null) {
          case .undecided(let reason): refused.append("\(name): \(reason)")
          case .valid: if test["valid"]?.bool == true { right += 1 } else { wrong.append(name) }
          case .invalid: if test["valid"]?.bool == false { right += 1 } else { wrong.append(name) }
          }
        }
      }
    }
  }
}
