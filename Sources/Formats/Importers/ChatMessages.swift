import Content

/// Conversations in OpenAI's form: a list of objects with `role` and `content`.
enum ChatMessages {
  /// Why something is no conversation, as a sentence.
  struct Flaw: Error { var reason: String }

  private static let roles: Set<String> = ["system", "developer", "user", "assistant", "tool", "function"]

  /// The messages of a list.
  /// - Throws: ``Flaw`` with the first message that is none.
  static func list(_ value: JSONValue) throws(Flaw) -> [JSONObject] {
    guard let list = value.array else { throw Flaw(reason: "\"messages\" must be a list of messages.") }
    guard !list.isEmpty else { throw Flaw(reason: "\"messages\" is an empty list.") }
    var messages: [JSONObject] = []
    for (index, entry) in list.enumerated() {
      guard let object = entry.object, let role = object["role"]?.string else {
        throw Flaw(reason: "Message \(index + 1) has no \"role\".")
      }
      guard roles.contains(role) else {
        let nearest = Spelling.nearest(to: role, among: roles.sorted()).map { "; did you mean \"\($0)\"?" } ?? "."
        throw Flaw(reason: "Message \(index + 1) has the unknown role \"\(role.prefix(40))\"\(nearest)")
      }
      guard hasContent(object) else {
        throw Flaw(reason: "Message \(index + 1) (\(role)) has neither content nor calls of tools.")
      }
      messages.append(object)
    }
    return messages
  }

  private static func hasContent(_ message: JSONObject) -> Bool {
    switch message["content"] {
    case .string, .array, .object: true
    default:
      message["tool_calls"]?.array?.isEmpty == false || message["function_call"]?.object != nil
        || message["refusal"]?.string != nil
    }
  }

  /// The text of a message; nil where its content is more than text, or there is none.
  static func text(_ message: JSONObject) -> String? {
    switch message["content"] {
    case .string(let text): return text
    case .array(let parts):
      var texts: [String] = []
      for part in parts {
        guard let text = part.string ?? part["text"]?.string,
          part["type"].map({ ["text", "input_text", "output_text"].contains($0.string ?? "") }) ?? true
        else { return nil }
        texts.append(text)
      }
      return texts.joined()
    default: return nil
    }
  }

  /// What an answer of the assistant says, in the form in which graders see a model's answer: its text, or the tools that it
  /// calls as `[{"name", "arguments"}]`; with both, the calls on a line of their own behind the text.
  static func answer(_ message: JSONObject) -> JSONValue? {
    var calls = message["tool_calls"]?.array ?? []
    if calls.isEmpty, let call = message["function_call"], call.object != nil { calls = [["function": call]] }
    if !calls.isEmpty {
      let list = JSONValue.array(calls.map(call))
      guard let text = text(message), !text.isEmpty else { return list }
      return .string(text + (text.hasSuffix("\n") ? "" : "\n") + list.text())
    }
    if let text = text(message) { return .string(text) }
    if let refusal = message["refusal"]?.string { return .string(refusal) }
    return message["content"].flatMap { $0.isNull ? nil : $0 }
  }

  /// A call without its id; arguments that are JSON in a text become JSON.
  private static func call(_ value: JSONValue) -> JSONValue {
    let function = value["function"] ?? value
    var arguments = function["arguments"] ?? [:]
    if let text = arguments.string, let parsed = try? JSONValue(parsing: text), parsed.object != nil {
      arguments = parsed
    }
    return ["name": function["name"] ?? "", "arguments": arguments]
  }

  /// Makes a case's conversation of a list: what the assistant says last is what is expected.
  /// - Parameter splitsAnswer: whether the last answer is taken off and expected.
  /// - Throws: ``Flaw``.
  static func assign(_ value: JSONValue, to found: inout ImportCase, splitsAnswer: Bool) throws(Flaw) {
    var messages = try list(value)
    if messages.last?["role"]?.string == "assistant" {
      guard splitsAnswer else {
        throw Flaw(reason: "The conversation ends with an answer, and what is expected comes from another field.")
      }
      let last = messages.removeLast()
      // Weight 0 marks an answer that is not to be learnt.
      if last["weight"]?.double != 0 { found.expected = answer(last) }
    }
    guard messages.contains(where: { $0["role"]?.string != "system" && $0["role"]?.string != "developer" }) else {
      throw Flaw(reason: "The conversation has no message to answer.")
    }
    found.messages = messages.map { .object($0) }
  }

