import Content

/// The condition of a grader with its options.
enum GraderRule: Sendable, Hashable {
  /// The text of the answer is the reference.
  case exact(Reference, trims: Bool, ignoresCase: Bool)
  /// All, or at least one, of the reference's texts occur in the answer.
  case contains(Reference, needsAll: Bool, ignoresCase: Bool)
  /// The answer begins with the reference.
  case startsWith(Reference, ignoresCase: Bool)
  /// The expression occurs in the answer.
  case regex(Pattern)
  /// The answer is JSON with the reference's fields.
  case jsonEqual(Reference, fields: [JSONPath]?, extracts: Bool, givesPart: Bool)
  /// The answer is JSON.
  case jsonValid(extracts: Bool)
  /// The answer is JSON that the schema accepts.
  case jsonSchema(JSONSchema, extracts: Bool)
  /// At most so many edits lie between answer and reference.
  case levenshtein(Reference, threshold: Int)
  /// The number of words lies between two limits.
  case wordCount(minimum: Int?, maximum: Int?)

  /// Where the thing to compare with comes from.
  enum Reference: Sendable, Hashable {
    /// The case's `expected`, or the part of it at a path.
    case expected(JSONPath)
    /// Written in the grader; texts are filled from the case.
    case literal(JSONValue)
  }

  /// What is true of the answer, whether or not that is wanted.
  struct Judgement {
    var holds: Bool
    var value: Double
    var statement: String
    var fields: [FieldScore] = []

    init(_ holds: Bool, _ statement: String, value: Double? = nil, fields: [FieldScore] = []) {
      self.holds = holds
      self.value = value ?? (holds ? 1 : 0)
      self.statement = statement
      self.fields = fields
    }
  }

  enum Outcome {
    case judged(Judgement)
    /// Nothing could be compared; this fails even when the grader is negated.
    case impossible(String)
  }

  func judge(answer: String, case graded: GradedCase) -> Outcome {
    switch self {
    case .regex(let pattern):
      let found = pattern.occurs(in: answer)
      return .judged(Judgement(found, "the answer \(found ? "matches" : "does not match") /\(pattern.text)/"))
    case .jsonValid(let extracts): return .judged(Self.judgeJSON(answer, extracts))
    case .jsonSchema(let schema, let extracts): return .judged(Self.judgeSchema(answer, schema, extracts))
    case .wordCount(let minimum, let maximum): return .judged(Self.judgeWords(answer, minimum, maximum))
    case .exact(let reference, let trims, let ignoresCase):
      return graded.with(reference) { Self.judgeExact(answer, $0, trims, ignoresCase) }
    case .contains(let reference, let needsAll, let ignoresCase):
      return graded.with(reference) { Self.judgeContains(answer, $0, needsAll, ignoresCase) }
    case .startsWith(let reference, let ignoresCase):
      return graded.with(reference) {
        let holds = Self.fold(answer, ignoresCase).hasPrefix(Self.fold($0.plainText, ignoresCase))
        let start = JSONValue(String(answer.prefix($0.plainText.count))).excerpt
        return Judgement(holds, "the answer starts with \(start)" + (holds ? "" : ", expected \($0.excerpt)"))
      }
    case .levenshtein(let reference, let threshold):
      return graded.with(reference) { Self.judgeDistance(answer, $0.plainText, threshold) }
    case .jsonEqual(let reference, let fields, let extracts, let givesPart):
      return graded.with(reference) { Self.judgeFields(answer, $0, fields, extracts, givesPart) }
    }
  }
}

extension GradedCase {
  /// Judges with the reference if the case has it.
  func with(
    _ reference: GraderRule.Reference, judge: (JSONValue) -> GraderRule.Judgement
  ) -> GraderRule.Outcome {
    switch reference {
    case .literal(let value): return .judged(judge(filled(value)))
    case .expected(let path):
      guard let expected else { return .impossible("the case does not say what is expected") }
      guard let value = expected[path] else {
        return .impossible("what the case expects has no \"\(path)\"")
      }
      return .judged(judge(value))
    }
  }

  private func filled(_ value: JSONValue) -> JSONValue {
    switch value {
    case .string(let text): .string(fill(text))
    case .array(let values): .array(values.map(filled))
    case .object(let object): .object(JSONObject(object.map { (key: $0.key, value: filled($0.value)) }))
    case .null, .bool, .number: value
    }
  }
}

// MARK: - Text

extension GraderRule {
  private static func fold(_ text: String, _ ignoresCase: Bool) -> String { ignoresCase ? text.lowercased() : text }

  private static func trimmed(_ text: String) -> String {
    let start = text.drop { $0.isWhitespace }
    guard let last = start.lastIndex(where: { !$0.isWhitespace }) else { return "" }
    return String(start[...last])
  }

  private static func judgeExact(
    _ answer: String, _ expected: JSONValue, _ trims: Bool, _ ignoresCase: Bool
  ) -> Judgement {
    if expected.object != nil || expected.array != nil {
      let holds = (try? JSONValue(parsing: answer)).map(expected.matches) ?? false
      return Judgement(
        holds, "the answer is \(JSONValue(trimmed(answer)).excerpt)" + (holds ? "" : ", expected \(expected.excerpt)"))
    }
    let found = trims ? trimmed(answer) : answer
    let wanted = trims ? trimmed(expected.plainText) : expected.plainText
    let holds = fold(found, ignoresCase) == fold(wanted, ignoresCase)
    return Judgement(
      holds, "the answer is \(JSONValue(found).excerpt)" + (holds ? "" : ", expected \(JSONValue(wanted).excerpt)"))
  }

