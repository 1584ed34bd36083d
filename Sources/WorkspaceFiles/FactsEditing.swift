import Content
import Domain
import Files

extension FolderWorkspaceFiles {
  /// Writes facts into `assay.yaml`: those that are there get another value, others a line; no other byte changes.
  /// - Throws: `Problem` with the line to write, where that can't be done for certain; nothing is written then.
  package func state(_ facts: [FactStatement]) async throws {
    guard !facts.isEmpty else { return }
    let group = "facts"
    let values = facts.map { $0.value.map { $0.string ?? $0.text(.compact) } ?? "null" }
    let lines = zip(facts, values).map { "\($0.key): \($1)" }
    var reader = WorkspaceReader(folder, dialects: dialects, cases: cases)
    let known = try reader.read().facts.lines
    let bytes = try editedConfig(group, line: lines.joined(separator: "   ")) { text throws(MemberEditor.Refusal) in
      var text = text
      for (place, fact) in facts.enumerated() {
        let editor = MemberEditor(text, group: group)
        if known[fact.key] != nil {
          text = try editor.setting(fact.key, to: values[place])
        } else if fact.value != nil {
          text = try editor.adding(MemberEditor.Member(name: fact.key, line: lines[place]), implied: [])
        }
      }
      return text
    }
    try replaceConfig(with: bytes, group, line: lines.joined(separator: "   "))
  }
}
