import Content
import Files
import Foundation

#if canImport(Glibc)
  import Glibc
#elseif canImport(Musl)
  import Musl
#elseif canImport(Darwin)
  import Darwin
#endif

/// What a server of the engine and its user's own programs know, and nobody else: 64 hexadecimal digits, made anew each time
/// the server starts.
///
/// Every request carries it. Before that the server has to prove that it knows it too: another user's program may have taken
/// the port of a server that has died (see guard.py for the protocol).
struct ServerSecret: Sendable, Hashable {
  /// The digits.
  let text: String

  /// A secret with these digits; nil where they are none.
  init?(_ text: String) {
    guard text.utf8.count == 64, text.utf8.allSatisfy(Self.isDigit) else { return nil }
    self.text = text
  }

  /// Reads a server's file; nil where it is no plain file of this user's, or where others can read it.
  init?(file: String) {
    var found = stat()
    guard lstat(file, &found) == 0, found.st_mode & S_IFMT == S_IFREG, found.st_uid == geteuid(),
      found.st_mode & 0o077 == 0, found.st_size <= 80,
      let bytes = try? FileBytes.read(file, limit: 80, followsLinks: false)
    else { return nil }
    self.init(String(decoding: bytes, as: UTF8.self).trimmingCharacters(in: .newlines))
  }

  private static func isDigit(_ byte: UInt8) -> Bool {
    (UInt8(ascii: "0")...UInt8(ascii: "9")).contains(byte) || (UInt8(ascii: "a")...UInt8(ascii: "f")).contains(byte)
  }

  /// A fresh nonce: 64 hexadecimal digits.
  static func nonce() -> String {
    var generator = SystemRandomNumberGenerator()
    return (0..<4).map { _ in
      let digits = String(generator.next(), radix: 16)
      return String(repeating: "0", count: 16 - digits.count) + digits
    }.joined()
  }

  /// What the server on a port answers to a nonce: HMAC-SHA256 (RFC 2104) in hexadecimal.
  func proof(port: Int, nonce: String) -> String {
    // The key's 64 bytes are exactly a block.
    let key = Array(text.utf8)
    var inner = SHA256()
    inner.update(key.map { $0 ^ 0x36 })
    inner.update("assay-hello-1:\(port):\(nonce)")
    var outer = SHA256()
    outer.update(key.map { $0 ^ 0x5c })
    outer.update(inner.digest())
    return outer.hex()
  }

  /// Whether a server's answer to a nonce is the right one.
  func accepts(_ answer: Data, port: Int, nonce: String) -> Bool {
    struct Hello: Decodable { var proof: String }
    guard let hello = try? JSONDecoder().decode(Hello.self, from: answer) else { return false }
    let (given, wanted) = (Array(hello.proof.utf8), Array(proof(port: port, nonce: nonce).utf8))
    // As long as it takes, whatever the first difference is.
    return given.count == wanted.count && zip(given, wanted).reduce(UInt8(0)) { $0 | ($1.0 ^ $1.1) } == 0
  }
}
