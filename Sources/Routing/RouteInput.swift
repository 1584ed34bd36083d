/// What a router may look at before anything is asked: an input's fields as texts, and its tags.
package struct RouteInput: Sendable, Hashable {
  /// One member of an input.
  package struct Field: Sendable, Hashable {
    /// The member's name.
    package var name: String
    /// Its value as text.
    package var text: String

    package init(_ name: String, _ text: String) {
      self.name = name
      self.text = text
    }
  }

  /// In the input's order.
  package var fields: [Field]
  /// The case's tags. In production a caller has to know them.
  package var tags: [String]

  /// Gathers what is known of an input.
  package init(fields: [Field], tags: [String] = []) {
    self.fields = fields
    self.tags = tags
  }

  /// An input that is one text.
  package init(_ text: String, tags: [String] = []) { self.init(fields: [Field("text", text)], tags: tags) }
}
