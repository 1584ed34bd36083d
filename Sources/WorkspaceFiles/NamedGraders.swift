import Content
import Domain
import Grading

/// The lists of graders under `grader_sets` of `assay.yaml`, which eval sets and cases may name.
struct NamedGraders {
  private var lists: [String: [ConfigValue]] = [:]
  private var declared: [String] = []

  /// No list.
  init() {}

  /// Reads them; whatever is wrong with one is noted.
  init(_ fields: inout ConfigFields) {
    guard let value = fields.value("grader_sets"),
      var group = ConfigFields(value, expected: "names with lists of graders")
    else { return }
    for (name, value) in group.all() {
      declared.append(name)
      let type = name.hasPrefix("not-") ? String(name.dropFirst(4)) : name
      if Grader.types.contains(type) {
        value.fail("\"\(name)\" is a type of grader; choose another name.")
      } else if let entries = value.entries, !entries.isEmpty {
        lists[name] = entries
      } else {
        value.expected("a list of graders such as - { type: exact }")
      }
    }
  }

  /// The entries of a list, with those of the lists that it names in their place; a name alone stands for its list. Nil,
  /// and noted, for anything else.
  func entries(of value: ConfigValue) -> [ConfigValue]? {
    if let entries = value.entries { return entries.flatMap { entry in entry.text.flatMap { lists[$0] } ?? [entry] } }
    if let name = value.text {
      if let list = lists[name] { return list }
      if !declared.contains(name) {
        value.fail(
          "There is no list of graders called \"\(name.prefix(60))\" under grader_sets. Write a list such as - { type: exact }."
            + ConfigFields.suggestion(Spelling.nearest(to: name, among: declared)))
      }
      return nil
    }
    value.expected("a list of graders such as - { type: exact }, or the name of one under grader_sets")
    return nil
  }

  /// The descriptions in a list; nil where there is none of this name.
  func specs(_ name: String) -> [JSONValue]? { lists[name].map { $0.compactMap { $0.json() } } }
}
