/// The name of a pane, by which another one asks for it. Its title on the screen may be another text.
package struct PaneID: Hashable, Sendable, CustomStringConvertible {
  /// The name.
  package let description: String

  /// A pane's name, such as `compare`.
  package init(_ name: String) { description = name }
}
