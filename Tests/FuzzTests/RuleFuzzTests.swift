import Content
import Domain
import Grading
import Routing
import Testing

/// The small languages within a workspace's files: slots, patterns, schemas, and rules of routers.
@Suite struct RuleFuzzTests {
  @Test func templates() async throws {
    let words = ["{{", "}}", "{{{{", "{%", "%}", "{{ x }}", "{{ a.b }}", "{", "}", "\n"]
    try await Fuzzer("templates", corpus: Corpus.sections + ["a {{ x }} b {{{{ c }} {% if %}"], words: words).run {
      bytes, _ in
      let text = String(decoding: bytes, as: UTF8.self)
      var slots = 0
      for piece in PromptTemplate.pieces(of: text) {
        if case .slot(let name) = piece {
          slots += 1
          if name.isEmpty { return "a slot without a name" }
        }
      }
      return slots <= text.utf8.count / 5 ? nil : "more slots than there is room for"
    }
  }

  @Test func patterns() async throws {
    let corpus = [
      "^(a|b)+$", "(a+)+$", "\\d{4}-\\d{2}", "(?<year>\\d+)-\\k<year>", "[^\\p{L}\\s]", "(?<=x)y(?!z)", ".*urgent",
      "(?i:q)", "\\bword\\b", "(?:(?:a?){20}){20}", "[[:alpha:]]", "(*LIMIT_MATCH=1)a",
    ]
    let words = [
      "(", ")", "[", "]", "{", "}", "*", "+", "?", "|", "\\", "^", "$", "(?", "(?:", "(?=", "(?<!", "{1000}",
      "\\p{", "\\x{", "(*", "\\Q", "\\E", "(?R)", "(?1)", "\\g{", "\\K", "(?C1)",
    ]
    let subjects = ["", "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaa!", "2026-03-04 urgent", "e\u{301}作👩‍🚀\n\r\n\u{0}"]
    try await Fuzzer("patterns", corpus: corpus, words: words).run { bytes, generator in
      let text = String(decoding: bytes, as: UTF8.self)
      let options = Pattern.Options(
        ignoresCase: .random(using: &generator), isUnicode: .random(using: &generator),
        isECMA: .random(using: &generator))
      do {
        let pattern = try Pattern(text, options: options)
        for subject in subjects where pattern.search(subject) != pattern.search(subject) {
          return "it finds something else the second time"
        }
        return nil
      } catch { return "\(error)".isEmpty ? "an error without a text" : nil }
    }
  }

  @Test func schemas() async throws {
    let corpus = [
      #"{"type": "object", "properties": {"a": {"type": "string", "pattern": "^(a+)+$"}}, "required": ["a"]}"#,
      ##"{"$defs": {"n": {"anyOf": [{"type": "null"}, {"$ref": "#/$defs/n"}]}}, "$ref": "#/$defs/n"}"##,
      ##"{"$id": "http://x/y", "$dynamicRef": "#m", "$defs": {"m": {"$dynamicAnchor": "m", "items": {"$ref": "#"}}}}"##,
      #"{"$schema": "http://json-schema.org/draft-07/schema#", "dependencies": {"a": ["b"]}, "items": [{}, false]}"#,
      #"{"multipleOf": 0.01, "minimum": 1e400, "format": "date-time", "unevaluatedProperties": false}"#,
    ]
    let words = [
      "\"type\": ", "\"$ref\": ", "\"#\"", "\"$defs\": ", "\"allOf\": [", "\"not\": ", "\"items\": ", "\"pattern\": ",
      "\"format\": ", "\"email\"", "\"$anchor\": ", "\"multipleOf\": ", "\"uniqueItems\": true", "{}", "true", ",",
    ]
    let values: [JSONValue] = [
      .null, true, 1, 1.5, "", "aaaaaaaaaaaaaaaaaaaaaaaaaaaa!", [], [1, 1], ["a": "aaa"], ["a": ["a": ["a": [:]]]],
    ]
    try await Fuzzer("schemas", corpus: corpus, words: words).run { bytes, _ in
      guard let source = try? JSONValue(parsing: bytes) else { return nil }
      do {
        let schema = try JSONSchema(source)
        for value in values {
          if case .invalid(let violations) = schema.verdict(on: value), violations.isEmpty {
            return "invalid, and nothing is wrong"
          }
        }
        return nil
      } catch { return "\(error)".isEmpty ? "an error without a text" : nil }
    }
  }

  @Test func routers() async throws {
    let corpus = [
      #"{"arms": ["a", "b"], "rules": [{"when": "words > 40", "arm": "b"}], "otherwise": "a"}"#,
      #"{"arms": ["a", "b"], "escalate": ["invalid"]}"#,
      #"{"arms": ["a", "b"], "bias": -0.5, "weights": {"not tag \"x\"": 1.5, "field \"c\" is \"e\"": 2}}"#,
    ]
    let words = [
      "words > ", "characters <= ", "contains ", "tag ", "language ", "field ", " is ", "not ", "\\\"x\\\"", "40",
      "\"when\": ", "\"arm\": ", "\"a\"", "\"rules\": ", "\"otherwise\": ", "\"bias\": ", "\"weights\": ", "{", "}",
    ]
    let input = InputFeatures(
      RouteInput(fields: [.init("text", "Refund 40 words, please"), .init("c", "e")], tags: ["x"]))
    try await Fuzzer("routers", corpus: corpus, words: words).run { bytes, _ in
      guard let object = try? JSONValue(parsing: bytes).object, let router = Router(json: object) else { return nil }
      if router.choice(for: input).reason.isEmpty { return "a choice without a reason" }
      return Router(json: router.json) == router ? nil : "what was read and written reads otherwise"
    }
  }
}
