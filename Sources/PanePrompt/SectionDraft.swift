import Domain
import Drawing
import Foundation
import PaneKit
import WorkbenchCore

/// Names a section across prompts.
struct SectionID: Hashable, Sendable {
  var prompt: PromptName
  var section: String
}

/// A section while it is open, and its text in an editor.
struct SectionDraft: Sendable {
  /// The section as last seen in the workspace.
  private(set) var section: Section
  var buffer: EditBuffer
  /// The newest ended edit that was looked at.
  private var lastEdit: Int

  /// - Parameter edits: what ended before; a failure among it isn't this section's.
  init(_ section: Section, after edits: [EndedEdit] = []) {
    self.section = section
    lastEdit = edits.last?.id ?? 0
    // A file without a line break at its end can swallow one.
    buffer = EditBuffer(section.body) {
      $0.trimmingCharacters(in: .newlines) == $1.trimmingCharacters(in: .newlines)
    }
  }

  var editor: TextEditor {
    get { buffer.editor }
    _modify { yield &buffer.editor }
  }
  var text: String { buffer.text }
  var state: EditBuffer.State { buffer.state }

  /// Notes what the workspace says now, and how edits of the section called `id` ended.
  mutating func see(_ section: Section?, _ edits: [EndedEdit], of id: SectionID) {
    if let section { self.section = section }
    buffer.see(section?.body)
    for edit in edits where edit.id > lastEdit {
      lastEdit = edit.id
      guard let saved = edit.command.work(as: SectionSaving.self), saved.prompt == id.prompt,
        saved.section.id == id.section
      else { continue }
      buffer.ended(saved.section.body, problem: edit.problem)
    }
  }

  /// The section to save, with the editor's text; nil where the file's text is another one than was shown.
  mutating func submit() -> Section? {
    guard let text = buffer.submit() else { return nil }
    var section = section
    section.body = text
    return section
  }
}
