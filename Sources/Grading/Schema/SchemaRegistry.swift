import Content

/// The documents that a schema consists of, and where in them each URI and anchor leads.
struct SchemaRegistry {
  /// A schema's place: a document and the way into it.
  struct Place: Hashable {
    var document: Int
    var path: JSONPath
  }

  /// A document, or a part of one that has a URI of its own.
  struct Resource {
    var uri: String
    var place: Place
    var value: JSONValue
    var dialect: SchemaDialect
    var anchors: [String: Place] = [:]
    var dynamicAnchors: [String: Place] = [:]
    var isRecursive = false
  }

  /// What a reference leads to.
  struct Target {
    var place: Place
    var value: JSONValue
    var resource: Int
    /// The dynamic anchor that it was named by.
    var dynamicAnchor: String?
  }

  private(set) var resources: [Resource] = []
  /// The URIs of the documents, by number; the schema itself has number 0.
  private(set) var documents: [String] = []
  private let available: [String: JSONValue]
  private let defaultDialect: SchemaDialect
  private var byURI: [String: Int] = [:]
  private var roots: [Place: Int] = [:]
  private var visited: Set<Place> = []

  /// A registry with one document, and with others that are read when something refers to them.
  init(
    _ source: JSONValue, available: [String: JSONValue], defaultDraft: SchemaDraft
  ) throws(JSONSchema.Flaw) {
    var normalised: [String: JSONValue] = [:]
    for (uri, document) in available { normalised[URIReference.resolve(uri, base: "").uri] = document }
    self.available = normalised
    defaultDialect = SchemaDialect(draft: defaultDraft)
    let dialect = try Self.dialect(of: source, available: normalised, otherwise: defaultDialect)
    try add(source, uri: "", dialect: dialect)
    inherited = dialect
  }

  /// The dialect of documents that name none.
  private var inherited: SchemaDialect?

  private mutating func add(
    _ document: JSONValue, uri: String, dialect: SchemaDialect
  ) throws(JSONSchema.Flaw) {
    let place = Place(document: documents.count, path: JSONPath())
    documents.append(uri)
    resources.append(Resource(uri: uri, place: place, value: document, dialect: dialect))
    byURI[uri] = resources.count - 1
    roots[place] = resources.count - 1
    try index(document, at: place, in: resources.count - 1, depth: 0)
  }

  /// The resource that a place belongs to.
  func resource(at place: Place) -> Int {
    var path = place.path
    while true {
      if let resource = roots[Place(document: place.document, path: path)] { return resource }
      path.steps.removeLast()
    }
  }

  // MARK: Indexing

  /// Notes the URIs and anchors of a schema and of those inside it.
  private mutating func index(
    _ value: JSONValue, at place: Place, in outer: Int, depth: Int
  ) throws(JSONSchema.Flaw) {
    guard let members = value.object, visited.insert(place).inserted, depth < 200 else { return }
    var current = outer
    var dialect = resources[outer].dialect
    let ignoresSiblings = members["$ref"]?.string != nil && dialect.draft.ignoresSiblingsOfReferences
    if !ignoresSiblings, let id = members[dialect.draft.idKeyword]?.string {
      let (uri, fragment) = URIReference.resolve(id, base: resources[outer].uri)
      if !fragment.isEmpty, dialect.draft <= .draft7 { resources[outer].anchors[fragment] = place }
      if !id.hasPrefix("#") {
        if let root = roots[place] {
          resources[root].uri = uri
        } else {
          dialect = try Self.dialect(of: value, available: available, otherwise: dialect)
          resources.append(Resource(uri: uri, place: place, value: value, dialect: dialect))
          current = resources.count - 1
          roots[place] = current
        }
        byURI[uri] = current
      }
    }
    if dialect.draft >= .draft2019, let name = members["$anchor"]?.string { resources[current].anchors[name] = place }
    if dialect.draft >= .draft2020, let name = members["$dynamicAnchor"]?.string {
      resources[current].anchors[name] = place
      resources[current].dynamicAnchors[name] = place
    }
    if dialect.draft == .draft2019, roots[place] == current, members["$recursiveAnchor"]?.bool == true {
      resources[current].isRecursive = true
    }
    for (key, value) in members {
      guard let keyword = SchemaKeyword.named(key, in: dialect.draft) else { continue }
      for (steps, schema) in keyword.schemas(in: value) {
        let inner = Place(document: place.document, path: JSONPath(place.path.steps + [.key(key)] + steps))
        try index(schema, at: inner, in: current, depth: depth + 1)
      }
    }
  }

