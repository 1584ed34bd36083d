import AsyncHTTPClient
import Domain
import Foundation
import NIOCore
import NIOHTTP1
import NIOPosix

/// Turns an error below HTTP into a `ModelFailure`.
enum TransportFailure {
  /// What the error means for a request to `peer`. Its own text is used only where it can't hold what we sent.
  static func failure(_ error: any Error, from peer: Peer, limits: HTTPLimits) -> ModelFailure {
    switch error {
    case let failure as ModelFailure: return failure
    case let error as NIOConnectionError: return connecting(error, peer)
    case let error as HTTPClientError: return client(error, peer, limits)
    case let error as IOError where error.errnoCode == ECONNREFUSED:
      return .unavailable(
        "Nothing answers at \(peer) (connection refused). Start the server, or correct base_url in assay.yaml.")
    case let error as IOError:
      return .unavailable("The connection to \(peer) broke (\(reason(error.errnoCode))) before the answer was whole.")
    case is HTTPParserError:
      return .unavailable("\(peer) broke off, or sent what isn't HTTP, before the answer was whole.")
    case is ChannelError: return .unavailable("The connection to \(peer) was closed before the answer was whole.")
    default: return other(error, peer)
    }
  }

  /// Whether a connection couldn't be made, or broke.
  static func isOfConnection(_ error: any Error) -> Bool {
    switch error {
    case is NIOConnectionError, is IOError, is HTTPParserError, is ChannelError: true
    case let error as HTTPClientError:
      [
        .connectTimeout, .socksHandshakeTimeout, .httpProxyHandshakeTimeout, .tlsHandshakeTimeout,
        .remoteConnectionClosed, .invalidProxyResponse,
      ].contains(error)
    default: String(reflecting: Swift.type(of: error)).hasPrefix("NIOSSL")
    }
  }

  private static func connecting(_ error: NIOConnectionError, _ peer: Peer) -> ModelFailure {
    guard let first = error.connectionErrors.first?.error else {
      return .unavailable("The name of \(peer) can't be resolved. Check base_url in assay.yaml and the network.")
    }
    let why = (first as? IOError).map { reason($0.errnoCode) } ?? "no connection"
    return .unavailable("Nothing answers at \(peer) (\(why)). Start the server, or correct base_url in assay.yaml.")
  }

  private static func client(_ error: HTTPClientError, _ peer: Peer, _ limits: HTTPLimits) -> ModelFailure {
    switch error {
    case .connectTimeout, .socksHandshakeTimeout, .httpProxyHandshakeTimeout, .tlsHandshakeTimeout:
      return .unavailable(
        "\(peer) can't be reached within \(Int(limits.connect.rounded(.up))) s. Check base_url and the network.")
    case .getConnectionFromPoolTimeout:
      return .unavailable("No connection to \(peer) became free in time. Lower the model's concurrency in assay.yaml.")
    case .remoteConnectionClosed:
      return .unavailable("\(peer) closed the connection before the answer was whole.")
    case .proxyAuthenticationRequired:
      return .rejected("The proxy on the way to \(peer) asks for a user and password: put them into its variable.")
    case .invalidProxyResponse:
      return .unavailable("The proxy on the way to \(peer) refused. Check http_proxy, https_proxy and no_proxy.")
    case .alreadyShutdown: return .unavailable("Assay is closing its connections; nothing more is sent to \(peer).")
    case .invalidURL, .emptyHost, .emptyScheme:
      return .rejected("The address of \(peer) can't be used. Correct base_url in assay.yaml.")
    default: return .unavailable("The request to \(peer) failed (\(error.shortDescription)).")
    }
  }

  private static func other(_ error: any Error, _ peer: Peer) -> ModelFailure {
    // NIOSSL's errors are told by name: some of them are no type that it shows.
    let type = String(reflecting: Swift.type(of: error))
    guard type.hasPrefix("NIOSSL") else {
      return .unavailable("The request to \(peer) failed (\(SafeText.line(type, limit: 80))).")
    }
    let text = String(describing: error).uppercased()
    if text.contains("HOSTNAME") {
      return .rejected(
        "The certificate of \(peer) is for another name. Set base_url to the name in it, or have the server use another."
      )
    }
    if text.contains("CERTIFICATE") {
      return .rejected(
        "The certificate of \(peer) isn't trusted here: its issuer isn't known, or its time is over. Name a PEM file with "
          + "its issuer as the model's certificates, have it renewed, or correct base_url.")
    }
    return .unavailable("No secure connection to \(peer): it may not speak TLS. Check https:// in base_url.")
  }

  private static func reason(_ code: CInt) -> String {
    String(cString: strerror(code)).lowercased()
  }
}
