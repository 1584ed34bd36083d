import Content
import Domain
import Drawing
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
  var purpose: Purpose
  var editor: TextEditor
  var flaw: Flaw?
  /// Why the text is not in the file although it reads well: the file has another case by now, or can't be written.
  var warning: String?
  var submission: Submission?
  /// The state of the set that was looked at for changes of the case.
  var checked: ContentHash?
  /// The text that counts as unchanged.
  private var base: String

  init(_ purpose: Purpose, of set: String, from evalCase: EvalCase) {
    self.set = set
    self.purpose = purpose
    base = Self.text(of: evalCase)
    editor = TextEditor(base)
  }

  /// A new case is unsaved from the beginning only once something was typed.
  var isChanged: Bool { editor.text != base }

  /// Where the text is kept while it is unsaved.
  func path(_ workspace: Workspace) -> DraftPath? {
    let id: String? = if case .replace(let evalCase) = purpose { evalCase.id } else { nil }
    return workspace.evalSet(set).map { DraftPath(caseID: id, of: $0) }
  }

  /// Whether all that was typed is on its way to the file.
  var isSubmitted: Bool { submission?.text == editor.text }

  /// The file has what was handed in, while more was typed since.
  mutating func goOn(after submission: Submission) {
    purpose = .replace(submission.evalCase)
    base = submission.text
    self.submission = nil
  }

  /// Takes note of another state of the set: true if the case is another there than it was, which `warning` then says.
  mutating func check(_ set: EvalSet) -> Bool {
    guard set.name == self.set, set.hash != checked, submission == nil else { return false }
    checked = set.hash
    guard case .replace(let old) = purpose else { return false }
    guard let now = set.cases.first(where: { $0.id == old.id }) else {
      purpose = .insert(after: nil)
      warning = "The case is gone from the file: Ctrl-S adds it again, Ctrl-R drops your text."
      return true
    }
    guard !CasesPane.same(now, old) else { return false }
    purpose = .replace(now)
    warning = "Changed on disk: Ctrl-S keeps yours, Ctrl-R takes the file's."
    return true
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

  /// Reads the text as a case whose id is none of `taken`.
  func read(isTaken: (String) -> Bool) throws(Flaw) -> EvalCase {
    let value: JSONValue
    do {
      value = try JSONValue(parsing: editor.text)
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

  private func flaw(_ key: String?, _ message: String) -> Flaw {
    let lines = editor.text.split(separator: "\n", omittingEmptySubsequences: false)
    guard let key, let line = lines.firstIndex(where: { $0.contains("\"\(key)\"") }) else {
      return Flaw(line: 1, column: 1, message: message)
    }
    let column = lines[line].prefix { $0 == " " }.count
    return Flaw(line: line + 1, column: column + 1, message: message)
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
