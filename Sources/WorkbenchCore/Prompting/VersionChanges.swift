import Domain

/// What one version of a prompt changed against another, section by section.
package struct VersionChanges: Sendable, Hashable {
  /// What happened to a section.
  package enum Kind: String, Sendable, Hashable {
    case added, removed, edited
    /// Another one says it.
    case role
  }

  /// One section.
  package struct Change: Sendable, Hashable {
    /// The title.
    package var title: String
    /// What happened to it.
    package var kind: Kind
  }

  /// The sections that differ, in the new version's order, then those that went.
  package private(set) var sections: [Change] = []
  /// Whether sections that both have stand in another order.
  package private(set) var isReordered = false

  /// Compares two versions.
  package init(from old: PromptVersion, to new: PromptVersion) {
    var rest = Array(old.parts.enumerated())
    var places: [Int] = []
    for part in new.parts {
      guard let index = rest.firstIndex(where: { $0.element.title == part.title }) else {
        sections.append(Change(title: part.title, kind: .added))
        continue
      }
      let (place, before) = rest.remove(at: index)
      places.append(place)
      if before.body != part.body {
        sections.append(Change(title: part.title, kind: .edited))
      } else if before.role != part.role {
        sections.append(Change(title: part.title, kind: .role))
      }
    }
    sections += rest.map { Change(title: $0.element.title, kind: .removed) }
    isReordered = zip(places, places.dropFirst()).contains { $0 > $1 }
  }

  /// How many things changed.
  package var count: Int { sections.count + (isReordered ? 1 : 0) }

  /// The changes in a few words: `examples removed, role edited`.
  package var words: String {
    let words = sections.map { change in
      "\(change.title) \(change.kind == .role ? "said by another role" : change.kind.rawValue)"
    }
    return (words + (isReordered ? ["another order"] : [])).joined(separator: ", ")
  }
}
