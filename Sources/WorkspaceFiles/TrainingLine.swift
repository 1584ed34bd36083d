import Content
import Domain

/// The forms of a training row, ours and those of other tools:
///
/// - a conversation: `messages`, or `prompt` with `completion` (texts or lists of messages);
/// - a preference pair: `prompt` with `chosen` and `rejected` (texts or lists of messages); without `prompt` where both are
///   conversations with a common beginning (TRL's implicit form); or `input` with `preferred_output` and
///   `non_preferred_output` (OpenAI's);
/// - a text that is learnt whole: `text`.
///
/// Each may have a `group` and a `source`. All other members, of rows and of messages, are kept as they stand, but for those
/// that are null.
struct TrainingLine {
  /// Makes a problem of a key and a sentence.
  let fail: (_ key: String?, _ message: String) -> Problem

  private static let forms = """
    rows are {"messages": […]}, {"prompt": …, "completion": …}, {"prompt": …, "chosen": …, "rejected": …} or \
    {"text": …}
    """

  /// Members that a form is made of.
  private static let contents = [
    "messages", "prompt", "completion", "chosen", "rejected", "text", "preferred_output", "non_preferred_output",
  ]

  /// - Throws: what `fail` makes.
  func row(_ value: JSONValue, line: Int) throws(Problem) -> TrainingRow {
    guard let object = value.object else { throw fail(nil, "Expected an object: \(Self.forms).") }
    let (content, keys) = try content(object)
    for key in Self.contents where !keys.contains(key) && object[key].map({ $0 != .null }) == true {
      throw fail(
        key,
        "The row has \"\(keys[0])\" and \"\(key)\", and only one of them would be learnt: remove the other. \(Self.forms)."
      )
    }
    var members = JSONObject(object.filter { !keys.contains($0.key) && $0.key != "group" && $0.key != "source" })
    if let input = object["input"]?.object, keys.contains("input") {
      for member in input where member.key != "messages" { members[member.key] = member.value }
    }
    members = Self.meaning(members)
    if members["weight"]?.double == 0 {
      throw fail("weight", "The row has the weight 0, so nothing would be learnt: remove it.")
    }
    return TrainingRow(
      content, members: members, line: line, group: try group(object["group"]), source: source(object["source"]))
  }

  /// Members without those that say nothing: null, no tools, and how no tools are called.
  private static func meaning(_ members: JSONObject) -> JSONObject {
    var kept = JSONObject(members.filter { $0.value != .null })
    for key in ["tools", "functions"] where kept[key]?.array?.isEmpty == true { kept[key] = nil }
    if kept["tools"] == nil { kept["parallel_tool_calls"] = nil }
    return kept
  }

  /// What is learnt, and the members of the row that it was made of.
  private func content(_ object: JSONObject) throws(Problem) -> (TrainingRow.Content, keys: [String]) {
    func has(_ key: String) -> Bool { object[key].map { $0 != .null } ?? false }
    if has("input"), has("preferred_output") || has("non_preferred_output") {
      guard let list = object["input"]?["messages"] else {
        throw fail("input", "\"input\" must have \"messages\".")
      }
      let pair = try pair(
        try conversation(list, key: "input.messages"), object, chosen: "preferred_output",
        rejected: "non_preferred_output")
      return (pair, ["input", "preferred_output", "non_preferred_output"])
    }
    if has("chosen") || has("rejected") {
      // Axolotl calls the prompt of a pair "messages".
      let key = has("prompt") ? "prompt" : "messages"
      let prompt: [RowMessage]? =
        if has(key), let value = object[key] {
          try part(value, key: key, role: .user)
        } else { nil }
      return (try pair(prompt, object, chosen: "chosen", rejected: "rejected"), ["chosen", "rejected", key])
    }
    if let list = object["messages"], list != .null {
      return (.conversation(try checked(try conversation(list, key: "messages"))), ["messages"])
    }
    if let prompt = object["prompt"], let completion = object["completion"] {
      if object["label"]?.bool == false {
        throw fail("label", "This answer is marked as bad, and rows of one bad answer can't be learnt: remove it.")
      }
      let messages = try part(prompt, key: "prompt", role: .user)
      let answer = try part(completion, key: "completion", role: .assistant)
      return (.conversation(try checked(messages + answer)), ["prompt", "completion"])
    }
    if let text = object["text"] {
      guard let text = text.string else { throw fail("text", "\"text\" must be a text.") }
      guard !text.allSatisfy(\.isWhitespace) else { throw fail("text", "The text is empty.") }
      return (.text(text), ["text"])
    }
    let known = ["messages", "prompt", "completion", "chosen", "rejected", "text"]
    let near = object.keys.lazy.compactMap { Spelling.nearest(to: $0, among: known) }.first
    throw fail(object.keys.first, "Nothing to learn here: \(Self.forms)." + ConfigFields.suggestion(near))
  }

  private func group(_ value: JSONValue?) throws(Problem) -> String? {
    switch value {
    case .string(let text): text.isEmpty ? nil : text
    case .number(let number): number.text
    case nil, .null: nil
    default: throw fail("group", "\"group\" must be a text: rows with the same one are kept together.")
    }
  }

