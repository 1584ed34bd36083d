import Content
import Testing

@testable import Formats

@Suite struct LogTests {
  private func logged(_ text: String, expecting: Bool = false) throws -> ImportOutput {
    var options = ImportOptions()
    options.expectsAnswers = expecting
    return try imported(text, options)
  }

  @Test func storedCompletions() throws {
    let line = #"""
      {"id":"chatcmpl-1","object":"chat.completion","created":1,"model":"m","metadata":{"topic":"x","session_id":"s"},"messages":[{"role":"user","content":"q","name":null}],"choices":[{"index":0,"finish_reason":"stop","message":{"role":"assistant","content":"a"}}],"usage":{"total_tokens":3}}
      """#
    let output = try logged(
      line + "\n" + line.replacing("\"stop\"", with: "\"length\"") + "\n"
        + #"{"object":"chat.completion","id":"c2","choices":[{"message":{"role":"assistant","content":"a"}}]}"# + "\n")
    #expect(
      output.lines == [
        #"{"id":"-","messages":[{"role":"user","content":"q"}],"group":"s","metadata":{"topic":"x","session_id":"s","id":"chatcmpl-1","model":"m","created":1,"usage":{"total_tokens":3},"answer":"a"}}"#
      ])
    #expect(output.skipped == ["answers that didn't come to their end (length)": 1])
    #expect(output.failures.first?.reason.contains("/messages") == true)
    #expect(try logged(line + "\n", expecting: true).cases.first?.expected == "a")
  }

  @Test func langfuseObservationsAndScores() throws {
    let text = #"""
      {"id":"s1","traceId":"t","observationId":"o1","name":"thumbs","value":1,"dataType":"BOOLEAN"}
      {"id":"o1","traceId":"t","type":"GENERATION","name":"reply","input":"[{\"role\":\"user\",\"content\":\"q\"}]","output":"{\"role\":\"assistant\",\"content\":\"a\"}","providedModelName":"m","modelParameters":"{\"temperature\":0}","sessionId":"","startTime":"2026-01-02T03:04:05Z","userId":"ann@corp.de"}
      {"id":"o2","trace_id":"t2","type":"GENERATION","input":"plain","output":"text","session_id":"s","level":"DEFAULT"}
      {"id":"o3","trace_id":"t2","type":"SPAN","input":"x","output":"y"}
      {"id":"o4","trace_id":"t2","type":"GENERATION","input":"x","output":"","level":"DEFAULT"}
      {"id":"o5","trace_id":"t2","type":"GENERATION","input":"x","output":"y","level":"ERROR"}
      """#
    let output = try logged(text + "\n")
    #expect(
      output.lines == [
        #"{"id":"-","messages":[{"role":"user","content":"q"}],"tags":["thumbs:1"],"group":"t","metadata":{"model":"m","time":"2026-01-02T03:04:05Z","model_parameters":{"temperature":0},"name":"reply","answer":"a"}}"#,
        #"{"id":"-","input":{"input":"plain"},"group":"s","metadata":{"answer":"text"}}"#,
      ])
    #expect(output.skipped.values.reduce(0, +) == 4)
  }

  @Test func liteLLMLogs() throws {
    let text = #"""
      {"id":"1","trace_id":"t","call_type":"acompletion","status":"success","model":"m","messages":[{"role":"user","content":"q"}],"response":{"choices":[{"finish_reason":"tool_calls","message":{"role":"assistant","content":null,"tool_calls":[{"id":"c","type":"function","function":{"name":"f","arguments":"{}"}}]}}]},"model_parameters":{"temperature":0,"tools":[{"type":"function","function":{"name":"f"}}]},"request_tags":["prod"],"startTime":1735689600.5,"end_user":"ann"}
      {"id":"2","call_type":"acompletion","status":"failure","messages":[],"response":null}
      {"id":"3","call_type":"aembedding","status":"success"}
      {"id":"4","call_type":"completion","status":"success","messages":[{"role":"user","content":"redacted-by-litellm"}],"response":"redacted-by-litellm"}
      """#
    let output = try logged(text + "\n")
    let one = try #require(output.cases.first)
    #expect(output.cases.count == 1)
    #expect(one.metadata["answer"] == [["name": "f", "arguments": [:]]])
    #expect(one.tools?.array?.count == 1)
    #expect(one.tags == ["prod"])
    #expect(one.metadata["model_parameters"] == ["temperature": 0])
    #expect(one.metadata["end_user"] == nil)
    #expect(output.skipped.count == 3)
  }

  @Test func spansWithMessagesInAttributes() throws {
    let text = #"""
      {"resourceSpans":[{"scopeSpans":[{"spans":[{"traceId":"t","spanId":"s","name":"chat m","startTimeUnixNano":"1","attributes":[{"key":"gen_ai.operation.name","value":{"stringValue":"chat"}},{"key":"gen_ai.request.model","value":{"stringValue":"m"}},{"key":"gen_ai.conversation.id","value":{"stringValue":"c"}},{"key":"gen_ai.usage.input_tokens","value":{"intValue":"12"}},{"key":"gen_ai.response.finish_reasons","value":{"arrayValue":{"values":[{"stringValue":"stop"}]}}},{"key":"gen_ai.system_instructions","value":{"stringValue":"[{\"type\":\"text\",\"content\":\"Be nice\"}]"}},{"key":"gen_ai.input.messages","value":{"stringValue":"[{\"role\":\"user\",\"parts\":[{\"type\":\"text\",\"content\":\"q\"}]},{\"role\":\"assistant\",\"parts\":[{\"type\":\"tool_call\",\"id\":\"k\",\"name\":\"f\",\"arguments\":{\"a\":1}}]},{\"role\":\"tool\",\"parts\":[{\"type\":\"tool_call_response\",\"id\":\"k\",\"result\":\"5\"}]}]"}},{"key":"gen_ai.output.messages","value":{"stringValue":"[{\"role\":\"assistant\",\"parts\":[{\"type\":\"text\",\"content\":\"a\"}],\"finish_reason\":\"stop\"}]"}}]},{"traceId":"t","spanId":"x","name":"GET /","attributes":[{"key":"http.method","value":{"stringValue":"GET"}}]}]}]}]}
      """#
    let output = try logged(text + "\n")
    let one = try #require(output.cases.first)
    #expect(one.messages?.map { $0["role"]?.string } == ["system", "user", "assistant", "tool"])
    #expect(one.messages?[2]["tool_calls"]?[0]?["function"] == ["name": "f", "arguments": #"{"a":1}"#])
    #expect(one.messages?[3]["tool_call_id"] == "k")
    #expect(one.metadata["answer"] == "a")
    #expect(one.group == "c")
    #expect(one.metadata["gen_ai.usage.input_tokens"] == 12)
    #expect(output.skipped == ["spans of something else than a model": 1])
    #expect(output.read == 2)
  }

  @Test func olderEventsAndNumberedAttributes() throws {
    let text = #"""
      {"traceId":"t","spanId":"1","name":"chat","attributes":{"gen_ai.system":"openai"},"events":[{"name":"gen_ai.user.message","attributes":{"content":"q"}},{"name":"gen_ai.choice","attributes":{"index":0,"finish_reason":"stop","message":"{\"role\":\"assistant\",\"content\":\"a\"}"}}]}
      {"traceId":"t","spanId":"2","name":"chat","attributes":{"gen_ai.prompt.0.role":"system","gen_ai.prompt.0.content":"s","gen_ai.prompt.1.role":"user","gen_ai.prompt.1.content":"q2","gen_ai.completion.0.role":"assistant","gen_ai.completion.0.content":"a2","gen_ai.completion.0.finish_reason":"stop"}}
      {"eventName":"gen_ai.user.message","traceId":"t","spanId":"3","body":{"kvlistValue":{"values":[{"key":"content","value":{"stringValue":"q3"}}]}},"attributes":[]}
      {"eventName":"gen_ai.choice","traceId":"t","spanId":"3","body":{"finish_reason":"length","message":{"content":"a3"}},"attributes":[]}
      """#
    let output = try logged(text + "\n", expecting: true)
    #expect(output.cases.map(\.expected) == ["a", "a2"])
    #expect(output.cases[1].messages?.count == 2)
    #expect(output.skipped == ["answers that didn't come to their end (length)": 1])
  }
}
