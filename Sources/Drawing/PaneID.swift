/// The name of a pane, by which another one asks for it. Its title on the screen may be another text.
public struct PaneID: Hashable, Sendable, CustomStringConvertible {
  /// The name.
  public let description: String

  /// A pane's name, such as `compare`.
  public init(_ name: String) { description = name }
}
