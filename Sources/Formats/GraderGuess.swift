import Content

/// A first grader for cases, told from what they expect.
package struct GraderGuess: Sendable, Hashable {
  /// The description of the grader; nil where none of ours fits, or nothing is expected.
  package var grader: JSONValue?
  /// Why, as a sentence.
  package var reason: String
  /// The answers that there are, where there are few.
  package var labels: [String] = []

  /// A guess from cases.
  package init(_ cases: [ImportCase]) {
    let expected = cases.compactMap(\.expected)
    guard !expected.isEmpty else {
      self.init(nil, "The cases don't say what is expected, so there is nothing to judge answers by yet.")
      return
    }
    if expected.allSatisfy({ $0.object != nil }) {
      let common = expected.dropFirst().reduce(expected[0].object?.keys ?? []) { keys, value in
        keys.filter { value[$0] != nil }
      }
      var spec: JSONObject = ["type": "json-equal"]
      if !common.isEmpty { spec["fields"] = .array(common.map { .string($0) }) }
      self.init(
        .object(spec), "Objects are expected: the answer must be JSON with the same \(common.joined(separator: ", ")).")
      return
    }
    if expected.allSatisfy({ $0.array?.isEmpty == false && $0.array?.allSatisfy(Self.isCall) == true }) {
      self.init(
        ["type": "tool-calls"], "Calls of tools are expected: the answer must call the same with the same arguments.")
      return
    }
    if expected.allSatisfy({ $0.array?.isEmpty == false && $0.array?.allSatisfy { $0.string != nil } == true }) {
      self.init(["type": "icontains-any"], "Several answers are right in each case: one of them must occur.")
      return
    }
    let texts = expected.compactMap { $0.string ?? $0.number?.text ?? $0.bool.map { $0 ? "true" : "false" } }
    guard texts.count == expected.count else {
      self.init(["type": "exact"], "Lists or several kinds of values are expected: the answer must be the same.")
      return
    }
    let distinct = Set(texts)
    let longest = texts.map(\.count).max() ?? 0
    if distinct.count > 1, distinct.allSatisfy({ $0.count == 1 && "ABCDEFGHIJ".contains($0) }) {
      self.init(["type": "choice"], "Letters are expected: the answer must choose the same.")
      labels = distinct.sorted()
      return
    }
    if distinct.count <= 20, longest <= 60, distinct.count * 2 <= max(texts.count, 4) {
      self.init(
        ["type": "exact", "ignore-case": true],
        "\(distinct.count) different answers are expected: the answer must be the label.")
      labels = distinct.sorted()
    } else if expected.allSatisfy({ $0.double?.isFinite == true || $0.string.flatMap { Double($0) }?.isFinite == true })
    {
      self.init(["type": "number"], "Numbers are expected: the answer must give the same.")
    } else if longest <= 60 {
      self.init(["type": "icontains"], "Short answers are expected: they must occur in the answer.")
    } else {
      self.init(
        nil,
        "Free text is expected, which no rule judges well: add a grader to assay.yaml, for example levenshtein or word-count."
      )
    }
  }

  private static func isCall(_ value: JSONValue) -> Bool {
    value["name"]?.string != nil && value["arguments"] != nil && value.object?.count == 2
  }

  private init(_ grader: JSONValue?, _ reason: String) {
    self.grader = grader
    self.reason = reason
  }
}
