/// What a single request may cost in time and memory, whatever the server does.
public struct HTTPLimits: Sendable, Hashable {
  /// The longest body of an answer, in bytes.
  public var bodyBytes = 16 << 20
  /// How much of a refusal's body is read, in bytes.
  public var errorBytes = 64 << 10
  /// Seconds for which a refusal's body is waited for: its status says most.
  public var errorSeconds = 5.0
  /// Seconds without a byte after the head of an answer.
  public var idle = 60.0
  /// Seconds to reach a server.
  public var connect = 10.0
  /// Seconds that a stream may stay open after it said that it is done.
  public var drain = 0.25
  /// Connections to one host that are kept at once.
  public var connectionsPerHost = 512
  /// The longest file of recorded answers, in bytes.
  public var recordingBytes = 1 << 30
  /// The usual limits.
  public init() {}
}
