import Content
import Domain
import Files
import Foundation
import NIOSSL
import Synchronization

/// Whose signature makes a server's certificate good.
struct TrustedCertificates: Sendable, Hashable {
  /// In place of the system's; nil for the system's.
  var roots: [NIOSSLCertificate]?
  /// Besides those.
  var additional: [NIOSSLCertificate] = []

  /// The additional ones as a person knows them.
  var lines: [String] {
    additional.map { certificate in (try? certificate.toDERBytes()).map { CertificateLine.line(der: $0) } ?? "" }
  }

  /// The system's and no others.
  static let usual = TrustedCertificates()

  /// As AsyncHTTPClient wants it; nil for the usual ones.
  var configuration: TLSConfiguration? {
    if self == .usual { return nil }
    var configuration = TLSConfiguration.makeClientConfiguration()
    if let roots { configuration.trustRoots = .certificates(roots) }
    if !additional.isEmpty { configuration.additionalTrustRoots = [.certificates(additional)] }
    return configuration
  }
}

/// Reads certificates: those that an endpoint names, and those that the environment puts in the place of the system's.
///
/// `SSL_CERT_FILE` means what it means to OpenSSL: a file that takes the system's place. Without it the variables of
/// other clients are followed, where they name a file: `REQUESTS_CA_BUNDLE`, then `CURL_CA_BUNDLE`. The certificates of
/// an endpoint are trusted besides either.
final class CertificateReader: Sendable {
  /// The longest file that is read, in bytes.
  private static let longest = CertificateLine.mostBytes

  private let environment: @Sendable (String) -> String?
  /// The environment's, once they are read: they are many, and the same for all.
  private let roots = Mutex<(path: String, certificates: [NIOSSLCertificate])?>(nil)

  init(environment: @escaping @Sendable (String) -> String?) { self.environment = environment }

  /// What is trusted where an endpoint names a file of its own, or none.
  /// - Parameter name: what the file is called in sentences.
  /// - Throws: `ModelFailure.rejected`.
  func certificates(at path: String?, name: String) throws(ModelFailure) -> TrustedCertificates {
    var trusted = TrustedCertificates()
    if let path {
      do throws(Flaw) {
        trusted.additional = try Self.read(path)
      } catch {
        throw .rejected(
          "The certificates in \(SafeText.line(name)) can't be used: \(error.reason). Name a PEM file, relative to the "
            + "workspace.")
      }
    }
    trusted.roots = try environmentRoots()
    return trusted
  }

  private func environmentRoots() throws(ModelFailure) -> [NIOSSLCertificate]? {
    for variable in ["SSL_CERT_FILE", "REQUESTS_CA_BUNDLE", "CURL_CA_BUNDLE"] {
      guard let path = environment(variable), !path.isEmpty else { continue }
      var isFolder: ObjCBool = false
      // The other two may name a folder, which only their programs know how to read.
      if FileManager.default.fileExists(atPath: path, isDirectory: &isFolder), isFolder.boolValue { continue }
      if let known = roots.withLock({ $0 }), known.path == path { return known.certificates }
      do throws(Flaw) {
        let certificates = try Self.read(path)
        roots.withLock { $0 = (path, certificates) }
        return certificates
      } catch {
        throw .rejected(
          "The environment variable \(variable) names \(SafeText.line(path, limit: 120)), which can't be used: "
            + "\(error.reason). Correct or unset it.")
      }
    }
    return nil
  }

  private struct Flaw: Error { var reason: String }

  private static func read(_ path: String) throws(Flaw) -> [NIOSSLCertificate] {
    let bytes: [UInt8]
    do throws(FileError) { bytes = try FileBytes.read(path, limit: longest) } catch .missing {
      throw Flaw(reason: "there is no such file")
    } catch .tooLarge {
      throw Flaw(reason: "it has more than \(longest >> 20) MB")
    } catch {
      throw Flaw(reason: "it is no file that can be read")
    }
    guard let certificates = try? NIOSSLCertificate.fromPEMBytes(bytes), !certificates.isEmpty else {
      throw Flaw(reason: "it holds no certificate in PEM form")
    }
    return certificates
  }
}
