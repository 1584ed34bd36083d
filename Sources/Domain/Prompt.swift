import Content

/// The role of a message in a conversation.
package enum MessageRole: String, Sendable, Hashable, CaseIterable {
  case system, user, assistant
  /// Stands for all messages of the case's own conversation. Only sections have it, never a message.
  case history
  /// Gives the result of a tool. Only messages of a case's conversation have it, never a section.
  case tool

  /// The role of a section of a prompt.
  package static let ofSections: [MessageRole] = [.system, .user, .assistant, .history]
}

/// One message as a model receives it.
package struct ChatMessage: Sendable, Hashable {
  /// The role.
  package var role: MessageRole
  /// The text, exactly as sent.
  package var content: String
  /// The message in OpenAI's form, as a case's conversation has it, where its text isn't all that it says: it calls tools,
  /// gives a tool's result, or has parts that are no text. Then this is what is sent.
  package var whole: JSONObject?
  package init(role: MessageRole, content: String, whole: JSONObject? = nil) {
    self.role = role
    self.content = content
    self.whole = whole
  }

  /// The message in OpenAI's form.
  package var json: JSONValue { .object(whole ?? ["role": .string(role.rawValue), "content": .string(content)]) }
}

/// One titled part of a prompt: a file of the prompt's folder.
package struct Section: Sendable, Hashable, Identifiable {
  /// The file's name, for example `40-constraints.md`; unique in its prompt and what orders the sections.
  package let id: String
  /// What people call it, for example `constraints`; from the front matter or the file's name.
  package var title: String
  /// Which message the section is part of.
  package var role: MessageRole
  /// A section that is off stays in the file and is not sent.
  package var isEnabled: Bool
  /// The text without front matter, exactly as sent; `{{ name }}` marks a slot.
  package var body: String
  /// The line of the file at which the text begins, counted from 1. It says where, not what: sections that differ in
  /// nothing else are equal.
  package var firstLine = 1

  package init(id: String, title: String, role: MessageRole, isEnabled: Bool = true, body: String) {
    self.id = id
    self.title = title
    self.role = role
    self.isEnabled = isEnabled
    self.body = body
  }

  /// Whether two sections send the same under the same name.
  package static func == (left: Section, right: Section) -> Bool {
    left.id == right.id && left.title == right.title && left.role == right.role && left.isEnabled == right.isEnabled
      && left.body == right.body
  }

  /// Hashes all but the place.
  package func hash(into hasher: inout Hasher) {
    hasher.combine(id)
    hasher.combine(title)
    hasher.combine(role)
    hasher.combine(isEnabled)
    hasher.combine(body)
  }
}

/// Editable, ordered sections under one name.
package struct Prompt: Sendable, Hashable, Identifiable {
  /// The name in `assay.yaml`.
  package let name: PromptName
  /// The folder, relative to the workspace.
  package let path: String
  /// In the order they are sent.
  package var sections: [Section]
  /// Same as `name`.
  package var id: PromptName { name }

  package init(name: PromptName, path: String, sections: [Section]) {
    self.name = name
    self.path = path
    self.sections = sections
  }
}
