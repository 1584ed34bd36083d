import Content

/// What a grader expects of a case as a label, and what an answer has in its place.
package struct LabelPair: Sendable, Hashable {
  /// The path of the field that holds the label; nil where the whole answer is it.
  package var field: String?
  /// What is expected.
  package var expected: String
  /// What the answer has; nil where it has nothing that could be a label.
  package var answered: String?
}

extension Grader {
  /// The longest text that counts as a label, in bytes.
  private static let longestLabel = 64

  /// The labels that the grader compares: the whole answer for `exact`, the choice for `choice`, each field for
  /// `json-equal`; none for graders that compare otherwise or can't judge the case, and none where a list, an object or a long text is expected.
  package func labels(of answer: AnswerText, expected: JSONValue?, input: JSONValue = [:]) -> [LabelPair] {
    guard !isNegated else { return [] }
    let answer = GradedAnswer(answer)
    let graded = GradedCase(expected: expected, input: input)
    switch kind {
    case let exact as ExactGrader:
      guard let wanted = try? exact.reference.value(in: graded), let label = Self.label(wanted) else { return [] }
      // What counts as equal is the same label, however it is written.
      let isRight = score(answer, graded).passed == true
      return [LabelPair(field: nil, expected: label, answered: isRight ? label : Self.label(.string(answer.trimmed)))]
    case let choice as ChoiceGrader:
      guard let (wanted, texts) = try? choice.wanted(in: graded) else { return [] }
      guard case .label(let label) = choice.made(by: answer, among: texts) else {
        return [LabelPair(field: nil, expected: wanted, answered: nil)]
      }
      return [LabelPair(field: nil, expected: wanted, answered: label)]
    case is JSONEqualGrader:
      let score = score(answer, graded)
      if !score.fields.isEmpty {
        return score.fields.compactMap { field in
          guard let wanted = field.expected, let label = Self.label(wanted) else { return nil }
          return LabelPair(
            field: field.path.isEmpty ? nil : field.path, expected: label,
            answered: field.passed ? label : field.found.flatMap(Self.label))
        }
      }
      return score.isUnscored ? [] : withoutAnswer(graded)
    default: return []
    }
  }

  /// The fields that are expected where the answer is no JSON at all.
  private func withoutAnswer(_ graded: GradedCase) -> [LabelPair] {
    guard let json = kind as? JSONEqualGrader, let expected = try? json.reference.value(in: graded) else { return [] }
    let paths = json.fields ?? expected.object?.keys.map { JSONPath([.key($0)]) } ?? [JSONPath()]
    return paths.compactMap { path in
      guard let label = expected[path].flatMap(Self.label) else { return nil }
      return LabelPair(field: path.steps.isEmpty ? nil : path.description, expected: label, answered: nil)
    }
  }

  private static func label(_ value: JSONValue) -> String? {
    switch value {
    case .string(let text):
      let text = String(text.trimmed)
      return text.utf8.count <= longestLabel && !text.isEmpty && !text.contains(where: \.isNewline) ? text : nil
    case .number, .bool: return value.plainText
    case .null, .array, .object: return nil
    }
  }
}
