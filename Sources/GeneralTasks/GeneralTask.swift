import Content

/// A small task that has nothing to do with what a model is tuned for, with a grader that needs no model.
package struct GeneralTask: Sendable, Hashable {
  /// What it asks of a model; the tag of its case.
  package enum Skill: String, Sendable, Hashable, CaseIterable {
    /// Doing exactly what is said: words, order, length.
    case instructions
    /// Writing the same data in another form.
    case formats
    /// Whole numbers, percentages, times and units.
    case arithmetic
    /// Declining what does harm, and answering what only sounds like it.
    case refusal
    /// Finding one thing in a long text.
    case recall
    /// Words of other languages.
    case languages
  }

  /// The id of its case: its skill and a number.
  package var id: String
  /// What it asks for.
  package var skill: Skill
  /// What a model is asked.
  package var question: String
  /// What a good answer says; nil where the grader needs nothing to compare with.
  package var expected: JSONValue?
  /// The description of its only grader, which passes an answer or doesn't.
  package var grader: JSONValue
  /// An answer that passes.
  package var right: String
  /// An answer that fails.
  package var wrong: String

  /// The line of an eval set's file.
  package var line: String {
    var line: JSONObject = ["id": .string(id), "input": ["question": .string(question)]]
    if let expected { line["expected"] = expected }
    line["tags"] = [.string(skill.rawValue)]
    line["graders"] = [grader]
    return JSONValue.object(line).text()
  }
}

/// A task without its place in the set.
struct TaskDraft {
  var question: String
  var expected: JSONValue?
  var grader: JSONValue
  var right: String
  var wrong: String

  /// A task whose answer must be a text and nothing else.
  static func exact(_ question: String, _ answer: String, wrong: String) -> TaskDraft {
    TaskDraft(question: question, expected: .string(answer), grader: ["type": "exact"], right: answer, wrong: wrong)
  }

  /// A task whose answer must match a pattern.
  /// - Parameter isOpen: whether many answers are right, so that none is expected.
  static func matching(
    _ question: String, _ pattern: String, isOpen: Bool = false, right: String, wrong: String
  ) -> TaskDraft {
    TaskDraft(
      question: question, expected: isOpen ? nil : .string(right),
      grader: ["type": "regex", "pattern": .string(pattern)], right: right, wrong: wrong)
  }

  /// A task whose answer must be one of some words, whatever quotes and marks stand around it.
  static func only(_ question: String, _ answer: String, wrong: String) -> TaskDraft {
    matching(
      question, #"(?i)\A[\s"'*`“”‘’]*"# + Pattern.literal(answer) + #"[\s"'*`“”‘’.!]*\z"#, right: answer, wrong: wrong)
  }

  /// A task whose answer must name something within a few words.
  /// - Parameter pattern: what counts; the answer itself where nil.
  static func naming(_ question: String, _ answer: String, as pattern: String? = nil, wrong: String) -> TaskDraft {
    let wanted = pattern ?? Pattern.literal(answer)
    return matching(
      question, #"(?si)\A(?=.{0,240}\z).*(?<![\pL\pN])(?:"# + wanted + #")(?![\pL\pN])"#, right: answer, wrong: wrong)
  }

  /// A task whose answer must be a number.
  static func number(_ question: String, _ answer: Int, wrong: Int) -> TaskDraft {
    TaskDraft(
      question: question, expected: JSONValue(answer), grader: ["type": "number", "decimal": "point"],
      right: String(answer), wrong: String(wrong))
  }

  /// A task whose answer must be JSON.
  static func json(_ question: String, _ answer: JSONValue, wrong: JSONValue) -> TaskDraft {
    TaskDraft(
      question: question, expected: answer, grader: ["type": "json-equal"], right: answer.text(), wrong: wrong.text())
  }
}

/// Parts of regular expressions.
enum Pattern {
  /// A text as it is.
  static func literal(_ text: String) -> String {
    text.map { #"\.^$|()[]{}*+?-/"#.contains($0) ? "\\\($0)" : String($0) }.joined()
  }
}
