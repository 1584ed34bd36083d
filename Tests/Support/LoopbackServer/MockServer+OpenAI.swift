import Content

/// What a client asks a mock of OpenAI's chat completions.
package struct ChatQuestion: Sendable {
  /// The model's name.
  package var model: String
  /// Role and content of each message.
  package var messages: [(role: String, content: String)]
  /// Whether the answer is to be streamed.
  package var streams: Bool
  /// The request as it came.
  package var request: LoopbackRequest
  /// The last message of the user, or nothing.
  package var user: String { messages.last { $0.role == "user" }?.content ?? "" }
}

extension MockServer {
  /// A mock of OpenAI's chat completions whose answers a closure computes. Counts one token per word. Takes batches too,
  /// and tunes.
  /// - Parameter latency: how long each answer takes.
  /// - Parameter batches: how batches go.
  /// - Parameter tuning: what tunes.
  package static func openAI(
    port: Int = 0, latency: Duration? = nil, batches course: MockBatches.Course = MockBatches.Course(),
    tuning: MockTuning = MockTuning(), _ answer: @escaping @Sendable (ChatQuestion) async -> String
  ) async throws -> MockServer {
    let batches = MockBatches(course: course) { body, _ in
      let request = LoopbackRequest(method: "POST", path: "", headers: [:], body: [], number: 0, connection: 0)
      guard let question = ChatQuestion(body, request) else {
        return (400, ["error": ["message": "no messages"]])
      }
      let text = await answer(question)
      return (200, chatJSON(text, question.usage(text)))
    }
    return try await MockServer(port: port) { request in
      if let reply = await tuning.reply(to: request) { return reply }
      if let reply = await batches.reply(to: request) { return reply }
      if request.method == "GET", request.path.hasSuffix("/models") {
        return .response(
          200, [("content-type", "application/json")], #"{"object":"list","data":[{"id":"mock","owned_by":"mock"}]}"#)
      }
      guard request.path.hasSuffix("/chat/completions"), let body = request.json,
        let question = ChatQuestion(body, request)
      else {
        return .response(404, [("content-type", "application/json")], #"{"error":{"message":"no such address"}}"#)
      }
      let text = await answer(question)
      let usage = question.usage(text)
      return (question.streams ? chatStream(text, usage) : chat(text, usage)).after(latency)
    }
  }
}

extension ChatQuestion {
  /// Reads a body; nil when it has no messages.
  init?(_ body: JSONValue, _ request: LoopbackRequest) {
    guard let list = body["messages"]?.array else { return nil }
    self.init(
      model: body["model"]?.string ?? "",
      messages: list.map { ($0["role"]?.string ?? "", $0["content"]?.string ?? "") },
      streams: body["stream"]?.bool ?? false, request: request)
  }

  /// One token for each word.
  func usage(_ answer: String) -> ChatUsage {
    ChatUsage(prompt: messages.map(\.content).reduce(0) { $0 + Self.words($1) }, completion: Self.words(answer))
  }

  private static func words(_ text: String) -> Int { text.split(whereSeparator: \.isWhitespace).count }
}

/// Token counts for a mock's answer.
package struct ChatUsage: Sendable {
  /// Tokens of the prompt.
  package var prompt: Int
  /// Tokens of the answer.
  package var completion: Int
  /// Makes counts.
  package init(prompt: Int, completion: Int) {
    self.prompt = prompt
    self.completion = completion
  }
  /// As a chat completion has it.
  package var json: JSONValue {
    [
      "prompt_tokens": JSONValue(prompt), "completion_tokens": JSONValue(completion),
      "total_tokens": JSONValue(prompt + completion),
    ]
  }
}

/// A whole chat completion.
package func chat(_ text: String, _ usage: ChatUsage? = nil) -> LoopbackReply {
  .response(200, [("content-type", "application/json")], chatJSON(text, usage).text(.compact))
}

/// The body of a whole chat completion.
package func chatJSON(_ text: String, _ usage: ChatUsage? = nil) -> JSONValue {
  var body: JSONObject = [
    "id": "chatcmpl-1", "object": "chat.completion",
    "choices": [["index": 0, "message": ["role": "assistant", "content": JSONValue(text)], "finish_reason": "stop"]],
  ]
  body["usage"] = usage?.json
  return .object(body)
}

/// The events of a streamed chat completion, a piece of text each.
package func chatEvents(_ pieces: [String], _ usage: ChatUsage? = nil, lineEnd: String = "\n") -> [String] {
  func event(_ json: JSONValue) -> String { "data: \(json.text(.compact))\(lineEnd)\(lineEnd)" }
  func chunk(_ delta: JSONValue, _ reason: JSONValue) -> JSONValue {
    [
      "id": "chatcmpl-1", "object": "chat.completion.chunk",
      "choices": [["index": 0, "delta": delta, "finish_reason": reason]],
    ]
  }
  var events = [event(chunk(["role": "assistant", "content": ""], .null))]
  events += pieces.map { event(chunk(["content": JSONValue($0)], .null)) }
  events.append(event(chunk([:], "stop")))
  if let usage { events.append(event(["id": "chatcmpl-1", "choices": [], "usage": usage.json])) }
  return events + ["data: [DONE]\(lineEnd)\(lineEnd)"]
}

/// A streamed chat completion, a chunk for each word.
package func chatStream(_ text: String, _ usage: ChatUsage? = nil, pause: Duration? = nil) -> LoopbackReply {
  var pieces: [String] = []
  for character in text {
    if character == " " || pieces.isEmpty { pieces.append("") }
    pieces[pieces.count - 1].append(character)
  }
  return .chunks(chatEvents(pieces, usage).map { Array($0.utf8) }, pause: pause)
}
