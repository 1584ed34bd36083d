import Content

/// Reads OpenAI's stored completions: completions with their `messages`, one on each line or in the lists that the API gives.
struct StoredCompletionsReader: FormatReader {
  private let options: ImportOptions

  init(_ options: ImportOptions) { self.options = options }

  mutating func read(_ record: Record, into output: inout ImportOutput) {
    if record.value["object"]?.string == "list", let data = record.value["data"]?.array {
      output.read -= 1
      for entry in data {
        output.read += 1
        take(entry, line: record.line, into: &output)
      }
    } else {
      take(record.value, line: record.line, into: &output)
    }
  }

  private func take(_ value: JSONValue, line: Int, into output: inout ImportOutput) {
    guard let object = value.object else {
      output.fail(ImportFailure(line: line, "Expected a completion, an object with \"choices\"."))
      return
    }
    var call = LoggedCall(line: line)
    let messages = object["messages"]?["data"] ?? object["messages"] ?? object["input_messages"] ?? object["input"]
    guard let messages, messages.array?.isEmpty == false else {
      let id = object["id"]?.string.map { " (\($0.prefix(80)))" } ?? ""
      output.fail(
        ImportFailure(
          line: line,
          "The completion\(id) has no messages. Get /v1/chat/completions/ID/messages and put its data under \"messages\"."
        ))
      return
    }
    call.input = .array((messages.array ?? []).map(Self.plain))
    call.tools = object["tools"]
    let choice = object["choices"]?[0]
    call.answer = choice?["message"] ?? object["output"]
    if let reason = choice?["finish_reason"]?.string { call.finishReasons = [reason] }
    let metadata = object["metadata"]?.object ?? [:]
    for (key, value) in metadata {
      call.metadata[key] = value
      if ["conversation_id", "session_id", "thread_id"].contains(key) { call.group = value.string }
    }
    for key in ["id", "model", "created", "usage"] where object[key]?.isNull == false {
      call.metadata[key] = object[key]
    }
    call.add(to: &output, options)
  }

  /// A message without what the API adds: its id and a null name.
  private static func plain(_ message: JSONValue) -> JSONValue {
    guard var object = message.object else { return message }
    object["id"] = nil
    if object["content"]?.isNull ?? true, let parts = object["content_parts"]?.array, !parts.isEmpty {
      object["content"] = .array(parts)
    }
    object["content_parts"] = nil
    return .object(JSONObject(object.filter { !$0.value.isNull || $0.key == "content" }))
  }
}
