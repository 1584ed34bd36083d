import Content

/// Writes rows of trainers: Alpaca's, ShareGPT's and TRL's.
enum RowWriter {
  static func alpaca(
    _ one: ImportCase, _ result: inout ExportedCases
  ) throws(CaseExporter.Refusal) -> JSONObject {
    guard one.messages == nil else {
      throw CaseExporter.Refusal(reason: "Alpaca's rows have no place for a conversation")
    }
    guard let expected = one.expected?.string else { throw CaseExporter.Refusal(reason: "what is expected is no text") }
    let isOwn = Set(one.input.keys) == ["instruction", "input"] && one.input.values.allSatisfy { $0.string != nil }
    one.lose(&result, true)
    var object: JSONObject = [:]
    if isOwn {
      object = ["instruction": one.input["instruction"] ?? "", "input": one.input["input"] ?? ""]
    } else {
      guard let text = one.onlyText else {
        throw CaseExporter.Refusal(reason: "its slots are others than instruction and input, and more than one text")
      }
      result.lose("the name of the slot")
      object = ["instruction": .string(text), "input": ""]
    }
    object["output"] = .string(expected)
    object["id"] = one.id.map { .string($0) }
    return object
  }

  static func shareGPT(
    _ one: ImportCase, _ result: inout ExportedCases
  ) throws(CaseExporter.Refusal) -> JSONObject {
    var turns: [JSONValue] = []
    for message in try ChatWriter.messages(of: one) { turns += try self.turns(of: message) }
    if one.messages == nil { result.lose("the name of the slot") }
    guard let expected = one.expected else {
      throw CaseExporter.Refusal(reason: "nothing is expected, and a row ends with an answer")
    }
    turns += try self.turns(of: try ChatWriter.answer(expected))
    one.lose(&result, true)
    var object: JSONObject = ["conversations": .array(turns)]
    object["tools"] = one.tools.map { .string($0.text()) }
    object["id"] = one.id.map { .string($0) }
    return object
  }

  private static func turns(of message: JSONValue) throws(CaseExporter.Refusal) -> [JSONValue] {
    let names = ["system": "system", "user": "human", "assistant": "gpt", "tool": "observation"]
    guard let role = message["role"]?.string, let from = names[role] else {
      throw CaseExporter.Refusal(reason: "it has a message of a role that ShareGPT has no name for")
    }
    if let calls = message["tool_calls"]?.array, !calls.isEmpty {
      guard message["content"]?.string?.isEmpty ?? true else {
        throw CaseExporter.Refusal(reason: "a message says something and calls tools, which ShareGPT keeps apart")
      }
      let list = calls.map { call -> JSONValue in
        let arguments = call["function"]?["arguments"] ?? [:]
        return ["name": call["function"]?["name"] ?? "", "arguments": LoggedCall.decoded(arguments) ?? arguments]
      }
      let value = list.count == 1 ? list[0] : .array(list)
      return [["from": "function_call", "value": .string(value.text())]]
    }
    guard let object = message.object, let text = ChatMessages.text(object), object["content"]?.array == nil else {
      throw CaseExporter.Refusal(reason: "a message is more than text")
    }
    return [["from": .string(from), "value": .string(text)]]
  }

  static func trl(
    _ one: ImportCase, _ result: inout ExportedCases
  ) throws(CaseExporter.Refusal) -> JSONObject {
    guard let expected = one.expected else {
      throw CaseExporter.Refusal(reason: "nothing is expected, and a row needs a completion")
    }
    one.lose(&result, true)
    var object: JSONObject
    if one.messages != nil {
      object = ["prompt": .array(try ChatWriter.messages(of: one)), "completion": [try ChatWriter.answer(expected)]]
    } else {
      guard let text = one.onlyText else {
        throw CaseExporter.Refusal(reason: "it has several slots, or one that is no text")
      }
      guard let answer = expected.string else { throw CaseExporter.Refusal(reason: "what is expected is no text") }
      if one.input.keys != ["prompt"] { result.lose("the name of the slot") }
      object = ["prompt": .string(text), "completion": .string(answer)]
    }
    object["tools"] = one.tools
    object["id"] = one.id.map { .string($0) }
    return object
  }
}
