/// Which sections of a prompt are sent.
package struct SectionChoice: Sendable, Hashable {
  /// The titles of the system sections to send, when not all that are on. The conversation of user and assistant stays whole.
  package var only: [String]?
  /// The titles of sections that are sent although they are off in their file, or not among ``only``.
  package var with: [String]
  /// The titles of sections that are not sent, whatever else says so.
  package var without: [String]

  /// All sections that are on, unless told otherwise.
  package init(only: [String]? = nil, with: [String] = [], without: [String] = []) {
    self.only = only
    self.with = with
    self.without = without
  }

  /// All sections that are on.
  package static let all = SectionChoice()

  /// Whether a section is sent.
  package func sends(_ section: Section) -> Bool {
    if without.contains(section.title) { return false }
    if with.contains(section.title) { return true }
    guard let only else { return section.isEnabled }
    return only.contains(section.title) || (section.role != .system && section.isEnabled)
  }

  /// Sends a section, or no longer. Doing it twice leaves a choice as it was, except that titles which change nothing may
  /// go and that others may stand in another order.
  package mutating func toggle(_ section: Section) {
    if sends(section) {
      var other = self
      other.with.removeAll { $0 == section.title }
      if other.sends(section) { without.append(section.title) } else { self = other }
    } else {
      without.removeAll { $0 == section.title }
      if !sends(section) { with.append(section.title) }
    }
  }
}

extension Prompt {
  /// The sections that are sent, in order.
  package func sent(_ choice: SectionChoice = .all) -> [Section] { sections.filter(choice.sends) }
}
