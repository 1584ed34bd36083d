import Content
import Domain
import Files
import Foundation
import Processes

/// Writes a job's rows as a provider takes them, and checks what it would refuse: better here than after an upload.
struct HostedRows {
  /// The largest file that providers take, in bytes.
  static let mostBytes = 512 << 20
  /// The fewest rows to learn from.
  static let fewest = 10
  /// The longest row, in bytes.
  static let longestRow = 16 << 20

  /// What is learnt from.
  let method: TuningMethod
  /// What the rows are, in sentences.
  let kind: String

  /// Writes a file for the provider next to a job's own.
  /// - Parameter source: rows as the job's folder has them, one a line.
  /// - Throws: `TrainerFailure` with the row that can't be taken.
  func write(_ source: String, to target: String) throws -> HostedFile {
    guard let input = try? FileBytes.handle(source, followsLinks: false) else {
      throw TrainerFailure("The \(kind) rows can't be read: \(source) isn't there.")
    }
    defer { try? input.close() }
    let temporary = target + ".part"
    try? FileManager.default.removeItem(atPath: temporary)
    guard let output = try? FileBytes.appending(temporary) else {
      throw TrainerFailure("The \(kind) rows can't be written to \(temporary).")
    }
    defer { try? output.close() }
    var hash = SHA256()
    var file = HostedFile(file: TuningFile(path: target, name: "", bytes: 0), sha256: "", rows: 0, characters: 0)
    func take(_ line: Data) throws {
      guard line.contains(where: { $0 > 0x20 }) else { return }
      let row = try row(line, number: file.rows + 1)
      let text = row.text(.compact) + "\n"
      file.rows += 1
      file.characters += Self.characters(of: row)
      file.file.bytes += text.utf8.count
      guard file.file.bytes <= Self.mostBytes else {
        throw TrainerFailure(
          "The \(kind) rows take more than 512 MB, the most that a provider takes in one file. Use fewer rows.")
      }
      hash.update(text)
      try output.write(contentsOf: Data(text.utf8))
    }
    do {
      var rest = Data()
      while let bytes = try input.read(upToCount: 1 << 20), !bytes.isEmpty {
        rest.append(bytes)
        var start = rest.startIndex
        while let end = rest[start...].firstIndex(of: 10) {
          try take(rest[start..<end])
          start = end + 1
        }
        rest = Data(rest[start...])
        guard rest.count <= Self.longestRow else {
          throw TrainerFailure("Row \(file.rows + 1) of the \(kind) rows is longer than 16 MB.")
        }
      }
      try take(rest)
      try output.close()
      guard rename(temporary, target) == 0 else { throw TrainerFailure("\(target) can't be written.") }
    } catch let failure as TrainerFailure {
      throw failure
    } catch {
      throw TrainerFailure("The \(kind) rows can't be prepared: \(error.localizedDescription)")
    }
    file.sha256 = hash.hex()
    // By its content, so that a file that has arrived is found again, whoever sent it.
    file.file.name = "assay-\(file.sha256.prefix(32)).jsonl"
    return file
  }

  /// One row as the provider takes it.
  func row(_ line: Data, number: Int) throws -> JSONValue {
    let place = "Row \(number) of the \(kind) rows"
    guard let text = String(validating: line, as: UTF8.self), let row = try? JSONValue(parsing: text), row.object != nil
    else { throw TrainerFailure("\(place) isn't an object in JSON.") }
    switch method {
    case .supervised: return try conversation(row, place)
    case .dpo: return try pair(row, place)
    }
  }

  // MARK: Conversations

