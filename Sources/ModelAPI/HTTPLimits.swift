/// What a single request may cost in time and memory, whatever the server does.
package struct HTTPLimits: Sendable, Hashable {
  /// The longest body of an answer, in bytes.
  package var bodyBytes = 16 << 20
  /// How much of a refusal's body is read, in bytes.
  package var errorBytes = 64 << 10
  /// Seconds for which a refusal's body is waited for: its status says most.
  package var errorSeconds = 5.0
  /// Seconds without a byte after the head of an answer.
  package var idle = 60.0
  /// Seconds to reach a server.
  package var connect = 10.0
  /// Seconds that a stream may stay open after it said that it is done.
  package var drain = 0.25
  /// Connections to one host that are kept at once.
  package var connectionsPerHost = 512
  /// The longest file of recorded answers, in bytes.
  package var recordingBytes = 1 << 30
  /// The usual limits.
  package init() {}
}
