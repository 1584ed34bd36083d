import Domain
import Foundation

/// A checked base address of a service.
struct ServiceAddress: Sendable, Hashable {
  /// `http` or `https`.
  let scheme: String
  /// The host, without brackets.
  let host: String
  /// The port, or the scheme's usual one.
  let port: Int
  /// What people know the service by: host and port.
  let name: String
  private let origin: String
  private let path: String
  private let query: String

  /// Checks a base address.
  /// - Parameter paths: paths of requests, which are dropped where one was written at the end.
  /// - Throws: `ModelFailure.rejected`, without repeating what may be a secret in the address.
  init(_ text: String, without paths: [String] = APIDialect.builtIn.map(\.path)) throws(ModelFailure) {
    let trimmed = text.trimmingCharacters(in: .whitespaces)
    guard let url = URLComponents(string: trimmed), let scheme = url.scheme?.lowercased(),
      ["http", "https"].contains(scheme),
      let host = url.host, !host.isEmpty
    else {
      throw .rejected("A base_url in assay.yaml must look like http://127.0.0.1:8080/v1 or https://api.example.com/v1.")
    }
    if url.user != nil || url.password != nil {
      throw .rejected(
        "The base_url of \(host) contains a user or password. Put the key into a variable and name it as key_env.")
    }
    let bare = host.hasPrefix("[") && host.hasSuffix("]") ? String(host.dropFirst().dropLast()) : host
    let written = bare.contains(":") ? "[\(bare)]" : bare
    self.port = url.port ?? (scheme == "https" ? 443 : 80)
    let port = url.port.map { ":\($0)" } ?? ""
    self.scheme = scheme
    self.host = bare
    name = written + port
    origin = "\(scheme)://\(written)\(port)"
    var path = url.percentEncodedPath
    while path.hasSuffix("/") { path.removeLast() }
    for end in paths where path.hasSuffix(end) {
      path.removeLast(end.count)
    }
    self.path = path
    query = url.percentEncodedQuery.map { "?" + $0 } ?? ""
  }

  /// The address of something below the base, for example `/chat/completions`.
  func url(_ below: String) -> String { origin + path + below + query }

  /// The same with a question of its own.
  func url(_ below: String, query: String) -> String {
    origin + path + below + (self.query.isEmpty ? "?" : self.query + "&") + query
  }

  /// The address of something beside the API's version, for example `/assay/tokenize`.
  func urlBesideVersion(_ below: String) -> String { origin + below }
}
