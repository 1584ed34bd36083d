import AsyncHTTPClient
import Content
import Domain
import Foundation
import NIOCore
import NIOHTTP1
import Testing
import WorkbenchCore

@testable import LocalEngine
@testable import ModelAPI

/// Servers say what they like.
@Suite struct ServerFuzzTests {
  private static let peer = Peer(name: "server", secret: "sk-secret")

  /// Reads an answer as it comes over a connection, cut anywhere.
  /// - Returns: What is wrong with it.
  private static func read<Reply: ChatReplying>(
    _ reply: Reply, _ bytes: [UInt8], _ type: String, _ framing: StreamFraming?, _ generator: inout SeededGenerator
  ) async throws -> String? {
    var chunks: [ByteBuffer] = []
    var rest = bytes[...]
    while !rest.isEmpty {
      let count = Int.random(in: 1...(Bool.random(using: &generator) ? 7 : bytes.count), using: &generator)
      chunks.append(ByteBuffer(bytes: rest.prefix(count)))
      rest = rest.dropFirst(count)
    }
    let (body, feed) = AsyncStream.makeStream(of: ByteBuffer.self)
    for chunk in chunks { feed.yield(chunk) }
    feed.finish()
    let response = HTTPClientResponse(status: .ok, headers: ["content-type": type], body: .stream(body))
    var reader = ChatReader(reply, peer: peer, limits: HTTPLimits(), start: .now, onText: nil)
    do {
      let answer = try await reader.read(response, framing: framing, Activity())
      let counts = [answer.usage.prompt, answer.usage.completion, answer.usage.cachedPrompt].compactMap(\.self)
      return counts.allSatisfy { $0 >= 0 } ? nil : "a negative number of tokens"
    } catch let failure as ModelFailure {
      let text = String(describing: failure)
      return text.contains("sk-secret") || text.contains("\u{1B}") || text.isEmpty
        ? "a failure that says too much" : nil
    }
  }

  private static func wholeAndStreamed<Reply: ChatReplying>(
    _ reply: Reply, _ name: String, whole: [String], streams: [String], in framing: StreamFraming
  ) async throws {
    try await Fuzzer(name, corpus: whole, words: ServerReplies.words + ["sk-secret"]).run { bytes, generator in
      try await read(reply, bytes, "application/json", nil, &generator)
    }
    let type =
      switch framing {
      case .events: "text/event-stream"
      case .lines: "application/x-ndjson"
      }
    try await Fuzzer(name + "-stream", corpus: streams, words: ServerReplies.words + ["sk-secret"]).run {
      bytes, generator in
      try await read(reply, bytes, type, framing, &generator)
    }
  }

  @Test func chatCompletions() async throws {
    try await Self.wholeAndStreamed(
      ChatReply(), "chat", whole: ServerReplies.chat, streams: ServerReplies.chatStreams, in: .events)
  }

  @Test func anthropicMessages() async throws {
    try await Self.wholeAndStreamed(
      MessagesReply(), "messages", whole: ServerReplies.messages, streams: ServerReplies.messagesStreams, in: .events)
  }

  @Test func responses() async throws {
    try await Self.wholeAndStreamed(
      ResponsesReply(), "responses", whole: ServerReplies.responses, streams: ServerReplies.responsesStreams,
      in: .events)
  }

  @Test func ollama() async throws {
    try await Self.wholeAndStreamed(
      OllamaReply(), "ollama", whole: ServerReplies.ollama, streams: ServerReplies.ollamaStreams, in: .lines)
  }

  /// However a stream is cut, the events are the same.
  @Test func streams() async throws {
    let corpus = ServerReplies.chatStreams + ServerReplies.messagesStreams + ServerReplies.ollamaStreams
    try await Fuzzer("streams", corpus: corpus, words: ServerReplies.words + ["\u{FEFF}", "id: 1\n", "retry: 5\n"]).run
    {
      bytes, generator in
      for framing in [StreamFraming.events, .lines] {
        var whole = framing.parser
        var piecewise = framing.parser
        let expected = whole.feed(bytes) + (whole.finish().map { [$0] } ?? [])
        var events: [ServerSentEvents.Event] = []
        var rest = bytes[...]
        while !rest.isEmpty {
          let piece = rest.prefix(Int.random(in: 1...40, using: &generator))
          events += piecewise.feed(piece)
          rest = rest.dropFirst(piece.count)
        }
        events += piecewise.finish().map { [$0] } ?? []
        if events != expected { return "cut otherwise, it says something else" }
      }
      return nil
    }
  }

