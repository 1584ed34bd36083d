import Drawing

/// A text of a file while it is edited: what the editor has, what the file had when editing began, what it has now, and
/// what was submitted for saving. Neither side's text is overwritten before the other was shown.
///
/// A pane calls ``see(_:)`` with the file's text in each snapshot, ``ended(_:problem:)`` for each edit that ended,
/// ``show()`` when it has drawn ``state``, and writes what ``submit()`` returns.
package struct EditBuffer: Sendable {
  /// How editor and file differ.
  package enum State: Hashable, Sendable {
    /// The file has the editor's text, or will have it as soon as it is read again.
    case clean
    /// Only the editor's text has changed.
    case edited
    /// Submitted, and not known to be written yet.
    case saving
    /// Submitted, and could not be written; with the reason.
    case failed(String)
    /// Both changed.
    case conflict
    /// The file was deleted while the editor's text has changed.
    case gone
  }

  /// The editor; each change of its text changes ``text``.
  package var editor: TextEditor {
    didSet {
      guard editor.revision != revision else { return }
      revision = editor.revision
      text = editor.text
    }
  }
  /// The editor's text, put together once for each change.
  package private(set) var text: String
  private var revision: Int
  /// The file's text that the editor's is a change of; nil where there was no file.
  private var base: String?
  /// The file's text now; nil where there is no file.
  private var disk: String?
  /// The text that counts as unchanged where there is no file.
  private var start: String
  /// Texts submitted and not known to be written yet, oldest first.
  private var submitted: [String] = []
  /// The text that was written last.
  private var written: String?
  /// The text that could not be written last, and why.
  private var failure: (text: String, problem: String)?
  /// The file's text that was shown as in conflict; nil inside for a file that is gone.
  private var shown: String??
  /// Whether two texts make the same file.
  private let isSame: @Sendable (String, String) -> Bool

  /// A buffer of a file's text.
  /// - Parameters:
  ///   - file: the file's text; nil for a file that isn't there yet.
  ///   - start: what the editor begins with where there is no file.
  ///   - isSame: whether two different texts make the same file.
  package init(
    _ file: String?, start: String = "", isSame: @escaping @Sendable (String, String) -> Bool = { _, _ in false }
  ) {
    self.isSame = isSame
    base = file
    disk = file
    self.start = file ?? start
    editor = TextEditor(file ?? start)
    text = editor.text
    revision = editor.revision
  }

  /// How editor and file differ now.
  package var state: State {
    if text == disk || disk == nil && text == start { return .clean }
    guard disk == base else { return disk == nil ? .gone : .conflict }
    if text == written { return .clean }
    if submitted.last == text { return .saving }
    if let failure, failure.text == text { return .failed(failure.problem) }
    return .edited
  }

  /// Whether the editor has a text that no file is known to have.
  package var isUnsaved: Bool { state != .clean }

  /// Whether the file has the editor's text because it was saved from here.
  package var isSaved: Bool { state == .clean && text == written }

  /// Notes the file's text as a snapshot has it; nil for a file that is gone. An unchanged editor follows it.
  package mutating func see(_ file: String?) {
    guard disk != file else { return }
    let wasClean = state == .clean
    disk = file
    guard let file else { return }
    if let index = submitted.firstIndex(where: { same($0, file) }) {
      settle(index)
    } else if let written, same(written, file) {
      base = file
    } else if wasClean {
      takeFile()
    } else if text == file {
      submitted = []
      base = file
    }
  }

  /// Notes that writing a submitted text ended.
  /// - Parameter problem: why it couldn't be written; nil when it was.
  package mutating func ended(_ text: String, problem: String?) {
    guard let index = submitted.firstIndex(of: text) else { return }
    if let problem {
      submitted.removeFirst(index + 1)
      failure = (text, problem)
    } else {
      settle(index)
    }
  }

  /// The text at `index` of those submitted was written.
  private mutating func settle(_ index: Int) {
    written = submitted[index]
    submitted.removeFirst(index + 1)
    if let disk, let written, same(disk, written) { base = disk }
  }

  /// Notes that ``state`` was shown as it is now.
  package mutating func show() { shown = .some(disk) }

  /// The text to save, which is expected in the file from now on. Nil where the file's text is another one than was
  /// shown; it counts as shown from then on.
  package mutating func submit() -> String? {
    if state == .conflict || state == .gone, shown != .some(disk) {
      show()
      return nil
    }
    if state != .clean { submitted.append(text) }
    base = disk
    return text
  }

  /// Drops the editor's text for the file's; undo brings it back.
  package mutating func takeFile() {
    let file = disk ?? ""
    base = file
    start = file
    submitted = []
    guard text != file else { return }
    // What was undone once can be undone again, whoever wrote the file since.
    if editor.hasHistory { editor.replaceText(file) } else { editor.setText(file) }
    text = editor.text
  }

  /// Puts a text in place of the editor's, as one change that can be undone.
  package mutating func restore(_ text: String) {
    editor.selectAll()
    editor.insert(text)
  }

  private func same(_ left: String, _ right: String) -> Bool { left == right || isSame(left, right) }
}

extension EditBuffer.State {
  /// Whether the file's text must be looked at before the editor's is written.
  package var isBlocked: Bool { self == .conflict || self == .gone }

  /// Why the text isn't in its file, and which keys help; nil where it is, or can be saved as usual.
  /// - Parameter gone: the first words for a file that is gone, up to what Ctrl-S does.
  package func warning(gone: String) -> String? {
    switch self {
    case .clean, .edited, .saving: nil
    case .conflict: "Changed on disk: Ctrl-S keeps yours, Ctrl-R takes the file's."
    case .gone: "\(gone), Ctrl-R drops your text."
    case .failed(let problem): "Not saved. \(problem) Ctrl-S tries again, Ctrl-R drops your text."
    }
  }

  /// The state for the frame of an editor; nil while it is clean.
  package func label(_ theme: Theme) -> Span? {
    switch self {
    case .clean: nil
    case .edited: Span("* unsaved", theme[.warning])
    case .saving: Span("saving", theme[.statusBusy])
    case .failed: Span("! not saved", theme[.error])
    case .conflict: Span("! changed on disk", theme[.error])
    case .gone: Span("! file is gone", theme[.error])
    }
  }
}
