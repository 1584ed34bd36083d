import NIOSSL

/// What a loopback server shows to who connects by TLS.
package struct TLSIdentity: Sendable {
  /// A PEM file with its certificate, and those on the way to its issuer.
  package var certificate: String
  /// A PEM file with its private key.
  package var key: String
  /// Makes an identity.
  package init(certificate: String, key: String) {
    self.certificate = certificate
    self.key = key
  }

  func context() throws -> NIOSSLContext {
    let chain = try NIOSSLCertificate.fromPEMFile(certificate).map { NIOSSLCertificateSource.certificate($0) }
    return try NIOSSLContext(
      configuration: .makeServerConfiguration(
        certificateChain: chain, privateKey: .privateKey(NIOSSLPrivateKey(file: key, format: .pem))))
  }
}
