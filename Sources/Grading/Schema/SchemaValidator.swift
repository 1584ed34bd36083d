import Content

/// One walk over a value and its schema.
struct SchemaValidator {
  /// Small enough for the 512 KiB stacks that threads have on macOS (about 900 bytes each), yet enough for the 128 levels
  /// that a JSON document may have, with three nested rules for each.
  static let maximumDepth = 450
  /// How many schemas may be looked at, each also counting once for every 64 bytes of a text.
  static let maximumSteps = 2_000_000

  /// Which members or elements of a value a schema has looked at; nil where that isn't needed.
  typealias Marks = [Bool]?

  let schema: CompiledSchema
  private let tracksScope: Bool
  private let allowedSteps: Int
  var isCollecting: Bool
  private(set) var hasFailed = false
  private(set) var violations: [JSONSchema.Violation] = []
  /// Why the walk ended before its time.
  private(set) var limit: String?
  var path: [JSONPath.Step] = []
  private var depth = 0
  private var steps = 0
  /// The resources on the way to here, outermost first.
  private var scope: [Int] = []

  init(_ schema: CompiledSchema, isCollecting: Bool, allowedSteps: Int) {
    self.schema = schema
    self.allowedSteps = allowedSteps
    self.isCollecting = isCollecting
    tracksScope = schema.tracksScope
  }

  /// Whether more would change nothing.
  var isDone: Bool { limit != nil || hasFailed && !isCollecting }

  mutating func report(_ message: @autoclosure () -> String, at inner: JSONPath.Step? = nil) {
    hasFailed = true
    guard isCollecting, violations.count < 100 else { return }
    violations.append(.init(path: JSONPath(inner.map { path + [$0] } ?? path), message: message()))
  }

  mutating func stop(_ reason: String) { if limit == nil { limit = reason } }

  mutating func spend(_ count: Int) {
    steps += count
    if steps > allowedSteps { stop("the schema takes more than \(allowedSteps) steps on this answer") }
  }

  /// Checks a value without marking what was looked at.
  mutating func check(_ value: JSONValue, _ id: SchemaRules.ID) {
    var marks: Marks = nil
    check(value, id, &marks)
  }

  /// Checks a member or an element.
  mutating func check(_ value: JSONValue, _ id: SchemaRules.ID, at step: @autoclosure () -> JSONPath.Step) {
    guard isCollecting else { return check(value, id) }
    path.append(step())
    check(value, id)
    path.removeLast()
  }

  /// Whether a value fits a schema; reports nothing, and keeps the marks only if it fits.
  mutating func fits(_ value: JSONValue, _ id: SchemaRules.ID, _ marks: inout Marks) -> Bool {
    let before = (isCollecting, hasFailed)
    (isCollecting, hasFailed) = (false, false)
    var own = marks
    check(value, id, &own)
    let fits = !hasFailed && limit == nil
    (isCollecting, hasFailed) = before
    if fits { marks = own }
    return fits
  }

  /// The violations that a schema would cause, without reporting them.
  private mutating func complaints(_ value: JSONValue, _ id: SchemaRules.ID) -> [JSONSchema.Violation] {
    let before = (violations, hasFailed)
    (violations, hasFailed) = ([], false)
    check(value, id)
    defer { (violations, hasFailed) = before }
    return violations
  }

  // MARK: One schema

  mutating func check(_ value: JSONValue, _ id: SchemaRules.ID, _ marks: inout Marks) {
    guard !isDone else { return }
    var node = schema.nodes[id]
    while let alias = node.rules.alias { node = schema.nodes[alias] }
    guard !node.rules.isFalse else { return report("should not be there") }
    guard depth < Self.maximumDepth else {
      return stop("the answer leads through more than \(Self.maximumDepth) nested rules of the schema")
    }
    spend(1)
    depth += 1
    let entersResource = tracksScope && scope.last != node.rules.resource
    if entersResource { scope.append(node.rules.resource) }
    if node.rules.unevaluatedProperties != nil || node.rules.unevaluatedItems != nil {
      checkUnevaluated(value, node, &marks)
    } else {
      apply(node, to: value, &marks)
    }
    if entersResource { scope.removeLast() }
    depth -= 1
  }

  private mutating func checkUnevaluated(_ value: JSONValue, _ node: SchemaNode, _ marks: inout Marks) {
    var own: Marks
    let rule: SchemaRules.ID?
    switch value {
    case .object(let object):
      (own, rule) = (Array(repeating: false, count: object.count), node.rules.unevaluatedProperties)
    case .array(let values): (own, rule) = (Array(repeating: false, count: values.count), node.rules.unevaluatedItems)
    default: return apply(node, to: value, &marks)
    }
    apply(node, to: value, &own)
    guard !isDone else { return }
    if let rule {
      for place in own?.indices ?? 0..<0 where own?[place] == false {
        switch value {
        case .object(let object): check(object.values[place], rule, at: .key(object.keys[place]))
        case .array(let values): check(values[place], rule, at: .index(place))
        default: break
        }
        own?[place] = true
      }
    }
    if marks != nil {
      for place in own?.indices ?? 0..<0 where own?[place] == true { marks?[place] = true }
    }
  }

