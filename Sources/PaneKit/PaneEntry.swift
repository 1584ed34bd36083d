import Domain
import Drawing
import WorkbenchCore

/// A pane in the list of all panes: its name, its title, the key that goes to it, and how one is made.
package struct PaneEntry: Sendable {
  /// The pane's name.
  package let id: PaneID
  /// The pane's title, in the row of tabs.
  package let title: String
  /// The key that goes to it from anywhere.
  package let key: Key
  /// A new pane.
  package let make: @Sendable () -> any Pane<Snapshot, Command, AnyQuery>

  /// An entry for the pane that `make` makes.
  package init(_ key: Key, _ make: @escaping @Sendable () -> any Pane<Snapshot, Command, AnyQuery>) {
    let pane = make()
    (id, title) = (pane.id, pane.title)
    self.key = key
    self.make = make
  }
}
