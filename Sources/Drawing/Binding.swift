/// A key, what it does, and in words: the one source of key handling, help, footer, palette and the README's tables.
public struct Binding<Action: Sendable>: Sendable {
  /// The keys that do it; the first is the one that help shows first.
  public var keys: [Key]
  /// What it does, as an order: "Run the eval set".
  public var title: String
  /// The heading in help under which it stands.
  public var group: String
  /// The value that the pane switches over.
  public var action: Action
  /// Why it can't be done now, as a sentence to show; nil if it can.
  public var unavailable: String?
  /// A word or two for the footer; nil keeps it out of the footer.
  public var footer: String?

  /// Makes a binding.
  public init(
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
  public var hint: BindingHint {
    BindingHint(keys: keys, title: title, group: group, unavailable: unavailable, footer: footer)
  }
}

/// A binding without its action: all that help, footer and palette need.
public struct BindingHint: Hashable, Sendable {
  /// The keys that do it.
  public var keys: [Key]
  /// What it does.
  public var title: String
  /// The heading in help.
  public var group: String
  /// Why it can't be done now.
  public var unavailable: String?
  /// A word or two for the footer.
  public var footer: String?

  /// Makes a hint, for keys that something other than a pane takes.
  public init(keys: [Key], title: String, group: String = "", unavailable: String? = nil, footer: String? = nil) {
    self.keys = keys
    self.title = title
    self.group = group
    self.unavailable = unavailable
    self.footer = footer
  }
}
