import Domain
import Testing
import WorkbenchCore

@testable import ModelAPI

struct TextAndAddressTests {
  @Test func sentencesHoldNoControlsAndStayShort() {
    #expect(SafeText.line("a\u{1b}[31mb\r\n\tc\u{0}\u{85}\u{202E}d  ") == "a [31mb c d")
    #expect(SafeText.line("  ") == "")
    #expect(SafeText.line(String(repeating: "作", count: 500), limit: 10) == String(repeating: "作", count: 10) + "…")
  }

  @Test(arguments: [
    ("http://127.0.0.1:8089/v1", "http://127.0.0.1:8089/v1/chat/completions", "127.0.0.1:8089"),
    ("https://api.example.com/v1/", "https://api.example.com/v1/chat/completions", "api.example.com"),
    (" HTTP://Host/v1/chat/completions ", "http://Host/v1/chat/completions", "Host"),
    ("http://[::1]:80", "http://[::1]:80/chat/completions", "[::1]:80"),
    ("https://a.b/x?v=1", "https://a.b/x/chat/completions?v=1", "a.b"),
  ])
  func addresses(_ text: String, _ url: String, _ name: String) throws {
    let address = try ServiceAddress(text)
    #expect(address.url("/chat/completions") == url)
    #expect(address.name == name)
  }

  @Test(arguments: ["", "127.0.0.1:8089", "ftp://a/b", "http://", "/v1", "http://user:hunter2@host/v1"])
  func refusesOtherAddresses(_ text: String) {
    let failure = #expect(throws: ModelFailure.self) { try ServiceAddress(text) }
    #expect(failure?.kind == "rejected")
    #expect(failure?.description.contains("hunter2") == false)
  }

  @Test func proxiesFollowTheEnvironment() {
    func settings(_ values: [String: String]) -> ProxySettings { ProxySettings { values[$0] } }
    let usual = settings([
      "http_proxy": "http://proxy:3128", "HTTPS_PROXY": "secure.proxy", "no_proxy": "example.com, .internal,*.corp",
    ])
    #expect(usual.proxy(scheme: "http", host: "api.test", port: 80)?.host == "proxy")
    #expect(usual.proxy(scheme: "http", host: "api.test", port: 80)?.port == 3128)
    #expect(usual.proxy(scheme: "https", host: "api.test", port: 443)?.host == "secure.proxy")
    for host in [
      "localhost", "a.localhost", "127.0.0.1", "127.1.2.3", "::1", "example.com", "API.Example.com", "x.internal",
      "a.corp",
    ] {
      #expect(usual.proxy(scheme: "https", host: host, port: 443) == nil, "\(host)")
    }
    #expect(usual.proxy(scheme: "http", host: "notexample.com", port: 80) != nil)
    #expect(usual.proxy(scheme: "http", host: "127.example.org", port: 80) != nil)
    #expect(settings([:]).proxy(scheme: "https", host: "api.test", port: 443) == nil)
    #expect(settings(["HTTP_PROXY": "a"]).proxy(scheme: "http", host: "api.test", port: 80) == nil)
    #expect(settings(["ALL_PROXY": "socks5://s"]).proxy(scheme: "http", host: "api.test", port: 80)?.port == 1080)
    #expect(settings(["ALL_PROXY": "a", "NO_PROXY": "*"]).proxy(scheme: "http", host: "api.test", port: 80) == nil)
  }

  @Test func aKeyInPlaceOfItsVariableIsNotRepeated() {
    let key = APIKey(variable: "sk-proj-123") { _ in nil }
    let failure = #expect(throws: ModelFailure.self) { try key.read() }
    #expect(failure?.description.contains("sk-proj") == false)
  }

  @Test func keysAreReadWhenNeeded() throws {
    #expect(try APIKey(variable: nil) { _ in "x" }.read() == nil)
    #expect(try APIKey(variable: "K") { $0 == "K" ? " sk-1\n" : nil }.read() == "sk-1")
    for value in [nil, "", " ", "a b", "a\u{0}b", "ké"] as [String?] {
      let failure = #expect(throws: ModelFailure.self) { try APIKey(variable: "MY_KEY") { _ in value }.read() }
      #expect(failure?.kind == "rejected")
      #expect(failure?.description.contains("MY_KEY") == true)
    }
  }
}
