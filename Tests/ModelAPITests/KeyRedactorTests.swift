import Content
import Domain
import Foundation
import LoopbackServer
import Synchronization
import Testing
import WorkbenchCore

@testable import ModelAPI

/// A server that sends the key back, in any form that it can still be used in.
struct KeyRedactorTests {
  static let key = "sk-proj-9fA7/x_Q2+ZmB4tLw8Yc"

  static let forms: [(String, String)] = {
    let base64 = Data(key.utf8).base64EncodedString()
    let zeroWidth = key.map { String($0) }.joined(separator: "\u{200B}")
    return [
      ("exact", key), ("upper", key.uppercased()), ("lower", key.lowercased()), ("backwards", String(key.reversed())),
      ("split", key.map { String($0) }.joined(separator: " ")), ("zero width", zeroWidth),
      ("lines", key.map { String($0) }.joined(separator: "\r\n")),
      ("quoted", key.map { "'\($0)'" }.joined(separator: ",")),
      ("percent", key.utf8.map { "%" + Hexadecimal.text([$0]) }.joined()),
      ("some percent", key.replacing("/", with: "%2F").replacing("+", with: "%2b")),
      ("json", key.utf8.map { "\\u00" + Hexadecimal.text([$0]) }.joined()), ("slash", key.replacing("/", with: "\\/")),
      ("html", key.utf8.map { "&#\($0);" }.joined()),
      ("html hex", key.utf8.map { "&#x\(Hexadecimal.text([$0]));" }.joined()),
      ("base64", base64), ("base64 of a header", Data("Authorization: Bearer \(key)\r\n".utf8).base64EncodedString()),
      ("base64 of user and key", Data("me:\(key)".utf8).base64EncodedString()),
      ("base64 for addresses", base64.replacing("+", with: "-").replacing("/", with: "_")),
      ("base64 in lines", base64.map { String($0) }.joined(separator: "\n")),
      ("hexadecimal", Hexadecimal.text(Array(key.utf8))), ("without its end", String(key.dropLast(4))),
      ("without its beginning", String(key.dropFirst(6))), ("doubled", key + key),
    ]
  }()

  @Test(arguments: forms.map(\.0)) func noFormOfItStays(name: String) throws {
    let form = try #require(Self.forms.first { $0.0 == name }).1
    let cleaned = KeyRedactor(Self.key).clean("Before é \(form) after é.")
    #expect(cleaned.hasPrefix("Before é ") && cleaned.hasSuffix(" after é."))
    #expect(cleaned.contains("[key]"))
    // What little is left of it at the ends of an encoded copy says nothing.
    #expect(cleaned.utf8.count < 90, "\(cleaned)")
  }

  @Test func everythingElseStays() {
    let redactor = KeyRedactor(Self.key)
    for text in [
      "", "sk-proj-", "A key begins with sk-proj- and has 48 characters.", "9fA7", "100% of the \\ and & are kept\n",
      "The quick brown fox jumps over the lazy dog. 0123456789 %41 &#65; \\u0041", String(repeating: "作é", count: 500),
    ] { #expect(redactor.clean(text).utf8.elementsEqual(text.utf8)) }
  }

  /// Servers that need no key are given a word, which answers may hold.
  @Test func aWordInPlaceOfAKeyStaysInAnswers() {
    #expect(KeyRedactor("ollama").clean("Ask ollama, or OLLAMA.") == "Ask ollama, or OLLAMA.")
    #expect(KeyRedactor("lm-studio").clean("LM Studio is a program.") == "LM Studio is a program.")
    #expect(KeyRedactor("no-key-required").clean("There is no key required.") == "There is no key required.")
    #expect(KeyRedactor("SECRETKEY").clean("It is secret key.") == "It is [key].")
    #expect(KeyRedactor("sk-1").clean("sk-1") == "sk-1")
    #expect(KeyRedactor("sk-1").cleanSentence("key sk-1 and sk-1.") == "key [key] and [key].")
  }

  @Test(arguments: forms.map(\.0)) func noPieceOfItIsShownWhileItComes(name: String) throws {
    let form = try #require(Self.forms.first { $0.0 == name }).1
    let text = "Before 50% é \(form) after é."
    for size in [1, 3, 7] {
      let shown = Mutex("")
      var live = LiveText(Peer(name: "s", secret: Self.key)) { piece in shown.withLock { $0 += piece } }
      var rest = Array(text)[...]
      while !rest.isEmpty {
        live.add(String(rest.prefix(size)))
        rest = rest.dropFirst(size)
      }
      live.end()
      let all = shown.withLock { $0 }
      #expect(all.hasPrefix("Before 50% é ") && all.hasSuffix(" after é.") && all.contains("[key]"), "\(all)")
      #expect(KeyRedactor(Self.key).clean(all) == all)
    }
  }

  @Test func textWithoutItIsShownAsItComes() {
    let shown = Mutex<[String]>([])
    var live = LiveText(Peer(name: "s", secret: Self.key)) { piece in shown.withLock { $0.append(piece) } }
    for piece in ["Hello, ", "wor", "ld!"] { live.add(piece) }
    #expect(shown.withLock { $0.joined() }.hasPrefix("Hello, w"))
    live.end()
    #expect(shown.withLock { $0.joined() } == "Hello, world!")
  }

  /// Whole, in pieces, in an error, and in a header.
  @Test(arguments: ["whole", "stream", "error", "header", "id", "plain"]) func noAnswerHoldsIt(kind: String)
    async throws
  {
    let key = Self.key
    let server = { @Sendable (request: LoopbackRequest) -> LoopbackReply in
      let sent = String((request.headers["authorization"] ?? "").dropFirst("Bearer ".count))
      #expect(sent == key)
      let json = [("content-type", "application/json")]
      switch kind {
      case "whole": return chat("your key is \(sent)")
      case "stream": return chatStream("your key is \(sent)", ChatUsage(prompt: 1, completion: 1))
      case "error": return .response(400, json, #"{"error":{"message":"bad \#(sent.uppercased())"}}"#)
      case "header": return .response(301, [("location", "https://h/\(sent)")], "")
      case "id": return .response(200, json, #"{"id":"\#(sent)"}"#)
      default: return .response(400, [("content-type", "text/plain")], "bad \(sent)")
      }
    }
    try await MockServer.with(server) { server in
      let clients = HTTPModelClients(servers: nil) { $0 == "K" ? key : nil }
      let endpoint = Endpoint(.chat, baseURLs: [server.url + "/v1"], model: "m", keyEnvironment: "K")
      let client = try clients.client(
        for: ModelSpec(name: "m", api: .endpoint(endpoint), timeout: 60), adapter: nil, workspace: "/")
      let request = ModelRequest(
        caseID: "1", messages: [ChatMessage(role: .user, content: "q")], sampling: Sampling(maxTokens: 9))
      let shown = Mutex("")
      do {
        let answer = try await client.answer(request) { text in shown.withLock { $0 += text } }
        #expect(answer.text == "your key is [key]")
        #expect(shown.withLock { $0 } == "your key is [key]")
      } catch {
        let text = String(describing: error)
        #expect(KeyRedactor(key).clean(text) == text)
      }
      await clients.shutdown()
    }
  }
}
