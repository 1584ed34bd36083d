import Content

/// Things that have names: those that can be used, and the names of those that can't for some flaw of their own.
struct Named<Item> {
  private(set) var items: [Item] = []
  private(set) var declared: [String] = []
  private var names: Set<String> = []
  private var places: [String: Int] = [:]

  init() {}

  /// Things that can all be used.
  init(_ usable: KeyValuePairs<String, Item>) {
    for (name, item) in usable {
      declare(name)
      add(item, named: name)
    }
  }

  /// Notes that a name is written.
  mutating func declare(_ name: String) {
    declared.append(name)
    names.insert(name)
  }

  /// Adds what can be used.
  mutating func add(_ item: Item, named name: String) {
    places[name] = items.count
    items.append(item)
  }

  /// What can be used under a name.
  subscript(name: String) -> Item? { places[name].map { items[$0] } }

  /// Whether a name is written, whatever is wrong with what it stands for.
  func declares(_ name: String) -> Bool { names.contains(name) }

  /// Notes that a name stands for nothing.
  func report(_ kind: String, _ name: String, at key: String, in fields: inout ConfigFields) {
    func sentence() -> String {
      if names.contains(name) { return "The \(kind) \"\(name)\" can't be used until its own error is fixed." }
      let list = declared.isEmpty ? " There is none." : " There are \(declared.prefix(20).joined(separator: ", "))."
      let nearest = Spelling.nearest(to: name, among: declared)
      return "There is no \(kind) called \"\(name)\"." + (nearest == nil ? list : ConfigFields.suggestion(nearest))
    }
    fields.fail(key, sentence())
  }
}
