import Domain
import WorkbenchCore

/// What a prompt version changed against an earlier one.
enum VersionChange {
  /// One line of the account.
  struct Line: Hashable {
    enum Kind: Hashable { case heading, added, removed, same }
    var kind: Kind
    var text: String
  }

  /// Sections that came, went or changed; changed ones with their lines.
  static func lines(from old: PromptVersion?, to new: PromptVersion) -> [Line] {
    guard let old else { return [Line(kind: .same, text: "The first version of this prompt.")] }
    var lines: [Line] = []
    for part in new.parts {
      guard let before = old.parts.first(where: { $0.title == part.title }) else {
        lines.append(Line(kind: .heading, text: "+ \(part.title) added"))
        lines += body(part.body, .added)
        continue
      }
      if before.role != part.role {
        lines.append(Line(kind: .heading, text: "~ \(part.title) is now said by the \(part.role.rawValue)"))
      }
      if before.body != part.body {
        lines.append(Line(kind: .heading, text: "~ \(part.title) edited"))
        lines += edits(from: before.body, to: part.body)
      }
    }
    for part in old.parts where !new.parts.contains(where: { $0.title == part.title }) {
      lines.append(Line(kind: .heading, text: "- \(part.title) removed"))
      lines += body(part.body, .removed)
    }
    if lines.isEmpty { lines = [Line(kind: .same, text: "The same sections in another order.")] }
    return lines
  }

  private static func body(_ text: String, _ kind: Line.Kind) -> [Line] {
    text.split(omittingEmptySubsequences: false, whereSeparator: \.isNewline).map { Line(kind: kind, text: String($0)) }
  }

  /// Lines that went and came, in the order of the new text.
  private static func edits(from old: String, to new: String) -> [Line] {
    let before = old.split(omittingEmptySubsequences: false, whereSeparator: \.isNewline).map(String.init)
    let after = new.split(omittingEmptySubsequences: false, whereSeparator: \.isNewline).map(String.init)
    let difference = after.difference(from: before)
    var removed: Set<Int> = []
    var inserted: Set<Int> = []
    for change in difference {
      switch change {
      case .remove(let offset, _, _): removed.insert(offset)
      case .insert(let offset, _, _): inserted.insert(offset)
      }
    }
    var lines: [Line] = []
    var index = 0
    for (place, line) in after.enumerated() {
      while index < before.count, removed.contains(index) {
        lines.append(Line(kind: .removed, text: before[index]))
        index += 1
      }
      if inserted.contains(place) {
        lines.append(Line(kind: .added, text: line))
      } else {
        index += 1
      }
    }
    while index < before.count {
      if removed.contains(index) { lines.append(Line(kind: .removed, text: before[index])) }
      index += 1
    }
    return lines
  }
}
