import Content

/// Who says a message of a conversation.
public enum MessageRole: String, Sendable, Hashable, CaseIterable {
  case system, user, assistant
  /// Stands for all messages of the case's own conversation. Only sections have it, never a message.
  case history
  /// Gives the result of a tool. Only messages of a case's conversation have it, never a section.
  case tool

  /// Who can say a section of a prompt.
  public static let ofSections: [MessageRole] = [.system, .user, .assistant, .history]
}

/// One message as a model receives it.
public struct ChatMessage: Sendable, Hashable {
  /// Who says it.
  public var role: MessageRole
  /// The text, exactly as sent.
  public var content: String
  /// The message in OpenAI's form, as a case's conversation has it, where its text isn't all that it says: it calls tools,
  /// gives a tool's result, or has parts that are no text. Then this is what is sent.
  public var whole: JSONObject?
  /// Makes a message.
  public init(role: MessageRole, content: String, whole: JSONObject? = nil) {
    self.role = role
    self.content = content
    self.whole = whole
  }

  /// The message in OpenAI's form.
  public var json: JSONValue { .object(whole ?? ["role": .string(role.rawValue), "content": .string(content)]) }
}

/// One titled part of a prompt: a file of the prompt's folder.
public struct Section: Sendable, Hashable, Identifiable {
  /// The file's name, for example `40-constraints.md`; unique in its prompt and what orders the sections.
  public let id: String
  /// What people call it, for example `constraints`; from the front matter or the file's name.
  public var title: String
  /// Which message the section is part of.
  public var role: MessageRole
  /// A section that is off stays in the file and is not sent.
  public var isEnabled: Bool
  /// The text without front matter, exactly as sent; `{{ name }}` marks a slot.
  public var body: String
  /// The line of the file at which the text begins, counted from 1. It says where, not what: sections that differ in
  /// nothing else are equal.
  package var firstLine = 1

  /// Makes a section.
  public init(id: String, title: String, role: MessageRole, isEnabled: Bool = true, body: String) {
    self.id = id
    self.title = title
    self.role = role
    self.isEnabled = isEnabled
    self.body = body
  }

  /// Whether two sections send the same under the same name.
  public static func == (left: Section, right: Section) -> Bool {
    left.id == right.id && left.title == right.title && left.role == right.role && left.isEnabled == right.isEnabled
      && left.body == right.body
  }

  /// Hashes all but the place.
  public func hash(into hasher: inout Hasher) {
    hasher.combine(id)
    hasher.combine(title)
    hasher.combine(role)
    hasher.combine(isEnabled)
    hasher.combine(body)
  }
}

/// Editable, ordered sections under one name.
public struct Prompt: Sendable, Hashable, Identifiable {
  /// The name in `assay.yaml`.
  public let name: PromptName
  /// The folder, relative to the workspace.
  public let path: String
  /// In the order they are sent.
  public var sections: [Section]
  /// Same as `name`.
  public var id: PromptName { name }

  /// Makes a prompt.
  public init(name: PromptName, path: String, sections: [Section]) {
    self.name = name
    self.path = path
    self.sections = sections
  }

  /// The sections that are sent: those that are on. If `titles` is given, the system sections are those whose title is in
  /// it instead; the conversation of user and assistant stays whole.
  public func sent(only titles: [String]?) -> [Section] {
    sections.filter { section in
      guard let titles else { return section.isEnabled }
      return titles.contains(section.title) || (section.role != .system && section.isEnabled)
    }
  }
}
