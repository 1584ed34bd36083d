import Content

/// Writes chat files: the conversation with what is expected as the assistant's last message.
enum ChatWriter {
  /// A case as a line.
  /// - Throws: `CaseExporter.Refusal`.
  static func line(
    _ one: ImportCase, _ result: inout ExportedCases
  ) throws(CaseExporter.Refusal) -> JSONObject {
    var messages = try self.messages(of: one)
    if let expected = one.expected { messages.append(try answer(expected)) }
    var object: JSONObject = ["messages": .array(messages)]
    object["tools"] = one.tools
    for member in rest(of: one) { object[member.key] = member.value }
    return object
  }

  /// What is asked, as messages: the conversation, or the only slot as what the user says.
  /// - Throws: `CaseExporter.Refusal`.
  static func messages(of one: ImportCase) throws(CaseExporter.Refusal) -> [JSONValue] {
    if let messages = one.messages {
      guard one.input.isEmpty else { throw CaseExporter.Refusal(reason: "it has slots beside its conversation") }
      return messages
    }
    guard let text = one.onlyText else {
      throw CaseExporter.Refusal(reason: "it has several slots, or one that is no text, and a chat needs one text")
    }
    return [["role": "user", "content": .string(text)]]
  }

  /// What is expected, as the assistant's message: a text, or calls of tools.
  /// - Throws: `CaseExporter.Refusal`.
  static func answer(_ expected: JSONValue) throws(CaseExporter.Refusal) -> JSONValue {
    if let text = expected.string { return ["role": "assistant", "content": .string(text)] }
    guard let calls = calls(expected) else {
      throw CaseExporter.Refusal(reason: "what is expected is neither a text nor calls of tools")
    }
    return ["role": "assistant", "content": .null, "tool_calls": .array(calls)]
  }

  /// Calls of tools in OpenAI's form; nil where the value is no list of them.
  static func calls(_ value: JSONValue) -> [JSONValue]? {
    guard let list = value.array, !list.isEmpty else { return nil }
    var calls: [JSONValue] = []
    for (index, call) in list.enumerated() {
      guard let object = call.object, object.count == 2, let name = object["name"]?.string,
        let arguments = object["arguments"]
      else { return nil }
      calls.append([
        "id": .string("call_\(index + 1)"), "type": "function",
        "function": ["name": .string(name), "arguments": .string(arguments.string ?? arguments.text())],
      ])
    }
    return calls
  }

  /// The members that a chat file has no meaning for and that ours reads back.
  private static func rest(of one: ImportCase) -> JSONObject {
    var object = JSONObject()
    object["id"] = one.id.map { .string($0) }
    if !one.tags.isEmpty { object["tags"] = .array(one.tags.map { .string($0) }) }
    object["group"] = one.group.map { .string($0) }
    object["weight"] = one.weight.map { JSONValue($0) }
    if !one.metadata.isEmpty { object["metadata"] = .object(one.metadata) }
    return object
  }
}

/// Writes samples of OpenAI's open-source evals, and Inspect's datasets.
enum EvalsWriter {
  static func openAI(
    _ one: ImportCase, _ result: inout ExportedCases
  ) throws(CaseExporter.Refusal) -> JSONObject {
    guard one.tools == nil else { throw CaseExporter.Refusal(reason: "the format has no place for tools") }
    var object: JSONObject = [
      "input": one.messages == nil ? .string(try text(one)) : .array(try ChatWriter.messages(of: one))
    ]
    let list = one.expected?.array
    let isList = list.map { !$0.isEmpty && $0.allSatisfy { $0.string != nil } } ?? false
    if let expected = one.expected {
      guard isList || expected.string != nil else {
        throw CaseExporter.Refusal(reason: "what is expected is neither a text nor a list of texts")
      }
      object["ideal"] = expected
    }
    one.lose(&result)
    if one.messages == nil, one.input.keys != ["input"] { result.lose("the name of the slot") }
    return object
  }

  static func inspect(_ one: ImportCase) throws(CaseExporter.Refusal) -> JSONObject {
    guard one.tools == nil else { throw CaseExporter.Refusal(reason: "the format has no place for tools") }
    var one = one
    let choices = one.messages == nil ? one.input["choices"] : nil
    if choices != nil { one.input["choices"] = nil }
    var object: JSONObject = [
      "input": one.messages == nil ? .string(try text(one)) : .array(try ChatWriter.messages(of: one))
    ]
    let isList = one.expected?.array.map { $0.count > 1 && $0.allSatisfy { $0.string != nil } } ?? false
    if let expected = one.expected {
      guard isList || expected.string.map({ !$0.isEmpty }) ?? false else {
        throw CaseExporter.Refusal(reason: "what is expected is neither a text nor a list of texts")
      }
      object["target"] = expected
    } else {
      object["target"] = ""
    }
    object["id"] = one.id.map { .string($0) }
    object["choices"] = choices
    var metadata = one.metadata
    if !one.tags.isEmpty { metadata["tags"] = .array(one.tags.map { .string($0) }) }
    metadata["group"] = one.group.map { .string($0) } ?? metadata["group"]
    metadata["weight"] = one.weight.map { JSONValue($0) } ?? metadata["weight"]
    if !metadata.isEmpty { object["metadata"] = .object(metadata) }
    return object
  }

  private static func text(_ one: ImportCase) throws(CaseExporter.Refusal) -> String {
    guard let text = one.onlyText else {
      throw CaseExporter.Refusal(reason: "it has several slots, or one that is no text, and the format has one input")
    }
    return text
  }
}
