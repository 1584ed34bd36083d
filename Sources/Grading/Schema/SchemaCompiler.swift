import Content

/// Turns schemas into nodes, each place once.
struct SchemaCompiler {
  typealias Place = SchemaRegistry.Place
  typealias Flaw = JSONSchema.Flaw

  private var registry: SchemaRegistry
  private let assertsFormats: Bool
  private var ids: [Place: SchemaRules.ID] = [:]
  private var places: [Place] = []
  private var nodes: [SchemaNode?] = []
  private var needsDynamicAnchors = false
  private(set) var warnings: [JSONSchema.Warning] = []

  init(registry: SchemaRegistry, assertsFormats: Bool) {
    self.registry = registry
    self.assertsFormats = assertsFormats
  }

  /// Compiles the schema and all that it refers to.
  /// - Throws: the first ``JSONSchema/Flaw``.
  mutating func compiled() throws(Flaw) -> CompiledSchema {
    let root = registry.resources[0]
    var result = CompiledSchema()
    result.root = try compile(root.value, at: root.place, in: 0, depth: 0)
    if needsDynamicAnchors {
      // Compiling can bring in further documents, which the loop reaches as well.
      var number = 0
      while number < registry.resources.count {
        let resource = registry.resources[number]
        for (name, place) in resource.dynamicAnchors {
          let steps = Array(place.path.steps.dropFirst(resource.place.path.steps.count))
          guard let value = resource.value[JSONPath(steps)] else { continue }
          result.dynamicAnchors[name, default: [:]][number] = try compile(value, at: place, in: number, depth: 0)
        }
        if resource.isRecursive {
          result.recursiveAnchors[number] = try compile(resource.value, at: resource.place, in: number, depth: 0)
        }
        number += 1
      }
    }
    result.nodes = nodes.compactMap { $0 }
    try refuseEndlessReferences(in: result)
    return result
  }

  /// A flaw at a place; in other documents than the schema itself the message begins with the document.
  private func flaw(_ place: Place, _ message: String) -> Flaw {
    let name = registry.documents[place.document]
    return Flaw(path: place.path, message: place.document == 0 ? message : "in \(name): \(message)")
  }

  private func inner(_ place: Place, _ steps: [JSONPath.Step]) -> Place {
    Place(document: place.document, path: JSONPath(place.path.steps + steps))
  }

  mutating func compile(
    _ value: JSONValue, at place: Place, in outer: Int, depth: Int
  ) throws(Flaw) -> SchemaRules.ID {
    if let id = ids[place] { return id }
    guard depth < 128 else { throw flaw(place, "the schema nests more than 128 levels deep") }
    let id = nodes.count
    ids[place] = id
    places.append(place)
    nodes.append(nil)
    var rules = SchemaRules()
    rules.resource = registry.resource(at: place)
    var isReferenceOnly = false
    switch value {
    case .bool(let isTrue): rules.isFalse = !isTrue
    case .object(let members):
      try read(members, at: place, depth: depth, into: &rules)
      isReferenceOnly = members.keys == ["$ref"]
    default: throw flaw(place, "a schema is an object, true or false, not \(value.kind)")
    }
    // A resource must be entered by way of its own schema where references may depend on that.
    if isReferenceOnly, case .schema(let target)? = rules.references.first,
      registry.resource(at: places[target]) == rules.resource
    {
      rules.alias = target
    }
    nodes[id] = SchemaNode(rules)
    return id
  }

