import Domain
import Drawing
import Foundation
import WorkbenchCore

/// Names a section across prompts.
struct DraftID: Hashable, Sendable {
  var prompt: PromptName
  var section: String
}

/// A section's text while it is open: what is in the editor, what the file said when editing began, and what was
/// handed in for saving. It makes sure that neither side's text is overwritten unseen.
struct Draft: Sendable {
  /// How editor and file stand.
  enum State: Hashable {
    /// The file has what the editor has.
    case clean
    /// The editor has more, and nobody else touched the file.
    case edited
    /// Handed in, and not known to be written yet.
    case saving
    /// Handed in, and could not be written.
    case failed(String)
    /// Both changed.
    case conflict
    /// The file was deleted while the editor has more.
    case gone
  }

  /// The section as last seen in the workspace.
  private(set) var section: Section
  var editor: TextEditor {
    didSet {
      guard editor.revision != revision else { return }
      revision = editor.revision
      text = editor.text
    }
  }
  /// What the editor has, put together once for each change.
  private(set) var text: String
  private var revision: Int
  /// The file's text that the editor's goes back to.
  private var base: String?
  /// The file's text now; nil when the file is gone.
  private var disk: String?
  /// Texts handed in and not known to be written yet, oldest first.
  private var submitted: [String] = []
  /// The text that was written last.
  private var written: String?
  /// The text that could not be written last, and why.
  private var failure: (text: String, problem: String)?
  /// The newest ended edit that was looked at.
  private var lastEdit: Int

  /// - Parameter edits: What ended before; a failure among it isn't this draft's.
  init(_ section: Section, after edits: [EndedEdit] = []) {
    self.section = section
    lastEdit = edits.last?.id ?? 0
    base = section.body
    disk = section.body
    editor = TextEditor(section.body)
    text = editor.text
    revision = editor.revision
  }

  var state: State {
    if text == disk || disk == nil && text == base { return .clean }
    guard disk == base else { return disk == nil ? .gone : .conflict }
    if text == written { return .clean }
    if submitted.last == text { return .saving }
    if let failure, failure.text == text { return .failed(failure.problem) }
    return .edited
  }

  var isUnsaved: Bool { state != .clean }

  /// Whether the file has the editor's text because it was saved from here.
  var isSaved: Bool { state == .clean && text == written }

  /// Takes note of what the workspace says now, and of how edits of the section called `id` ended.
  mutating func see(_ section: Section?, _ edits: [EndedEdit], of id: DraftID) {
    see(section)
    for edit in edits where edit.id > lastEdit {
      lastEdit = edit.id
      guard let saved = edit.command.work(as: SectionSaving.self), saved.prompt == id.prompt,
        saved.section.id == id.section, let index = submitted.firstIndex(of: saved.section.body)
      else { continue }
      if let problem = edit.problem {
        submitted.removeFirst(index + 1)
        failure = (saved.section.body, problem)
      } else {
        settle(index)
      }
    }
  }

  private mutating func see(_ section: Section?) {
    guard let section else {
      disk = nil
      return
    }
    self.section = section
    guard disk != section.body else { return }
    let wasClean = state == .clean
    disk = section.body
    if let index = submitted.firstIndex(where: { Self.same($0, section.body) }) {
      settle(index)
    } else if wasClean {
      takeFile()
    } else if text == section.body {
      submitted = []
      base = section.body
    }
  }

  /// The text at `index` of those handed in was written.
  private mutating func settle(_ index: Int) {
    written = submitted[index]
    submitted.removeFirst(index + 1)
    if let disk, let written, Self.same(disk, written) { base = disk }
  }

  /// The section to save, with the editor's text; from now on it is expected in the file.
  mutating func submit() -> Section {
    if state != .clean { submitted.append(text) }
    base = disk
    var section = section
    section.body = text
    return section
  }

  /// Drops the editor's text for the file's.
  mutating func takeFile() {
    let file = disk ?? ""
    base = file
    submitted = []
    guard text != file else { return }
    // What was undone once can be undone again, whoever wrote the file since.
    if editor.hasHistory { editor.replaceText(file) } else { editor.setText(file) }
    text = editor.text
  }

  /// Whether a file shows what was handed in; one without a line break at its end can swallow one.
  private static func same(_ left: String, _ right: String) -> Bool {
    left == right || left.trimmingCharacters(in: .newlines) == right.trimmingCharacters(in: .newlines)
  }
}
