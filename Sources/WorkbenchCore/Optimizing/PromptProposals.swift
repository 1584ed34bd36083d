import Content
import Domain

/// The changes of a prompt that can be proposed without asking a model, in the order in which they are tried.
struct PromptProposals {
  /// Answered training cases that may become examples.
  let pool: [EvalCase]

  /// How many examples are tried.
  private static let exampleCounts = [2, 4]

  /// The proposals for a prompt: one without each section that can be left out, then some with examples.
  func all(of candidate: PromptCandidate) -> [PromptCandidate] {
    removals(of: candidate) + Self.exampleCounts.compactMap { examples($0, for: candidate) }
  }

  private func removals(of candidate: PromptCandidate) -> [PromptCandidate] {
    let prompt = candidate.version.prompt(at: "")
    return AblationPlan(prompt, .all).sections.map { section in
      PromptCandidate(
        candidate, .removed(section.title), parts: candidate.version.parts.filter { $0.title != section.title })
    }
  }

  /// The prompt with answered cases before its last user message; nil where it has examples already, or where cases don't
  /// say what the right answer is.
  private func examples(_ count: Int, for candidate: PromptCandidate) -> PromptCandidate? {
    let parts = candidate.version.parts
    guard !parts.contains(where: { $0.role == .assistant || $0.role == .history }),
      let place = parts.firstIndex(where: { $0.role == .user })
    else { return nil }
    let question = PromptVersion(prompt: candidate.version.prompt, parts: Array(parts[place...]))
    guard question.templates.allSatisfy({ $0.role == .user }) else { return nil }
    var examples: [PromptVersion.Part] = []
    var ids: [String] = []
    for evalCase in pool where ids.count < count {
      guard let expected = evalCase.expected, !expected.isNull, Conversation(in: evalCase.input) == nil,
        let messages = try? question.messages(for: evalCase.input)
      else { continue }
      ids.append(evalCase.id)
      let text = messages.map(\.content).joined(separator: "\n\n")
      let title = "example \(ids.count)"
      examples.append(.init(title: title, role: .user, body: Self.escaped(text)))
      examples.append(
        .init(title: title + " answer", role: .assistant, body: Self.escaped(expected.string ?? expected.text())))
    }
    guard ids.count == count else { return nil }
    return PromptCandidate(
      candidate, .examples(ids), parts: Array(parts[..<place]) + examples + Array(parts[place...]))
  }

  /// A text as a template that is sent as it is.
  private static func escaped(_ text: String) -> String { text.replacing("{{", with: "{{{{") }
}
