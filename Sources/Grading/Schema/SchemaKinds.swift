/// The kinds of values that a schema can accept at the top.
struct SchemaKinds {
  private static let all: Set<String> = ["null", "boolean", "object", "array", "number", "string"]

  private let schema: CompiledSchema
  /// What is known of each schema; all kinds while it is being looked at.
  private var known: [SchemaRules.ID: Set<String>] = [:]

  /// The kinds in the words of `type`; nil when it may be any.
  static func ofRoot(_ schema: CompiledSchema) -> Set<String>? {
    var search = SchemaKinds(schema: schema)
    let kinds = search.kinds(of: schema.root)
    return kinds == all ? nil : kinds
  }

  private init(schema: CompiledSchema) { self.schema = schema }

  private mutating func kinds(of id: SchemaRules.ID) -> Set<String> {
    if let kinds = known[id] { return kinds }
    known[id] = Self.all
    let rules = schema.nodes[id].rules
    var kinds = rules.isFalse ? [] : Self.all
    if let types = rules.types { kinds.formIntersection(types.names.map { $0 == "integer" ? "number" : $0 }) }
    if let choices = rules.choices { kinds.formIntersection(choices.values.map(\.kind)) }
    if let constant = rules.constant { kinds.formIntersection([constant.kind]) }
    for case .schema(let target) in rules.references { kinds.formIntersection(self.kinds(of: target)) }
    for part in rules.allOf { kinds.formIntersection(self.kinds(of: part)) }
    for alternatives in [rules.anyOf, rules.oneOf] where !alternatives.isEmpty {
      var allowed: Set<String> = []
      for part in alternatives { allowed.formUnion(self.kinds(of: part)) }
      kinds.formIntersection(allowed)
    }
    known[id] = kinds
    return kinds
  }
}
