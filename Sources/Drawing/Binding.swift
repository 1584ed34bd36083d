/// A key, what it does, and in words: the one source of key handling, help, footer, palette and the README's tables.
package struct Binding<Action: Sendable>: Sendable {
  /// The keys that do it; the first is the one that help shows first.
  package var keys: [Key]
  /// What it does, as an order: "Run the eval set".
  package var title: String
  /// The heading in help under which it stands.
  package var group: String
  /// The value that the pane switches over.
  package var action: Action
  /// Why it can't be done now, as a sentence to show; nil if it can.
  package var unavailable: String?
  /// A word or two for the footer; nil keeps it out of the footer.
  package var footer: String?

  package init(
    _ keys: Key..., title: String, group: String = "", action: Action, unavailable: String? = nil,
    footer: String? = nil
  ) {
    self.keys = keys
    self.title = title
    self.group = group
    self.action = action
    self.unavailable = unavailable
    self.footer = footer
  }

  /// The same without its action, for help.
  package var hint: BindingHint {
    BindingHint(keys: keys, title: title, group: group, unavailable: unavailable, footer: footer)
  }
}

/// A binding without its action: all that help, footer and palette need.
package struct BindingHint: Hashable, Sendable {
  /// The keys that do it.
  package var keys: [Key]
  /// What it does.
  package var title: String
  /// The heading in help.
  package var group: String
  /// Why it can't be done now.
  package var unavailable: String?
  /// A word or two for the footer.
  package var footer: String?

  /// Makes a hint, for keys that something other than a pane takes.
  package init(keys: [Key], title: String, group: String = "", unavailable: String? = nil, footer: String? = nil) {
    self.keys = keys
    self.title = title
    self.group = group
    self.unavailable = unavailable
    self.footer = footer
  }
}
