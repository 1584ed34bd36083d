import Content
import WorkbenchCore

/// The forms of a training row, ours and those of other tools:
///
/// - a conversation: `messages`, or `prompt` with `completion` (texts or lists of messages);
/// - a preference pair: `prompt` with `chosen` and `rejected` (texts or lists of messages); without `prompt` where both are
///   conversations with a common beginning (TRL's implicit form); or `input` with `preferred_output` and
///   `non_preferred_output` (OpenAI's);
/// - a text that is learnt whole: `text`.
///
/// Each may have a `group` and a `source`. Other members mean nothing here and are not kept.
struct TrainingLine {
  /// Makes a problem of a key and a sentence.
  let fail: (_ key: String?, _ message: String) -> Problem

  private static let forms = """
    rows are {"messages": […]}, {"prompt": …, "completion": …}, {"prompt": …, "chosen": …, "rejected": …} or \
    {"text": …}
    """

  /// - Throws: what `fail` makes.
  func row(_ value: JSONValue, line: Int) throws -> TrainingRow {
    guard let object = value.object else { throw fail(nil, "Expected an object: \(Self.forms).") }
    return TrainingRow(
      try content(object), line: line, group: try group(object["group"]), source: source(object["source"]))
  }

  private func content(_ object: JSONObject) throws -> TrainingRow.Content {
    if let list = object["messages"], object["chosen"] == nil {
      return .conversation(try checked(try conversation(list, key: "messages"), of: list))
    }
    if let input = object["input"], object["preferred_output"] != nil || object["non_preferred_output"] != nil {
      guard let list = input["messages"] else { throw fail("input", "\"input\" must have \"messages\".") }
      return try pair(
        try conversation(list, key: "input.messages"), object, chosen: "preferred_output",
        rejected: "non_preferred_output")
    }
    if object["chosen"] != nil || object["rejected"] != nil {
      // Axolotl calls the prompt of a pair "messages".
      let key = object["prompt"] == nil ? "messages" : "prompt"
      let prompt = try object[key].map { try part($0, key: key, role: .user) }
      return try pair(prompt, object, chosen: "chosen", rejected: "rejected")
    }
    if let prompt = object["prompt"], let completion = object["completion"] {
      if object["label"]?.bool == false {
        throw fail("label", "This answer is marked as bad, and rows of one bad answer can't be learnt: remove it.")
      }
      let messages = try part(prompt, key: "prompt", role: .user)
      return .conversation(
        try checked(messages + (try part(completion, key: "completion", role: .assistant)), of: completion))
    }
    if let text = object["text"] {
      guard let text = text.string else { throw fail("text", "\"text\" must be a text.") }
      guard !text.allSatisfy(\.isWhitespace) else { throw fail("text", "The text is empty.") }
      return .text(text)
    }
    let known = ["messages", "prompt", "completion", "chosen", "rejected", "text"]
    let near = object.keys.lazy.compactMap { Spelling.nearest(to: $0, among: known) }.first
    throw fail(object.keys.first, "Nothing to learn here: \(Self.forms)." + ConfigFields.suggestion(near))
  }

  private func group(_ value: JSONValue?) throws -> String? {
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

  private func checked(_ messages: [ChatMessage], of list: JSONValue) throws -> [ChatMessage] {
    guard let last = messages.last, last.role == .assistant else {
      throw fail("messages", "The last message must be the assistant's: it is what is learnt.")
    }
    guard !last.content.isEmpty else { throw fail("messages", "The assistant's last message is empty.") }
    guard messages.count > 1 else { throw fail("messages", "There is nothing before the assistant's message.") }
    if list.array?.last?["weight"]?.double == 0 {
      throw fail("messages", "The last message has the weight 0, so nothing would be learnt: remove the row.")
    }
    return messages
  }

  private func part(_ value: JSONValue, key: String, role: MessageRole) throws -> [ChatMessage] {
    if let text = value.string { return [ChatMessage(role: role, content: text)] }
    guard value.array != nil else { throw fail(key, "\"\(key)\" must be a text or a list of messages.") }
    return try conversation(value, key: key)
  }

  private func conversation(_ value: JSONValue, key: String) throws -> [ChatMessage] {
    guard let list = value.array, !list.isEmpty else { throw fail(key, "\"\(key)\" must be a list of messages.") }
    return try list.enumerated().map { index, message in
      try self.message(message, place: "\(key)[\(index)]")
    }
  }

  private func message(_ message: JSONValue, place: String) throws -> ChatMessage {
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

  // MARK: Pairs

  /// Reads two answers, each a text, a message, a list of messages, or a conversation that begins with the prompt.
  private func pair(
    _ prompt: [ChatMessage]?, _ object: JSONObject, chosen: String, rejected: String
  ) throws -> TrainingRow.Content {
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

  private func side(_ object: JSONObject, _ key: String) throws -> [ChatMessage] {
    guard let value = object[key] else { throw fail(key, "A preference pair needs \"\(key)\" too.") }
    if value.object != nil { return [try message(value, place: key)] }
    return try part(value, key: key, role: .assistant)
  }

  private func answer(_ messages: ArraySlice<ChatMessage>, _ key: String) throws -> String {
    guard messages.count == 1, let answer = messages.first, answer.role == .assistant else {
      throw fail(key, "\"\(key)\" must end with one message of the assistant that the other one doesn't share.")
    }
    guard !answer.content.isEmpty else { throw fail(key, "\"\(key)\" is empty.") }
    return answer.content
  }
}
