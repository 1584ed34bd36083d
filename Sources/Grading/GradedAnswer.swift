import Content

/// An answer with what several graders want to know of it, each worked out once.
package final class GradedAnswer {
  /// The answer without reasoning.
  package let text: String
  /// Whether the model's text ended inside its reasoning.
  package let isUnclosed: Bool
  /// What is known of the reply besides its text.
  package let facts: AnswerFacts

  init(_ answer: AnswerText) {
    text = answer.text
    isUnclosed = answer.isUnclosed
    facts = answer.facts
  }

  /// The answer without white space at its ends.
  package private(set) lazy var trimmed = String(text.trimmed)
  private lazy var plain = ComparableText(text)
  private lazy var folded = ComparableText(text, ignoresCase: true)

  /// The answer in the form in which texts are compared.
  func comparable(ignoresCase: Bool) -> ComparableText { ignoresCase ? folded : plain }

  /// The answer as JSON, if it is nothing but that.
  package private(set) lazy var json: Result<JSONValue, JSONError> = Result { () throws(JSONError) in
    try JSONValue(parsing: text)
  }

  private lazy var values = JSONAnswer.all(in: text)

  /// The answer's JSON, or a sentence without a full stop that says why there is none.
  /// - Parameters:
  ///   - extracts: whether there may be other text around it.
  ///   - kinds: of several values, the last of these kinds is taken if there is one; nil stands for all kinds.
  /// - Throws: ``Unscorable`` when the answer nests too deep to tell.
  func json(extracts: Bool, kinds: Set<String>? = nil) throws(Unscorable) -> Result<JSONAnswer, NoJSON> {
    let error: JSONError
    switch json {
    case .success(let value): return .success(JSONAnswer(value: value, place: .whole))
    case .failure(let failure): error = failure
    }
    if error.isLimit || extracts && values.reachedLimit {
      throw Unscorable("the answer has more than \(JSONValue.Limits().depth) levels of nesting")
    }
    if extracts, let last = values.values.last {
      guard let kinds, values.values.count > 1, !kinds.contains(last.value.kind) else { return .success(last) }
      return .success(values.values.last { kinds.contains($0.value.kind) } ?? last)
    }
    return .failure(
      NoJSON(statement: isUnclosed ? "the answer ends inside its reasoning" : "the answer is not JSON: \(error)"))
  }
}

/// Why an answer has no JSON; a sentence without a full stop.
struct NoJSON: Error {
  let statement: String
}
