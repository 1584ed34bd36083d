import Content

/// One example to learn from. Where it stands and where it came from are no part of what it is.
package struct TrainingRow: Sendable, Hashable {
  /// What is learnt.
  package enum Content: Sendable, Hashable {
    /// Messages that end with the assistant's: it is what is learnt.
    case conversation([RowMessage])
    /// Two answers to one prompt, the first of which is to be preferred (Rafailov et al. 2023).
    case pair(prompt: [RowMessage], chosen: RowMessage, rejected: RowMessage)
    /// A text that is learnt whole, without a template.
    case text(String)
  }

  /// Which of them; a file holds one kind.
  package enum Kind: String, Sendable, Hashable, CaseIterable {
    case conversation, pair, text
    /// What to call rows of it in sentences.
    package var plural: String {
      switch self {
      case .conversation: "conversations"
      case .pair: "preference pairs"
      case .text: "plain texts"
      }
    }
  }

  /// What is learnt.
  package var content: Content
  /// Its other members as they stand in the file, such as `tools`: they go wherever it goes.
  package var members: JSONObject
  /// The file it was read from, as it was named; empty when it wasn't read.
  package var file: String
  /// The line of that file, counted from 1; 0 when it wasn't read.
  package var line: Int
  /// Rows of one group stand on one side of a split: what is measured must not have been learnt in other words.
  package var group: String?
  /// Where it came from: the run, case, variant, model and score of a collected row.
  package var source: JSONObject?

  package init(
    _ content: Content, members: JSONObject = JSONObject(), file: String = "", line: Int = 0, group: String? = nil,
    source: JSONObject? = nil
  ) {
    self.content = content
    self.members = members
    self.file = file
    self.line = line
    self.group = group
    self.source = source
  }

  /// Makes a conversation; it ends with the assistant's message.
  package init(messages: [ChatMessage], line: Int = 0, group: String? = nil, source: JSONObject? = nil) {
    self.init(.conversation(messages.map { RowMessage($0) }), line: line, group: group, source: source)
  }

  /// Which kind it is.
  package var kind: Kind {
    switch content {
    case .conversation: .conversation
    case .pair: .pair
    case .text: .text
    }
  }

  /// As a conversation: a pair with its chosen answer, a text as what the assistant says.
  package var messages: [RowMessage] {
    switch content {
    case .conversation(let messages): messages
    case .pair(let prompt, let chosen, _): prompt + [chosen]
    case .text(let text): [.answer(text)]
    }
  }

  /// What a model is asked; empty for a text.
  package var prompt: [RowMessage] {
    switch content {
    case .conversation(let messages): messages.dropLast()
    case .pair(let prompt, _, _): prompt
    case .text: []
    }
  }

  /// Whether both teach the same.
  package static func == (left: TrainingRow, right: TrainingRow) -> Bool {
    left.content == right.content && left.members == right.members
  }
  /// Feeds what is learnt.
  package func hash(into hasher: inout Hasher) {
    hasher.combine(content)
    hasher.combine(members)
  }
}
