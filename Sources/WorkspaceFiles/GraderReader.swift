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

  /// The most graders of a list.
  private static let most = 500

  /// Reads a list; nil when there is none.
  /// - Parameter named: the lists that may be named in it.
  static func read(
    _ fields: inout ConfigFields, _ key: String, in folder: WorkspaceFolder, named: NamedGraders,
    judges: Named<NamedJudge>
  ) -> Result? {
    guard let value = fields.value(key), let entries = named.entries(of: value) else { return nil }
    guard entries.count <= most else {
      value.log.add(
        .error, line: value.line, key: value.path, "There are \(entries.count) graders, and a list has at most \(most)."
      )
      return nil
    }
    var result = Result()
    for entry in entries {
      guard let written = entry.json(), let spec = withSchema(written, entry, in: folder) else { continue }
      do throws(GraderError) {
        let grader = try Grader(spec: spec, named.registry)
        guard var whole = withJudge(spec, of: grader, entry, judges) else { continue }
        whole = withFiles(whole, of: grader, in: folder)
        result.graders.append(grader)
        result.specs.append(whole)
        result.lines.append(entry.line)
        for warning in grader.warnings { entry.log.add(.warning, line: entry.line, key: entry.path, warning) }
      } catch {
        entry.log.add(
          .error, line: entry.line(of: error.key), key: "\(entry.path).\(error.key)", sentence(error.description))
      }
    }
    return result
  }

  /// A description with the judge that it names; nil, and noted, where there is none that can be used.
  private static func withJudge(
    _ spec: JSONValue, of grader: Grader, _ entry: ConfigValue, _ judges: Named<NamedJudge>
  ) -> JSONValue? {
    guard let name = grader.judge, var object = spec.object else { return spec }
    guard let judge = judges[name] else {
      let sentence =
        judges.declares(name)
        ? "The judge \"\(name)\" can't be used until the error in \(Judge.folder)/\(name).md is fixed."
        : "There is no judge called \"\(name)\": write \(Judge.folder)/\(name).md."
          + ConfigFields.suggestion(Spelling.nearest(to: name, among: judges.declared))
      entry.log.add(.error, line: entry.line(of: "judge"), key: "\(entry.path).judge", sentence)
      return nil
    }
    object["judge"] = judge.identity
    return .object(object)
  }

  /// A description with the hashes of the workspace's files among a program's words, since they decide what it does.
  private static func withFiles(_ spec: JSONValue, of grader: Grader, in folder: WorkspaceFolder) -> JSONValue {
    guard let program = grader.program, var object = spec.object else { return spec }
    var files: JSONObject = [:]
    for word in program.words where !word.hasPrefix("/") && !word.hasPrefix("~") {
      guard let path = try? folder.reading(word), let bytes = try? FileBytes.read(path, limit: mostProgramBytes) else {
        continue
      }
      files[word] = .string(SHA256.hex(bytes))
    }
    if !files.isEmpty { object["files"] = .object(files) }
    return .object(object)
  }

  /// The largest file of a program that is hashed, in bytes.
  private static let mostProgramBytes = 16 << 20

  /// The largest schema file that is read, in bytes.
  private static let mostSchemaBytes = 4 << 20

  /// A description in which `schema: { file: PATH }` is the schema that stands in the file; nil, and noted, where that can't
  /// be read.
  static func withSchema(_ spec: JSONValue, _ entry: ConfigValue, in folder: WorkspaceFolder) -> JSONValue? {
    guard var object = spec.object, let reference = object["schema"]?.object else { return spec }
    let others = reference.keys.filter { $0 != "file" }
    // `file` is no keyword of a schema, so whatever holds it, or a slip of it alone, means a file.
    let isSlip =
      others.count == 1 && reference.keys.count == 1 && reference[others[0]]?.string != nil
      && Spelling.distance(others[0], "file") == 1
    guard reference["file"]?.string != nil || reference.keys == ["file"] || isSlip else { return spec }
    func fail(_ message: String) {
      entry.log.add(.error, line: entry.line(of: "schema"), key: "\(entry.path).schema", message)
    }
    if let other = others.first {
      let near = isSlip ? " Did you mean \"file\"?" : ""
      fail("\"\(other.prefix(40))\" can't stand in a schema of { file: … }: the schema is what the file holds.\(near)")
      return nil
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
