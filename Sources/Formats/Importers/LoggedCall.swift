import Content

/// One call of a model as a log has it, before it becomes a case.
struct LoggedCall: Sendable {
  /// What was sent: messages, slots or a text.
  var input: JSONValue?
  var tools: JSONValue?
  /// The model's message, or its text.
  var answer: JSONValue?
  /// Why the model stopped, in the log's words.
  var finishReasons: [String] = []
  /// The conversation.
  var group: String?
  var tags: [String] = []
  /// What is kept: model, time, tokens, cost. Names of users never are.
  var metadata: JSONObject = [:]
  var line: Int

  init(line: Int) { self.line = line }

  /// Words for an answer that came to its end.
  private static let finished: Set<String> = [
    "stop", "end_turn", "stop_sequence", "tool_calls", "tool_call", "tool_use", "function_call", "eos", "completed",
    "end", "complete",
  ]

  /// Makes a case, unless the call has no finished answer.
  func add(to output: inout ImportOutput, _ options: ImportOptions) {
    guard let answer, !Self.isEmpty(answer) else { return output.skip("calls without an answer") }
    if let reason = finishReasons.first(where: { !$0.isEmpty && !Self.finished.contains($0.lowercased()) }) {
      return output.skip("answers that didn't come to their end (\(reason.prefix(40)))")
    }
    var found = ImportCase(line: line)
    guard let input, !Self.isEmpty(input) else { return output.skip("calls whose input wasn't logged") }
    do throws(ChatMessages.Flaw) { try Self.assign(input, to: &found) } catch {
      output.fail(ImportFailure(line: line, error.reason))
      return
    }
    if let tools, !Self.isEmpty(tools) { found.tools = tools }
    ChatMessages.dropOwnSystem(&found, options.systemTexts, into: &output)
    guard !found.isEmpty, found.messages?.isEmpty != true else { return output.skip("calls whose input wasn't logged") }
    found.group = group
    for tag in tags { found.tag(tag) }
    found.metadata = metadata
    let said =
      answer.object.flatMap { $0["role"] != nil || $0["content"] != nil ? ChatMessages.answer($0) : nil } ?? answer
    if options.expectsAnswers { found.expected = said } else { found.metadata["answer"] = said }
    output.cases.append(found)
  }

  /// Makes a case's input of what was sent.
  private static func assign(_ input: JSONValue, to found: inout ImportCase) throws(ChatMessages.Flaw) {
    switch input {
    case .array(let list) where list.allSatisfy { $0["role"] != nil }:
      var messages = try ChatMessages.list(input)
      // A prefilled answer is no turn to be answered.
      if messages.last?["role"]?.string == "assistant" { messages.removeLast() }
      guard !messages.isEmpty else { throw ChatMessages.Flaw(reason: "The call has no message to answer.") }
      found.messages = messages.map { .object($0) }
    case .object(let object):
      if object["messages"]?.array != nil {
        if let tools = object["tools"] { found.tools = tools }
        try assign(object["messages"] ?? .null, to: &found)
      } else if object["role"] != nil, object["content"] != nil {
        found.messages = [input]
      } else {
        for (name, value) in object { found.input[SlotName.made(from: name)] = value }
      }
    default: found.input["input"] = input
    }
  }

  static func isEmpty(_ value: JSONValue) -> Bool {
    switch value {
    case .null: true
    case .string(let text): text.isEmpty
    case .array(let values): values.isEmpty
    case .object(let object): object.isEmpty
    default: false
    }
  }

  /// A value that may stand in a text as JSON: the JSON where it is an object or a list, else the value.
  static func decoded(_ value: JSONValue?) -> JSONValue? {
    guard case .string(let text)? = value else { return value }
    guard let first = text.utf8.first(where: { $0 != 0x20 && $0 != 0x0A }),
      first == UInt8(ascii: "{") || first == UInt8(ascii: "[")
    else { return text.isEmpty ? nil : value }
    return (try? JSONValue(parsing: text)) ?? value
  }
}

extension JSONObject {
  /// A member by its name with underscores or in camel case; nil for null and for an empty text.
  func member(_ name: String) -> JSONValue? {
    let words = name.split(separator: "_")
    let camel = words.enumerated().map {
      $0.offset == 0 ? String($0.element) : $0.element.prefix(1).uppercased() + $0.element.dropFirst()
    }
    .joined()
    guard let value = self[name] ?? self[camel], !value.isNull, value.string?.isEmpty != true else { return nil }
    return value
  }
}
