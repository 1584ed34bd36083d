import Content

/// A message of a training row: what is said, and whatever else its file says of it.
package struct RowMessage: Sendable, Hashable {
  /// The role. Rows have more roles than prompts.
  package enum Role: String, Sendable, Hashable, CaseIterable {
    case system, developer, user, assistant, tool
  }
  /// The role.
  package var role: Role
  /// The text; empty where there is none, as in a message that only calls tools.
  package var content: String
  /// All other members, as they stand in the file: `tool_calls`, `weight`, `reasoning_content`, `name` and the like.
  package var members: JSONObject

  package init(role: Role, content: String, members: JSONObject = JSONObject()) {
    self.role = role
    self.content = content
    self.members = members
  }

  /// A message of a prompt.
  package init(_ message: ChatMessage) {
    let role: Role =
      switch message.role {
      case .tool: .tool
      case .system: .system
      case .user, .history: .user
      case .assistant: .assistant
      }
    // Parts of content that are no text stay, so that a back end that can't learn them refuses the row.
    let members = (message.whole ?? [:]).filter { member in
      switch member.key {
      case "role": false
      case "content": member.value.array?.contains { $0["type"]?.string != "text" } ?? false
      default: !member.value.isNull
      }
    }
    self.init(role: role, content: message.content, members: JSONObject(members))
  }

  /// What the assistant says, where it may call tools: calls, which stand on the last line of an answer as
  /// `[{"name", "arguments"}]`, become `tool_calls`.
  package static func answerCalling(_ text: String) -> RowMessage {
    let start = text.lastIndex(where: \.isNewline).map { text.index(after: $0) } ?? text.startIndex
    guard let list = (try? JSONValue(parsing: String(text[start...])))?.array, !list.isEmpty,
      list.allSatisfy({ $0["name"]?.string != nil && $0["arguments"] != nil && $0.object?.count == 2 })
    else { return .answer(text) }
    let calls = list.enumerated().map { index, call -> JSONValue in
      let arguments = call["arguments"] ?? [:]
      return [
        "id": .string("call_\(index + 1)"), "type": "function",
        "function": ["name": call["name"] ?? "", "arguments": .string(arguments.string ?? arguments.text())],
      ]
    }
    let before = text[..<start]
    return RowMessage(
      role: .assistant, content: String(before.last?.isNewline == true ? before.dropLast() : before),
      members: ["tool_calls": .array(calls)])
  }

  /// What the assistant says.
  package static func answer(_ text: String) -> RowMessage { RowMessage(role: .assistant, content: text) }

  /// The tools that it calls; nil where it calls none.
  package var toolCalls: JSONValue? { members["tool_calls"]?.array?.isEmpty == false ? members["tool_calls"] : nil }

  /// Whether there is nothing in it that could be learnt.
  package var isEmpty: Bool { content.isEmpty && toolCalls == nil && members["function_call"]?.object == nil }

  /// What a person reads of it: the text, else its calls.
  package var told: String { content.isEmpty ? toolCalls?.text(.compact) ?? "" : content }

  /// With all of its members, as files hold it.
  package var json: JSONValue {
    .object(JSONObject([("role", .string(role.rawValue)), ("content", .string(content))] + Array(members)))
  }
}

extension TrainingRow {
  /// With all of its members but for where it comes from: `messages`; `prompt` with `chosen` and `rejected`, each a list
  /// of messages; or `text`.
  package var json: JSONObject {
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
  package static let known: Set<String> = [
    "tools", "weight", "functions", "documents", "parallel_tool_calls", "response_format", "chat_template_kwargs",
  ]
  /// Names of its members that mean nothing to any back end.
  package var unused: [String] { members.keys.filter { !Self.known.contains($0) } }
}