  private func conversation(_ row: JSONValue, _ place: String) throws -> JSONValue {
    var messages = row["messages"]?.array ?? []
    if messages.isEmpty, let prompt = row["prompt"], let completion = row["completion"] {
      messages = Self.messages(prompt, role: "user") + Self.messages(completion, role: "assistant")
    }
    guard !messages.isEmpty else {
      if row["chosen"] != nil || row["preferred_output"] != nil {
        throw TrainerFailure("\(place) is a pair of answers; to learn from pairs, set training.objective to dpo.")
      }
      if row["text"] != nil {
        throw TrainerFailure("\(place) is plain text; a provider learns from conversations only.")
      }
      throw TrainerFailure("\(place) has no messages.")
    }
    try check(messages, place)
    guard Self.isAnswer(messages.last) else {
      throw TrainerFailure("\(place) doesn't end with the assistant's message, which is what is learnt.")
    }
    guard messages.count > 1 else { throw TrainerFailure("\(place) has nothing before the assistant's message.") }
    var result: JSONObject = ["messages": .array(messages)]
    for key in ["tools", "parallel_tool_calls", "functions"] { result[key] = row[key] }
    return .object(result)
  }

  // MARK: Pairs

  private func pair(_ row: JSONValue, _ place: String) throws -> JSONValue {
    var input = row["input"]?.object ?? [:]
    var prompt = input["messages"]?.array ?? []
    var better = Self.messages(row["preferred_output"] ?? row["chosen"] ?? .null, role: "assistant")
    var worse = Self.messages(row["non_preferred_output"] ?? row["rejected"] ?? .null, role: "assistant")
    guard !better.isEmpty, !worse.isEmpty else {
      throw TrainerFailure("\(place) isn't a pair of a better and a worse answer (chosen and rejected).")
    }
    if prompt.isEmpty { prompt = Self.messages(row["prompt"] ?? .null, role: "user") }
    // Both may tell the whole conversation: what they share at their beginning is the prompt, as far as it isn't known.
    if prompt.isEmpty {
      prompt = Array(zip(better, worse).prefix { $0 == $1 && !Self.isAnswer($0) }.map(\.0))
      better.removeFirst(prompt.count)
      worse.removeFirst(prompt.count)
    } else {
      if better.starts(with: prompt) { better.removeFirst(prompt.count) }
      if worse.starts(with: prompt) { worse.removeFirst(prompt.count) }
    }
    guard !prompt.isEmpty else { throw TrainerFailure("\(place) has no prompt before its answers.") }
    try check(prompt + better + worse, place)
    guard Self.isAnswer(better.last), Self.isAnswer(worse.last) else {
      throw TrainerFailure("\(place) has an answer that doesn't end with the assistant's message.")
    }
    input["messages"] = .array(prompt)
    for key in ["tools", "parallel_tool_calls"] { input[key] = input[key] ?? row[key] }
    return ["input": .object(input), "preferred_output": .array(better), "non_preferred_output": .array(worse)]
  }

  // MARK: Messages

  /// A text as one message, or messages as they are.
  private static func messages(_ value: JSONValue, role: String) -> [JSONValue] {
    if let text = value.string { return [["role": JSONValue(role), "content": JSONValue(text)]] }
    return value.object == nil ? value.array ?? [] : [value]
  }

  private func check(_ messages: [JSONValue], _ place: String) throws {
    for (index, message) in messages.enumerated() {
      let roles = ["system", "developer", "user", "assistant", "tool", "function"]
      guard let role = message["role"]?.string, roles.contains(role) else {
        throw TrainerFailure("\(place) has a message without a role that is known (message \(index + 1)).")
      }
      guard message["content"]?.string != nil || message["content"]?.array != nil || message["tool_calls"] != nil else {
        throw TrainerFailure("\(place) has a message without content (message \(index + 1)).")
      }
    }
  }

  private static func isAnswer(_ message: JSONValue?) -> Bool {
    message?["role"] == "assistant" && (message?["content"]?.string != "" || message?["tool_calls"] != nil)
  }

  /// Characters of all texts, to guess tokens by.
  private static func characters(of value: JSONValue) -> Int {
    switch value {
    case .string(let text): text.utf8.count
    case .array(let values): values.reduce(0) { $0 + characters(of: $1) }
    case .object(let object): object.reduce(0) { $0 + ($1.key == "role" ? 0 : characters(of: $1.value)) }
    case .null, .bool, .number: 0
    }
  }
}
