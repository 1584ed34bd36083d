import Content
import Domain
import Files
import Grading

/// Reads lists of graders.
enum GraderReader {
  /// The graders that can be used, and their descriptions, which are part of an eval set's hash.
  struct Result {
    var graders: [Grader] = []
    var specs: [JSONValue] = []
    var lines: [Int?] = []
  }

  /// Reads a list; nil when there is none.
  /// - Parameter named: the lists that may be named in it.
  static func read(
    _ fields: inout ConfigFields, _ key: String, in folder: WorkspaceFolder, named: NamedGraders
  ) -> Result? {
    guard let value = fields.value(key), let entries = named.entries(of: value) else { return nil }
    var result = Result()
    for entry in entries {
      guard let written = entry.json(), let spec = withSchema(written, entry, in: folder) else { continue }
      do throws(GraderError) {
        result.graders.append(try Grader(spec: spec))
        result.specs.append(spec)
        result.lines.append(entry.line)
      } catch {
        entry.log.add(
          .error, line: entry.line(of: error.key), key: "\(entry.path).\(error.key)", sentence(error.description))
      }
    }
    return result
  }

  /// The largest schema file that is read, in bytes.
  private static let mostSchemaBytes = 4 << 20

  /// A description in which `schema: { file: PATH }` is the schema that stands in the file; nil, and noted, where that can't
  /// be read.
  private static func withSchema(_ spec: JSONValue, _ entry: ConfigValue, in folder: WorkspaceFolder) -> JSONValue? {
    guard var object = spec.object, let reference = object["schema"]?.object, reference.keys == ["file"] else {
      return spec
    }
    func fail(_ message: String) {
      entry.log.add(.error, line: entry.line(of: "schema"), key: "\(entry.path).schema", message)
    }
    guard let path = reference["file"]?.string, !path.isEmpty else {
      fail("Expected a file with a JSON Schema, such as { file: schemas/answer.json }.")
      return nil
    }
    do {
      let bytes = try FileBytes.read(try folder.reading(path), limit: mostSchemaBytes)
      object["schema"] = try JSONValue(parsing: bytes)
      return .object(object)
    } catch let error as JSONError {
      fail("The schema file \(path) is no JSON: \(error).")
    } catch {
      fail("The schema file \(path) can't be read: \(error)")
    }
    return nil
  }

  /// A reason as a sentence.
  static func sentence(_ text: String) -> String {
    let end = text.hasSuffix("?") || text.hasSuffix(".") ? "" : "."
    return text.prefix(1).uppercased() + text.dropFirst() + end
  }
}

extension ConfigValue {
  /// The line of a member, or else the value's own.
  func line(of key: String) -> Int? {
    memberKeys.first { $0.name == key }?.line ?? line
  }
}
