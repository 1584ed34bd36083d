import Domain
import LoopbackServer
import Testing
import WorkbenchCore

@testable import ModelAPI

/// Servers that can't be reached, and keys that must not be seen.
struct ConnectionTests {
  @Test func refused() async throws {
    let server = try ClosedPort()
    let failure = await Asking().failure(server.url)
    #expect(failure?.kind == "unavailable")
    #expect(failure?.description.contains("127.0.0.1:\(server.port)") == true)
    #expect(failure?.description.contains("refused") == true)
  }

  @Test func unknownName() async throws {
    let failure = await Asking().failure("http://name.invalid:8089")
    #expect(failure?.kind == "unavailable")
    #expect(failure?.description.contains("name.invalid") == true)
  }

  @Test func noTLS() async throws {
    let failure = try await MockServer.with({ _ in chat("a") }) { server in
      await Asking().failure("https://127.0.0.1:\(server.port)")
    }
    #expect(failure?.kind == "unavailable")
    #expect(failure?.description.contains("TLS") == true)
  }

  @Test func notHTTP() async throws {
    let reply = LoopbackReply([.send(Array("SSH-2.0-OpenSSH_9.2\r\n".utf8)), .close])
    #expect(try await Asking.failure(of: reply)?.kind == "unavailable")
  }

  @Test func aProxyIsAsked() async throws {
    try await MockServer.with({ _ in .response(407, [("proxy-authenticate", "Basic")]) }) { proxy in
      var asking = Asking()
      asking.environment = ["http_proxy": proxy.url]
      let failure = await asking.failure("http://far.invalid")
      #expect(failure?.kind == "rejected")
      #expect(failure?.description.contains("proxy") == true)
      #expect(proxy.counts.requests == 1)
    }
  }

  @Test func aMissingKeyIsNamedAndNothingSent() async throws {
    try await MockServer.with({ _ in chat("a") }) { server in
      let asking = Asking(key: "NO_SUCH_KEY")
      let failure = await asking.failure(server.url)
      #expect(failure?.kind == "rejected")
      #expect(failure?.description.contains("NO_SUCH_KEY") == true)
      try await asking.withClient(server.url) { client in
        await #expect(throws: ModelFailure.self) { try await client.prepare() }
      }
      #expect(server.counts.requests == 0)
    }
  }

  @Test func theKeyIsInNoSentence() async throws {
    let key = "sk-very-secret-0123456789"
    let asking = Asking(key: "K", environment: ["K": key])
    let json = [("content-type", "application/json")]
    let cut = String(repeating: "x", count: 290) + key
    let replies: [LoopbackReply] = [
      .response(401, json, #"{"error":{"message":"Wrong key \#(key)!","code":"\#(key)"}}"#),
      .response(400, json, #"{"error":{"message":"sk-\u0000very-secret-0123456789 \#(key)\u0007"}}"#),
      .response(400, json, #"{"error":{"message":"\#(cut)"}}"#), .response(500, [("content-type", "text/plain")], key),
      .response(302, [("location", "http://elsewhere/\(key)?k=\(key)")]),
      .response(200, [("content-type", "a/\(key)")], "x"),
      .response(200, json, #"{"error":{"message":"\#(key)"}}"#), .response(200, json, key),
      .chunks([Array("data: {\"error\":\"\(key)\"}\n\n".utf8)]), .response(429, [("retry-after", key)], key),
    ]
    for (number, reply) in replies.enumerated() {
      let failure = try await Asking.failure(of: reply, asking)
      let everything =
        "\(String(describing: failure)) \(String(reflecting: failure)) \(failure?.localizedDescription ?? "")"
      #expect(!everything.contains("sk-very"), "reply \(number): \(everything)")
    }
    let clients = HTTPModelClients(servers: nil) { $0 == "K" ? key : nil }
    let endpoint = Endpoint(.chat, baseURLs: ["http://127.0.0.1:1"], model: "m", keyEnvironment: "K")
    let client = try clients.client(for: ModelSpec(name: "m", api: .endpoint(endpoint)), adapter: nil, workspace: "/")
    var dumped = ""
    dump(client, to: &dumped)
    dump(clients, to: &dumped)
    #expect(!dumped.contains(key))
    await clients.shutdown()
  }
}
