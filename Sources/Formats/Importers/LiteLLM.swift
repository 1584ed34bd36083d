import Content

/// Reads the logs that LiteLLM writes to files and buckets, one object a call.
struct LiteLLMReader: FormatReader {
  private let options: ImportOptions

  init(_ options: ImportOptions) { self.options = options }

  mutating func read(_ record: Record, into output: inout ImportOutput) {
    guard let object = record.value.object else {
      output.fail(ImportFailure(line: record.line, column: record.column, "Expected a logged call, an object."))
      return
    }
    if let type = object["call_type"]?.string, !type.contains("completion"), !type.contains("responses"),
      !type.contains("anthropic_messages")
    {
      return output.skip("calls that are no completion (\(type.prefix(40)))")
    }
    if let status = object["status"]?.string, status != "success" { return output.skip("calls that failed") }
    var call = LoggedCall(line: record.line)
    call.input = LoggedCall.decoded(object["messages"])
    let response = LoggedCall.decoded(object["response"])
    if call.input.map(Self.isRedacted) ?? false || response.map(Self.isRedacted) ?? false {
      return output.skip("calls whose texts were redacted")
    }
    let choice = response?["choices"]?[0]
    call.answer = choice?["message"] ?? (response?.string == nil ? nil : response)
    if let reason = choice?["finish_reason"]?.string { call.finishReasons = [reason] }
    let parameters = LoggedCall.decoded(object["model_parameters"])
    call.tools = parameters?["tools"]
    call.group = object.member("session_id")?.string ?? object.member("trace_id")?.string
    for tag in LoggedCall.decoded(object["request_tags"])?.array ?? [] {
      if let text = tag.string { call.tags.append(text) }
    }
    for key in ["id", "model", "model_group", "prompt_tokens", "completion_tokens", "response_cost", "cache_hit"]
    where object[key].map({ !LoggedCall.isEmpty($0) }) ?? false {
      call.metadata[key] = object[key]
    }
    if let time = object["startTime"] { call.metadata["time"] = time }
    if var kept = parameters?.object {
      kept["tools"] = nil
      if !kept.isEmpty { call.metadata["model_parameters"] = .object(kept) }
    }
    call.add(to: &output, options)
  }

  private static func isRedacted(_ value: JSONValue) -> Bool {
    let text = "redacted-by-litellm"
    if value.string == text { return true }
    if let list = value.array { return list.contains { $0["content"]?.string == text } }
    return value["text"]?.string == text || value["choices"]?[0]?["message"]?["content"]?.string == text
  }
}
