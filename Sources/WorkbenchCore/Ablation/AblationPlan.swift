import Domain

/// Which sections of a prompt an ablation leaves out, one at a time.
package struct AblationPlan: Sendable, Hashable {
  /// A section that can be left out, with all sections of its title.
  package struct Candidate: Sendable, Hashable {
    /// The title.
    package var title: String
    /// The role.
    package var role: MessageRole
  }

  /// A section that stays in every run.
  package struct Kept: Sendable, Hashable {
    /// The title.
    package var title: String
    /// Why, in a sentence.
    package var sentence: String
  }

  /// The sections to leave out, in the order they are sent.
  package private(set) var sections: [Candidate] = []
  /// The sections that stay.
  package private(set) var kept: [Kept] = []

  /// The most sections that are left out: each is a run over all cases.
  package static let most = 40

  /// Plans for what a prompt sends.
  package init(_ prompt: Prompt, _ choice: SectionChoice) {
    let sent = prompt.sent(choice)
    var seen: Set<String> = []
    for section in sent where seen.insert(section.title).inserted {
      if let sentence = Self.reason(toKeep: section, among: sent) {
        kept.append(Kept(title: section.title, sentence: sentence))
      } else {
        sections.append(Candidate(title: section.title, role: section.role))
      }
    }
  }

  /// Why a section can't be left out; nil where it can.
  private static func reason(toKeep section: Section, among sent: [Section]) -> String? {
    let same = sent.filter { $0.title == section.title }
    let others = sent.filter { $0.title != section.title }
    let name = "\"\(section.title)\""
    if same.contains(where: { $0.role == .history }) {
      return "\(name) stays: it stands for the case's conversation."
    }
    if same.allSatisfy({ $0.body.allSatisfy(\.isWhitespace) }) { return "\(name) stays: it has no text." }
    let slots = same.flatMap { PromptTemplate.slots(of: $0.body) }
    let hasInput = others.contains { $0.role == .history || !PromptTemplate.slots(of: $0.body).isEmpty }
    let isLast = sent.last?.title == section.title && section.role == .user
    if let slot = slots.first, !hasInput || isLast {
      return "\(name) stays: it holds {{ \(slot) }}, and without it the model wouldn't see the case."
    }
    if section.role == .user, !others.contains(where: { $0.role == .user || $0.role == .history }) {
      return "\(name) stays: without it there would be no user message."
    }
    return nil
  }
}
