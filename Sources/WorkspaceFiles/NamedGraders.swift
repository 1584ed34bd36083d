import Content
import Domain
import Files
import Grading

/// The lists of graders under `grader_sets` of `assay.yaml`, which eval sets and cases may name.
struct NamedGraders {
  private var lists: [String: [ConfigValue]] = [:]
  private var declared: [String] = []
  private let folder: WorkspaceFolder
  /// The kinds of graders that there are.
  let registry: GraderRegistry

  /// No list.
  init(in folder: WorkspaceFolder, _ registry: GraderRegistry) {
    self.folder = folder
    self.registry = registry
  }

  /// Reads them; whatever is wrong with one is noted.
  init(_ fields: inout ConfigFields, in folder: WorkspaceFolder, _ registry: GraderRegistry) {
    self.init(in: folder, registry)
    guard let value = fields.value("grader_sets"),
      var group = ConfigFields(value, expected: "names with lists of graders")
    else { return }
    for (name, value) in group.all() {
      declared.append(name)
      let type = name.hasPrefix("not-") ? String(name.dropFirst(4)) : name
      if registry.types.contains(type) {
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

  /// The descriptions in a list, with the schemas that stand in files; nil where there is none of this name.
  func specs(_ name: String) -> [JSONValue]? {
    lists[name].map { entries in
      entries.compactMap { entry in
        // What is wrong with a file is told where a set or a case uses it.
        let quiet = ConfigValue(node: entry.node, path: entry.path, line: entry.line, log: ProblemLog(file: ""))
        return quiet.json().map { GraderReader.withSchema($0, quiet, in: folder) ?? $0 }
      }
    }
  }

  /// The descriptions of a set's graders, and of the lists that its cases name, each of these with its name: what judges
  /// the cases, and so is part of the set's hash.
  /// - Parameter changes: what cases say of their own graders.
  func specs(with own: GraderReader.Result?, namedBy changes: [String: JSONValue]) -> [JSONValue] {
    let names = lists.isEmpty ? [] : Set(changes.values.flatMap { ($0.array ?? []).compactMap(\.string) })
    return (own?.specs ?? []) + names.sorted().compactMap { name in specs(name).map { [name: .array($0)] } }
  }
}