  private mutating func apply(_ node: SchemaNode, to value: JSONValue, _ marks: inout Marks) {
    for reference in node.rules.references { check(value, target(of: reference), &marks) }
    if let types = node.rules.types, !types.include(value) {
      // Once the kind is wrong the other rules only repeat it.
      return report("is \(value.excerpt), expected type \(types.names.joined(separator: " or "))")
    }
    if let choices = node.rules.choices, !choices.include(value) {
      report("is \(value.excerpt), expected one of \(choices.list)")
    }
    if let constant = node.rules.constant, !constant.isIdentical(to: value) {
      report("is \(value.excerpt), expected \(constant.excerpt)")
    }
    combine(value, node, &marks)
    guard !isDone else { return }
    switch value {
    case .object(let object): if let rules = node.rules.object { check(object, rules, value, &marks) }
    case .array(let values): if let rules = node.rules.array { check(values, rules, &marks) }
    case .number(let number): if let rules = node.rules.number { check(number, rules) }
    case .string(let text): if let rules = node.rules.text { check(text, rules) }
    case .null, .bool: break
    }
  }

  private func target(of reference: SchemaRules.Reference) -> SchemaRules.ID {
    switch reference {
    case .schema(let id): return id
    case .dynamic(let anchor, let initial):
      for resource in scope { if let id = schema.dynamicAnchors[anchor]?[resource] { return id } }
      return initial
    case .recursive(let initial):
      for resource in scope { if let id = schema.recursiveAnchors[resource] { return id } }
      return initial
    }
  }

  // MARK: Combinations

  private mutating func combine(_ value: JSONValue, _ node: SchemaNode, _ marks: inout Marks) {
    for id in node.rules.allOf { check(value, id, &marks) }
    if !node.rules.anyOf.isEmpty { checkAny(of: node.rules.anyOf, value, &marks) }
    if !node.rules.oneOf.isEmpty { checkOne(of: node.rules.oneOf, value, &marks) }
    var unmarked: Marks = nil
    if let id = node.rules.excluded, !isDone, fits(value, id, &unmarked), limit == nil {
      report("is \(value.excerpt), which the schema excludes")
    }
    if let condition = node.rules.condition, !isDone {
      let branch = fits(value, condition, &marks) ? node.rules.consequence : node.rules.alternative
      if let branch { check(value, branch, &marks) }
    }
  }

  private mutating func checkAny(of schemas: [SchemaRules.ID], _ value: JSONValue, _ marks: inout Marks) {
    var isFitting = false
    for id in schemas {
      guard !isDone else { return }
      if fits(value, id, &marks) { isFitting = true }
      // With marks the others may look at more.
      if isFitting, marks == nil { return }
    }
    if !isFitting, limit == nil { reportNone(of: schemas, value) }
  }

  private mutating func checkOne(of schemas: [SchemaRules.ID], _ value: JSONValue, _ marks: inout Marks) {
    var fitting = 0
    for id in schemas {
      guard !isDone else { return }
      if fits(value, id, &marks) { fitting += 1 }
    }
    guard limit == nil else { return }
    if fitting == 0 {
      reportNone(of: schemas, value)
    } else if fitting > 1 {
      report("fits \(fitting) alternatives where only one is allowed")
    }
  }

  private mutating func reportNone(of schemas: [SchemaRules.ID], _ value: JSONValue) {
    let closest = closest(schemas, value)
    report("fits none of \(schemas.count) alternatives: \(closest)")
  }

  /// The first complaint of the alternative with the fewest.
  private mutating func closest(_ schemas: [SchemaRules.ID], _ value: JSONValue) -> String {
    guard isCollecting else { return "" }
    var best: [JSONSchema.Violation]?
    for id in schemas {
      let found = complaints(value, id)
      if found.count < best?.count ?? .max { best = found }
    }
    // Alternatives inside alternatives would repeat each other's complaints.
    let complaint = best?.first?.description ?? ""
    return complaint.count > 200 ? complaint.prefix(199) + "…" : complaint
  }

  /// The first complaint about the name of a member.
  mutating func complaint(aboutName name: String, _ id: SchemaRules.ID) -> String {
    complaints(.string(name), id).first?.message ?? "breaks a rule"
  }
}
