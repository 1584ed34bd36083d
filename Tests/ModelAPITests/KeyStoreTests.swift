import Domain
import Foundation
import LoopbackServer
import Synchronization
import TestFolders
import Testing
import WorkbenchCore

@testable import ModelAPI

/// Keys that the environment doesn't have, from tools that look like the system's.
struct KeyStoreTests {
  /// Runs with a tool that keeps keys in a file and notes each call with its arguments.
  private func withTool(
    _ name: String, _ script: String, _ body: (_ path: String, _ folder: String) async throws -> Void
  ) async throws {
    let folder = temporaryPath("keys")
    try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true)
    defer { try? FileManager.default.removeItem(atPath: folder) }
    let path = folder + "/" + name
    let text = "#!/bin/sh\ncd '\(folder)'\necho \"$@\" >> calls\n" + script
    try Data(text.utf8).write(to: URL(filePath: path))
    try FileManager.default.setAttributes([.posixPermissions: 0o755], ofItemAtPath: path)
    try await body(path, folder)
  }

  private static let mine = KeyName("MY_KEY", for: "API.example.com")

  private static func text(_ file: String) -> String {
    (try? String(contentsOfFile: file, encoding: .utf8)) ?? ""
  }

  private static let secretTool = """
    case "$1" in
    store) shift 5; cat > "key-$1";;
    lookup) cat "key-$5" 2>/dev/null || exit 1;;
    clear) rm "key-$5";;
    esac
    """

  private static let security = #"""
    case "$1" in
    -i) read -r line; set -- $line; printf '%s' "$8" > "key-$6"; printf 'security> ';;
    find-generic-password) [ -e "key-$5" ] || { echo missing >&2; exit 44; }; xxd -r -p "key-$5" 2>/dev/null || python3 -c "import sys; sys.stdout.write(bytes.fromhex(open('key-$5').read()).decode())"; echo;;
    delete-generic-password) rm "key-$5";;
    esac
    """#

  @Test func keepsFindsAndRemovesWithSecretTool() async throws {
    try await withTool("secret-tool", Self.secretTool) { path, folder in
      let store = KeyStore(path: folder)
      #expect(await store.key(for: Self.mine) == nil)
      try await store.set("sk-\"1'\\$", for: Self.mine)
      #expect(await store.key(for: Self.mine) == "sk-\"1'\\$")
      try await store.remove(Self.mine)
      #expect(await store.key(for: Self.mine) == nil)
      await #expect(throws: ModelFailure.self) { try await store.remove(Self.mine) }
      let calls = Self.text(folder + "/calls")
      #expect(
        calls.hasPrefix(
          "lookup service assay:api.example.com account MY_KEY\nstore --label=Assay: MY_KEY service assay:api.example.com "
        ))
      #expect(!calls.contains("sk-"))
    }
  }

  @Test func keepsFindsAndRemovesWithSecurity() async throws {
    try await withTool("security", Self.security) { path, folder in
      let store = KeyStore(tool: .security(path))
      #expect(await store.key(for: Self.mine) == nil)
      try await store.set("sk-\"1'\\$", for: Self.mine)
      #expect(await store.key(for: Self.mine) == "sk-\"1'\\$")
      try await store.remove(Self.mine)
      #expect(await store.key(for: Self.mine) == nil)
      #expect(!Self.text(folder + "/calls").contains("sk-"))
    }
  }

  @Test func theEnvironmentComesFirstAndTheSystemIsAskedOnce() async throws {
    try await withTool("secret-tool", Self.secretTool) { path, folder in
      try Data("sk-kept\n".utf8).write(to: URL(filePath: folder + "/key-MY_KEY"))
      let store = KeyStore(path: folder)
      #expect(
        try await APIKey(variable: "MY_KEY", host: "api.example.com", store: store) { _ in "sk-set" }.load() == "sk-set"
      )
      #expect(Self.text(folder + "/calls") == "")
      let key = APIKey(variable: "MY_KEY", host: "api.example.com", store: store) { _ in nil }
      #expect(throws: ModelFailure.self) { try key.read() }
      for _ in 0..<3 { #expect(try await key.load() == "sk-kept") }
      #expect(try key.read() == "sk-kept")
      for _ in 0..<2 {
        let missing = APIKey(variable: "OTHER", host: "api.example.com", store: store) { _ in " " }
        let failure = await #expect(throws: ModelFailure.self) { try await missing.load() }
        #expect(failure?.description.contains("export OTHER=") == true)
        #expect(failure?.description.contains("assay key set OTHER") == true)
      }
      #expect(Self.text(folder + "/calls").split(separator: "\n").count == 2)
    }
  }

  /// A workspace that names the variable and another server gets nothing.
  @Test func aKeyIsForOneHost() async throws {
    let script = #"""
      case "$1" in
      store) shift 3; cat > "key-$1-$3";;
      lookup) cat "key-$3-$5" 2>/dev/null || exit 1;;
      esac
      """#
    try await withTool("secret-tool", script) { path, folder in
      let store = KeyStore(path: folder)
      try await store.set("sk-1", for: Self.mine)
      func load(_ host: String) async -> String? {
        try? await APIKey(variable: "MY_KEY", host: host, store: store) { _ in nil }.load()
      }
      #expect(await load("api.example.com") == "sk-1")
      for host in ["evil.example.com", "api.example.com.evil.com", "", "example.com"] {
        #expect(await load(host) == nil)
      }
    }
  }

  @Test func aRequestCarriesIt() async throws {
    try await withTool("secret-tool", Self.secretTool) { path, folder in
      try Data("sk-kept".utf8).write(to: URL(filePath: folder + "/key-MY_KEY"))
      let seen = Mutex<String?>(nil)
      try await MockServer.with({ request in
        seen.withLock { $0 = request.headers["authorization"] }
        return .response(401, [("content-type", "application/json")], #"{"error":{"message":"not sk-kept"}}"#)
      }) { server in
        let clients = HTTPModelClients(servers: nil, keys: KeyStore(path: folder)) { _ in nil }
        let endpoint = Endpoint(.chat, baseURLs: [server.url], model: "m", keyEnvironment: "MY_KEY")
        let client = try clients.client(
          for: ModelSpec(name: "m", api: .endpoint(endpoint)), adapter: nil, workspace: "/")
        try await client.prepare()
        let failure = await #expect(throws: ModelFailure.self) {
          try await client.ask(ModelRequest(caseID: "1", messages: [], sampling: Sampling()), streams: false)
        }
        #expect(failure?.description.contains("not [key]") == true)
        await clients.shutdown()
      }
      #expect(seen.withLock { $0 } == "Bearer sk-kept")
    }
  }

  @Test func whatCannotBe() async throws {
    let none = KeyStore(path: "/nowhere")
    #if !os(macOS)
      #expect(await none.key(for: Self.mine) == nil)
      let missing = await #expect(throws: ModelFailure.self) { try await none.set("sk-1", for: Self.mine) }
      #expect(missing?.description.contains("secret-tool") == true)
    #endif
    try await withTool("secret-tool", "exit 3") { path, folder in
      let store = KeyStore(tool: .secretTool(path), limit: .seconds(60))
      for (key, name) in [("sk-1", "-x"), ("sk-1", ""), ("sk 1", "A"), ("", "A"), ("sk-é", "A")] {
        let failure = await #expect(throws: ModelFailure.self) {
          try await store.set(key, for: KeyName(name, for: "api.example.com"))
        }
        #expect(failure?.description.contains("sk") == false)
      }
      #expect(await store.key(for: KeyName("--help", for: "a")) == nil)
      #expect(Self.text(folder + "/calls") == "")
      let failure = await #expect(throws: ModelFailure.self) {
        try await store.set("sk-1", for: KeyName("A", for: "a"))
      }
      #expect(failure?.description.contains("didn't keep") == true)
    }
  }

  @Test func aToolThatWaitsIsEnded() async throws {
    try await withTool("secret-tool", "exec sleep 600") { path, _ in
      let store = KeyStore(tool: .secretTool(path), limit: .milliseconds(300))
      #expect(await store.key(for: Self.mine) == nil)
      let failure = await #expect(throws: ModelFailure.self) { try await store.remove(Self.mine) }
      #expect(failure?.description.contains("Unlock it") == true)
    }
  }
}
