import Domain
import Drawing
import WorkbenchCore

/// The right answer while it is being written.
struct AnswerDraft: Sendable {
  /// The case's id.
  let caseID: String
  /// The answer that is edited.
  let output: OutputPlace
  /// What it began with.
  let original: String
  var editor: TextEditor
  /// Whether leaving it was asked for once, with something typed.
  var isLeaving = false

  init(caseID: String, output: OutputPlace, text: String) {
    self.caseID = caseID
    self.output = output
    original = text
    editor = TextEditor(text)
  }

  var isChanged: Bool { editor.text != original }
}

/// What people found of one case's two answers, for the list and the case.
struct ReviewMarks: Hashable, Sendable {
  var better: Preference.Better?
  var correction: String?

  init() {}

  init(_ row: Comparison.Row, _ comparison: Comparison, _ reviews: Reviews) {
    guard !reviews.isEmpty else { return }
    let set = comparison.a.set
    better = reviews.better(
      of: OutputPlace(run: comparison.a.id, sample: row.a.sample),
      OutputPlace(run: comparison.b.id, sample: row.b.sample),
      on: row.evalCase, in: set)
    correction = reviews.correction(of: row.evalCase, in: set)?.text
  }

  /// In a word or two, for the list; empty where there is no finding.
  var words: String {
    let found =
      switch better {
      case .a: "A better"
      case .b: "B better"
      case .both: "both good"
      case .neither: "none good"
      case nil: ""
      }
    return [found, correction == nil ? "" : "edited"].filter { !$0.isEmpty }.joined(separator: ", ")
  }

  /// What was found of one of the two answers; nil where nothing was.
  func word(ofA isA: Bool) -> (text: String, isGood: Bool)? {
    switch better {
    case .both: ("you found it good", true)
    case .neither: ("you found it not good", false)
    case .a: isA ? ("you preferred this", true) : ("you preferred the other", false)
    case .b: isA ? ("you preferred the other", false) : ("you preferred this", true)
    case nil: nil
    }
  }
}

extension ComparePane {
  /// Both answers of the selected case, with what they are called.
  private func selected(_ snapshot: Snapshot) -> (row: Comparison.Row, a: OutputPlace, b: OutputPlace)? {
    guard let comparison = comparison(snapshot, pair(snapshot)), let row = list.selected(in: rows) else { return nil }
    return (
      row, OutputPlace(run: comparison.a.id, sample: row.a.sample),
      OutputPlace(run: comparison.b.id, sample: row.b.sample)
    )
  }

  /// Asks which answer is better, where both sides have one.
  mutating func askWhichIsBetter(_ snapshot: Snapshot) -> Reaction<Command> {
    refresh(comparison(snapshot, pair(snapshot)))
    guard let (row, _, _) = selected(snapshot) else { return .handled }
    guard row.a.isAnswered, row.b.isAnswered else {
      return .notice("One of the two has no answer to \(row.id), so none can be better.")
    }
    menu = markMenu
    return .handled
  }

  /// Asks which text the right answer begins with.
  mutating func askWhatToEdit(_ snapshot: Snapshot) -> Reaction<Command> {
    refresh(comparison(snapshot, pair(snapshot)))
    if selected(snapshot) != nil { menu = editMenu }
    return .handled
  }

  /// Keeps which answer is better, or takes that back.
  mutating func find(_ better: Preference.Better?, _ snapshot: Snapshot) -> Reaction<Command> {
    guard let (row, a, b) = selected(snapshot) else { return .handled }
    return .command(
      .review(ReviewRequest(caseID: row.id, output: a, finding: .better(than: b, better))))
  }

  /// Opens the editor on an answer, or on what was written before.
  mutating func edit(_ part: Part, _ snapshot: Snapshot) -> Reaction<Command> {
    guard let (row, a, b) = selected(snapshot) else { return .handled }
    let (output, place) = part == .b ? (row.b, b) : (row.a, a)
    if part == .expected {
      let set = comparison(snapshot, pair(snapshot))?.a.set ?? ""
      guard let correction = snapshot.reviews.correction(of: row.evalCase, in: set) else {
        return .notice("Nobody has edited an answer to \(row.id) yet.")
      }
      draft = AnswerDraft(caseID: row.id, output: correction.source, text: correction.text)
      return .handled
    }
    guard let answer = output.answer else {
      return .notice("\(part == .b ? "B" : "A") has no answer to \(row.id) to begin with.")
    }
    draft = AnswerDraft(caseID: row.id, output: place, text: answer.text)
    return .handled
  }

  /// Takes back what was written as the right answer.
  mutating func forgetAnswer(_ snapshot: Snapshot) -> Reaction<Command> {
    guard let (row, a, _) = selected(snapshot) else { return .handled }
    return .command(.review(ReviewRequest(caseID: row.id, output: a, finding: .answer(nil))))
  }

  /// Keeps what was written.
  mutating func keepAnswer() -> Reaction<Command> {
    guard let draft else { return .handled }
    guard !draft.editor.text.allSatisfy(\.isWhitespace) else {
      return .notice("An empty answer teaches nothing: write what the answer should have been, or leave with Esc.")
    }
    self.draft = nil
    return .command(
      .review(ReviewRequest(caseID: draft.caseID, output: draft.output, finding: .answer(draft.editor.text))))
  }

  /// Leaves the editor; what was typed is dropped the second time.
  mutating func leaveAnswer() -> Reaction<Command> {
    guard let draft, draft.isChanged, !draft.isLeaving else {
      self.draft = nil
      return .handled
    }
    self.draft?.isLeaving = true
    return .notice("Esc again drops what was typed; Ctrl-S keeps it.")
  }

  /// Draws the editor over the pane.
  mutating func drawDraft(over rect: Rect, on surface: inout Surface, theme: Theme) {
    guard let draft else { return }
    let inner = surface.popup(
      Size(width: max(60, rect.width * 3 / 4), height: max(8, rect.height * 2 / 3)),
      title: "What \(draft.caseID) should be answered · Ctrl-S keeps it", over: rect, theme: theme)
    self.draft?.editor.draw(in: inner, focused: true, on: &surface, theme: theme)
  }
}
