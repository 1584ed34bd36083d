import Content

/// A case's own messages: the conversation up to the turn that is to be answered. They stand in the case's input as
/// `messages`, in OpenAI's form, with the `tools` that the model may call beside them.
package struct Conversation: Sendable, Hashable {
  /// The member of an input that holds the messages.
  package static let key = "messages"
  /// The member of an input that holds the tools.
  package static let toolsKey = "tools"

  /// The messages as the case has them, at least one.
  package let messages: [JSONObject]
  /// The tools that the model may call, as the case has them; nil where there are none.
  package let tools: JSONValue?

  /// The conversation in an input; nil where its `messages` are no list of objects with a `role`.
  package init?(in input: JSONValue) {
    guard let list = input[Self.key]?.array, !list.isEmpty else { return nil }
    var messages: [JSONObject] = []
    for entry in list {
      guard let object = entry.object, object["role"]?.string != nil else { return nil }
      messages.append(object)
    }
    self.messages = messages
    tools = input[Self.toolsKey].flatMap { $0.array?.isEmpty == false ? $0 : nil }
  }

  /// The messages as a model is sent them.
  /// - Throws: `PromptTemplate.Failure` that names the first that can't be sent whole.
  func sent() throws(PromptTemplate.Failure) -> [ChatMessage] {
    var sent: [ChatMessage] = []
    for (index, message) in messages.enumerated() {
      guard let role = Self.role(message["role"]?.string ?? "") else {
        throw .conversation(
          "Message \(index + 1) has the role \"\((message["role"]?.string ?? "").prefix(40))\", which can't be sent: roles are "
            + "system, developer, user, assistant and tool")
      }
      let text = Self.text(message["content"])
      let calls = message["tool_calls"]?.array?.isEmpty == false
      guard text != nil || calls || message["content"]?.array?.isEmpty == false else {
        throw .conversation("Message \(index + 1) has neither content nor calls of tools")
      }
      let others = message.contains { member in
        !["role", "content", "weight"].contains(member.key) && !member.value.isNull
          && member.value.array?.isEmpty != true
      }
      let isPlain = text != nil && !others && role != .tool && message["role"]?.string != "developer"
      sent.append(ChatMessage(role: role, content: text ?? "", whole: isPlain ? nil : message))
    }
    guard sent.last?.role != .assistant else {
      throw .conversation(
        "The conversation ends with an answer, so there is nothing to answer. Move it to \"expected\"")
    }
    return sent
  }

  /// What a person reads of the conversation: each message with who says it.
  package var transcript: String {
    messages.map { message in
      let content = message["content"]
      let text = Self.text(content) ?? content.flatMap { $0.isNull ? nil : $0.text() } ?? ""
      let calls = message["tool_calls"].map { (text.isEmpty ? "" : "\n") + $0.text() } ?? ""
      return "\(message["role"]?.string ?? ""): \(text)\(calls)"
    }.joined(separator: "\n")
  }

  private static func role(_ word: String) -> MessageRole? {
    switch word {
    case "system", "developer": .system
    case "user": .user
    case "assistant": .assistant
    case "tool": .tool
    default: nil
    }
  }

  /// A content's text: a text, or parts that are all text.
  private static func text(_ content: JSONValue?) -> String? {
    switch content {
    case .string(let text): return text
    case .array(let parts):
      var texts: [String] = []
      for part in parts {
        guard part["type"]?.string == "text", let text = part["text"]?.string else { return nil }
        texts.append(text)
      }
      return texts.isEmpty ? nil : texts.joined(separator: "\n")
    default: return nil
    }
  }
}

extension ModelSpec {
  /// Why the model's API can't be sent a case's conversation whole, without a full stop; nil where it can.
  package func unsendable(_ messages: [ChatMessage], of evalCase: EvalCase) -> String? {
    guard case .endpoint(let endpoint) = api, !endpoint.dialect.takesWholeMessages else { return nil }
    let isPlain = messages.allSatisfy { $0.whole == nil } && Conversation(in: evalCase.input)?.tools == nil
    return isPlain
      ? nil
      : "Its conversation has tools, calls of tools, or parts that are no text, and Assay sends those to OpenAI's chat "
        + "completions and to local models only, not yet to \(endpoint.dialect.title)"
  }
}
