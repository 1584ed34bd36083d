import Content
import Foundation
import Testing

@testable import Grading

/// `docs/graders.md`, whose examples must do what they say.
@Suite struct DocumentationTests {
  /// A fenced block whose language is `grader`: lines of a word, a colon and a value.
  struct Example {
    var line: Int
    var entries: [(key: String, value: String)] = []
  }

  static func page() throws -> String {
    let package = URL(filePath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
      .deletingLastPathComponent()
    return try String(contentsOf: package.appending(path: "docs/graders.md"), encoding: .utf8)
  }

  static func examples() throws -> [Example] {
    var examples: [Example] = []
    var isInside = false
    for (number, line) in try page().split(separator: "\n", omittingEmptySubsequences: false).enumerated() {
      if line == "```grader" {
        examples.append(Example(line: number + 1))
        isInside = true
      } else if line == "```" {
        isInside = false
      } else if isInside {
        let parts = line.split(separator: ":", maxSplits: 1).map(String.init)
        let value = parts.count > 1 ? String(parts[1].drop { $0 == " " }) : ""
        examples[examples.count - 1].entries.append((parts[0], value))
      }
    }
    return examples
  }

  @Test func examplesDoWhatTheySay() async throws {
    let examples = try Self.examples()
    #expect(examples.count >= 20)
    for example in examples { try await check(example) }
  }

  private func check(_ example: Example) async throws {
    var outside = OutsideScript()
    var expected: JSONValue?
    var input: JSONValue = [:]
    var grader: Grader?
    var facts = AnswerFacts()
    var score: Score?
    for (key, value) in example.entries {
      switch key {
      case "grader": grader = try Grader(spec: JSONValue(parsing: value))
      case "expected": expected = try JSONValue(parsing: value)
      case "input": input = try JSONValue(parsing: value)
      case "reply": outside.reply = try JSONValue(parsing: value)
      case "facts":
        let given = try JSONValue(parsing: value)
        facts = AnswerFacts(
          seconds: given["seconds"]?.double, dollars: given["dollars"]?.double,
          finishReason: given["finish_reason"]?.string)
      case "reason": #expect(score?.reason == value, "line \(example.line)")
      default:
        // An answer with escapes is written as a JSON text.
        let answer = value.hasPrefix("\"") ? try #require(JSONValue(parsing: value).string) : value
        let set = GraderSet([try #require(grader)])
        score = await set.grade(AnswerText(answer, facts: facts), expected: expected, input: input, asking: outside)
          .scores[0]
        let outcome = score?.passed.map { $0 ? "pass" : "fail" } ?? "unscored"
        #expect(outcome == key, "line \(example.line): \(answer): \(score?.reason ?? "")")
      }
    }
  }

  @Test func everyTypeAndKeyIsDescribed() throws {
    let page = try Self.page()
    for kind in GraderRegistry.builtIn.kinds {
      for type in kind.types { #expect(page.contains(type), "the type \(type)") }
      for key in kind.keys + GraderKey.common { #expect(page.contains("`\(key.name)`"), "the key \(key.name)") }
    }
    let used = try Self.examples().flatMap(\.entries).filter { $0.key == "grader" }.map(\.value).joined()
    for kind in GraderRegistry.builtIn.kinds {
      #expect(kind.types.contains { used.contains("\"\($0)\"") }, "an example of \(kind.types[0])")
    }
  }
}
