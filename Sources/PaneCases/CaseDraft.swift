import Content
import Domain
import Drawing
import PaneKit
import WorkbenchCore

/// A case being written as JSON: a new one, or another text for one that is there.
struct CaseDraft: Sendable {
  /// What saving does.
  enum Purpose: Hashable, Sendable {
    case replace(EvalCase)
    case insert(after: String?)
  }

  /// Why a text is not a case, and where.
  struct Flaw: Error, Hashable, Sendable {
    var line: Int
    var column: Int
    var message: String
  }

  /// What was handed in and isn't known to be written yet.
  struct Submission: Sendable {
    var command: Command
    var evalCase: EvalCase
    var text: String
  }

  let set: String
  private(set) var purpose: Purpose
  var buffer: EditBuffer
  var flaw: Flaw?
  private(set) var submission: Submission?
  /// Whether the file has a case of this id.
  private(set) var isInFile: Bool
  /// The state of the set that was looked at last.
  private var seen: ContentHash?

  /// A draft of a case as it is in its file, or of a new one that begins as `evalCase`.
  init(_ purpose: Purpose, of set: String, from evalCase: EvalCase) {
    self.set = set
    self.purpose = purpose
    let text = Self.text(of: evalCase)
    let isNew = if case .insert = purpose { true } else { false }
    isInFile = !isNew
    // The file has the case in another layout.
    buffer = EditBuffer(isNew ? nil : text, start: text) { left, right in
      guard let left = try? Self.read(left), let right = try? Self.read(right) else { return false }
      return CasesPane.same(left, right)
    }
  }

  var editor: TextEditor {
    get { buffer.editor }
    _modify { yield &buffer.editor }
  }

  /// Whether saving overwrites nothing that the person wasn't shown, and isn't under way.
  var isSavable: Bool { buffer.state == .edited && submission == nil }

  /// Why the text isn't in the file, and which keys help.
  var warning: String? { buffer.state.warning(gone: "The case is gone from the file: Ctrl-S adds it again") }

  /// Where the text is kept while it is unsaved.
  func path(_ workspace: Workspace) -> DraftPath? {
    let id: String? = if case .replace(let evalCase) = purpose { evalCase.id } else { nil }
    return workspace.evalSet(set).map { DraftPath(caseID: id, of: $0) }
  }

  /// Notes the case as the set has it now.
  mutating func see(_ set: EvalSet) {
    guard set.hash != seen, submission == nil, case .replace(let old) = purpose else { return }
    seen = set.hash
    let now = set.cases.first { $0.id == old.id }
    if let now { purpose = .replace(now) }
    isInFile = now != nil
    buffer.see(now.map(Self.text))
  }

  /// Notes that writing what was submitted ended.
  mutating func end(_ submission: Submission, _ problem: String?) {
    self.submission = nil
    if problem == nil { (purpose, isInFile) = (.replace(submission.evalCase), true) }
    buffer.ended(submission.text, problem: problem)
  }

  /// The command that saves a case read from the text; nil where the file has another case than was shown.
  mutating func submit(_ evalCase: EvalCase) -> Command? {
    guard let text = buffer.submit() else { return nil }
    let edit: CaseEdit =
      switch purpose {
      case .insert(let after): .insert(evalCase, after: after)
      case .replace(let old): isInFile ? .replace(id: old.id, evalCase) : .insert(evalCase, after: nil)
      }
    let command = Command.editCase(set: set, edit)
    submission = Submission(command: command, evalCase: evalCase, text: text)
    return command
  }

  /// What the draft is called in titles.
  var title: String {
    switch purpose {
    case .replace(let evalCase): "Edit \(evalCase.id)"
    case .insert: "New case"
    }
  }

  /// The case as a person edits it.
  static func text(of evalCase: EvalCase) -> String {
    var members: [(key: String, value: JSONValue)] = [("id", .string(evalCase.id)), ("input", evalCase.input)]
    if let expected = evalCase.expected { members.append(("expected", expected)) }
    members.append(("tags", .array(evalCase.tags.map(JSONValue.string))))
    return JSONValue.object(JSONObject(members)).text(.pretty)
  }

  /// Reads a text as a case whose id is none of `taken`.
  static func read(_ text: String, isTaken: (String) -> Bool = { _ in false }) throws(Flaw) -> EvalCase {
    func flaw(_ key: String?, _ message: String) -> Flaw { Flaw(message, at: key, in: text) }
    let value: JSONValue
    do {
      value = try JSONValue(parsing: text)
    } catch {
      throw Flaw(line: error.line, column: error.column, message: "expected \(error.expected), found \(error.found)")
    }
    guard let object = value.object else { throw flaw(nil, "a case is an object: {\"id\": …, \"input\": {…}}") }
    let known = ["id", "input", "expected", "tags"]
    if let unknown = object.keys.first(where: { !known.contains($0) }) {
      let near = Spelling.nearest(to: unknown, among: known).map { "; did you mean \"\($0)\"?" }
      throw flaw(unknown, "unknown key \"\(unknown)\"" + (near ?? "; the keys are id, input, expected and tags"))
    }
    guard let id = object["id"]?.string ?? object["id"]?.number?.text, !id.isEmpty else {
      throw flaw("id", "\"id\" must be a text that no other case has")
    }
    if isTaken(id) { throw flaw("id", "another case is called \"\(id)\"") }
    guard let input = object["input"], input.object != nil else {
      throw flaw("input", "\"input\" must be an object with a value for each slot of the prompt")
    }
    let tags = object["tags"]?.array ?? []
    guard object["tags"] == nil || object["tags"]?.array != nil, tags.allSatisfy({ $0.string != nil }) else {
      throw flaw("tags", "\"tags\" must be a list of texts")
    }
    return EvalCase(id: id, input: input, expected: object["expected"], tags: tags.compactMap(\.string))
  }

}

extension CaseDraft.Flaw {
  /// A flaw of a key, where the text has it.
  init(_ message: String, at key: String?, in text: String) {
    let lines = text.split(separator: "\n", omittingEmptySubsequences: false)
    guard let key, let line = lines.firstIndex(where: { $0.contains("\"\(key)\"") }) else {
      self.init(line: 1, column: 1, message: message)
      return
    }
    let column = lines[line].prefix { $0 == " " }.count
    self.init(line: line + 1, column: column + 1, message: message)
  }
}

/// Ids for new cases.
enum CaseNaming {
  /// The id after `last`: `hl-100` gives `hl-101`; one that is taken is passed over.
  static func next(after last: String?, isTaken: (String) -> Bool) -> String {
    guard let last else { return "case-1" }
    let digits = String(last.reversed().prefix { $0.isASCII && $0.isNumber }.reversed())
    let stem = digits.isEmpty ? last + "-" : String(last.dropLast(digits.count))
    var number = (Int(digits) ?? 1) + 1
    while true {
      let text = String(number)
      let id = stem + String(repeating: "0", count: max(0, digits.count - text.count)) + text
      if !isTaken(id) { return id }
      number += 1
    }
  }
}