  /// Where a row comes from: an object is ours, a text another tool's word for it.
  private func source(_ value: JSONValue?) -> JSONObject? {
    switch value {
    case .object(let object): object
    case .string(let text): ["name": .string(text)]
    default: nil
    }
  }

  // MARK: Conversations

  private func checked(_ messages: [RowMessage]) throws(Problem) -> [RowMessage] {
    guard let last = messages.last, last.role == .assistant else {
      throw fail("messages", "The last message must be the assistant's: it is what is learnt.")
    }
    guard !last.isEmpty else { throw fail("messages", "The assistant's last message is empty.") }
    guard messages.count > 1 else { throw fail("messages", "There is nothing before the assistant's message.") }
    if last.members["weight"]?.double == 0 {
      throw fail("messages", "The last message has the weight 0, so nothing would be learnt: remove the row.")
    }
    return messages
  }

  private func part(_ value: JSONValue, key: String, role: RowMessage.Role) throws(Problem) -> [RowMessage] {
    if let text = value.string { return [RowMessage(role: role, content: text)] }
    guard value.array != nil else { throw fail(key, "\"\(key)\" must be a text or a list of messages.") }
    return try conversation(value, key: key)
  }

  private func conversation(_ value: JSONValue, key: String) throws(Problem) -> [RowMessage] {
    guard let list = value.array, !list.isEmpty else { throw fail(key, "\"\(key)\" must be a list of messages.") }
    var messages: [RowMessage] = []
    var hasCalled = false
    for (index, value) in list.enumerated() {
      let place = "\(key)[\(index)]"
      let message = try message(value, place: place)
      if message.role == .tool {
        guard hasCalled else {
          throw fail(
            "\(place).role",
            "A message with the role \"tool\" must follow an assistant's message with \"tool_calls\", whose result it is."
          )
        }
      } else {
        hasCalled = message.role == .assistant && message.toolCalls != nil
      }
      messages.append(message)
    }
    return messages
  }

  private func message(_ message: JSONValue, place: String) throws(Problem) -> RowMessage {
    guard let word = message["role"]?.string else { throw fail("\(place).role", "The message has no role.") }
    guard let role = RowMessage.Role(rawValue: word) else {
      let roles = RowMessage.Role.allCases.map(\.rawValue).joined(separator: ", ")
      let advice = word == "function" ? " Write \"tool\", with \"tool_calls\" in the message before." : ""
      throw fail("\(place).role", "There is no role \"\(word.prefix(40))\"; roles are \(roles).\(advice)")
    }
    let members = Self.meaning(JSONObject((message.object ?? [:]).filter { $0.key != "role" && $0.key != "content" }))
    var made = RowMessage(role: role, content: "", members: members)
    switch message["content"] {
    case .string(let text): made.content = text
    case nil where !made.isEmpty, .null where !made.isEmpty: break
    default: throw fail("\(place).content", "The message's content must be a text.")
    }
    return made
  }

  // MARK: Pairs

  /// Reads two answers, each a text, a message, a list of messages, or a conversation that begins with the prompt.
  private func pair(
    _ prompt: [RowMessage]?, _ object: JSONObject, chosen: String, rejected: String
  ) throws(Problem) -> TrainingRow.Content {
    let first = try side(object, chosen)
    let second = try side(object, rejected)
    // What both begin with is the prompt, but never the answers themselves.
    var shared = 0
    while shared < min(first.count, second.count) - 1, first[shared] == second[shared] { shared += 1 }
    let beginning = Array(first.prefix(shared))
    let prompt = prompt ?? beginning
    // Where both are given, one ends with the other: a system message may stand in only one of them.
    let whole = beginning.count > prompt.count ? beginning : prompt
    guard whole.suffix(beginning.count) == beginning[...], whole.suffix(prompt.count) == prompt[...] else {
      throw fail("prompt", "The prompt is another one than \"\(chosen)\" and \"\(rejected)\" begin with.")
    }
    guard !whole.isEmpty else {
      throw fail(
        "prompt",
        "There is no prompt: add \"prompt\", or begin \"\(chosen)\" and \"\(rejected)\" with the same messages.")
    }
    return .pair(
      prompt: whole, chosen: try answer(first.dropFirst(shared), chosen),
      rejected: try answer(second.dropFirst(shared), rejected))
  }

  private func side(_ object: JSONObject, _ key: String) throws(Problem) -> [RowMessage] {
    guard let value = object[key] else { throw fail(key, "A preference pair needs \"\(key)\" too.") }
    if value.object != nil { return [try message(value, place: key)] }
    return try part(value, key: key, role: .assistant)
  }

  private func answer(_ messages: ArraySlice<RowMessage>, _ key: String) throws(Problem) -> RowMessage {
    guard messages.count == 1, let answer = messages.first, answer.role == .assistant else {
      throw fail(key, "\"\(key)\" must end with one message of the assistant that the other one doesn't share.")
    }
    guard !answer.isEmpty else { throw fail(key, "\"\(key)\" is empty.") }
    return answer
  }
}
