/// A server that is reached over HTTP.
package struct Endpoint: Sendable, Hashable {
  /// What it speaks.
  package var dialect: Dialect
  /// Where it is, up to and including the version, for example `http://127.0.0.1:8089/v1`; never empty. All serve the
  /// same model: requests are spread over them, and the first names the endpoint where answers are kept.
  package var baseURLs: [String]
  /// The model's name there.
  package var model: String
  /// The environment variable that holds the key; the key itself is never stored.
  package var keyEnvironment: String?
  /// A file with certificates to trust besides the system's (PEM), relative to the workspace.
  package var certificates: String?
  /// Some endpoints know the limit only as `max_completion_tokens`.
  package var usesMaxCompletionTokens: Bool
  /// Whether its key may be sent without encryption to a machine other than this one.
  package var allowsHTTP: Bool

  package init(
    _ dialect: Dialect, baseURLs: [String], model: String, keyEnvironment: String? = nil,
    certificates: String? = nil, usesMaxCompletionTokens: Bool = false, allowsHTTP: Bool = false
  ) {
    self.dialect = dialect
    self.baseURLs = baseURLs
    self.model = model
    self.keyEnvironment = keyEnvironment
    self.certificates = certificates
    self.usesMaxCompletionTokens = usesMaxCompletionTokens
    self.allowsHTTP = allowsHTTP
  }
}

extension Endpoint {
  /// Scheme, host and port of an address, in lower case; the whole text where it is no address.
  package static func origin(of address: String) -> String {
    guard let colon = address.range(of: "://") else { return address }
    let rest = address[colon.upperBound...]
    return (address[..<colon.lowerBound] + "://" + rest.prefix { $0 != "/" && $0 != "?" && $0 != "#" }).lowercased()
  }

  /// Whether what is sent to an address can be read on the way: plain HTTP to another machine.
  package static func sendsInTheClear(_ address: String) -> Bool {
    origin(of: address).hasPrefix("http://") && !isLoopback(host(of: address))
  }

  /// Whether all its addresses are this machine's own.
  package var isOnThisMachine: Bool { baseURLs.allSatisfy { Self.isLoopback(Self.host(of: $0)) } }

  /// The host of the first address, in lower case, without a port; nil where there is none.
  package var host: String? { baseURLs.first.map(Self.host(of:)) }

  /// The host of an address, in lower case, without a port.
  package static func host(of address: String) -> String {
    let origin = origin(of: address)
    let rest = origin.range(of: "://").map { origin[$0.upperBound...] } ?? origin[...]
    return String(rest.hasPrefix("[") ? rest.dropFirst().prefix { $0 != "]" } : rest.prefix { $0 != ":" })
  }

  /// Whether a host is this machine: `localhost`, 127.0.0.0/8 (RFC 1122) or ::1.
  package static func isLoopback(_ host: String) -> Bool {
    if host == "localhost" || host == "::1" { return true }
    let parts = host.split(separator: ".", omittingEmptySubsequences: false).map { UInt8($0) }
    return parts.count == 4 && parts.allSatisfy { $0 != nil } && parts[0] == 127
  }
}
