import Content
import Domain
import Files
import Foundation

/// Training rows in the forms of other tools: a pure value that says what to write.
struct TrainingExport {
  let format: TrainingFormat
  /// What the data are called where a tool has names for them.
  let name: String

  /// A file's bytes: a row on each line.
  func bytes(of rows: [TrainingRow]) -> [UInt8] {
    rows.flatMap { Array(JSONValue.object(object(of: $0)).text(.spaced).utf8) + [0x0A] }
  }

  /// A row with all of its members; a provider gets none that it knows nothing of.
  private func object(of row: TrainingRow) -> JSONObject {
    var row = row
    if format == .openai || format == .openaiDPO { for name in row.unused { row.members[name] = nil } }
    var object = row.json
    func list(_ messages: some Sequence<RowMessage>) -> JSONValue { .array(messages.map(\.json)) }
    switch row.content {
    case .text: break
    case .conversation(let messages):
      // With the answer apart TRL learns it alone, without its prompt.
      guard format == .trl else { break }
      object = ["prompt": list(messages.dropLast()), "completion": list(messages.suffix(1))]
      for member in row.members { object[member.key] = member.value }
    case .pair(let prompt, let chosen, let rejected):
      switch format {
      case .openai, .openaiDPO:
        var input: JSONObject = ["messages": list(prompt), "tools": [], "parallel_tool_calls": true]
        for key in ["tools", "parallel_tool_calls"] { input[key] = row.members[key] ?? input[key] }
        object = [
          "input": .object(input), "preferred_output": [chosen.json], "non_preferred_output": [rejected.json],
        ]
        for member in row.members where input[member.key] == nil { object[member.key] = member.value }
      case .axolotl, .llamaFactory:
        object = ["messages": list(prompt), "chosen": chosen.json, "rejected": rejected.json]
        for member in row.members { object[member.key] = member.value }
      case .trl, .mlx: break
      }
    }
    return object
  }

  /// For each row of the files, where it came from; nil where nothing is known of any.
  static func sources(_ parts: [ExportPart]) -> [UInt8]? {
    guard parts.contains(where: { $0.rows.contains { $0.source != nil || $0.group != nil } }) else { return nil }
    var bytes: [UInt8] = []
    for part in parts {
      for (index, row) in part.rows.enumerated() {
        let origin: JSONValue = [
          "file": .string(part.name + ".jsonl"), "line": JSONValue(index + 1), "from_line": JSONValue(row.line),
          "group": row.group.map { .string($0) } ?? .null, "source": row.source.map { .object($0) } ?? .null,
        ]
        bytes += Array(origin.text(.spaced).utf8) + [0x0A]
      }
    }
    return bytes
  }

  // MARK: LLaMA-Factory

  /// What `dataset_info.json` says of each file, added to what stands there.
  func registry(_ parts: [ExportPart], adding to: JSONObject) -> JSONObject {
    var registry = to
    for part in parts {
      guard let kind = part.rows.first?.kind else { continue }
      registry[part.name == "train" ? name : "\(name)_\(part.name)"] = .object(entry(part, kind))
    }
    return registry
  }

  private func entry(_ part: ExportPart, _ kind: TrainingRow.Kind) -> JSONObject {
    let file = JSONValue.string(part.name + ".jsonl")
    let tags: JSONValue = [
      "role_tag": "role", "content_tag": "content", "user_tag": "user", "assistant_tag": "assistant",
      "system_tag": "system",
    ]
    switch kind {
    case .text: return ["file_name": file, "columns": ["prompt": "text"]]
    case .conversation:
      return ["file_name": file, "formatting": "sharegpt", "columns": ["messages": "messages"], "tags": tags]
    case .pair:
      return [
        "file_name": file, "formatting": "sharegpt", "ranking": true,
        "columns": ["messages": "messages", "chosen": "chosen", "rejected": "rejected"], "tags": tags,
      ]
    }
  }

  // MARK: Axolotl

  /// The lines for Axolotl's configuration.
  func configuration(_ parts: [ExportPart], folder: String) -> String {
    let kind = parts.first?.rows.first?.kind ?? .conversation
    var lines = kind == .pair ? ["rl: dpo"] : []
    for part in parts {
      lines.append(part.name == "train" ? "datasets:" : "test_datasets:")
      lines.append("  - path: \(JSONValue.string("\(folder)/\(part.name).jsonl").text())")
      lines += ["    ds_type: json", "    split: train"]
      switch kind {
      case .text: lines += ["    type: completion", "    field: text"]
      case .conversation:
        lines += ["    type: chat_template", "    field_messages: messages"] + Self.mappings
        lines += ["    roles_to_train: [\"assistant\"]"]
      case .pair:
        lines += ["    type: chat_template.default", "    field_messages: messages"]
        lines += ["    field_chosen: chosen", "    field_rejected: rejected"] + Self.mappings
      }
    }
    return lines.joined(separator: "\n")
  }

  private static let mappings = ["    message_property_mappings:", "      role: role", "      content: content"]
}

extension FolderWorkspaceFiles {
  /// Writes rows for another tool into a folder, which may lie anywhere; files of the same names are replaced.
  /// - Throws: `Problem`.
  package func export(
    _ parts: [ExportPart], as format: TrainingFormat, named name: String, to folder: String
  ) async throws -> ExportReport {
    let export = TrainingExport(format: format, name: name)
    var report = ExportReport()
    func write(_ file: String, _ bytes: [UInt8], rows: Int = 0) throws {
      do {
        try put(bytes, at: "\(folder)/\(file)")
      } catch {
        throw Problem(file: "\(folder)/\(file)", message: String(describing: error))
      }
      report.files["\(folder)/\(file)"] = rows
    }
    if format == .llamaFactory {
      // Read before anything is written: other data sets may be registered there.
      let registry = export.registry(parts, adding: try Self.registry("\(folder)/dataset_info.json"))
      try write("dataset_info.json", Array((JSONValue.object(registry).text(.pretty) + "\n").utf8))
    }
    for part in parts { try write(part.name + ".jsonl", export.bytes(of: part.rows), rows: part.rows.count) }
    if let sources = TrainingExport.sources(parts) { try write("sources.jsonl", sources) }
    if format == .axolotl { report.snippet = export.configuration(parts, folder: folder) }
    return report
  }

  /// A folder in the workspace keeps temporaries out of git as the workspace's own files do.
  private func put(_ bytes: [UInt8], at path: String) throws(FileError) {
    if path.hasPrefix(folder.path + "/") {
      try folder.replace(path, with: bytes)
    } else {
      try FileBytes.replace(path, with: bytes)
    }
  }

  private static func registry(_ path: String) throws -> JSONObject {
    do {
      guard let object = try JSONValue(parsing: FileBytes.text(path, limit: 1 << 24)).object else {
        throw Problem(file: path, message: "Expected an object of data sets; correct it, or write to another folder.")
      }
      return object
    } catch FileError.missing {
      return JSONObject()
    } catch let problem as Problem {
      throw problem
    } catch {
      throw Problem(file: path, message: "\(error) Correct it, or write to another folder.")
    }
  }
}
