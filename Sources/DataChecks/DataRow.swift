import Content

/// One row to learn from, as the checks see it.
package struct DataRow: Sendable, Hashable {
  /// The line of its file, counted from 1.
  package var line: Int
  /// Whether it comes from the file of other tasks that are learnt besides.
  package var isMixedIn: Bool
  /// All system messages.
  package var system: String
  /// Everything else before the answer.
  package var prompt: String
  /// What the user says in each turn, where there are several.
  package var turns: [String]
  /// What is learnt.
  package var answer: String
  /// The answer that is not to be given, of a preference pair.
  package var rejected: String?
  /// Whether all of it is learnt, without a prompt: then `answer` is the text.
  package var isText: Bool
  /// Why the back end can't learn all that it says; nil where it can, or where that isn't known yet.
  package var refusal: String?
  /// Names of its members that training does not use.
  package var unused: [String]
  package init(
    line: Int, isMixedIn: Bool = false, system: String = "", prompt: String, turns: [String] = [], answer: String,
    rejected: String? = nil, isText: Bool = false, refusal: String? = nil, unused: [String] = []
  ) {
    self.refusal = refusal
    self.unused = unused
    self.line = line
    self.isMixedIn = isMixedIn
    self.system = system
    self.prompt = prompt
    self.turns = turns
    self.answer = answer
    self.rejected = rejected
    self.isText = isText
  }
  /// What tells it from other rows: what is asked, or the text.
  var input: String { isText ? answer : prompt }
  /// Where it stands.
  var place: DataPlace { DataPlace(line: line, isMixedIn: isMixedIn) }
}

/// One case of an eval set, as the checks see it.
package struct DataCase: Sendable, Hashable {
  /// The eval set's name.
  package var set: String
  /// Unique in its set.
  package var id: String
  /// Whether the set holds tasks of another kind, which the rows need not look like.
  package var isGeneral: Bool
  /// The texts of its input, in order.
  package var input: [String]
  /// What a good answer holds, where known.
  package var expected: JSONValue?
  package init(set: String, id: String, isGeneral: Bool = false, input: [String], expected: JSONValue? = nil) {
    self.set = set
    self.id = id
    self.isGeneral = isGeneral
    self.input = input
    self.expected = expected
  }
}

/// Everything that is looked at.
package struct DataToCheck: Sendable {
  /// Rows of the task, and those mixed in.
  package var rows: [DataRow]
  /// The cases that the tuned model will be measured on.
  package var cases: [DataCase]
  /// Longest row in tokens; the rest is cut.
  package var maxTokens: Int
  /// Tokens of a row by its place in `rows`, by the model's own tokenizer; nil where it could not be asked.
  package var tokens: [Int: Int]?
  /// Places of the task's rows that are kept for validation.
  package var held: Set<Int>
  /// Why an answer of the task would fail the graders of the eval sets; nil when it would not.
  package var failure: (@Sendable (DataRow) -> String?)?
  /// Gathers the parts.
  package init(
    rows: [DataRow], cases: [DataCase] = [], maxTokens: Int = 2048, tokens: [Int: Int]? = nil,
    held: Set<Int> = [], failure: (@Sendable (DataRow) -> String?)? = nil
  ) {
    self.rows = rows
    self.cases = cases
    self.maxTokens = maxTokens
    self.tokens = tokens
    self.held = held
    self.failure = failure
  }

  /// Tokens that a chat template adds to a row, about.
  static let templateTokens = 32

  /// Places of the rows that could be longer than `maxTokens`: a token is at least one byte, so all others fit whatever
  /// the tokenizer.
  package var placesWorthCounting: [Int] {
    rows.indices.filter { rows[$0].bytes + Self.templateTokens > maxTokens }
  }
}

extension DataRow {
  /// Bytes of all its texts; of a pair, with the longer answer.
  var bytes: Int {
    system.utf8.count + prompt.utf8.count + max(answer.utf8.count, rejected?.utf8.count ?? 0)
  }
}
