import Content

/// A request as the loopback server received it.
package struct LoopbackRequest: Sendable {
  /// The method, in capitals.
  package var method: String
  /// The path with its query.
  package var path: String
  /// The header fields, names in small letters; of several with one name the last.
  package var headers: [String: String]
  /// The body.
  package var body: [UInt8]
  /// Counts all requests from 1.
  package var number: Int
  /// Counts all connections from 1: which one it came on.
  package var connection: Int

  /// The body as JSON, if it is.
  package var json: JSONValue? { try? JSONValue(parsing: body) }
}
