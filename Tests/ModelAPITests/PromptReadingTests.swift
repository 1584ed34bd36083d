import Content
import Domain
import LoopbackServer
import Testing
import WorkbenchCore

@testable import ModelAPI

/// Prompts that a server cuts in silence, by what it counts.
struct PromptReadingTests {
  private static func failure(_ text: String, _ usage: TokenUsage) -> ModelFailure? {
    PromptReading([ChatMessage(role: .user, content: text)]).failure(usage, from: Peer(name: "s"), advice: "")
  }

  private static let words = String(repeating: "word ", count: 9000)

  @Test(arguments: [512, 2048, 4096])
  func aCutPromptIsNoticed(_ count: Int) {
    let failure = Self.failure(Self.words, TokenUsage(prompt: count, completion: 5))
    #expect(failure?.kind == "rejected" && failure?.description.contains("cut") == true)
    #expect(Self.failure(String(repeating: "天地玄黄宇宙洪荒", count: 3000), TokenUsage(prompt: 2048)) != nil)
  }

  private static let wholes: [(String, Int)] = [
    // As servers with usual tokenizers count them.
    (words, 9001), (words, 12_000), (String(repeating: "int\u{E9}ressant ", count: 1000), 2000),
    (String(repeating: "天地玄黄宇宙洪荒", count: 1000), 5000), (String(repeating: "สวัสดีครับ", count: 600), 1500),
    (String(repeating: "नमस्ते दुनिया ", count: 500), 1200), (String(repeating: "🦊🎉", count: 1500), 3000),
    (String(repeating: "Donaudampfschifffahrtsgesellschaft ", count: 300), 2000),
    // Runs that tokenizers have tokens for.
    (String(repeating: "=", count: 20_000), 320), (String(repeating: " ", count: 20_000) + "x", 300),
    (String(repeating: "| --- ", count: 2000), 2500), (String(repeating: "0123456789abcdef", count: 1000), 5000),
  ]

  @Test(arguments: wholes)
  func aPromptThatWasReadIsNot(_ text: String, _ count: Int) {
    #expect(Self.failure(text, TokenUsage(prompt: count, completion: 5)) == nil)
  }

  @Test func countsThatSayNothingAreNoAlarm() {
    #expect(Self.failure(Self.words, TokenUsage()) == nil)
    #expect(Self.failure(Self.words, TokenUsage(prompt: 10)) == nil, "no context is so small")
    #expect(Self.failure("short", TokenUsage(prompt: 300)) == nil)
    #expect(Self.failure(Self.words, TokenUsage(prompt: 500, cachedPrompt: 8600)) == nil, "cached tokens counted apart")
    #expect(Self.failure(Self.words, TokenUsage(prompt: 9001, cachedPrompt: 8600)) == nil)
  }

  private static func reply(_ dialect: Endpoint.Dialect, _ count: Int) -> LoopbackReply {
    let json: String =
      switch dialect {
      case .chat:
        #"{"choices":[{"message":{"content":"x"},"finish_reason":"stop"}],"usage":{"prompt_tokens":\#(count),"completion_tokens":1}}"#
      case .responses:
        #"{"object":"response","status":"completed","output":[{"type":"message","content":[{"type":"output_text","text":"x"}]}],"#
          + #""usage":{"input_tokens":\#(count),"output_tokens":1}}"#
      case .messages:
        #"{"type":"message","content":[{"type":"text","text":"x"}],"stop_reason":"end_turn","#
          + #""usage":{"input_tokens":\#(count),"output_tokens":1}}"#
      default:
        #"{"message":{"content":"x"},"done":true,"done_reason":"stop","prompt_eval_count":\#(count),"eval_count":1}"#
      }
    return .response(200, [("content-type", "application/json")], json)
  }

  @Test(arguments: [Endpoint.Dialect].builtIn)
  func everyDialectNotices(_ dialect: Endpoint.Dialect) async throws {
    var asking = Asking(dialect: dialect)
    asking.messages = [ChatMessage(role: .user, content: Self.words)]
    let failure = try await Asking.failure(of: Self.reply(dialect, 2048), asking)
    #expect(failure?.kind == "rejected" && failure?.description.contains("2048 tokens") == true, "\(dialect)")
    #expect(try await Asking.answer(to: Self.reply(dialect, 9100), asking).text == "x")
  }

  @Test(
    arguments: [
      (.chat, ["truncate_prompt_tokens": 2048]), (.responses, ["truncation": "auto"]), (.ollama, ["truncate": true]),
    ] as [(Endpoint.Dialect, JSONObject)])
  func anOptionAllowsTheServerToCut(_ dialect: Endpoint.Dialect, options: JSONObject) async throws {
    var asking = Asking(dialect: dialect)
    asking.messages = [ChatMessage(role: .user, content: Self.words)]
    asking.options = options
    #expect(try await Asking.answer(to: Self.reply(dialect, 2048), asking).text == "x")
  }
}
