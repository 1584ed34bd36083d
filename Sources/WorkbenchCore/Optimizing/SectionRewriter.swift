import Content
import Domain
import Grading

/// What a model is asked when it is to rewrite a section, and how its reply is read. Pure values.
enum SectionRewriter {
  /// An answer of the present prompt that was wrong.
  struct Failure {
    /// The case.
    var evalCase: EvalCase
    /// What was answered.
    var answer: String
    /// What the graders say.
    var reason: String
  }

  /// The most failures that are told.
  static let mostFailures = 4
  /// The most characters of an input or an answer that are told.
  private static let mostCharacters = 1_500

  /// Asks for a section that avoids failures.
  static func rewriting(
    _ part: PromptVersion.Part, of version: PromptVersion, failures: [Failure]
  ) -> [ChatMessage] {
    let told = failures.prefix(mostFailures).map { failure in
      """
      Input: \(cut(failure.evalCase.input.text()))
      Right answer: \(cut(failure.evalCase.expected?.text() ?? "not stated"))
      Answer given: \(cut(failure.answer))
      What was wrong: \(cut(failure.reason))
      """
    }
    return ask(
      part, of: version,
      """
      With this prompt a model gave wrong answers. Rewrite the section so that answers like these come out right. State the \
      general rule that is missing; do not copy inputs or answers.

      \(told.joined(separator: "\n\n"))
      """)
  }

  /// Asks for a section in other words.
  static func rewording(_ part: PromptVersion.Part, of version: PromptVersion) -> [ChatMessage] {
    ask(part, of: version, "Say the section in other words, shorter where that loses nothing. Keep every rule.")
  }

  private static func ask(_ part: PromptVersion.Part, of version: PromptVersion, _ task: String) -> [ChatMessage] {
    let sections = version.parts.map { "[\($0.title)]\n\($0.body)" }.joined(separator: "\n\n")
    let slots = PromptTemplate.slots(of: part.body).map { "{{ \($0) }}" }.joined(separator: ", ")
    let keep = slots.isEmpty ? "It has no slots, and must get none." : "Keep its slots exactly: \(slots)."
    return [
      ChatMessage(
        role: .system,
        content:
          "You improve one section of a prompt for another model. Reply with a JSON object: {\"text\": the whole new "
          + "section}."),
      ChatMessage(
        role: .user,
        content: """
          The whole prompt, section by section:

          \(sections)

          The section to change: [\(part.title)]. \(keep)

          \(task)
          """),
    ]
  }

  /// The new text in a reply; nil where there is none.
  static func text(in reply: String) -> String? {
    EmbeddedJSON.all(in: AnswerText(reply).text).values.map(\.value).last { $0["text"]?.string != nil }?["text"]?.string
  }

  private static func cut(_ text: String) -> String {
    text.count > mostCharacters ? text.prefix(mostCharacters) + " …" : text
  }
}
