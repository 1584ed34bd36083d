import Content
import Grading
import Testing

/// Descriptions of graders and answers, as anybody may have written them.
@Suite struct GraderFuzzTests {
  /// Descriptions of graders in the documentation, of every type.
  private static let specs: [JSONValue] = Corpus.text("docs/graders.md").split(separator: "\n").compactMap { line in
    guard line.hasPrefix("grader: ") else { return nil }
    return try? JSONValue(parsing: String(line.dropFirst(8)))
  }
  /// Answers in the documentation.
  private static let answers = Corpus.text("docs/graders.md").split(separator: "\n").compactMap { line -> String? in
    guard let colon = line.firstIndex(of: ":"), ["pass", "fail", "unscored"].contains(line[..<colon]) else {
      return nil
    }
    return String(line[colon...].dropFirst(2))
  }
  private static let words = [
    "The answer is ", "Answer: ", "\\boxed{", "}", "####", "(A)", "B", " or ", "1,234", "1.234,5", "-", "/", "€", "$",
    "%", " km", "e5",
    "×10^", "2026-03-04", "03/04/26", "March ", "4th", "年", "\"name\":", "\"arguments\":{", "[{", "}]",
    "I can't help with ", "\u{301}",
    "- ", "1. ", ";", "<think>", "</think>", "```", "&quot;", "作", "\u{1F600}",
  ]
  private static let expectations: [JSONValue] = [
    "A", 42, "1.5 km", "2026-03-04", ["a", "b"], [["name": "f", "arguments": ["a": 1]]], "the cat sat", [],
    ["label": "x"],
  ]

  @Test func everyTypeIsTried() {
    let types = Set(
      Self.specs.compactMap { $0["type"]?.string.map { $0.hasPrefix("not-") ? String($0.dropFirst(4)) : $0 } })
    #expect(types.count >= 25)
    #expect(Self.answers.count >= 100)
  }

  @Test func answers() async throws {
    let graders = Self.specs.compactMap { try? Grader(spec: $0) }
    let facts = AnswerFacts(seconds: 1, dollars: 0.01, finishReason: "stop")
    try await Fuzzer("answers", corpus: Self.answers, words: Self.words).run { bytes, generator in
      let answer = String(decoding: bytes, as: UTF8.self)
      guard let grader = graders.randomElement(using: &generator) else { return "there is no grader" }
      let expected = Self.expectations.randomElement(using: &generator)
      let input: JSONValue = ["options": ["a", "b"], "tools": [["name": "f"]]]
      let score = grader.grade(answer: answer, expected: expected, input: input, facts: facts)
      if let value = score.value, !(0...1).contains(value) { return "\(grader.type) gives \(value)" }
      if score.isUnscored != (score.passed == nil) { return "\(grader.type) passes what it can't judge" }
      if score.reason.isEmpty { return "\(grader.type) gives no reason" }
      let again = grader.grade(answer: answer, expected: expected, input: input, facts: facts)
      return again == score ? nil : "\(grader.type) judges the same in two ways"
    }
  }

  @Test func descriptions() async throws {
    let corpus = Self.specs.map { $0.text() }
    let words = [
      "\"type\": ", "\"threshold\": ", "\"expected\": ", "null", "1e999", "-1", "[]", "{}", "\"\"", "true", "bleu",
      "not-",
    ]
    try await Fuzzer("grader-descriptions", corpus: corpus, words: words).run { bytes, _ in
      guard let spec = try? JSONValue(parsing: bytes) else { return nil }
      do {
        let grader = try Grader(spec: spec)
        let score = grader.grade(answer: "A", expected: "A", input: [:])
        return score.value.map { (0...1).contains($0) } ?? true ? nil : "a value that is none"
      } catch {
        return "\(error)".isEmpty ? "an error without a text" : nil
      }
    }
  }
}