  private mutating func read(
    _ members: JSONObject, at place: Place, depth: Int, into rules: inout SchemaRules
  ) throws(Flaw) {
    let dialect = registry.resources[rules.resource].dialect
    let referenceOnly = members["$ref"]?.string != nil && dialect.draft.ignoresSiblingsOfReferences
    var builder = SchemaRulesBuilder(dialect: dialect, assertsFormats: assertsFormats)
    for (key, value) in members {
      let here = inner(place, [.key(key)])
      guard let keyword = SchemaKeyword.named(key, in: dialect.draft) else {
        try judgeUnknown(key, at: place, dialect: dialect)
        continue
      }
      if referenceOnly, key != "$ref" {
        if !["definitions", "$defs", "$comment", "title", "description"].contains(key) {
          warn(here, "\"\(key)\" has no effect next to \"$ref\" in \(dialect.draft.title)")
        }
        continue
      }
      if let expected = keyword.mismatch(value) {
        throw flaw(here, "must be \(expected), not \(value.excerpt)")
      }
      var schemas: [SchemaRules.ID] = []
      for (steps, schema) in keyword.schemas(in: value) {
        let target = inner(here, steps)
        schemas.append(try compile(schema, at: target, in: rules.resource, depth: depth + 1))
      }
      guard dialect.keyword(key) != nil else {
        warn(here, "\"\(key)\" has no effect in the vocabulary that \"$schema\" names")
        continue
      }
      if keyword.shape == .reference, let reference = value.string {
        try refer(key, to: reference, at: here, depth: depth, into: &rules)
      } else {
        do throws(SchemaRulesBuilder.Problem) {
          try builder.take(keyword, value, schemas, into: &rules)
        } catch {
          throw flaw(inner(here, error.steps), error.message)
        }
      }
    }
    builder.finish(members, into: &rules)
    for message in builder.warnings { warn(place, message) }
  }

  private mutating func warn(_ place: Place, _ message: String) {
    guard place.document == 0 else { return }
    warnings.append(JSONSchema.Warning(path: place.path, message: message))
  }

  private mutating func judgeUnknown(
    _ key: String, at place: Place, dialect: SchemaDialect
  ) throws(Flaw) {
    if key.hasPrefix("x-") { return }
    let here = inner(place, [.key(key)])
    let drafts = SchemaDraft.allCases.filter { SchemaKeyword.named(key, in: $0) != nil }
    if let newest = drafts.last {
      return warn(here, "\"\(key)\" is a keyword of \(newest.title) and has no effect in \(dialect.draft.title)")
    }
    if let nearest = SchemaKeyword.nearMiss(key, in: dialect.draft) {
      throw flaw(place, "unknown keyword \"\(key)\"; did you mean \"\(nearest)\"?")
    }
    warn(here, "\"\(key)\" is no keyword of JSON Schema and has no effect")
  }

  // MARK: References

  private mutating func refer(
    _ key: String, to reference: String, at place: Place, depth: Int, into rules: inout SchemaRules
  ) throws(Flaw) {
    guard key == "$ref" || key == "$dynamicRef" || key == "$recursiveRef" else { return }
    guard let target = try registry.resolve(reference, from: rules.resource) else {
      if registry.isRemote(reference, from: rules.resource) {
        throw flaw(
          place,
          "refers to another document, \(JSONValue(reference).excerpt), which is not fetched; put it below \"$defs\"")
      }
      throw flaw(
        place,
        "must be a reference into this schema such as \"#/$defs/name\", not \(JSONValue(reference).excerpt)")
    }
    let id = try compile(target.value, at: target.place, in: target.resource, depth: depth + 1)
    switch key {
    case "$dynamicRef" where target.dynamicAnchor != nil:
      needsDynamicAnchors = true
      rules.references.append(.dynamic(anchor: target.dynamicAnchor ?? "", initial: id))
    case "$recursiveRef" where registry.resources[target.resource].isRecursive:
      needsDynamicAnchors = true
      rules.references.append(.recursive(initial: id))
    default: rules.references.append(.schema(id))
    }
  }

  /// Refuses schemas that lead back to themselves without going into the value, whatever the value is.
  private func refuseEndlessReferences(in schema: CompiledSchema) throws(Flaw) {
    var state = Array(repeating: 0, count: schema.nodes.count)
    for start in schema.nodes.indices where state[start] == 0 {
      var stack = [(id: start, next: 0)]
      state[start] = 1
      while let (id, next) = stack.last {
        let followers = Self.alwaysFollowed(schema.nodes[id].rules)
        guard next < followers.count else {
          state[id] = 2
          stack.removeLast()
          continue
        }
        stack[stack.count - 1].next += 1
        let follower = followers[next]
        if state[follower] == 1 {
          throw flaw(places[follower], "the schema leads back to itself without going into the value")
        }
        if state[follower] == 0 {
          state[follower] = 1
          stack.append((follower, 0))
        }
      }
    }
  }

  private static func alwaysFollowed(_ rules: SchemaRules) -> [SchemaRules.ID] {
    let references = rules.references.compactMap { if case .schema(let id) = $0 { id } else { nil } }
    return references + rules.allOf + rules.anyOf + rules.oneOf + [rules.excluded, rules.condition].compactMap { $0 }
  }
}
