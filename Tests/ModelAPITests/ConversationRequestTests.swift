import Content
import Domain
import Testing
import WorkbenchCore

@testable import ModelAPI

@Suite struct ConversationRequestTests {
  private let call: JSONObject = [
    "role": "assistant", "content": .null,
    "tool_calls": [["id": "c", "type": "function", "function": ["name": "f", "arguments": "{}"]]],
  ]
  private var request: ModelRequest {
    ModelRequest(
      caseID: "a",
      messages: [
        ChatMessage(role: .user, content: "q"), ChatMessage(role: .assistant, content: "", whole: call),
        ChatMessage(role: .tool, content: "5", whole: ["role": "tool", "tool_call_id": "c", "content": "5"]),
      ],
      tools: [["type": "function", "function": ["name": "f"]]], sampling: Sampling())
  }

  @Test func chatCompletionsGetMessagesAsTheCaseHasThem() {
    let body = ChatRequest(model: "m", request: request, options: ["tools": []], streams: false).json
    #expect(body["messages"]?[0] == ["role": "user", "content": "q"])
    #expect(body["messages"]?[1] == .object(call))
    #expect(body["messages"]?[2]?["tool_call_id"] == "c")
    #expect(body["tools"]?[0]?["function"]?["name"] == "f")
    let plain = ChatRequest(
      model: "m", request: ModelRequest(caseID: "a", messages: [], sampling: Sampling()), streams: false)
    #expect(plain.json["tools"] == nil)
  }

  @Test func programsGetThemToo() throws {
    let line = try JSONValue(
      parsing: String(decoding: ModelAPI.CommandLine.asking(request, id: "1", options: [:]), as: UTF8.self))
    #expect(line["messages"]?[1] == .object(call))
    #expect(line["tools"]?.array?.count == 1)
  }

  @Test func onlyChatCompletionsTakeThem() {
    #expect(Endpoint.Dialect.chat.takesWholeMessages)
    for dialect in [Endpoint.Dialect.messages, .responses, .ollama] { #expect(!dialect.takesWholeMessages) }
  }
}
