import Content
import Foundation

/// A frozen, hashed copy of a prompt: all that a run may point at. Two prompts that send the same messages are one
/// version, whatever their files are called and wherever one file ends and the next begins.
package struct PromptVersion: Sendable, Hashable, Identifiable {
  /// One section as it was sent.
  package struct Part: Sendable, Hashable {
    /// The section's title, for people.
    package var title: String
    /// The message it is part of.
    package var role: MessageRole
    /// The text before its slots were filled.
    package var body: String
    package init(title: String, role: MessageRole, body: String) {
      self.title = title
      self.role = role
      self.body = body
    }
  }

  /// SHA-256 over the messages; of a stored version what it was when it was frozen.
  package let hash: ContentHash
  /// The prompt it was frozen from.
  package let prompt: PromptName
  /// In the order they are sent.
  package let parts: [Part]
  /// What is sent, before slots are filled: consecutive parts of one role, joined by blank lines. Parts without text are
  /// left out.
  package let templates: [ChatMessage]
  /// Same as `hash`.
  package var id: ContentHash { hash }

  /// Freezes parts under a prompt's name.
  package init(prompt: PromptName, parts: [Part]) {
    let templates = Self.templates(of: parts)
    self.init(prompt: prompt, parts: parts, templates: templates, hash: Self.hash(of: templates))
  }

  /// A version as it was stored: its hash is what runs point at, whatever the same parts would be hashed to today.
  package init(prompt: PromptName, parts: [Part], storedHash: ContentHash) {
    self.init(prompt: prompt, parts: parts, templates: Self.templates(of: parts), hash: storedHash)
  }

  private init(prompt: PromptName, parts: [Part], templates: [ChatMessage], hash: ContentHash) {
    self.prompt = prompt
    self.parts = parts
    self.templates = templates
    self.hash = hash
  }

  /// Whether the same sections would be another version today: it was frozen when Assay joined sections by another rule.
  package var isOfOlderRule: Bool { hash != Self.hash(of: templates) }

  private static func templates(of parts: [Part]) -> [ChatMessage] {
    var messages: [ChatMessage] = []
    for part in parts where !part.body.isEmpty || part.role == .history {
      if messages.last?.role == part.role, part.role != .history {
        messages[messages.count - 1].content += "\n\n" + part.body
      } else {
        messages.append(ChatMessage(role: part.role, content: part.body))
      }
    }
    return messages
  }

  private static func hash(of templates: [ChatMessage]) -> ContentHash {
    var content: [JSONValue] = templates.map {
      .array([.string($0.role.rawValue), .string(PromptTemplate.canonical($0.content))])
    }
    // Such messages were sent regrouped by role once, under the hash that they would have without this.
    let order = templates.compactMap { MessageRole.allCases.firstIndex(of: $0.role) }
    if zip(order, order.dropFirst()).contains(where: { $0 >= $1 }) { content.append("in file order") }
    return ContentHash(hex: SHA256.hex(JSONValue.array(content).text()))
  }

  /// Freezes what `prompt` sends now.
  package init(freezing prompt: Prompt, _ choice: SectionChoice = .all) {
    self.init(
      prompt: prompt.name,
      parts: prompt.sent(choice).map { Part(title: $0.title, role: $0.role, body: $0.body) })
  }

  /// Names of all slots, in order of first use.
  package var slots: [String] {
    var seen: [String] = []
    for message in templates {
      for name in PromptTemplate.slots(of: message.content) where !seen.contains(name) { seen.append(name) }
    }
    return seen
  }

  /// The conversation for one case, in file order: each run of sections with one role is a message, and a section with
  /// `role: history` is all messages of the case's own conversation. A slot that is filled with an empty text leaves its
  /// message in place, even where nothing else stands in it.
  /// - Throws: `PromptTemplate.Failure` when a slot can't be filled from the input, something is no slot, or the case has a
  ///   conversation that isn't sent.
  package func messages(for input: JSONValue) throws -> [ChatMessage] {
    let conversation = Conversation(in: input)
    let histories = templates.filter { $0.role == .history }
    if let flaw = Self.flaw(in: histories, conversation) { throw PromptTemplate.Failure.conversation(flaw) }
    return try templates.flatMap { message -> [ChatMessage] in
      guard message.role != .history else { return try conversation?.sent() ?? [] }
      return [ChatMessage(role: message.role, content: try PromptTemplate.fill(message.content, with: input))]
    }
  }

  /// What is wrong with the sections that stand for a conversation, without a full stop.
  private static func flaw(in histories: [ChatMessage], _ conversation: Conversation?) -> String? {
    if histories.count > 1 {
      return "The prompt has \(histories.count) sections with `role: history`; keep one of them"
    }
    if let text = histories.first?.content, !text.allSatisfy(\.isWhitespace) {
      return "The section with `role: history` has a text of its own, which is never sent; move it to another section"
    }
    guard let conversation, histories.isEmpty else { return nil }
    let count = conversation.messages.count
    let length = "\(count) message\(count == 1 ? "" : "s")"
    return "The case has a conversation (\"messages\": \(length)), and no section of the prompt sends it. "
      + "Add a section with `role: history` where it belongs"
  }
}
