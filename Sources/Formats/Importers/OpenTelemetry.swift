import Content

/// Reads spans and events of OpenTelemetry's GenAI conventions: OTLP as JSON lines, or spans as plain objects. Messages stand
/// in attributes (as values or as JSON in texts), in events of the span, in log records, or in OpenLLMetry's numbered
/// attributes.
struct OpenTelemetryReader: FormatReader {
  private struct Span: Sendable {
    var line: Int
    var attributes: JSONObject
    var inputs: [JSONObject] = []
    var outputs: [JSONObject] = []
    var reasons: [String] = []
    var time: JSONValue?
  }

  private let options: ImportOptions
  private var spans: [String: Span] = [:]
  private var order: [String] = []

  init(_ options: ImportOptions) { self.options = options }

  mutating func read(_ record: Record, into output: inout ImportOutput) {
    let value = record.value
    var found = 0
    for resource in value["resourceSpans"]?.array ?? [] {
      for scope in resource["scopeSpans"]?.array ?? resource["instrumentationLibrarySpans"]?.array ?? [] {
        for span in scope["spans"]?.array ?? [] {
          found += 1
          take(span: span, line: record.line, into: &output)
        }
      }
    }
    for resource in value["resourceLogs"]?.array ?? [] {
      for scope in resource["scopeLogs"]?.array ?? [] {
        for log in scope["logRecords"]?.array ?? [] {
          found += 1
          take(log: log, line: record.line, into: &output)
        }
      }
    }
    if value["resourceSpans"] != nil || value["resourceLogs"] != nil {
      output.read += found - 1
    } else if value["attributes"] != nil, value["body"] == nil, value["eventName"] == nil {
      take(span: value, line: record.line, into: &output)
    } else if value["attributes"] != nil || value["body"] != nil {
      take(log: value, line: record.line, into: &output)
    } else {
      output.fail(ImportFailure(line: record.line, column: record.column, "The record holds neither spans nor events."))
    }
  }

  private static func key(_ value: JSONValue, _ line: Int, _ count: Int) -> String {
    let trace = value["traceId"]?.string ?? value["trace_id"]?.string ?? value["context"]?["trace_id"]?.string
    let span = value["spanId"]?.string ?? value["span_id"]?.string ?? value["context"]?["span_id"]?.string
    return trace == nil && span == nil ? "\(line) \(count)" : "\(trace ?? "") \(span ?? "")"
  }

  private mutating func update(_ key: String, line: Int, _ change: (inout Span) -> Void) {
    if spans[key] == nil {
      spans[key] = Span(line: line, attributes: [:])
      order.append(key)
    }
    if var span = spans[key] {
      change(&span)
      spans[key] = span
    }
  }

  private mutating func take(span: JSONValue, line: Int, into output: inout ImportOutput) {
    let attributes = SpanAttributes.read(span["attributes"])
    let events = span["events"]?.array ?? []
    let isModels =
      attributes.keys.contains { $0.hasPrefix("gen_ai.") || $0.hasPrefix("llm.") }
      || events.contains { $0["name"]?.string?.hasPrefix("gen_ai.") ?? false }
    guard isModels else { return output.skip("spans of something else than a model") }
    if let name = attributes["gen_ai.operation.name"]?.string,
      !["chat", "text_completion", "generate_content"].contains(name)
    {
      return output.skip("spans that are no answer (\(name.prefix(40)))")
    }
    let failed =
      span["status"]?["code"].map { $0.int == 2 || $0.string == "STATUS_CODE_ERROR" || $0.string == "ERROR" } ?? false
    if failed { return output.skip("calls that failed") }
    update(Self.key(span, line, order.count), line: line) { known in
      for member in attributes { known.attributes[member.key] = member.value }
      known.time = span["startTimeUnixNano"] ?? span["start_time"] ?? span["startTime"]
      for event in events {
        Self.take(event: event["name"]?.string ?? "", SpanAttributes.read(event["attributes"]), body: nil, into: &known)
      }
    }
  }