  /// Whether a text is made of these in their order, with anything between them.
  private static func matches(_ text: String, _ literals: [String]) -> Bool {
    guard literals.contains(where: { !$0.trimmingBlanks.isEmpty }) else { return false }
    guard literals.count > 1, let first = literals.first?.trimmingBlanks, let last = literals.last?.trimmingBlanks
    else {
      return literals[0].trimmingBlanks == text
    }
    let bytes = Array(text.utf8)
    var place = first.utf8.count
    guard bytes.starts(with: first.utf8) else { return false }
    for literal in literals.dropFirst().dropLast() {
      let wanted = Array(literal.utf8)
      guard let found = bytes[min(place, bytes.count)...].firstRange(of: wanted) else { return false }
      place = found.upperBound
    }
    let tail = Array(last.utf8)
    return bytes.count - place >= tail.count && bytes.reversed().starts(with: tail.reversed())
  }

  /// Takes off system messages that the workspace's own prompts send.
  static func dropOwnSystem(_ found: inout ImportCase, _ own: [[String]], into output: inout ImportOutput) {
    guard let messages = found.messages, let first = messages.first?.object else { return }
    guard ["system", "developer"].contains(first["role"]?.string ?? ""), let text = text(first) else { return }
    guard own.contains(where: { matches(text.trimmingBlanks, $0) }) else { return }
    found.messages = Array(messages.dropFirst())
    output.count("The system message equals the prompt's and is left out of the case")
  }
}

/// Reads chat files: `{"messages": […], "tools"?}`, the last answer being what is expected; and OpenAI's preference pairs.
struct ChatReader: FormatReader {
  private let options: ImportOptions
  private var fields: FieldReader

  init(_ options: ImportOptions) {
    self.options = options
    fields = FieldReader(options, isTable: false)
  }

  mutating func read(_ record: Record, into output: inout ImportOutput) {
    guard let object = record.value.object else {
      output.fail(ImportFailure(line: record.line, column: record.column, "Expected an object with \"messages\"."))
      return
    }
    var found = ImportCase(line: record.line)
    do throws(ChatMessages.Flaw) {
      if object["preferred_output"] != nil {
        try readPair(object, into: &found)
      } else {
        guard let list = object["messages"] else { throw ChatMessages.Flaw(reason: "The record has no \"messages\".") }
        let hasOwn = object["expected"].map { !$0.isNull } ?? false
        if hasOwn { found.expected = object["expected"] }
        try ChatMessages.assign(list, to: &found, splitsAnswer: !hasOwn)
        readMembers(object, besides: ["messages", "expected"], into: &found)
      }
    } catch {
      output.fail(ImportFailure(line: record.line, error.reason))
      return
    }
    ChatMessages.dropOwnSystem(&found, options.systemTexts, into: &output)
    if found.expected == nil { output.count("The conversation ends without an answer to expect") }
    output.cases.append(found)
  }

  private func readPair(_ object: JSONObject, into found: inout ImportCase) throws(ChatMessages.Flaw) {
    guard let input = object["input"]?.object, let list = input["messages"] else {
      throw ChatMessages.Flaw(reason: "The pair has no \"input\" with \"messages\".")
    }
    try ChatMessages.assign(list, to: &found, splitsAnswer: false)
    guard let chosen = object["preferred_output"]?.array?.last?.object else {
      throw ChatMessages.Flaw(reason: "\"preferred_output\" must be a list of messages.")
    }
    found.expected = ChatMessages.answer(chosen)
    found.tools = input["tools"].flatMap { $0.array?.isEmpty == false ? $0 : nil }
    for member in object where member.key != "input" && member.key != "preferred_output" {
      found.metadata[member.key] = member.value
    }
    for member in input where member.key != "messages" && member.key != "tools" {
      found.metadata[member.key] = member.value
    }
  }

  private func readMembers(_ object: JSONObject, besides known: Set<String>, into found: inout ImportCase) {
    for (key, value) in object where !known.contains(key) && !value.isNull {
      switch key {
      case "tools": if value.array?.isEmpty != true { found.tools = value }
      case "id": found.id = value.string ?? value.number?.text
      case "group", "conversation_id": found.group = value.string ?? value.number?.text
      case "input":
        if let slots = value.object { found.input = slots } else { found.metadata[key] = value }
      case "tags":
        for tag in value.array ?? [value] { if let text = tag.string { found.tag(text) } }
      case "weight": found.weight = value.int.flatMap { $0 > 0 ? $0 : nil }
      case "metadata":
        if let members = value.object {
          for member in members { found.metadata[member.key] = member.value }
        } else {
          found.metadata[key] = value
        }
      default: found.metadata[key] = value
      }
    }
  }
}