  @Test func batches() async throws {
    try await Fuzzer("batches", corpus: ServerReplies.batches, words: ServerReplies.words).run { bytes, generator in
      func read<Reply: ChatReplying>(_ reply: Reply.Type) -> String? {
        var lines = BatchLines<Reply>(peer: Self.peer, longest: 8_000, keyVariable: "KEY")
        do throws(ModelFailure) {
          try lines.feed(bytes)
          return try lines.finish().contains { $0.id.isEmpty && bytes.isEmpty } ? "an answer out of nothing" : nil
        } catch {
          return String(describing: error).isEmpty ? "a failure without a text" : nil
        }
      }
      return switch Int.random(in: 0..<3, using: &generator) {
      case 0: read(ChatReply.self)
      case 1: read(MessagesReply.self)
      default: read(ResponsesReply.self)
      }
    }
  }

  /// A refusal: its status, its headers and its body.
  @Test func refusals() async throws {
    let corpus =
      ServerReplies.all + [
        "retry-after: 20\nx-ratelimit-reset-requests: 6m0s\nx-ratelimit-remaining-requests: 0\n\n{\"error\": \"x\"}",
        "retry-after: Fri, 31 Dec 1999 23:59:59 GMT\ndate: Fri, 31 Dec 1999 23:59:50 GMT\n\n<html>busy</html>",
        "location: https://user:password@elsewhere/\nanthropic-ratelimit-requests-reset: 2025-01-01T00:00:00.5Z\n\n",
      ]
    let words = ["retry-after: ", "retry-after-ms: ", "x-ratelimit-reset-tokens: ", "date: ", "1h2m3.5s", "\n\n"]
    try await Fuzzer("refusals", corpus: corpus, words: words).run { bytes, generator in
      let text = String(decoding: bytes, as: UTF8.self)
      let parts = text.split(separator: "\n\n", maxSplits: 1, omittingEmptySubsequences: false)
      var headers = HTTPHeaders()
      for line in parts[0].split(separator: "\n").prefix(20) {
        let pair = line.split(separator: ":", maxSplits: 1)
        // Other names don't get through the HTTP library.
        guard pair.count == 2, pair[0].allSatisfy({ $0.isASCII && ($0.isLetter || $0 == "-") }) else { continue }
        headers.add(name: String(pair[0]), value: String(pair[1]))
      }
      let now = Date(timeIntervalSince1970: 946_684_790)
      let failure = ServerFailure.status(
        Int.random(in: 100...599, using: &generator), headers: headers, body: Array((parts.last ?? "").utf8),
        from: Self.peer, keyVariable: "KEY", now: now)
      _ = RetryDelay.quietSeconds(in: headers, now: now)
      if case .busy(_, let wait?) = failure, !(0...RetryDelay.longest).contains(wait) { return "a wait of \(wait) s" }
      return String(describing: failure).contains("\u{1B}") ? "a control character in a sentence" : nil
    }
  }

  /// What a program that stands for a model writes, and recorded answers.
  @Test func linesOfPrograms() async throws {
    let corpus = [
      #"{"id": "a", "output": "x", "finish_reason": "stop", "usage": {"prompt_tokens": 3}}"#,
      #"{"id": "a", "delta": "x"}"#,
      #"{"id": 7, "error": {"message": "no"}, "retry_after": 3}"#,
      #"{"id": "a", "output": {"b": 1}, "latency_ms": 20, "first_token": 0.1}"# + "\n",
    ]
    let words = ["\"id\":", "\"output\":", "\"delta\":", "\"error\":", "\"retry_after\":", "\"latency\":", "{", "}"]
    try await Fuzzer("lines-of-programs", corpus: corpus, words: words).run { bytes, _ in
      if case .failure(.busy(_, let wait?))? = CommandLine(bytes, from: Self.peer)?.content,
        !(0...RetryDelay.longest).contains(wait)
      {
        return "a wait of \(wait) s"
      }
      _ = try? Recording(bytes, name: "recorded.jsonl")
      return nil
    }
  }

  @Test func fineTuning() async throws {
    try await Fuzzer("fine-tuning", corpus: ServerReplies.tuning, words: ServerReplies.words).run { bytes, _ in
      guard let json = try? JSONValue(answer: bytes, from: Self.peer) else { return nil }
      let status = TuningStatus(json, from: Self.peer)
      if status.isSuccess, !status.isOver { return "a job that has succeeded and isn't over" }
      let event = TuningEvent(json, from: Self.peer)
      return event?.message.contains("\u{1B}") == true ? "a control character in a sentence" : nil
    }
  }

  /// Answers on a port of this machine, where anything may listen.
  @Test func loopbackAnswers() async throws {
    let corpus = ["HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\n{}", "HTTP/1.0 404 Not Found\r\n\r\n", "SSH-2.0-x\r\n"]
    try await Fuzzer("loopback-answers", corpus: corpus, words: ["HTTP/1.1", " 200 ", "\r\n\r\n", "\r\n"]).run {
      bytes, _ in
      let body = LoopbackRequest.body(of: Data(bytes))
      return body.map { $0.count >= bytes.count } == true ? "a body longer than the answer" : nil
    }
  }
}
