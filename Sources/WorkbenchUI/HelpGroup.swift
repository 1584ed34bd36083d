import Drawing

/// Bindings under one heading, as help and the README's tables show them.
package struct HelpGroup: Sendable, Hashable {
  /// The heading.
  package var title: String
  /// In the order they were declared; bindings that differ only in their availability stand once.
  package var hints: [BindingHint]

  /// Sorts bindings under their headings, keeping the order of first appearance.
  static func groups(of hints: [BindingHint], named fallback: String) -> [HelpGroup] {
    var groups: [HelpGroup] = []
    for hint in hints {
      let title = hint.group.isEmpty ? fallback : hint.group
      if let index = groups.firstIndex(where: { $0.title == title }) {
        if !groups[index].hints.contains(where: { $0.title == hint.title && $0.keys == hint.keys }) {
          groups[index].hints.append(hint)
        }
      } else {
        groups.append(HelpGroup(title: title, hints: [hint]))
      }
    }
    return groups
  }
}

extension BindingHint {
  /// All keys in words, for example `j, Down`.
  var keyList: String { keys.map(\.description).joined(separator: ", ") }
}
