/// One example to learn from: a conversation that ends with the answer. Where it stands is no part of what it is.
public struct TrainingRow: Sendable, Hashable {
  /// Ends with the assistant's message.
  public var messages: [ChatMessage]
  /// The line of the file it was read from, counted from 1; 0 when it wasn't read.
  public var line: Int
  /// Makes a row.
  public init(messages: [ChatMessage], line: Int = 0) {
    self.messages = messages
    self.line = line
  }
  /// Whether both teach the same.
  public static func == (left: TrainingRow, right: TrainingRow) -> Bool { left.messages == right.messages }
  /// Feeds the messages.
  public func hash(into hasher: inout Hasher) { hasher.combine(messages) }
}
