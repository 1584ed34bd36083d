import Crypto

/// A random key that this installation has and no workspace: what is signed with it was written here.
///
/// Signatures are HMAC-SHA256 (RFC 2104, FIPS 198-1).
package struct InstallationKey: Sendable {
  private let key: SymmetricKey
  private static let file = "installation.key"
  private static let length = 32

  /// The installation's key, made the first time.
  /// - Throws: ``TrustFailure`` when it can neither be read nor made.
  package init(in folder: UserFolder = .standard()) throws(TrustFailure) {
    if let known = try Self.read(folder) {
      key = known
      return
    }
    let fresh = SymmetricKey(size: .bits256)
    try folder.write(fresh.withUnsafeBytes { Array($0) }, to: Self.file, replaces: false)
    // Another process may have been quicker.
    key = try Self.read(folder) ?? fresh
  }

  /// The installation's key where it has one, so that looking writes nothing; nil where it has none.
  /// - Throws: ``TrustFailure`` when it can't be read.
  package init?(existingIn folder: UserFolder) throws(TrustFailure) {
    guard let known = try Self.read(folder) else { return nil }
    key = known
  }

  private static func read(_ folder: UserFolder) throws(TrustFailure) -> SymmetricKey? {
    guard let bytes = try folder.read(file, limit: length) else { return nil }
    guard bytes.count == length else {
      throw TrustFailure(
        "\(folder.path)/\(file) is damaged. Delete it; jobs started before then can't be resumed.")
    }
    return SymmetricKey(data: bytes)
  }

  /// The signature of parts, each of which keeps its own end.
  /// - Parameter purpose: what is signed: a signature for one purpose is none for another.
  package func signature(of parts: [[UInt8]], for purpose: String) -> [UInt8] {
    var code = HMAC<SHA256>(key: key)
    for part in [Array(purpose.utf8)] + parts {
      withUnsafeBytes(of: UInt64(part.count).littleEndian) { code.update(data: $0) }
      code.update(data: part)
    }
    return Array(code.finalize())
  }

  /// Whether a signature is the one of these parts; takes as long for a wrong one.
  package func verifies(_ signature: [UInt8], of parts: [[UInt8]], for purpose: String) -> Bool {
    let right = self.signature(of: parts, for: purpose)
    guard signature.count == right.count else { return false }
    return zip(signature, right).reduce(UInt8(0)) { $0 | ($1.0 ^ $1.1) } == 0
  }
}
