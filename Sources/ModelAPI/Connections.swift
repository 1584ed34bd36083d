import AsyncHTTPClient
import NIOCore
import Synchronization

/// The HTTP clients behind all models: one for direct connections, and one for each proxy that is in use.
final class Connections: Sendable {
  private struct State {
    var direct: HTTPClient?
    var proxied: [HTTPClient.Configuration.Proxy: HTTPClient] = [:]
    var isClosed = false

    mutating func takeAll() -> [HTTPClient] {
      let all = [direct].compactMap(\.self) + proxied.values
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
  func client(scheme: String, host: String) -> HTTPClient? {
    let proxy = proxies.proxy(scheme: scheme, host: host)
    return state.withLock { state in
      if state.isClosed { return nil }
      if let ready = proxy.map({ state.proxied[$0] }) ?? state.direct { return ready }
      let client = make(proxy: proxy)
      if let proxy { state.proxied[proxy] = client } else { state.direct = client }
      return client
    }
  }

  /// Ends all connections; requests under way fail.
  func close() async {
    for client in state.withLock({ $0.takeAll() }) { try? await client.shutdown() }
  }

  private func make(proxy: HTTPClient.Configuration.Proxy?) -> HTTPClient {
    // No read time-out here: how long silence may last depends on the request, and `TimeLimits` watches it.
    var configuration = HTTPClient.Configuration(
      redirectConfiguration: .disallow,
      timeout: .init(connect: .milliseconds(Int64(limits.connect * 1000)), read: nil),
      connectionPool: .init(
        idleTimeout: .seconds(55), concurrentHTTP1ConnectionsPerHostSoftLimit: limits.connectionsPerHost),
      proxy: proxy, decompression: .disabled)
    // Whoever runs the requests decides when to try again, so a refused connection should say so at once.
    configuration.connectionPool.retryConnectionEstablishment = false
    return HTTPClient(eventLoopGroupProvider: .singleton, configuration: configuration)
  }
}
