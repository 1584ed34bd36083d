import Content
import Domain
import LoopbackServer
import Testing
import WorkbenchCore

@testable import ModelAPI

/// What a model wants called is text of one form, whatever it speaks.
struct ToolCallTests {
  private static let calls = #"[{"name":"look_up","arguments":{"id":7,"word":"作"}},{"name":"stop","arguments":{}}]"#

  private static func answer(
    _ dialect: Endpoint.Dialect, _ lines: [String], streams: Bool
  ) async throws -> Answer {
    let asking = Asking(streams: streams, dialect: dialect)
    if !streams { return try await Asking.answer(to: .response(200, [], lines[0]), asking) }
    if dialect == .ollama {
      let text = lines.map { $0 + "\n" }.joined()
      return try await Asking.answer(
        to: .chunks(text.utf8.map { [$0] }, headers: [("content-type", "application/x-ndjson")]), asking)
    }
    let text = lines.map { "data: \($0)\n\n" }.joined()
    return try await Asking.answer(to: .chunks(text.utf8.map { [$0] }), asking)
  }

  @Test(arguments: [
    (
      Endpoint.Dialect.chat,
      #"{"choices":[{"message":{"content":null,"tool_calls":[{"id":"a","type":"function","function":{"name":"look_up","arguments":"{\"id\":7,\"word\":\"作\"}"}},{"id":"b","type":"function","function":{"name":"stop","arguments":""}}]},"finish_reason":"tool_calls"}]}"#
    ),
    (
      .messages,
      #"{"type":"message","content":[{"type":"tool_use","id":"a","name":"look_up","input":{"id":7,"word":"作"}},{"type":"tool_use","id":"b","name":"stop","input":{}}],"stop_reason":"tool_use"}"#
    ),
    (
      .responses,
      #"{"object":"response","status":"completed","output":[{"type":"reasoning"},{"type":"function_call","call_id":"a","name":"look_up","arguments":"{\"id\":7,\"word\":\"作\"}"},{"type":"function_call","call_id":"b","name":"stop","arguments":"{}"}]}"#
    ),
    (
      .ollama,
      #"{"message":{"content":"","tool_calls":[{"function":{"index":0,"name":"look_up","arguments":{"id":7,"word":"作"}}},{"function":{"index":0,"name":"stop","arguments":{}}}]},"done":true}"#
    ),
  ])
  func whole(_ dialect: Endpoint.Dialect, _ reply: String) async throws {
    let answer = try await Self.answer(dialect, [reply], streams: false)
    #expect(answer.text == Self.calls)
  }

  @Test(arguments: [
    (
      Endpoint.Dialect.chat,
      [
        #"{"choices":[{"delta":{"role":"assistant","content":"I look. "}}]}"#,
        #"{"choices":[{"delta":{"tool_calls":[{"index":0,"id":"a","function":{"name":"look_up","arguments":""}}]}}]}"#,
        #"{"choices":[{"delta":{"tool_calls":[{"index":0,"function":{"arguments":"{\"id\":7,\"wo"}}]}}]}"#,
        #"{"choices":[{"delta":{"tool_calls":[{"index":1,"id":"b","function":{"name":"stop","arguments":"{}"}}]}}]}"#,
        #"{"choices":[{"delta":{"tool_calls":[{"index":0,"function":{"arguments":"rd\":\"作\"}"}}]}}]}"#,
        #"{"choices":[{"delta":{},"finish_reason":"tool_calls"}]}"#, "[DONE]",
      ]
    ),
    (
      .messages,
      [
        #"{"type":"message_start","message":{"type":"message","content":[]}}"#,
        #"{"type":"content_block_start","index":0,"content_block":{"type":"text","text":"I look. "}}"#,
        #"{"type":"content_block_start","index":1,"content_block":{"type":"tool_use","id":"a","name":"look_up","input":{}}}"#,
        #"{"type":"content_block_delta","index":1,"delta":{"type":"input_json_delta","partial_json":""}}"#,
        #"{"type":"content_block_delta","index":1,"delta":{"type":"input_json_delta","partial_json":"{\"id\":7,"}}"#,
        #"{"type":"content_block_delta","index":1,"delta":{"type":"input_json_delta","partial_json":"\"word\":\"作\"}"}}"#,
        #"{"type":"content_block_start","index":2,"content_block":{"type":"server_tool_use","id":"s","name":"search","input":{}}}"#,
        #"{"type":"content_block_delta","index":2,"delta":{"type":"input_json_delta","partial_json":"{\"q\":1}"}}"#,
        #"{"type":"content_block_start","index":3,"content_block":{"type":"tool_use","id":"b","name":"stop","input":{}}}"#,
        #"{"type":"message_delta","delta":{"stop_reason":"tool_use"}}"#, #"{"type":"message_stop"}"#,
      ]
    ),
    (
      .responses,
      [
        #"{"type":"response.output_text.delta","delta":"I look. "}"#,
        #"{"type":"response.function_call_arguments.delta","output_index":1,"delta":"{\"id\""}"#,
        #"{"type":"response.output_item.done","item":{"type":"function_call","name":"look_up","arguments":"{\"id\":7,\"word\":\"作\"}"}}"#,
        #"{"type":"response.output_item.done","item":{"type":"function_call","name":"stop","arguments":"{}"}}"#,
        #"{"type":"response.completed","response":{"status":"completed","output":[{"type":"function_call","name":"look_up","arguments":"{}"}]}}"#,
      ]
    ),
    (
      .ollama,
      [
        #"{"message":{"content":"I look. "},"done":false}"#,
        #"{"message":{"content":"","tool_calls":[{"function":{"name":"look_up","arguments":{"id":7,"word":"作"}}}]},"done":false}"#,
        #"{"message":{"content":"","tool_calls":[{"function":{"name":"stop","arguments":{}}}]},"done":false}"#,
        #"{"message":{"content":""},"done":true,"done_reason":"stop"}"#,
      ]
    ),
  ])
  func streamed(_ dialect: Endpoint.Dialect, _ lines: [String]) async throws {
    let answer = try await Self.answer(dialect, lines, streams: true)
    #expect(answer.text == "I look. \n" + Self.calls)
    #expect(answer.firstToken != nil)
  }

  @Test func piecesWithoutNumbersAndArgumentsThatAreNoObject() {
    var calls = ToolCalls()
    calls.add(id: "a", name: "one", arguments: "{\"x\"")
    calls.add(name: nil, arguments: ":1}")
    calls.add(at: 0, id: "b", name: "two", arguments: "[1")
    calls.add(at: 0, id: "c", name: "three", arguments: .null)
    #expect(
      calls.tail(after: "")
        == #"[{"name":"one","arguments":{"x":1}},{"name":"two","arguments":"[1"},{"name":"three","arguments":{}}]"#)
    #expect(ToolCalls().tail(after: "a") == "")
  }
}
