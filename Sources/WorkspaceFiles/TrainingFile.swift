import Grading
import WorkbenchCore

/// A training file: a JSON object on each line, `{"messages": […]}` or `{"prompt": …, "completion": …}`.
enum TrainingFile {
  /// The largest file that is read, in bytes.
  static let mostBytes = 1 << 30

  /// Reads all rows.
  /// - Throws: `Problem` with the line of the first bad row.
  static func rows(_ bytes: [UInt8], path: String) throws -> [TrainingRow] {
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
      rows.append(TrainingRow(messages: try messages(value, fail: fail), line: line.number))
    }
    guard !rows.isEmpty else { throw Problem(file: path, message: "The file has no rows to learn from.") }
    return rows
  }

  private static func messages(
    _ row: JSONValue, fail: (_ key: String?, _ message: String) -> Problem
  ) throws -> [ChatMessage] {
    let forms = "rows are {\"messages\": […]} or {\"prompt\": …, \"completion\": …}"
    guard let object = row.object else { throw fail(nil, "Expected an object: \(forms).") }
    var messages: [ChatMessage]
    if let list = object["messages"] {
      messages = try conversation(list, key: "messages", fail: fail)
    } else if let prompt = object["prompt"], let completion = object["completion"] {
      messages = try part(prompt, key: "prompt", role: .user, fail: fail)
      messages += try part(completion, key: "completion", role: .assistant, fail: fail)
    } else if object["text"] != nil {
      throw fail("text", "Rows of plain text don't say which part is the answer and can't be used yet; \(forms).")
    } else if object["chosen"] != nil || object["rejected"] != nil {
      throw fail("chosen", "Preference pairs can't be used yet; \(forms).")
    } else {
      let known = ["messages", "prompt", "completion"]
      let near = object.keys.lazy.compactMap { Spelling.nearest(to: $0, among: known) }.first
      throw fail(object.keys.first, "No messages here: \(forms)." + ConfigFields.suggestion(near))
    }
    guard let last = messages.last, last.role == .assistant else {
      throw fail("messages", "The last message must be the assistant's: it is what is learnt.")
    }
    guard !last.content.isEmpty else { throw fail("messages", "The assistant's last message is empty.") }
    guard messages.count > 1 else { throw fail("messages", "There is nothing before the assistant's message.") }
    return messages
  }

  private static func part(
    _ value: JSONValue, key: String, role: MessageRole, fail: (String?, String) -> Problem
  ) throws -> [ChatMessage] {
    if let text = value.string { return [ChatMessage(role: role, content: text)] }
    guard value.array != nil else { throw fail(key, "\"\(key)\" must be a text or a list of messages.") }
    return try conversation(value, key: key, fail: fail)
  }

  private static func conversation(
    _ value: JSONValue, key: String, fail: (String?, String) -> Problem
  ) throws -> [ChatMessage] {
    guard let list = value.array, !list.isEmpty else { throw fail(key, "\"\(key)\" must be a list of messages.") }
    return try list.enumerated().map { index, message in
      let place = "\(key)[\(index)]"
      guard let word = message["role"]?.string else { throw fail("\(place).role", "The message has no role.") }
      guard let role = MessageRole(rawValue: word) else {
        let roles = MessageRole.allCases.map(\.rawValue)
        let unsupported = ["tool", "function", "developer"].contains(word)
        throw fail(
          "\(place).role",
          unsupported
            ? "Messages with the role \"\(word)\" can't be used yet; roles are \(roles.joined(separator: ", "))."
            : "There is no role \"\(word.prefix(40))\"; roles are \(roles.joined(separator: ", ")).")
      }
      guard let content = message["content"]?.string else {
        throw fail("\(place).content", "The message's content must be a text.")
      }
      return ChatMessage(role: role, content: content)
    }
  }

  /// The file's bytes for some rows.
  static func bytes(of rows: [TrainingRow]) -> [UInt8] {
    var bytes: [UInt8] = []
    for row in rows {
      let messages = row.messages.map { message -> JSONValue in
        ["role": .string(message.role.rawValue), "content": .string(message.content)]
      }
      bytes += Array(JSONValue.object(["messages": .array(messages)]).text(.spaced).utf8)
      bytes.append(0x0A)
    }
    return bytes
  }
}
