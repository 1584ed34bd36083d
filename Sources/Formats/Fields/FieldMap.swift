import Content

/// Which fields of a record become what of a case, as written by a person: `input.review=text`, `expected.label=label`.
package struct FieldMap: Sendable, Hashable {
  /// What of a case a field becomes.
  package enum Target: Sendable, Hashable {
    /// A slot; without a name all members of an object.
    case input(String?)
    /// A member of what is expected, or all of it.
    case expected(String?)
    /// A member of the metadata, or all of it.
    case metadata(String?)
    case id, messages, tools, tags, group, weight
    /// Nothing.
    case none
  }

  /// One assignment.
  package struct Entry: Sendable, Hashable {
    package var target: Target
    /// The name of a field, or a path into the record.
    package var source: String
  }

  /// Why an assignment can't be used: a sentence.
  package struct Flaw: Error, Sendable, Hashable, CustomStringConvertible {
    package var description: String
  }

  /// In the order written.
  package var entries: [Entry] = []

  /// No assignment: fields are taken by their names.
  package init() {}

  /// Reads assignments such as `expected.label=label`.
  /// - Throws: ``Flaw`` for the first that can't be used.
  package init(parsing texts: [String]) throws(Flaw) {
    for text in texts {
      guard let sign = text.firstIndex(of: "="), sign > text.startIndex else {
        throw Flaw(
          description: "\"\(text.prefix(80))\" is no assignment; write TARGET=FIELD, such as input.review=text.")
      }
      let source = String(text[text.index(after: sign)...])
      guard !source.isEmpty else {
        throw Flaw(description: "\"\(text.prefix(80))\" names no field after \"=\".")
      }
      entries.append(Entry(target: try Self.target(String(text[..<sign])), source: source))
    }
  }

  private static func target(_ text: String) throws(Flaw) -> Target {
    let dot = text.firstIndex(of: ".")
    let head = dot.map { String(text[..<$0]) } ?? text
    let member = dot.map { String(text[text.index(after: $0)...]) }
    if member?.isEmpty == true {
      throw Flaw(description: "\"\(text.prefix(80))\" ends with a dot; name what follows it.")
    }
    switch (head, member) {
    case ("input", _):
      if let member, SlotName.made(from: member) != member {
        throw Flaw(
          description:
            "\"\(member.prefix(80))\" can't be the name of a slot: use letters, digits, \"_\", \"-\" and \".\".")
      }
      return .input(member)
    case ("expected", _): return .expected(member)
    case ("metadata", _): return .metadata(member)
    case ("id", nil): return .id
    case ("messages", nil): return .messages
    case ("tools", nil): return .tools
    case ("tags", nil): return .tags
    case ("group", nil): return .group
    case ("weight", nil): return .weight
    case ("none", nil): return .none
    default:
      let names = ["input", "expected", "metadata", "id", "messages", "tools", "tags", "group", "weight", "none"]
      let nearest = Spelling.nearest(to: head, among: names).map { " Did you mean \"\($0)\"?" } ?? ""
      throw Flaw(
        description:
          "\"\(text.prefix(80))\" is nothing that a case has: it has \(names.dropLast().joined(separator: ", ")), "
          + "and none for what is left out.\(nearest)")
    }
  }

  /// The value of a field: a member of that name, or else what a path leads to.
  static func value(of source: String, in object: JSONObject) -> JSONValue? {
    if let value = object[source] { return value }
    return JSONPath(source).flatMap { JSONValue.object(object)[$0] }
  }
}

/// Names that prompts can have between two braces.
enum SlotName {
  /// The name of a column or member as a slot's: whatever a slot's name can't have becomes `_`.
  static func made(from name: String) -> String {
    var result = ""
    for character in name {
      let isAllowed = character.isLetter || character.isNumber || "_-.".contains(character)
      if isAllowed { result.append(character) } else if result.last != "_" { result.append("_") }
    }
    while result.last == "_", result.count > 1, name.last != "_" { result.removeLast() }
    return result.isEmpty ? "_" : result
  }
}
