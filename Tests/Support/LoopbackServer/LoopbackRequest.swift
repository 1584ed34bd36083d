import Content

/// A request as the loopback server received it.
public struct LoopbackRequest: Sendable {
  /// The method, in capitals.
  public var method: String
  /// The path with its query.
  public var path: String
  /// The header fields, names in small letters; of several with one name the last.
  public var headers: [String: String]
  /// The body.
  public var body: [UInt8]
  /// Counts all requests from 1.
  public var number: Int
  /// Counts all connections from 1: which one it came on.
  public var connection: Int

  /// The body as JSON, if it is.
  public var json: JSONValue? { try? JSONValue(parsing: body) }
}
