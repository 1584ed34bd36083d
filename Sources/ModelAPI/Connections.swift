import AsyncHTTPClient
import NIOCore
import NIOPosix
import Synchronization

/// The HTTP clients behind all models: one for each way to a server, by proxy and by whose certificates are trusted.
final class Connections: Sendable {
  private struct Way: Hashable {
    var proxy: HTTPClient.Configuration.Proxy?
    var trusted: TrustedCertificates
  }

  private struct State {
    var clients: [Way: HTTPClient] = [:]
    var isClosed = false

    mutating func takeAll() -> [HTTPClient] {
      let all = Array(clients.values)
      self = State(isClosed: true)
      return all
    }
  }

  private let limits: HTTPLimits
  private let proxies: ProxySettings
  private let state = Mutex(State())

  init(limits: HTTPLimits, proxies: ProxySettings) {
    self.limits = limits
    self.proxies = proxies
  }

  deinit {
    for client in state.withLock({ $0.takeAll() }) { client.shutdown().whenComplete { _ in } }
  }

  /// The client for an address; nil after `close()`.
  func client(to address: ServiceAddress, trusted: TrustedCertificates) -> HTTPClient? {
    let way = Way(
      proxy: proxies.proxy(scheme: address.scheme, host: address.host, port: address.port),
      trusted: address.scheme == "https" ? trusted : .usual)
    return state.withLock { state in
      if state.isClosed { return nil }
      if let ready = state.clients[way] { return ready }
      let client = make(way)
      state.clients[way] = client
      return client
    }
  }

  /// Ends all connections; requests under way fail.
  func close() async {
    for client in state.withLock({ $0.takeAll() }) { try? await client.shutdown() }
  }

  private func make(_ way: Way) -> HTTPClient {
    // No read time-out here: how long silence may last depends on the request, and `TimeLimits` watches it.
    var configuration = HTTPClient.Configuration(
      tlsConfiguration: way.trusted.configuration, redirectConfiguration: .disallow,
      timeout: .init(connect: .milliseconds(Int64(limits.connect * 1000)), read: nil),
      connectionPool: .init(
        idleTimeout: .seconds(55), concurrentHTTP1ConnectionsPerHostSoftLimit: limits.connectionsPerHost),
      proxy: way.proxy, decompression: .disabled)
    // Whoever runs the requests decides when to try again, so a refused connection should say so at once.
    configuration.connectionPool.retryConnectionEstablishment = false
    // The system's own TLS on a Mac takes no certificates besides its own; NIO's does.
    if way.trusted != .usual {
      return HTTPClient(
        eventLoopGroupProvider: .shared(MultiThreadedEventLoopGroup.singleton), configuration: configuration)
    }
    return HTTPClient(eventLoopGroupProvider: .singleton, configuration: configuration)
  }
}
