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
  private let hasTools: Bool

  /// The conversation in an input; nil where its `messages` are no list of objects with a `role`.
  package init?(in input: JSONValue) {
    guard let list = input[Self.key]?.array, !list.isEmpty else { return nil }
    var messages: [JSONObject] = []
    for entry in list {
      guard let object = entry.object, object["role"]?.string != nil else { return nil }
      messages.append(object)
    }
    self.messages = messages
    hasTools = input[Self.toolsKey]?.array?.isEmpty == false
  }

  /// The messages as a model is sent them.
  /// - Throws: `PromptTemplate.Failure` that names the first that can't be sent whole.
  func sent() throws(PromptTemplate.Failure) -> [ChatMessage] {
    guard !hasTools else {
      throw .conversation("The case has \"tools\", which can't be sent to a model yet. Remove them from the case")
    }
    var sent: [ChatMessage] = []
    for (index, message) in messages.enumerated() {
      guard let role = Self.role(message["role"]?.string ?? "") else {
        throw .conversation(
          "Message \(index + 1) has the role \"\((message["role"]?.string ?? "").prefix(40))\", which can't be sent yet. "
            + "Conversations of system, user and assistant can")
      }
      if let calls = message.keys.first(where: { ["tool_calls", "function_call"].contains($0) }),
        message[calls]?.isNull == false, message[calls]?.array?.isEmpty != true
      {
        throw .conversation("Message \(index + 1) calls tools (\"\(calls)\"), which can't be sent yet")
      }
      guard let text = Self.text(message["content"]) else {
        throw .conversation("Message \(index + 1) has content that is no text, which can't be sent yet")
      }
      sent.append(ChatMessage(role: role, content: text))
    }
    guard sent.last?.role == .user || sent.last?.role == .system else {
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