  // MARK: Dialects

  private static func dialect(
    of document: JSONValue, available: [String: JSONValue], otherwise: SchemaDialect
  ) throws(JSONSchema.Flaw) -> SchemaDialect {
    guard let uri = document["$schema"]?.string else { return otherwise }
    if let draft = SchemaDraft(uri: uri) { return SchemaDialect(draft: draft) }
    guard let metaschema = available[URIReference.resolve(uri, base: "").uri],
      let draft = metaschema["$schema"]?.string.flatMap({ SchemaDraft(uri: $0) })
    else {
      let drafts = SchemaDraft.allCases.reversed().map { "\"\($0.uri)\"" }.joined(separator: ", ")
      throw JSONSchema.Flaw(
        path: JSONPath([.key("$schema")]), message: "must be one of \(drafts), not \(JSONValue(uri).excerpt)")
    }
    var dialect = SchemaDialect(draft: draft)
    guard let vocabularies = metaschema["$vocabulary"]?.object else { return dialect }
    var active: Set<SchemaKeyword.Vocabulary> = [.openAPI]
    for (name, isNeeded) in vocabularies {
      let last = String(name.split(separator: "/").last ?? "")
      if let vocabulary = Metaschema.vocabulary(named: last) {
        active.insert(vocabulary)
        if draft == .draft2019, vocabulary == .applicator { active.insert(.unevaluated) }
        if last == "format-assertion" { dialect.assertsFormats = true }
      } else if isNeeded.bool == true {
        throw JSONSchema.Flaw(
          path: JSONPath([.key("$schema")]), message: "needs the vocabulary \"\(name)\", which is not supported")
      }
    }
    dialect.vocabularies = active
    return dialect
  }

  // MARK: References

  /// What a reference in a resource leads to, or nil when there is no such thing.
  /// - Throws: ``JSONSchema/Flaw`` of the document that it leads to.
  mutating func resolve(_ reference: String, from resource: Int) throws(JSONSchema.Flaw) -> Target? {
    let (uri, encoded) = URIReference.resolve(reference, base: resources[resource].uri)
    if byURI[uri] == nil {
      guard let document = available[uri] ?? Metaschema.document(at: uri) else { return nil }
      let fallback = inherited ?? defaultDialect
      let dialect = try Self.dialect(of: document, available: available, otherwise: fallback)
      try add(document, uri: uri, dialect: dialect)
    }
    guard let found = byURI[uri] else { return nil }
    let fragment = URIReference.percentDecoded(encoded)
    let root = resources[found]
    if fragment.isEmpty { return Target(place: root.place, value: root.value, resource: found) }
    if fragment.hasPrefix("/") { return try follow(fragment, from: root) }
    guard let place = root.anchors[fragment] else { return nil }
    var value = root.value
    for step in place.path.steps.dropFirst(root.place.path.steps.count) {
      guard let next = value[JSONPath([step])] else { return nil }
      value = next
    }
    return Target(
      place: place, value: value, resource: self.resource(at: place),
      dynamicAnchor: root.dynamicAnchors[fragment] == nil ? nil : fragment)
  }

  private mutating func follow(_ pointer: String, from root: Resource) throws(JSONSchema.Flaw) -> Target? {
    var value = root.value
    var steps = root.place.path.steps
    for part in pointer.dropFirst().split(separator: "/", omittingEmptySubsequences: false) {
      let name = part.split(separator: "~1", omittingEmptySubsequences: false).joined(separator: "/")
        .split(separator: "~0", omittingEmptySubsequences: false).joined(separator: "~")
      if let next = value[name] {
        steps.append(.key(name))
        value = next
      } else if let index = Int(name), String(index) == name, let next = value[index] {
        steps.append(.index(index))
        value = next
      } else {
        return nil
      }
    }
    let place = Place(document: root.place.document, path: JSONPath(steps))
    try index(value, at: place, in: resource(at: place), depth: 0)
    return Target(place: place, value: value, resource: resource(at: place))
  }

  /// Whether a reference leads into a document that is neither here nor given.
  func isRemote(_ reference: String, from resource: Int) -> Bool {
    let uri = URIReference.resolve(reference, base: resources[resource].uri).uri
    return byURI[uri] == nil && available[uri] == nil && Metaschema.document(at: uri) == nil
  }
}
