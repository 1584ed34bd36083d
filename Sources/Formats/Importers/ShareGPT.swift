import Content

/// Reads ShareGPT's conversations: `{conversations: [{from, value}]}`, with LLaMA-Factory's `tools`, `chosen` and `rejected`.
struct ShareGPTReader: FormatReader {
  private let options: ImportOptions

  init(_ options: ImportOptions) { self.options = options }

  private static let roles = [
    "human": "user", "user": "user", "gpt": "assistant", "assistant": "assistant", "chatgpt": "assistant",
    "bing": "assistant",
    "bard": "assistant", "model": "assistant", "system": "system", "observation": "tool", "tool": "tool",
    "function_response": "tool", "function_call": "assistant",
  ]

  mutating func read(_ record: Record, into output: inout ImportOutput) {
    guard let object = record.value.object, let turns = (object["conversations"] ?? object["conversation"])?.array
    else {
      output.fail(ImportFailure(line: record.line, column: record.column, "The row has no \"conversations\"."))
      return
    }
    var messages: [JSONValue] = []
    if let system = object["system"]?.string, !system.isEmpty {
      messages.append(["role": "system", "content": .string(system)])
    }
    var found = ImportCase(line: record.line)
    do throws(ChatMessages.Flaw) {
      for (index, turn) in turns.enumerated() { messages.append(try Self.message(turn, number: index + 1)) }
      let chosen = object["chosen"].flatMap { $0.isNull ? nil : $0 }
      if let chosen, let said = try Self.message(chosen, number: 1).object {
        found.expected = ChatMessages.answer(said)
      }
      try ChatMessages.assign(.array(messages), to: &found, splitsAnswer: chosen == nil)
    } catch {
      output.fail(ImportFailure(line: record.line, error.reason))
      return
    }
    ChatMessages.dropOwnSystem(&found, options.systemTexts, into: &output)
    if let tools = LoggedCall.decoded(object["tools"]), !LoggedCall.isEmpty(tools) { found.tools = tools }
    if let label = object["kto_tag"]?.bool {
      if !label { found.expected = nil }
      found.tag(label ? "desired" : "undesired")
    }
    let known = ["conversations", "conversation", "system", "tools", "chosen", "kto_tag"]
    for (key, value) in object where !known.contains(key) && !value.isNull {
      if key == "id", let id = value.string ?? value.number?.text { found.id = id } else { found.metadata[key] = value }
    }
    output.cases.append(found)
  }

  private static func message(_ turn: JSONValue, number: Int) throws(ChatMessages.Flaw) -> JSONValue {
    guard let from = (turn["from"] ?? turn["role"])?.string, let value = turn["value"] ?? turn["content"] else {
      throw ChatMessages.Flaw(reason: "Turn \(number) has no \"from\" and \"value\".")
    }
    guard let role = roles[from] else {
      throw ChatMessages.Flaw(
        reason:
          "Turn \(number) is from \"\(from.prefix(40))\"; known are \(roles.keys.sorted().joined(separator: ", ")).")
    }
    guard from == "function_call" else { return ["role": .string(role), "content": value] }
    let calls = LoggedCall.decoded(value)
    let list = calls?.array ?? calls.map { [$0] } ?? []
    guard !list.isEmpty, list.allSatisfy({ $0["name"]?.string != nil }) else {
      throw ChatMessages.Flaw(
        reason: "Turn \(number) is a call of a function and has no JSON with \"name\" and \"arguments\".")
    }
    return [
      "role": "assistant", "content": .null, "tool_calls": .array(list.map { GenAIMessages.call($0.object ?? [:]) }),
    ]
  }
}
