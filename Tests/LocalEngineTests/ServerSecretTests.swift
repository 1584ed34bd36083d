import Foundation
import Testing

@testable import LocalEngine

@Suite struct ServerSecretTests {
  private let digits = String(repeating: "0123456789abcdef", count: 4)

  @Test func theProofIsTheServers() throws {
    // The same as in Tests/engine-python/test_guard.py.
    let secret = try #require(ServerSecret(digits))
    let nonce = String(repeating: "ab", count: 16)
    let proof = "ed4466532f6eb98ca44fbb3e2823940cbd858162e315783255ccd170ca6a0614"
    #expect(secret.proof(port: 8123, nonce: nonce) == proof)
    #expect(secret.accepts(Data(#"{"proof": "\#(proof)"}"#.utf8), port: 8123, nonce: nonce))
    #expect(!secret.accepts(Data(#"{"proof": "\#(proof)"}"#.utf8), port: 8124, nonce: nonce))
    #expect(!secret.accepts(Data(#"{"proof": ""}"#.utf8), port: 8123, nonce: nonce))
    #expect(!secret.accepts(Data("<html>".utf8), port: 8123, nonce: nonce))
  }

  @Test func noncesAreNewAndLongEnough() {
    let nonces = (0..<100).map { _ in ServerSecret.nonce() }
    #expect(Set(nonces).count == 100)
    #expect(nonces.allSatisfy { $0.count == 64 })
  }

  @Test func aFileThatOthersCanReadHoldsNoSecret() throws {
    let scratch = try Scratch()
    let path = scratch.folder + "/secret"
    for (permissions, isGood) in [(0o600, true), (0o640, false), (0o604, false)] {
      try scratch.write("secret", digits + "\n")
      try FileManager.default.setAttributes([.posixPermissions: permissions], ofItemAtPath: path)
      #expect((ServerSecret(file: path) != nil) == isGood)
    }
    try FileManager.default.setAttributes([.posixPermissions: 0o600], ofItemAtPath: path)
    try FileManager.default.createSymbolicLink(atPath: path + "-link", withDestinationPath: path)
    #expect(ServerSecret(file: path + "-link") == nil)
    try scratch.write("secret", digits.uppercased())
    #expect(ServerSecret(file: path) == nil)
  }

  @Test func anAnswerIsWholeWhenItsLengthHasCome() {
    #expect(LoopbackRequest.isWhole(Data("HTTP/1.0 200 OK\r\nContent-Length: 2\r\n\r\nab".utf8)))
    #expect(!LoopbackRequest.isWhole(Data("HTTP/1.0 200 OK\r\nContent-Length: 2\r\n\r\na".utf8)))
    #expect(!LoopbackRequest.isWhole(Data("HTTP/1.0 200 OK\r\n".utf8)))
  }
}
