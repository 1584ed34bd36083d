import Content

/// A tool that a model wants called.
struct ToolCall: Sendable, Hashable {
  /// The tool's name.
  var name: String
  /// What it is called with: an object, or the text that came where that is none.
  var arguments: JSONValue

  /// The most calls of one answer that are compared.
  static let most = 200

  init(name: String, arguments: JSONValue) {
    self.name = name
    self.arguments = arguments
  }

  /// The calls that an answer ends with, as Assay writes them behind its text, or that it is, in the form of OpenAI,
  /// Anthropic or Google.
  /// - Throws: ``Unscorable`` when it nests too deep or has too many.
  static func all(in answer: GradedAnswer) throws(Unscorable) -> [ToolCall] {
    guard case .success(let found) = try answer.json(extracts: true) else { return [] }
    let calls = Self.all(in: found.value) ?? []
    guard calls.count <= most else { throw Unscorable("the answer has more than \(most) calls of tools") }
    return calls
  }

  /// The calls that a value describes; nil where it describes none.
  static func all(in value: JSONValue) -> [ToolCall]? {
    if let object = value.object {
      if let list = object["tool_calls"]?.array ?? object["toolCall"]?["functionCalls"]?.array {
        return all(in: .array(list))
      }
      return ToolCall(object).map { [$0] }
    }
    guard let list = value.array else { return nil }
    var calls: [ToolCall] = []
    for element in list {
      guard let object = element.object else { return nil }
      if let call = ToolCall(object) {
        calls.append(call)
      } else if !["text", "thinking"].contains(object["type"]?.string) {
        return nil
      }
    }
    return calls.isEmpty && !list.isEmpty ? nil : calls
  }

  private init?(_ object: JSONObject) {
    let call = object["function"]?.object ?? object["functionCall"]?.object ?? object
    guard let name = call["name"]?.string else { return nil }
    let isCall = ["function", "function_call", "tool_use"].contains(object["type"]?.string)
    let written = ["arguments", "input", "args", "parameters"].lazy.compactMap { call[$0] }.first
    guard written != nil || isCall || call.count == 1 else { return nil }
    self.name = name
    switch written {
    case nil, .null: arguments = [:]
    case .string(let text):
      let parsed = try? JSONValue(parsing: text)
      arguments = parsed?.object == nil ? .string(text) : parsed ?? [:]
    case .some(let value): arguments = value
    }
  }

  /// The call for a reason: `search({"q": "x"})`.
  var excerpt: String { "\(name)(\(arguments.object?.isEmpty == true ? "" : arguments.excerpt))" }
}