  private static func judgeContains(
    _ answer: String, _ expected: JSONValue, _ needsAll: Bool, _ ignoresCase: Bool
  ) -> Judgement {
    let parts = (expected.array ?? [expected]).map(\.plainText)
    let text = fold(answer, ignoresCase)
    let missing = parts.filter { !text.contains(fold($0, ignoresCase)) }
    let found = parts.filter { !missing.contains($0) }
    let list = { (texts: [String]) in texts.map { JSONValue($0).excerpt }.joined(separator: ", ") }
    let holds = needsAll ? missing.isEmpty : !found.isEmpty
    let value = parts.isEmpty ? 1 : Double(found.count) / Double(parts.count)
    if needsAll {
      return Judgement(
        holds, holds ? "the answer contains \(list(found))" : "the answer does not contain \(list(missing))",
        value: value)
    }
    return Judgement(holds, holds ? "the answer contains \(list(found))" : "the answer contains none of \(list(parts))")
  }

  private static func judgeDistance(_ answer: String, _ expected: String, _ threshold: Int) -> Judgement {
    let found = trimmed(answer)
    let wanted = trimmed(expected)
    guard max(found.utf8.count, wanted.utf8.count) <= 200_000 else {
      return Judgement(false, "the answer or what is expected is too long to count edits (200,000 bytes at most)")
    }
    let edits = EditDistance.levenshtein(found, wanted)
    let longest = max(found.unicodeScalars.count, wanted.unicodeScalars.count)
    return Judgement(
      edits <= threshold,
      "the answer is \(edits) edit\(edits == 1 ? "" : "s") away from what is expected, allowed are \(threshold)",
      value: longest == 0 ? 1 : 1 - Double(edits) / Double(longest))
  }

  private static func judgeWords(_ answer: String, _ minimum: Int?, _ maximum: Int?) -> Judgement {
    let count = answer.split(whereSeparator: \.isWhitespace).count
    let holds = count >= minimum ?? 0 && count <= maximum ?? .max
    let allowed =
      switch (minimum, maximum) {
      case (let minimum?, let maximum?) where minimum == maximum: "\(minimum)"
      case (let minimum?, let maximum?): "\(minimum) to \(maximum)"
      case (let minimum?, nil): "at least \(minimum)"
      case (nil, let maximum?): "at most \(maximum)"
      case (nil, nil): "any number"
      }
    return Judgement(
      holds, "the answer has \(count) word\(count == 1 ? "" : "s")" + (holds ? "" : ", expected \(allowed)"))
  }
}

// MARK: - JSON

extension GraderRule {
  private static func read(_ answer: String, _ extracts: Bool) -> Result<JSONAnswer, JSONError> {
    if let found = JSONAnswer(in: answer), extracts || found.place == .whole { return .success(found) }
    do throws(JSONError) {
      return .success(JSONAnswer(value: try JSONValue(parsing: answer), place: .whole))
    } catch { return .failure(error) }
  }

  private static func note(_ place: JSONAnswer.Place) -> String {
    switch place {
    case .whole: ""
    case .fence: " (in a Markdown fence)"
    case .embedded: " (with other text around it)"
    }
  }

  private static func judgeJSON(_ answer: String, _ extracts: Bool) -> Judgement {
    switch read(answer, extracts) {
    case .success(let found): Judgement(true, "the answer is JSON" + note(found.place))
    case .failure(let error): Judgement(false, "the answer is not JSON: \(error)")
    }
  }

  private static func judgeSchema(_ answer: String, _ schema: JSONSchema, _ extracts: Bool) -> Judgement {
    switch read(answer, extracts) {
    case .failure(let error): return Judgement(false, "the answer is not JSON: \(error)")
    case .success(let found):
      let violations = schema.violations(of: found.value)
      guard !violations.isEmpty else { return Judgement(true, "the answer fits the schema" + note(found.place)) }
      let shown = violations.prefix(3).map(\.description).joined(separator: "; ")
      return Judgement(
        false, shown + (violations.count > 3 ? "; and \(violations.count - 3) more" : ""),
        fields: violations.map {
          FieldScore(path: $0.path.description, passed: false, expected: nil, found: found.value[$0.path])
        })
    }
  }

  private static func judgeFields(
    _ answer: String, _ expected: JSONValue, _ fields: [JSONPath]?, _ extracts: Bool, _ givesPart: Bool
  ) -> Judgement {
    let found: JSONAnswer
    switch read(answer, extracts) {
    case .failure(let error): return Judgement(false, "the answer is not JSON: \(error)")
    case .success(let answer): found = answer
    }
    let paths = fields ?? expected.object.map { $0.keys.map { JSONPath([.key($0)]) } } ?? [JSONPath()]
    let scores = paths.map { path in
      let wanted = expected[path]
      let value = found.value[path]
      let passed =
        switch (wanted, value) {
        case (let wanted?, let value?): wanted.matches(value)
        case (nil, nil): true
        default: false
        }
      return FieldScore(path: path.description, passed: passed, expected: wanted, found: value)
    }
    let wrong = scores.filter { !$0.passed }
    let right = scores.count - wrong.count
    let value = givesPart && !scores.isEmpty ? Double(right) / Double(scores.count) : nil
    guard !wrong.isEmpty else {
      let count = scores.count == 1 ? "the field is" : "all \(scores.count) fields are"
      return Judgement(true, "\(count) as expected" + note(found.place), fields: scores)
    }
    let statements = wrong.map { field in
      let name = field.path.isEmpty ? "the answer" : field.path
      return "\(name) is \(field.found?.excerpt ?? "missing"), expected \(field.expected?.excerpt ?? "nothing")"
    }
    return Judgement(false, statements.joined(separator: "; "), value: value, fields: scores)
  }
}
