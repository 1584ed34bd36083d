import Content

extension TrainingBackend {
  /// Why it can't learn a row with all that the row says; nil where it can, or where only the model's chat template
  /// decides, which the pre-flight looks at.
  package func refusal(of row: TrainingRow) -> String? { descriptor.isHosted ? row.hostedRefusal : nil }

  /// Refuses rows that it can't learn whole.
  /// - Throws: `WorkbenchError.input` that names up to ten of them, each with the reason.
  package func checkLearns(_ rows: [TrainingRow]) throws {
    var named: [String] = []
    var others = 0
    for row in rows {
      guard let reason = refusal(of: row) else { continue }
      if named.count < 10 { named.append("\(row.place): \(reason).") } else { others += 1 }
    }
    guard !named.isEmpty else { return }
    let more = others > 0 ? " \(others) more rows can't be learnt either." : ""
    throw WorkbenchError.input("Nothing was started. " + named.joined(separator: " ") + more)
  }
}

extension TrainingRow {
  /// What OpenAI's API reads of rows and of messages besides their texts.
  private static let hostedMembers: Set<String> = ["tools", "parallel_tool_calls", "functions"]
  private static let hostedPairMembers: Set<String> = ["tools", "parallel_tool_calls"]
  private static let hostedMessageMembers: Set<String> = [
    "name", "weight", "tool_calls", "tool_call_id", "function_call", "refusal",
  ]

  /// Why a fine-tuning API in OpenAI's shape can't learn it with all that it says; nil where it can.
  package var hostedRefusal: String? {
    func refused(_ name: String, _ place: String) -> String {
      "\(place) has `\(name)`, which a fine-tuning API has no place for; remove it, or tune a local model"
    }
    let allowed = kind == .pair ? Self.hostedPairMembers : Self.hostedMembers
    if let name = members.keys.first(where: { Self.known.contains($0) && !allowed.contains($0) }) {
      return refused(name, "the row")
    }
    for message in allMessages {
      for (name, value) in message.members {
        guard Self.hostedMessageMembers.contains(name) else { return refused(name, "a message") }
        if name == "weight", value != 0 && value != 1 || message.role != .assistant || kind == .pair {
          return "`weight` may only be 0 or 1, of the assistant's messages in a conversation"
        }
      }
    }
    return nil
  }

  /// Names of all members that change what is learnt, those of its messages among them.
  package var memberNames: [String] {
    var names = members.keys.filter { Self.known.contains($0) }
    for name in allMessages.flatMap(\.members.keys) where !names.contains(name) { names.append(name) }
    return names
  }

  /// Where it stands in the person's files, for sentences.
  package var place: String { line > 0 ? "\(file):\(line)" : "a row that was not read from a file" }

  /// All messages, those of both answers of a pair among them; none of a text.
  var allMessages: [RowMessage] {
    switch content {
    case .conversation(let messages): messages
    case .pair(let prompt, let chosen, let rejected): prompt + [chosen, rejected]
    case .text: []
    }
  }
}
