import Content
import WorkbenchCore

/// A training file: a JSON object on each line, all of one kind. ``TrainingLine`` knows their forms.
enum TrainingFile {
  /// The largest file that is read, in bytes.
  static let mostBytes = 1 << 30

  /// Reads all rows.
  /// - Throws: `Problem` with the line of the first bad row, or of the first of another kind.
  static func rows(_ bytes: [UInt8], path: String) throws -> [TrainingRow] {
    if let sentence = ForeignForm.sentence(bytes, path: path, wanted: .rows) {
      throw Problem(file: path, message: sentence)
    }
    var rows: [TrainingRow] = []
    for line in LineRanges(bytes) {
      func fail(_ key: String?, _ message: String) -> Problem {
        Problem(file: path, line: line.number, key: key, message: message)
      }
      guard line.content.count <= CaseFile.mostLineBytes else { throw fail(nil, "The line is longer than 4 MiB.") }
      guard let text = String(validating: bytes[line.content], as: UTF8.self) else {
        throw fail(nil, "The line isn't UTF-8 text; save the file as UTF-8.")
      }
      if text.utf8.allSatisfy({ " \t".utf8.contains($0) }) { continue }
      let value: JSONValue
      do {
        value = try JSONValue(parsing: text, firstLine: line.number)
      } catch {
        throw fail(nil, "Not JSON: expected \(error.expected), found \(error.found) in column \(error.column).")
      }
      let row = try TrainingLine(fail: fail).row(value, line: line.number)
      if let first = rows.first, first.kind != row.kind {
        throw fail(
          nil,
          "A file holds rows of one kind: those before are \(first.kind.plural), this is one of the "
            + "\(row.kind.plural). Put them into a file of their own.")
      }
      rows.append(row)
    }
    guard !rows.isEmpty else { throw Problem(file: path, message: "The file has no rows to learn from.") }
    return rows
  }

  /// The file's bytes for some rows: `messages`, or `prompt` with `chosen` and `rejected` as lists of messages, or `text`;
  /// and where a row comes from.
  static func bytes(of rows: [TrainingRow]) -> [UInt8] {
    var bytes: [UInt8] = []
    for row in rows {
      var object = object(of: row.content)
      if let group = row.group { object["group"] = .string(group) }
      if let source = row.source { object["source"] = .object(source) }
      bytes += Array(JSONValue.object(object).text(.spaced).utf8)
      bytes.append(0x0A)
    }
    return bytes
  }

  private static func object(of content: TrainingRow.Content) -> JSONObject {
    switch content {
    case .conversation(let messages): ["messages": list(messages)]
    case .pair(let prompt, let chosen, let rejected):
      ["prompt": list(prompt), "chosen": list([.answer(chosen)]), "rejected": list([.answer(rejected)])]
    case .text(let text): ["text": .string(text)]
    }
  }

  /// Messages as JSON.
  static func list(_ messages: [ChatMessage]) -> JSONValue {
    .array(messages.map { ["role": .string($0.role.rawValue), "content": .string($0.content)] })
  }
}

extension ChatMessage {
  /// What the assistant says.
  static func answer(_ text: String) -> ChatMessage { ChatMessage(role: .assistant, content: text) }
}
