import Crypto

/// A SHA-256 digest (FIPS 180-4), by which content is recognised.
package struct SHA256: Sendable {
  private var hasher = Crypto.SHA256()

  /// A digest of nothing yet.
  package init() {}

  /// The digest of a text's UTF-8 bytes, as 64 lower-case hexadecimal digits.
  package static func hex(_ text: String) -> String {
    var hash = SHA256()
    hash.update(text)
    return hash.hex()
  }

  /// The digest of bytes, as 64 lower-case hexadecimal digits.
  package static func hex(_ bytes: some Sequence<UInt8>) -> String {
    var hash = SHA256()
    hash.update(bytes)
    return hash.hex()
  }

  /// Adds the UTF-8 bytes of a text.
  package mutating func update(_ text: String) { update(text.utf8) }

  /// Adds bytes.
  package mutating func update(_ bytes: some Sequence<UInt8>) {
    if bytes.withContiguousStorageIfAvailable({ hasher.update(bufferPointer: UnsafeRawBufferPointer($0)) }) == nil {
      Array(bytes).withUnsafeBytes { hasher.update(bufferPointer: $0) }
    }
  }

  /// The 32 bytes of the digest of everything added so far; more can be added afterwards.
  package func digest() -> [UInt8] { Array(hasher.finalize()) }

  /// The digest as 64 lower-case hexadecimal digits.
  package func hex() -> String { Hexadecimal.text(hasher.finalize()) }
}
