/// A few things to choose from by one key each, which stand in the footer while the menu is open.
package struct Menu<Action: Sendable>: Sendable {
  /// The keys, the one that closes the menu last.
  package let bindings: [Binding<Action>]

  /// A menu under one heading of the help.
  /// - Parameters:
  ///   - items: A key, what it does, and a word or two for the footer.
  ///   - close: What Escape and `q` do, with their title.
  package init(
    _ group: String, _ items: [(key: Key, title: String, footer: String, action: Action)],
    close: (title: String, footer: String, action: Action)
  ) {
    bindings =
      items.map { Binding($0.key, title: $0.title, group: group, action: $0.action, footer: $0.footer) }
      + [Binding(.escape, "q", title: close.title, group: group, action: close.action, footer: close.footer)]
  }
}
