import Content

/// Attributes of OpenTelemetry, as OTLP writes them in JSON or as a plain object.
enum SpanAttributes {
  private static let mostDepth = 32

  /// The attributes by name.
  static func read(_ value: JSONValue?) -> JSONObject {
    switch value {
    case .object(let object): return object
    case .array(let list):
      var attributes = JSONObject()
      for entry in list { if let key = entry["key"]?.string { attributes[key] = any(entry["value"], 0) } }
      return attributes
    default: return [:]
    }
  }

  /// The value of `{stringValue: …}`, `{kvlistValue: {values: […]}}` and the like; anything else as it stands.
  static func any(_ value: JSONValue?, _ depth: Int = 0) -> JSONValue {
    guard let value else { return .null }
    guard depth < mostDepth, let object = value.object, object.count == 1 else { return value }
    switch object.keys[0] {
    case "stringValue", "boolValue", "doubleValue", "bytesValue": return object.values[0]
    case "intValue":
      // 64-bit numbers are texts in OTLP's JSON.
      let number = object.values[0]
      return number.string.flatMap { try? JSONValue(parsing: $0) } ?? number
    case "arrayValue":
      return .array((object.values[0]["values"]?.array ?? []).map { any($0, depth + 1) })
    case "kvlistValue":
      var members = JSONObject()
      for entry in object.values[0]["values"]?.array ?? [] {
        if let key = entry["key"]?.string { members[key] = any(entry["value"], depth + 1) }
      }
      return .object(members)
    default: return value
    }
  }

  /// Messages that stand in numbered attributes, `PREFIX.0.role`, `PREFIX.0.content`, as OpenLLMetry writes them.
  static func numbered(_ prefix: String, in attributes: JSONObject) -> [JSONObject] {
    var messages: [Int: JSONObject] = [:]
    var calls: [Int: [Int: JSONObject]] = [:]
    for (key, value) in attributes where key.hasPrefix(prefix + ".") {
      let path = key.dropFirst(prefix.count + 1).split(separator: ".", maxSplits: 1)
      guard path.count == 2, let number = Int(path[0]), (0..<100_000).contains(number) else { continue }
      let rest = path[1].split(separator: ".")
      if rest.count == 3, rest[0] == "tool_calls", let call = Int(rest[1]) {
        calls[number, default: [:]][call, default: [:]][String(rest[2])] = value
      } else if rest.count == 1 {
        messages[number, default: [:]][String(rest[0])] = value
      }
    }
    return Set(messages.keys).union(calls.keys).sorted().map { number in
      var message = messages[number] ?? [:]
      if let content = message["content"] {
        message["content"] = GenAIMessages.content(LoggedCall.decoded(content) ?? content)
      }
      let own = (calls[number] ?? [:]).sorted { $0.key < $1.key }.map { GenAIMessages.call($0.value) }
      if !own.isEmpty { message["tool_calls"] = .array(own) }
      if message["role"] == nil { message["role"] = prefix.hasSuffix("completion") ? "assistant" : "user" }
      return message
    }
  }
}

/// Messages of OpenTelemetry's GenAI conventions, made of parts, in OpenAI's form.
enum GenAIMessages {
  /// The messages of `gen_ai.input.messages` and the like, which may be JSON in a text.
  static func read(_ value: JSONValue?) -> [JSONObject] {
    guard let list = LoggedCall.decoded(value)?.array else { return [] }
    return list.flatMap { entry -> [JSONObject] in
      guard let object = entry.object else { return [] }
      guard let parts = object["parts"]?.array else { return [object] }
      return messages(role: object["role"]?.string ?? "user", parts)
    }
  }

  /// The system message of `gen_ai.system_instructions`, which is a list of parts.
  static func system(_ value: JSONValue?) -> JSONObject? {
    guard let decoded = LoggedCall.decoded(value) else { return nil }
    let parts = decoded.array ?? [decoded]
    let texts = parts.compactMap { $0.string ?? $0["content"]?.string ?? $0["text"]?.string }
    return texts.isEmpty ? nil : ["role": "system", "content": .string(texts.joined(separator: "\n"))]
  }

  /// A message of parts: results of tools are messages of their own.
  private static func messages(role: String, _ parts: [JSONValue]) -> [JSONObject] {
    var content: [JSONValue] = []
    var calls: [JSONValue] = []
    var results: [JSONObject] = []
    var reasoning: [String] = []
    for part in parts {
      switch part["type"]?.string {
      case "text": content.append(["type": "text", "text": part["content"] ?? part["text"] ?? ""])
      case "reasoning": if let text = part["content"]?.string { reasoning.append(text) }
      case "tool_call": calls.append(call(part.object ?? [:]))
      case "tool_call_response":
        let response = part["response"] ?? part["result"] ?? .null
        var result: JSONObject = ["role": "tool", "content": .string(response.string ?? response.text())]
        result["tool_call_id"] = part["id"]
        results.append(result)
      default: content.append(part)
      }
    }
    guard !content.isEmpty || !calls.isEmpty || results.isEmpty else { return results }
    var message: JSONObject = ["role": .string(role), "content": self.content(.array(content))]
    if content.isEmpty { message["content"] = .null }
    if !calls.isEmpty { message["tool_calls"] = .array(calls) }
    if !reasoning.isEmpty { message["reasoning_content"] = .string(reasoning.joined(separator: "\n")) }
    return results + [message]
  }

  /// Content as a text where it is nothing but text.
  static func content(_ value: JSONValue) -> JSONValue {
    guard let parts = value.array else { return value }
    guard parts.allSatisfy({ $0["type"]?.string == "text" }) else { return value }
    return .string(parts.compactMap { ($0["text"] ?? $0["content"])?.string }.joined(separator: "\n"))
  }

  /// A call of a tool in OpenAI's form.
  static func call(_ object: JSONObject) -> JSONValue {
    if object["function"] != nil { return .object(object) }
    let arguments = object["arguments"].map { $0.string ?? $0.text() } ?? "{}"
    return [
      "id": object["id"] ?? .null, "type": "function",
      "function": ["name": object["name"] ?? "", "arguments": .string(arguments)],
    ]
  }
}
