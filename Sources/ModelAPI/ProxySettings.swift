import AsyncHTTPClient
import Foundation

/// Which proxy leads to a host, by the environment variables that other programs follow too.
struct ProxySettings: Sendable {
  private let plain: HTTPClient.Configuration.Proxy?
  private let secure: HTTPClient.Configuration.Proxy?
  private let exceptions: ProxyExceptions
  private static let loopback = ProxyExceptions("localhost,127.0.0.0/8,::1")

  /// Reads `http_proxy` (in small letters only), `https_proxy`, `all_proxy` and `no_proxy`.
  init(environment: (String) -> String?) {
    func first(_ names: String...) -> String? {
      names.lazy.compactMap(environment).first { !$0.isEmpty }
    }
    let all = first("all_proxy", "ALL_PROXY")
    plain = (first("http_proxy") ?? all).flatMap(Self.proxy)
    secure = (first("https_proxy", "HTTPS_PROXY") ?? all).flatMap(Self.proxy)
    exceptions = ProxyExceptions(first("no_proxy", "NO_PROXY") ?? "")
  }

  /// The proxy for an address; nil for a direct connection. This machine is never reached through a proxy.
  func proxy(scheme: String, host: String, port: Int) -> HTTPClient.Configuration.Proxy? {
    if Self.loopback.contains(host: host, port: port) || exceptions.contains(host: host, port: port) { return nil }
    return scheme == "https" ? secure : plain
  }

  private static func proxy(_ text: String) -> HTTPClient.Configuration.Proxy? {
    guard let url = URLComponents(string: text.contains("://") ? text : "http://" + text), let host = url.host,
      !host.isEmpty
    else { return nil }
    if url.scheme?.hasPrefix("socks") == true { return .socksServer(host: host, port: url.port ?? 1080) }
    if let user = url.user {
      let authorization = HTTPClient.Authorization.basic(username: user, password: url.password ?? "")
      return .server(host: host, port: url.port ?? 8080, authorization: authorization)
    }
    return .server(host: host, port: url.port ?? 8080)
  }
}
