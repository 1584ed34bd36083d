import Content

/// Reads Langfuse's exports: observations, of which generations become cases, and scores, which become their tags. Both may
/// stand in one file, in any order.
struct LangfuseReader: FormatReader {
  private let options: ImportOptions
  private var calls: [(call: LoggedCall, id: String?, trace: String?)] = []
  private var scores: [String: [String]] = [:]

  init(_ options: ImportOptions) { self.options = options }

  mutating func read(_ record: Record, into output: inout ImportOutput) {
    guard let object = record.value.object else {
      output.fail(
        ImportFailure(line: record.line, column: record.column, "Expected an observation or a score, an object."))
      return
    }
    guard let type = object.member("type")?.string else {
      if object.member("value") ?? object.member("string_value") != nil, object.member("name") != nil {
        return take(score: object, into: &output)
      }
      output.fail(ImportFailure(line: record.line, "The record is neither an observation (no \"type\") nor a score."))
      return
    }
    guard type.uppercased() == "GENERATION" else {
      return output.skip("observations that are no generation (\(type.prefix(40)))")
    }
    if object.member("level")?.string?.uppercased() == "ERROR" { return output.skip("calls that failed") }
    take(object, line: record.line)
  }

  private mutating func take(_ object: JSONObject, line: Int) {
    var call = LoggedCall(line: line)
    call.input = LoggedCall.decoded(object.member("input"))
    var answer = LoggedCall.decoded(object.member("output"))
    // A whole reply of an API may have been logged.
    if let choice = answer?["choices"]?[0] {
      if let reason = choice["finish_reason"]?.string { call.finishReasons = [reason] }
      answer = choice["message"] ?? answer
    }
    if let list = answer?.array, let last = list.last, last["role"] != nil { answer = last }
    if let calls = LoggedCall.decoded(object.member("tool_calls"))?.array, !calls.isEmpty, answer?["tool_calls"] == nil
    {
      var message: JSONObject = ["role": "assistant", "content": answer?["content"] ?? answer ?? .null]
      message["tool_calls"] = .array(calls.map { LoggedCall.decoded($0) ?? $0 })
      answer = .object(message)
    }
    call.answer = answer
    call.tools = LoggedCall.decoded(object.member("tool_definitions"))
    call.group = object.member("session_id")?.string ?? object.member("trace_id")?.string
    if let model = object.member("provided_model_name") ?? object.member("model") { call.metadata["model"] = model }
    if let time = object.member("start_time") { call.metadata["time"] = time }
    if let parameters = LoggedCall.decoded(object.member("model_parameters")) {
      call.metadata["model_parameters"] = parameters
    }
    for key in [
      "name", "prompt_name", "prompt_version", "usage_details", "total_cost", "latency", "time_to_first_token",
    ] {
      if let value = LoggedCall.decoded(object.member(key)) { call.metadata[key] = value }
    }
    if let metadata = LoggedCall.decoded(object.member("metadata")), !LoggedCall.isEmpty(metadata) {
      call.metadata["metadata"] = metadata
    }
    calls.append((call, object.member("id")?.string, object.member("trace_id")?.string))
  }

  private mutating func take(score: JSONObject, into output: inout ImportOutput) {
    let value = score.member("string_value") ?? score.member("value")
    guard let name = score.member("name")?.string, let value else { return }
    guard let target = score.member("observation_id")?.string ?? score.member("trace_id")?.string else {
      return output.skip("scores of no observation")
    }
    scores[target, default: []].append("\(name.prefix(80)):\((value.string ?? value.text()).prefix(80))")
    output.skip("scores, which became tags of the cases")
  }

  mutating func finish(into output: inout ImportOutput) {
    for entry in calls {
      var call = entry.call
      call.tags = [entry.id, entry.trace].compactMap(\.self).flatMap { scores[$0] ?? [] }
      call.add(to: &output, options)
    }
    calls = []
  }
}
