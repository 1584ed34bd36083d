import Content

/// What a case offers to its graders.
package struct GradedCase: Sendable {
  /// What the case says a good answer is; nil when it says nothing.
  package let expected: JSONValue?
  /// What the case feeds to the prompt.
  package let input: JSONValue
  /// The id of the case; empty where nobody knows it.
  package var id = ""

  /// Replaces `{{ path }}` by what the input has there, or `{{ expected.path }}` by what is expected; `{{{{` writes two
  /// braces.
  /// - Throws: ``Unscorable`` when there is nothing to put in.
  package func fill(_ text: String) throws(Unscorable) -> String {
    guard text.utf8.contains(UInt8(ascii: "{")) else { return text }
    var result = ""
    var rest = text[...]
    while let open = rest.range(ofFirst: "{{") {
      result += rest[..<open.lowerBound]
      rest = rest[open.upperBound...]
      if rest.hasPrefix("{{") {
        result += "{{"
        rest = rest.dropFirst(2)
        continue
      }
      guard let close = rest.range(ofFirst: "}}") else {
        throw Unscorable("\"{{\" in the grader is never closed; two braces are written \"{{{{\"")
      }
      result += try lookUp(rest[..<close.lowerBound].trimmed)
      rest = rest[close.upperBound...]
    }
    return result + rest
  }

  private func lookUp(_ name: Substring) throws(Unscorable) -> String {
    guard let path = JSONPath(String(name)), !path.steps.isEmpty else {
      throw Unscorable("\"{{ \(name) }}\" in the grader names nothing; two braces are written \"{{{{\"")
    }
    var value = input[path]
    if value == nil, path.steps.first == .key("expected") {
      value = expected?[JSONPath(Array(path.steps.dropFirst()))]
    }
    guard let value else {
      let nearest = Spelling.nearest(to: String(name), among: input.object?.keys ?? [])
      throw Unscorable(
        "{{ \(name) }} in the grader is not in the case's input" + (nearest.map { "; did you mean \"\($0)\"?" } ?? ""))
    }
    guard !value.isNull else { throw Unscorable("{{ \(name) }} in the grader is null in this case") }
    return value.plainText
  }

  /// A text, or the texts inside lists and objects, with their slots filled.
  /// - Throws: ``Unscorable`` when there is nothing to put in.
  package func filled(_ value: JSONValue) throws(Unscorable) -> JSONValue {
    switch value {
    case .string(let text): return .string(try fill(text))
    case .array(let values):
      var filled: [JSONValue] = []
      for value in values { filled.append(try self.filled(value)) }
      return .array(filled)
    case .object(let object):
      var filled = JSONObject()
      for (key, value) in object { filled[key] = try self.filled(value) }
      return .object(filled)
    case .null, .bool, .number: return value
    }
  }
}

extension JSONValue {
  /// A text as it is, everything else as compact JSON.
  var plainText: String { string ?? text() }
}