  private mutating func take(log: JSONValue, line: Int, into output: inout ImportOutput) {
    let attributes = SpanAttributes.read(log["attributes"])
    let name = log["eventName"]?.string ?? log["event_name"]?.string ?? attributes["event.name"]?.string ?? ""
    guard name.hasPrefix("gen_ai.") else { return output.skip("events of something else than a model") }
    if name == "gen_ai.evaluation.result" { return output.skip("results of evaluations") }
    let body = SpanAttributes.any(log["body"])
    update(Self.key(log, line, order.count), line: line) { known in
      known.time = known.time ?? log["timeUnixNano"] ?? log["timestamp"]
      Self.take(event: name, attributes, body: body, into: &known)
    }
  }

  /// Adds what an event says: a message of the older forms, or all of a call.
  private static func take(
    event name: String, _ attributes: JSONObject, body: JSONValue?, into span: inout Span
  ) {
    var content = attributes
    for member in body?.object ?? [:] { content[member.key] = member.value }
    switch name {
    case "gen_ai.client.inference.operation.details":
      for member in content { span.attributes[member.key] = member.value }
    case "gen_ai.system.message", "gen_ai.user.message", "gen_ai.assistant.message", "gen_ai.tool.message":
      let role = name.split(separator: ".")[1]
      span.inputs.append(message(content, role: content["role"]?.string ?? String(role)))
    case "gen_ai.choice":
      let said = LoggedCall.decoded(content["message"])?.object ?? content
      span.outputs.append(message(said, role: "assistant"))
      if let reason = content["finish_reason"]?.string { span.reasons.append(reason) }
    case "gen_ai.content.prompt":
      if let prompt = content["gen_ai.prompt"] { span.attributes["gen_ai.input.messages"] = prompt }
    case "gen_ai.content.completion":
      if let completion = content["gen_ai.completion"] { span.attributes["gen_ai.output.messages"] = completion }
    default: break
    }
  }

  private static func message(_ content: JSONObject, role: String) -> JSONObject {
    var message: JSONObject = ["role": .string(role)]
    message["content"] = content["content"].map { GenAIMessages.content(LoggedCall.decoded($0) ?? $0) } ?? .null
    if let calls = LoggedCall.decoded(content["tool_calls"])?.array, !calls.isEmpty {
      message["tool_calls"] = .array(calls.map { GenAIMessages.call($0.object ?? [:]) })
    }
    if role == "tool" { message["tool_call_id"] = content["id"] }
    return message
  }

  mutating func finish(into output: inout ImportOutput) {
    for key in order { if let span = spans[key] { add(span, to: &output) } }
    spans = [:]
    order = []
  }

  private func add(_ span: Span, to output: inout ImportOutput) {
    let attributes = span.attributes
    var call = LoggedCall(line: span.line)
    var inputs = GenAIMessages.read(attributes["gen_ai.input.messages"])
    if inputs.isEmpty { inputs = span.inputs }
    if inputs.isEmpty { inputs = SpanAttributes.numbered("gen_ai.prompt", in: attributes) }
    if let system = GenAIMessages.system(attributes["gen_ai.system_instructions"]) { inputs.insert(system, at: 0) }
    call.input = .array(inputs.map { .object($0) })
    var outputs = GenAIMessages.read(attributes["gen_ai.output.messages"])
    if outputs.isEmpty { outputs = span.outputs }
    if outputs.isEmpty { outputs = SpanAttributes.numbered("gen_ai.completion", in: attributes) }
    call.answer = outputs.last.map { .object($0) }
    let listed = LoggedCall.decoded(attributes["gen_ai.response.finish_reasons"])
    call.finishReasons = listed?.array?.compactMap(\.string) ?? listed?.string.map { [$0] } ?? span.reasons
    if call.finishReasons.isEmpty, let reason = outputs.last?["finish_reason"]?.string { call.finishReasons = [reason] }
    call.answer = call.answer.map { answer in
      var object = answer.object ?? [:]
      object["finish_reason"] = nil
      return .object(object)
    }
    call.tools = LoggedCall.decoded(attributes["gen_ai.tool.definitions"])
    call.group = attributes["gen_ai.conversation.id"]?.string
    if let model = attributes["gen_ai.response.model"] ?? attributes["gen_ai.request.model"] {
      call.metadata["model"] = model
    }
    if let time = span.time { call.metadata["time"] = time }
    for (key, value) in attributes {
      let isKept = key.hasPrefix("gen_ai.usage.") || key.hasPrefix("gen_ai.request.") || key == "gen_ai.response.id"
      if isKept, key != "gen_ai.request.model" { call.metadata[key] = value }
    }
    call.add(to: &output, options)
  }
}
