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
    /// Handed in; the file doesn't show it yet.
    case saving
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
  private var base: String
  /// The file's text now; nil when the file is gone.
  private var disk: String?
  /// Texts handed in that the file hasn't shown yet, oldest first.
  private var submitted: [String] = []

  init(_ section: Section) {
    self.section = section
    base = section.body
    disk = section.body
    editor = TextEditor(section.body)
    text = editor.text
    revision = editor.revision
  }

  var state: State {
    guard let disk else { return text == base ? .clean : .gone }
    if text == disk { return .clean }
    guard disk == base else { return .conflict }
    return submitted.last == text ? .saving : .edited
  }

  var isUnsaved: Bool { state != .clean }

  /// Takes note of what the workspace says now.
  mutating func see(_ section: Section?) {
    guard let section else {
      disk = nil
      return
    }
    self.section = section
    guard disk != section.body else { return }
    let wasUntouched = text == base && submitted.isEmpty
    disk = section.body
    if let index = submitted.firstIndex(where: { Self.same($0, section.body) }) {
      submitted.removeFirst(index + 1)
      base = section.body
    } else if wasUntouched {
      takeFile()
    } else if text == section.body {
      submitted = []
      base = section.body
    }
  }

  /// The section to save, with the editor's text; from now on it is expected in the file.
  mutating func submit() -> Section {
    if let disk { base = disk }
    if state != .clean { submitted.append(text) }
    var section = section
    section.body = text
    return section
  }

  /// Drops the editor's text for the file's.
  mutating func takeFile() {
    base = disk ?? ""
    submitted = []
    guard text != base else { return }
    editor.setText(base)
    text = editor.text
  }

  /// Whether a file shows what was handed in; one without a line break at its end can swallow one.
  private static func same(_ left: String, _ right: String) -> Bool {
    left == right || left.trimmingCharacters(in: .newlines) == right.trimmingCharacters(in: .newlines)
  }
}
