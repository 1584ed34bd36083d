import Content

/// Writes promptfoo's tests as a YAML document in JSON's form, which promptfoo reads. What is expected becomes an assertion.
struct PromptfooWriter {
  func export(_ cases: [ImportCase]) -> ExportedCases {
    var result = ExportedCases()
    var tests: [JSONValue] = []
    for one in cases {
      if one.messages != nil {
        result.refused.append((one.id ?? "", "promptfoo's tests have variables and no conversation"))
        continue
      }
      var test: JSONObject = ["vars": .object(one.input)]
      if let expected = one.expected {
        test["assert"] = [["type": "equals", "value": expected]]
        if expected.string.map({ $0.contains("{{") || $0.contains("{%") }) ?? false {
          result.lose("braces in what is expected, which promptfoo takes for a template")
        }
      }
      // Lists would multiply the test.
      if one.input.values.contains(where: { $0.array != nil }) { test["options"] = ["disableVarExpansion": true] }
      var metadata = one.metadata
      if let id = one.id { metadata["id"] = .string(id) }
      if !one.tags.isEmpty { metadata["tags"] = .array(one.tags.map { .string($0) }) }
      if let group = one.group { metadata["group"] = .string(group) }
      if let weight = one.weight { metadata["weight"] = JSONValue(weight) }
      if !metadata.isEmpty { test["metadata"] = .object(metadata) }
      tests.append(.object(test))
      result.written += 1
    }
    if !tests.isEmpty { result.lose("graders: each test asks for an equal answer") }
    result.text = "tests:\n" + tests.map { "  - " + $0.text(.spaced) + "\n" }.joined()
    return result
  }
}
