import Content

/// What differs between two lists of cases, matched by id.
package struct CaseDifference: Sendable {
  /// A case that is in both and says something else.
  package struct Change: Sendable {
    package var id: String
    /// Members that differ, with what they were and are; nil where there is none.
    package var members: [(name: String, old: JSONValue?, new: JSONValue?)]
  }

  /// Cases that only the second list has, in its order.
  package private(set) var added: [ImportCase] = []
  /// Cases that only the first list has, in its order.
  package private(set) var removed: [ImportCase] = []
  /// In the order of the second list.
  package private(set) var changed: [Change] = []
  /// Cases that say the same under another id: the old id and the new one.
  package private(set) var renamed: [(old: String, new: String)] = []
  /// Cases that are the same in both.
  package private(set) var same = 0

  /// Compares two lists; every case has an id.
  package init(from old: [ImportCase], to new: [ImportCase]) {
    var known: [String: ImportCase] = [:]
    for one in old { if let id = one.id { known[id] = one } }
    var seen: Set<String> = []
    var come: [ImportCase] = []
    for one in new {
      guard let id = one.id else { continue }
      guard let before = known[id] else {
        come.append(one)
        continue
      }
      seen.insert(id)
      let members = Self.members(before, one)
      if members.isEmpty { same += 1 } else { changed.append(Change(id: id, members: members)) }
    }
    var gone = old.filter { one in one.id.map { !seen.contains($0) } ?? false }
    var places: [ExactText: Int] = [:]
    for (place, one) in gone.enumerated() { places[one.identity] = place }
    var moved: Set<Int> = []
    for one in come {
      if let place = places[one.identity], moved.insert(place).inserted {
        renamed.append((gone[place].id ?? "", one.id ?? ""))
      } else {
        added.append(one)
      }
    }
    gone = gone.indices.filter { !moved.contains($0) }.map { gone[$0] }
    removed = gone
  }

  /// Whether both lists have the same cases.
  package var isEmpty: Bool { added.isEmpty && removed.isEmpty && changed.isEmpty && renamed.isEmpty }

  private static func members(
    _ old: ImportCase, _ new: ImportCase
  ) -> [(name: String, old: JSONValue?, new: JSONValue?)] {
    let (before, after) = (flat(old), flat(new))
    var names = before.keys
    for name in after.keys where before[name] == nil { names.append(name) }
    return names.compactMap { name in
      let (left, right) = (before[name], after[name])
      if let left, let right, left.isIdentical(to: right) { return nil }
      return (name, left, right)
    }
  }

  /// The members of a case, each slot by itself.
  private static func flat(_ one: ImportCase) -> JSONObject {
    var object = JSONObject()
    for (key, value) in one.json(id: "") where key != "id" {
      guard key == "input", let slots = value.object else {
        object[key] = value
        continue
      }
      for slot in slots { object["input.\(slot.key)"] = slot.value }
    }
    return object
  }

  // MARK: Markdown

  private static let mostShown = 200
  private static let longest = 2_000

  /// The difference as Markdown for a review.
  package func markdown(from old: String, to new: String) -> String {
    var lines = ["# Cases: \(Self.code(old)) → \(Self.code(new))", ""]
    lines.append(
      "\(added.count) added, \(removed.count) removed, \(changed.count) changed, \(renamed.count) with another id, "
        + "\(same) the same.")
    func section(_ title: String, _ count: Int, _ entry: (Int) -> [String]) {
      guard count > 0 else { return }
      lines += ["", "## \(title)"]
      for place in 0..<min(count, Self.mostShown) { lines += [""] + entry(place) }
      if count > Self.mostShown { lines += ["", "And \(count - Self.mostShown) more."] }
    }
    section("Changed", changed.count) { place in
      ["### \(Self.code(changed[place].id))"]
        + changed[place].members.flatMap { member in
          ["", "\(Self.code(member.name)):", "", "```diff"] + Self.lines(member.old, "-") + Self.lines(member.new, "+")
            + ["```"]
        }
    }
    section("Added", added.count) { Self.whole(added[$0], "+") }
    section("Removed", removed.count) { Self.whole(removed[$0], "-") }
    section("Other ids", renamed.count) { ["- \(Self.code(renamed[$0].old)) → \(Self.code(renamed[$0].new))"] }
    return lines.joined(separator: "\n") + "\n"
  }

  private static func whole(_ one: ImportCase, _ mark: String) -> [String] {
    ["### \(code(one.id ?? ""))", "", "```diff"]
      + flat(one).flatMap { member in lines(["\(member.key)": member.value], mark) } + ["```"]
  }

  /// A value's lines, each with a mark before it, cut where they are long. A fence can't end in them: every line begins with
  /// the mark.
  private static func lines(_ value: JSONValue?, _ mark: String) -> [String] {
    guard let value else { return [] }
    let text = value.string ?? value.text(value.object == nil && value.array == nil ? .compact : .spaced)
    let shown = text.count > longest ? text.prefix(longest) + "…" : text[...]
    return shown.split(omittingEmptySubsequences: false, whereSeparator: \.isNewline).map { "\(mark) \($0)" }
  }

  /// A text in one line as code.
  private static func code(_ text: String) -> String {
    let line = text.map { $0.isNewline || $0 == "`" ? " " : $0 }
    return "`\(String(line))`"
  }
}
