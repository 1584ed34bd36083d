import Drawing
import WorkbenchCore

/// A pane in the list of all panes: its name, its title, the key that goes to it, and how one is made.
public struct PaneEntry: Sendable {
  /// The pane's name.
  public let id: PaneID
  /// The pane's title, in the row of tabs.
  public let title: String
  /// The key that goes to it from anywhere.
  public let key: Key
  /// A new pane.
  public let make: @Sendable () -> any Pane<Snapshot, Command, AnyQuery>

  /// An entry for the pane that `make` makes.
  public init(_ key: Key, _ make: @escaping @Sendable () -> any Pane<Snapshot, Command, AnyQuery>) {
    let pane = make()
    (id, title) = (pane.id, pane.title)
    self.key = key
    self.make = make
  }
}
