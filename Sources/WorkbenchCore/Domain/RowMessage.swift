import Content

/// A message of a training row: what is said, and whatever else its file says of it.
public struct RowMessage: Sendable, Hashable {
  /// Who says it. Rows know more of them than prompts do.
  public enum Role: String, Sendable, Hashable, CaseIterable {
    case system, developer, user, assistant, tool
  }
  /// Who says it.
  public var role: Role
  /// The text; empty where there is none, as in a message that only calls tools.
  public var content: String
  /// All other members, as they stand in the file: `tool_calls`, `weight`, `reasoning_content`, `name` and the like.
  public var members: JSONObject

  /// Makes a message.
  public init(role: Role, content: String, members: JSONObject = JSONObject()) {
    self.role = role
    self.content = content
    self.members = members
  }

  /// A message of a prompt.
  public init(_ message: ChatMessage) {
    let role: Role =
      switch message.role {
      case .system: .system
      case .user, .history: .user
      case .assistant: .assistant
      }
    self.init(role: role, content: message.content)
  }

  /// What the assistant says.
  public static func answer(_ text: String) -> RowMessage { RowMessage(role: .assistant, content: text) }

  /// The tools that it calls; nil where it calls none.
  public var toolCalls: JSONValue? { members["tool_calls"]?.array?.isEmpty == false ? members["tool_calls"] : nil }

  /// Whether there is nothing in it that could be learnt.
  public var isEmpty: Bool { content.isEmpty && toolCalls == nil && members["function_call"]?.object == nil }

  /// What a person reads of it: the text, else its calls.
  public var told: String { content.isEmpty ? toolCalls?.text(.compact) ?? "" : content }

  /// With all of its members, as files hold it.
  public var json: JSONValue {
    .object(JSONObject([("role", .string(role.rawValue)), ("content", .string(content))] + Array(members)))
  }
}

extension TrainingRow {
  /// With all of its members but for where it comes from: `messages`; `prompt` with `chosen` and `rejected`, each a list
  /// of messages; or `text`.
  public var json: JSONObject {
    var object: JSONObject =
      switch content {
      case .conversation(let messages): ["messages": .array(messages.map(\.json))]
      case .pair(let prompt, let chosen, let rejected):
        ["prompt": .array(prompt.map(\.json)), "chosen": [chosen.json], "rejected": [rejected.json]]
      case .text(let text): ["text": .string(text)]
      }
    for member in members { object[member.key] = member.value }
    return object
  }

  /// Members of it that change what is learnt, where a back end knows them.
  public static let known: Set<String> = [
    "tools", "weight", "functions", "documents", "parallel_tool_calls", "response_format", "chat_template_kwargs",
  ]
  /// Names of its members that mean nothing to any back end.
  public var unused: [String] { members.keys.filter { !Self.known.contains($0) } }
}
