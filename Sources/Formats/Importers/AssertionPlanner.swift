import Content

/// Turns promptfoo's assertions, which belong to a test, into graders, which belong to an eval set.
///
/// Tests whose assertions differ only in the texts that they look for share a set: the texts become what the cases
/// expect. Tests that are judged in another way are a set of their own. What can't be run stays with its case as it was
/// written.
struct AssertionPlanner: Sendable {
  /// The most sets that are made of one file.
  static let mostParts = 20

  private struct Pending: Sendable {
    var found: ImportCase
    var assertions: [PromptfooAssertion]
  }

  private var pending: [Pending] = []

  init() {}

  /// Adds a test; it comes out as a case at the end.
  mutating func add(_ found: ImportCase, _ assertions: [PromptfooAssertion], into output: inout ImportOutput) {
    pending.append(Pending(found: found, assertions: assertions))
  }

  /// Makes the cases and graders.
  mutating func finish(into output: inout ImportOutput) {
    var parts: [[JSONValue]: Int] = [:]
    var graders: [[JSONValue]] = []
    for test in pending {
      var found = test.found
      let specs = self.graders(of: test.assertions, for: &found, into: &output)
      if let part = parts[specs] {
        found.part = part
      } else if graders.count < Self.mostParts {
        parts[specs] = graders.count
        found.part = graders.count
        graders.append(specs)
      } else {
        output.fail(
          ImportFailure(
            line: found.line,
            "The file's tests are judged in more than \(Self.mostParts) ways; this one is left out. Split the file."))
        continue
      }
      output.cases.append(found)
    }
    output.graders = graders
    if graders.count > 1 {
      output.note("The tests are judged in \(graders.count) ways, so there are \(graders.count) eval sets.")
    }
    pending = []
  }

  /// The graders of a test's assertions; what they look for becomes what the case expects.
  private func graders(
    of assertions: [PromptfooAssertion], for found: inout ImportCase, into output: inout ImportOutput
  ) -> [JSONValue] {
    var specs: [JSONValue] = []
    var kept: [JSONValue] = []
    let isSingle = assertions.count { PromptfooAssertion.texts.contains($0.type) && !$0.isDefault } == 1
    var members = JSONObject()
    for assertion in assertions {
      guard var spec = Self.spec(of: assertion) else {
        kept.append(assertion.written)
        output.count("The assertion \"\(assertion.type.prefix(60))\" can't be run and is kept in the case's metadata")
        continue
      }
      if PromptfooAssertion.texts.contains(assertion.type) {
        if assertion.isDefault, let value = assertion.value, Self.isPlain(value) {
          spec["value"] = value
        } else {
          guard let reference = assertion.reference(found.input) else {
            kept.append(assertion.written)
            output.count(
              "A value of \"\(assertion.type)\" is a template or a file, which isn't read; it is kept in the case's metadata"
            )
            continue
          }
          if isSingle {
            found.expected = reference
          } else {
            let stem = (assertion.isNegated ? "not-" : "") + assertion.type
            var name = stem
            var copy = 2
            while members[name] != nil {
              name = "\(stem)-\(copy)"
              copy += 1
            }
            members[name] = reference
            spec["expected"] = .string(name)
          }
        }
      }
      specs.append(.object(spec))
    }
    if !members.isEmpty { found.expected = .object(members) }
    if !kept.isEmpty { found.metadata["assertions"] = .array(kept) }
    return specs
  }

  /// A schema that says its draft: promptfoo takes draft 7 where none is named.
  private static func withDraft(_ schema: JSONObject) -> JSONObject {
    guard schema["$schema"] == nil else { return schema }
    return JSONObject([(key: "$schema", value: "http://json-schema.org/draft-07/schema#")] + Array(schema))
  }

  private static func isPlain(_ value: JSONValue) -> Bool {
    switch value {
    case .string(let text): !text.hasPrefix("file://") && !text.contains("{%") && !text.isEmpty
    case .array(let values): !values.isEmpty && values.allSatisfy { $0.string.map { !$0.isEmpty } ?? false }
    default: false
    }
  }

  private static func isTemplate(_ value: JSONValue) -> Bool {
    (value.array ?? [value]).contains { $0.string?.contains("{{") ?? false }
  }

  /// The description of the grader that judges alike, without what it compares with; nil where there is none.
  private static func spec(of assertion: PromptfooAssertion) -> JSONObject? {
    let isKnown = PromptfooAssertion.texts.contains(assertion.type) || PromptfooAssertion.rules.contains(assertion.type)
    guard isKnown else { return nil }
    var spec: JSONObject = ["type": .string((assertion.isNegated ? "not-" : "") + assertion.type)]
    switch assertion.type {
    case "equals": spec["trim"] = false
    case "contains-all", "icontains-all": spec["all-or-nothing"] = true
    case "levenshtein": spec["threshold"] = JSONValue(Int(assertion.threshold.map { max(0, min($0, 1e9)) } ?? 5))
    case "regex":
      // promptfoo fills variables in; ours is one pattern for all cases.
      guard let pattern = assertion.value?.string, !pattern.isEmpty, !pattern.contains("{{"), !pattern.contains("{%"),
        !pattern.hasPrefix("file://")
      else { return nil }
      spec["pattern"] = .string(pattern)
    case "is-json", "contains-json":
      switch assertion.value {
      case nil, .null: break
      case .object(let schema): spec["schema"] = .object(Self.withDraft(schema))
      case .bool: spec["schema"] = assertion.value
      case .string(let text):
        guard let schema = (try? JSONValue(parsing: text))?.object else { return nil }
        spec["schema"] = .object(Self.withDraft(schema))
      default: return nil
      }
    case "word-count":
      guard let value = assertion.value, value.int != nil || value.object != nil else { return nil }
      spec["value"] = value
    case "latency":
      // Milliseconds there, seconds here.
      guard let threshold = assertion.threshold, threshold > 0 else { return nil }
      spec["max-seconds"] = JSONValue(threshold / 1000)
    case "cost":
      guard let threshold = assertion.threshold, threshold > 0 else { return nil }
      spec["max-dollars"] = JSONValue(threshold)
    case "finish-reason":
      guard let value = assertion.value, value.string != nil, isPlain(value), !isTemplate(value) else { return nil }
      spec["value"] = value
    case "tool-call-f1":
      guard let value = assertion.value, isPlain(value), !isTemplate(value) else { return nil }
      spec["value"] = value
      if let threshold = assertion.threshold {
        guard (0...1).contains(threshold) else { return nil }
        spec["threshold"] = JSONValue(threshold)
      }
    default: break
    }
    if let weight = assertion.weight, weight != 1, weight >= 0 { spec["weight"] = JSONValue(weight) }
    if let metric = assertion.metric, !metric.isEmpty { spec["name"] = .string(metric) }
    return spec
  }
}
