import Content
import Domain
import Testing
import WorkbenchCore

@testable import ModelAPI

struct ChatBodyTests {
  private func body(_ sampling: Sampling, streams: Bool = false, newName: Bool = false) -> JSONValue {
    let request = ModelRequest(caseID: "1", messages: Asking.question, sampling: sampling)
    return ChatRequest(model: "m", usesMaxCompletionTokens: newName, request: request, streams: streams).json
  }

  @Test func leavesOutWhatIsLeftOpen() {
    #expect(Array(body(Sampling()).object?.keys ?? []) == ["model", "messages", "stream"])
    #expect(body(Sampling())["messages"]?[1]?["content"]?.string == "Say \"hé\"\n作 🦊")
    #expect(body(Sampling())["messages"]?[0]?["role"] == "system")
  }

  @Test func namesWhatIsSet() {
    let json = body(Sampling(temperature: 0, topP: 0.5, maxTokens: 32, seed: 7, stop: ["\n", "END"]), streams: true)
    #expect(json["temperature"]?.double == 0)
    #expect(json["top_p"]?.double == 0.5)
    #expect(json["max_tokens"]?.int == 32)
    #expect(json["seed"]?.int == 7)
    #expect(json["stop"]?.matches(["\n", "END"]) == true)
    #expect(json["stream"] == true)
    #expect(json["stream_options"]?["include_usage"] == true)
    let other = body(Sampling(maxTokens: 32), newName: true)
    #expect(other["max_completion_tokens"]?.int == 32)
    #expect(other["max_tokens"] == nil)
  }

  @Test(arguments: [Endpoint.Dialect].builtIn)
  func optionsAreSentAndReplaceNothing(_ dialect: Endpoint.Dialect) throws {
    let endpoint = Endpoint(dialect, baseURLs: ["http://h"], model: "m")
    let request = ModelRequest(caseID: "1", messages: Asking.question, sampling: Sampling(temperature: 0))
    let options: JSONObject = [
      "tools": [["type": "function"]], "top_k": 40, "model": "other", "stream": true, "temperature": 1,
    ]
    func json<Body: ChatBody>(_: Body.Type) throws -> JSONValue {
      try Body(endpoint, options: options, request: request, streams: false).json
    }
    let body =
      switch dialect {
      case .chat: try json(ChatRequest.self)
      case .responses: try json(ResponsesRequest.self)
      case .messages: try json(MessagesRequest.self)
      default: try json(OllamaRequest.self)
      }
    let settings = dialect == .ollama ? body["options"] : body
    #expect(body["model"] == "m" && body["stream"] == false && settings?["temperature"]?.double == 0)
    #expect(body["tools"]?.array?.count == 1 && settings?["top_k"] == 40)
  }

  @Test(
    arguments: [
      (#"{}"#, nil, nil, nil),
      (#"{"prompt_tokens":9,"completion_tokens":2,"prompt_tokens_details":{"cached_tokens":4}}"#, 9, 2, 4),
      (#"{"prompt_tokens":9,"prompt_cache_hit_tokens":3}"#, 9, nil, 3),
      (#"{"prompt_tokens":-1,"completion_tokens":"2"}"#, nil, nil, nil),
      (#"{"prompt_tokens":null,"completion_tokens":1.5,"prompt_tokens_details":null}"#, nil, nil, nil),
      (#"{"prompt_tokens":9,"prompt_tokens_details":{"cached_tokens":40}}"#, 9, nil, nil),
    ] as [(String, Int?, Int?, Int?)])
  func usageIsOptionalAndMayBeWrong(_ text: String, _ prompt: Int?, _ completion: Int?, _ cached: Int?) throws {
    let usage = TokenUsage(chat: try JSONValue(parsing: text))
    #expect(usage == TokenUsage(prompt: prompt, completion: completion, cachedPrompt: cached))
  }

  @Test(arguments: ["reasoning_content", "reasoning"])
  func reasoningIsKeptApart(_ name: String) throws {
    var reply = ChatReply()
    let text = #"{"choices":[{"index":0,"delta":{"\#(name)":"hmm","content":null}}]}"#
    #expect(try reply.add(JSONValue(parsing: text), from: Peer(name: "s")) == "")
    #expect(reply.reasoning == "hmm")
    #expect(reply.text == "")
  }

  @Test func contentMayComeInParts() throws {
    var reply = ChatReply()
    let text =
      #"{"choices":[{"message":{"content":[{"type":"text","text":"a"},{"type":"text","text":"b"}]}},{"index":1,"message":{"content":"no"}}]}"#
    #expect(try reply.add(JSONValue(parsing: text), from: Peer(name: "s")) == "ab")
  }
}
