import Content

/// By which members a record's format is known.
enum FormatSigns {
  /// The format of a record; nil where it has no sign of any but plain fields.
  static func format(of record: JSONValue, isYAML: Bool) -> ImportFormat? {
    if isYAML { return .promptfoo }
    guard let object = record.object else { return nil }
    // Our own form, where conversations may stand among other cases.
    if object["id"] != nil, object["input"]?.object != nil || object["messages"] != nil && object["expected"] != nil,
      !["type", "attributes", "preferred_output", "choices", "call_type"].contains(where: { object[$0] != nil })
    {
      return .fields
    }
    return log(object) ?? evaluation(object) ?? rows(object)
  }

  private static func log(_ object: JSONObject) -> ImportFormat? {
    func has(_ keys: String...) -> Bool { keys.allSatisfy { object[$0] != nil } }
    if object["resourceSpans"] != nil || object["resourceLogs"] != nil { return .openTelemetry }
    if let attributes = object["attributes"] {
      let names = SpanAttributes.read(attributes).keys
      let event = object["eventName"]?.string ?? object["name"]?.string ?? ""
      if names.contains(where: { $0.hasPrefix("gen_ai.") }) || event.hasPrefix("gen_ai.") { return .openTelemetry }
    }
    let isObservation = ["GENERATION", "SPAN", "EVENT", "AGENT", "TOOL", "CHAIN", "EMBEDDING", "RETRIEVER"].contains(
      object["type"]?.string?.uppercased() ?? "")
    if isObservation, object.member("trace_id") != nil { return .langfuse }
    if object.member("trace_id") != nil, has("name"), object.member("value") ?? object.member("string_value") != nil {
      return .langfuse
    }
    if has("call_type") || has("messages", "response", "status") || has("litellm_call_id") { return .litellm }
    if object["object"]?.string == "chat.completion" || has("choices", "messages") { return .openaiCompletions }
    if object["object"]?.string == "list", let first = object["data"]?[0] {
      return first["object"]?.string == "chat.completion" ? .openaiCompletions : nil
    }
    return nil
  }

  private static func evaluation(_ object: JSONObject) -> ImportFormat? {
    func has(_ keys: String...) -> Bool { keys.allSatisfy { object[$0] != nil } }
    if has("testing_criteria") || has("data_source_config") || object["item"]?.object != nil
      || object["datasource_item"]?.object != nil
    {
      return .openaiHostedEvals
    }
    if has("samples", "eval") || has("version", "status", "eval") { return .inspectLog }
    if has("promptIdx") || has("testCase", "response") || object["results"]?["results"]?.array != nil {
      return .promptfooResults
    }
    let isConfig = object["tests"] != nil || object["scenarios"] != nil
    if isConfig, has("prompts") || has("providers") || has("targets") || object["tests"]?.array != nil {
      return .promptfoo
    }
    if object["vars"]?.object != nil { return .promptfoo }
    if has("doc_id", "arguments") || has("doc", "arguments", "target") { return .lmEval }
    let asks =
      object["input"]?.array.map { list in !list.isEmpty && list.allSatisfy { $0["role"] != nil } }
      ?? (object["input"]?.string != nil)
    if asks, has("ideal") { return .openaiEvals }
    if asks, has("target") { return .inspect }
    return nil
  }

  private static func rows(_ object: JSONObject) -> ImportFormat? {
    func has(_ keys: String...) -> Bool { keys.allSatisfy { object[$0] != nil } }
    let turns = object["conversations"]?.array ?? object["conversation"]?.array
    if let first = turns?.first, first["from"] != nil || first["role"] != nil { return .sharegpt }
    if object["instruction"]?.string != nil, has("output") || has("response") || has("chosen") { return .alpaca }
    if has("chosen", "rejected") || object["segments"]?[0]?["label"] != nil { return .trl }
    if object["messages"]?.array != nil || has("input", "preferred_output") { return .chat }
    if has("prompt", "completion") { return .trl }
    return nil
  }
}
