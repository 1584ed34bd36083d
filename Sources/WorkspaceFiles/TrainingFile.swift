import Content
import Domain

/// A training file: a JSON object on each line, all of one kind. ``TrainingLine`` knows their forms.
enum TrainingFile {
  /// The largest file that is read, in bytes.
  static let mostBytes = 1 << 30

  /// The most lines with mistakes that are named.
  static let mostNamed = 10

  /// Reads all rows.
  /// - Throws: `Problem` with the line of the first bad row, or of the first of another kind; its message names the others
  ///   as well.
  static func rows(_ bytes: [UInt8], path: String) throws -> [TrainingRow] {
    if let sentence = ForeignForm.sentence(bytes, path: path, wanted: .rows) {
      throw Problem(file: path, message: sentence)
    }
    var rows: [TrainingRow] = []
    var problems: [Problem] = []
    var others = 0
    for line in LineRanges(bytes) {
      do throws(Problem) {
        guard let row = try row(bytes, line, path: path) else { continue }
        if let first = rows.first, first.kind != row.kind {
          throw Problem(
            file: path, line: line.number,
            message: "A file holds rows of one kind: those before are \(first.kind.plural), this is one of the "
              + "\(row.kind.plural). Put them into a file of their own.")
        }
        rows.append(row)
      } catch {
        if problems.count < mostNamed { problems.append(error) } else { others += 1 }
      }
    }
    if let problem = together(problems, others: others) { throw problem }
    guard !rows.isEmpty else { throw Problem(file: path, message: "The file has no rows to learn from.") }
    return rows
  }

  /// The row of a line; nil for a blank one.
  private static func row(
    _ bytes: [UInt8], _ line: LineRanges.Element, path: String
  ) throws(Problem) -> TrainingRow? {
    func fail(_ key: String?, _ message: String) -> Problem {
      Problem(file: path, line: line.number, key: key, message: message)
    }
    guard line.content.count <= CaseFile.mostLineBytes else { throw fail(nil, "The line is longer than 4 MiB.") }
    guard let text = String(validating: bytes[line.content], as: UTF8.self) else {
      throw fail(nil, "The line isn't UTF-8 text; save the file as UTF-8.")
    }
    if text.utf8.allSatisfy({ " \t".utf8.contains($0) }) { return nil }
    let value: JSONValue
    do {
      value = try JSONValue(parsing: text, firstLine: line.number)
    } catch {
      throw fail(nil, "Not JSON: expected \(error.expected), found \(error.found) in column \(error.column).")
    }
    var row = try TrainingLine(fail: fail).row(value, line: line.number)
    row.file = path
    return row
  }

  /// All mistakes as the first of them.
  private static func together(_ problems: [Problem], others: Int) -> Problem? {
    guard var problem = problems.first else { return nil }
    for other in problems.dropFirst() { problem.message += " \(other)" }
    if others > 0 { problem.message += " \(others) more line\(others == 1 ? " has a mistake" : "s have mistakes")." }
    return problem
  }

  /// The file's bytes for some rows, with all of their members and where each comes from.
  static func bytes(of rows: [TrainingRow]) -> [UInt8] {
    var bytes: [UInt8] = []
    for row in rows {
      var object = row.json
      if let group = row.group { object["group"] = .string(group) }
      if let source = row.source { object["source"] = .object(source) }
      bytes += Array(JSONValue.object(object).text(.spaced).utf8)
      bytes.append(0x0A)
    }
    return bytes
  }
}
