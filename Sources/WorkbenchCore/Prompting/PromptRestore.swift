import Domain

/// What bringing back a version of a prompt writes.
package struct PromptRestore: Sendable, Hashable {
  /// Sections whose files are written.
  package private(set) var written: [Section] = []
  /// Sections that are switched on or off, by title.
  package private(set) var switched: [String] = []
  /// What the variant sends afterwards.
  package private(set) var choice: SectionChoice
  /// Whether the files send exactly the version afterwards.
  package private(set) var isExact: Bool

  /// Whether nothing is to be done.
  package var isEmpty: Bool { written.isEmpty && switched.isEmpty }

  /// Finds what differs between what a prompt sends and a version.
  /// - Parameter variant: whose choice of sections may change; nil where sections are switched in their files.
  package init(_ version: PromptVersion, to prompt: Prompt, of variant: Variant?) {
    var prompt = prompt
    var choice = variant?.choice ?? .all
    var used: Set<String> = []
    var last: String?
    func switchOn(_ section: inout Section) {
      guard !choice.sends(section) else { return }
      if variant == nil { section.isEnabled = true } else { choice.toggle(section) }
    }
    for part in version.parts {
      let found = prompt.sections.firstIndex { $0.title == part.title && !used.contains($0.id) }
      if let found {
        let before = prompt.sections[found]
        prompt.sections[found].body = part.body
        prompt.sections[found].role = part.role
        switchOn(&prompt.sections[found])
        let section = prompt.sections[found]
        if !choice.sends(before) || before.isEnabled != section.isEnabled
          || variant.map({ !$0.choice.sends(before) }) == true
        {
          switched.append(part.title)
        }
        if before != section { written.append(section) }
        used.insert(section.id)
        last = section.id
      } else {
        let id = Self.id(for: part, after: last, in: prompt)
        var section = Section(id: id, title: part.title, role: part.role, body: part.body)
        switchOn(&section)
        prompt.sections.append(section)
        prompt.sections.sort { $0.id < $1.id }
        written.append(section)
        used.insert(id)
        last = id
      }
    }
    for index in prompt.sections.indices where !used.contains(prompt.sections[index].id) {
      guard choice.sends(prompt.sections[index]) else { continue }
      switched.append(prompt.sections[index].title)
      if variant == nil {
        prompt.sections[index].isEnabled = false
        written.append(prompt.sections[index])
      } else {
        choice.toggle(prompt.sections[index])
      }
    }
    self.choice = choice
    isExact = PromptVersion(freezing: prompt, choice).hash == version.hash
  }

  /// A file name for a section, behind the one that comes before it.
  private static func id(for part: PromptVersion.Part, after last: String?, in prompt: Prompt) -> String {
    let slug = part.title.lowercased().split { !$0.isLetter && !$0.isNumber }.joined(separator: "-")
    let name = slug.isEmpty ? "section" : slug
    func number(_ id: String) -> Int { Int(id.prefix { $0.isNumber }) ?? 0 }
    let least = last.map(number) ?? 0
    let next = prompt.sections.map(\.id).filter { last == nil || $0 > last ?? "" }.map(number).min() ?? least + 20
    let free = least + 1 < next ? (least + next) / 2 : least
    let id = (free < 10 ? "0" : "") + "\(free)-\(name).md"
    if !prompt.sections.contains(where: { $0.id == id }), last.map({ $0 < id }) ?? true { return id }
    return (last.map { String($0.dropLast(3)) } ?? "05-\(name)") + "_\(name).md"
  }
}

extension Command {
  /// Writes a version of a prompt back to the files; what they say now is kept as a version of its own.
  package static func restore(_ version: ContentHash, variant: String?, prompt: PromptName, set: String?) -> Command {
    Command(VersionRestoring(version: version, variant: variant, prompt: prompt, set: set))
  }
}

private struct VersionRestoring: Performable {
  var version: ContentHash
  var variant: String?
  var prompt: PromptName
  var set: String?

  var isEdit: Bool { true }

  func perform(on workbench: isolated Workbench) async throws {
    let sentence = try await workbench.restore(version, variant: variant, prompt: prompt, set: set)
    workbench.notify(.success, sentence)
  }
}
