import Content

extension JSONSchema {
  /// Every way in which `value` breaks the schema, at most 100; none when it is valid.
  public func violations(of value: JSONValue) -> [Violation] {
    var check = SchemaCheck(root: source, patterns: patterns)
    check.check(value, against: source, at: JSONPath())
    return check.violations
  }

  /// Whether `value` is valid.
  public func accepts(_ value: JSONValue) -> Bool { violations(of: value).isEmpty }
}

/// One walk over a value and its schema.
private struct SchemaCheck {
  let root: JSONValue
  let patterns: [String: Pattern]
  var violations: [JSONSchema.Violation] = []
  private var depth = 0
  /// How many more schemas may be looked at; alternatives that refer to themselves would never end.
  private var budget = 50_000

  init(root: JSONValue, patterns: [String: Pattern]) {
    self.root = root
    self.patterns = patterns
  }

  /// A pattern that only a reference leads to was not compiled with the schema.
  private func occurs(_ pattern: String, in text: String) -> Bool {
    (patterns[pattern] ?? Pattern(pattern))?.occurs(in: text) ?? true
  }

  private mutating func report(_ path: JSONPath, _ message: String) {
    if violations.count < 100 { violations.append(.init(path: path, message: message)) }
  }

  /// The violations that a part of the schema would cause, without reporting them.
  private mutating func trial(_ value: JSONValue, _ schema: JSONValue, _ path: JSONPath) -> [JSONSchema.Violation] {
    var check = self
    check.violations = []
    check.check(value, against: schema, at: path)
    budget = check.budget
    return check.violations
  }

  mutating func check(_ value: JSONValue, against schema: JSONValue, at path: JSONPath) {
    if schema.bool == false { report(path, "should not be there") }
    guard let rules = schema.object else { return }
    // Small enough for the 512 KiB stacks that threads have on macOS.
    guard depth < 100 else { return report(path, "leads through more than 100 nested rules of the schema") }
    budget -= 1
    guard budget > 0 else { return report(path, "takes more than 50,000 steps to check") }
    depth += 1
    defer { depth -= 1 }
    if let reference = rules["$ref"]?.string, let target = JSONSchema.resolve(reference, in: root) {
      check(value, against: target, at: path)
    }
    if let types = rules["type"].map(JSONSchema.typeNames), !types.contains(where: { Self.has(value, type: $0) }) {
      // Once the kind is wrong the other rules only repeat it.
      return report(path, "is \(value.excerpt), expected type \(types.joined(separator: " or "))")
    }
    if let choices = rules["enum"]?.array, !choices.contains(where: { $0.matches(value) }) {
      report(path, "is \(value.excerpt), expected one of \(choices.map(\.excerpt).joined(separator: ", "))")
    }
    if let constant = rules["const"], !constant.matches(value) {
      report(path, "is \(value.excerpt), expected \(constant.excerpt)")
    }
    combine(value, rules, path)
    switch value {
    case .object(let object): checkObject(object, rules, path)
    case .array(let values): checkArray(values, rules, path)
    case .number(let number): checkNumber(number, rules, path)
    case .string(let text): checkText(text, rules, path)
    case .null, .bool: break
    }
  }

  private static func has(_ value: JSONValue, type: String) -> Bool {
    if type == "integer" {
      guard let number = value.number else { return false }
      return number.int != nil || number.double.rounded() == number.double
    }
    return value.kind == type
  }

  private mutating func combine(_ value: JSONValue, _ rules: JSONObject, _ path: JSONPath) {
    for schema in rules["allOf"]?.array ?? [] { check(value, against: schema, at: path) }
    if let schemas = rules["anyOf"]?.array {
      var trials: [[JSONSchema.Violation]] = []
      for schema in schemas { trials.append(trial(value, schema, path)) }
      if !trials.contains(where: \.isEmpty) {
        report(path, "fits none of \(schemas.count) alternatives: \(Self.closest(trials))")
      }
    }
    if let schemas = rules["oneOf"]?.array {
      var trials: [[JSONSchema.Violation]] = []
      for schema in schemas { trials.append(trial(value, schema, path)) }
      let fitting = trials.count { $0.isEmpty }
      if fitting == 0 {
        report(path, "fits none of \(schemas.count) alternatives: \(Self.closest(trials))")
      } else if fitting > 1 {
        report(path, "fits \(fitting) alternatives where only one is allowed")
      }
    }
    if let schema = rules["not"], trial(value, schema, path).isEmpty {
      report(path, "is \(value.excerpt), which the schema excludes")
    }
    if let condition = rules["if"] {
      let branch = trial(value, condition, path).isEmpty ? rules["then"] : rules["else"]
      if let branch { check(value, against: branch, at: path) }
    }
  }

  /// The first complaint of the alternative with the fewest.
  private static func closest(_ trials: [[JSONSchema.Violation]]) -> String {
    let complaint = trials.min { $0.count < $1.count }?.first?.description ?? ""
    // Alternatives inside alternatives would repeat each other's complaints.
    return complaint.count > 200 ? complaint.prefix(199) + "…" : complaint
  }

  private mutating func checkObject(_ object: JSONObject, _ rules: JSONObject, _ path: JSONPath) {
    for name in rules["required"]?.array?.compactMap(\.string) ?? [] where object[name] == nil {
      report(path.appending(name), "is missing")
    }
    for (name, value) in object {
      let here = path.appending(name)
      for schema in schemas(for: name, rules) { check(value, against: schema, at: here) }
    }
    checkNames(object, rules, path)
    for (name, schema) in rules["dependentSchemas"]?.object ?? [:] where object[name] != nil {
      check(.object(object), against: schema, at: path)
    }
  }

  /// The schemas that a member must fit, by its name.
  private func schemas(for name: String, _ rules: JSONObject) -> [JSONValue] {
    var schemas: [JSONValue] = []
    if let rule = rules["properties"]?[name] { schemas.append(rule) }
    for (pattern, schema) in rules["patternProperties"]?.object ?? [:] where occurs(pattern, in: name) {
      schemas.append(schema)
    }
    if schemas.isEmpty, let rest = rules["additionalProperties"] { schemas.append(rest) }
    return schemas
  }

  /// The rules about which members there are, whatever their values.
  private mutating func checkNames(_ object: JSONObject, _ rules: JSONObject, _ path: JSONPath) {
    if let rule = rules["propertyNames"] {
      for name in object.keys {
        guard let flaw = trial(JSONValue(name), rule, path).first else { continue }
        report(path.appending(name), "has a name that is not allowed: it \(flaw.message)")
      }
    }
    checkCount(object.count, "member", rules["minProperties"], rules["maxProperties"], path)
    for (name, others) in rules["dependentRequired"]?.object ?? [:] where object[name] != nil {
      for other in others.array?.compactMap(\.string) ?? [] where object[other] == nil {
        report(path.appending(other), "is missing, though \(name) is there")
      }
    }
  }

  private mutating func checkArray(_ values: [JSONValue], _ rules: JSONObject, _ path: JSONPath) {
    let prefix = rules["prefixItems"]?.array ?? []
    for (index, value) in values.enumerated() {
      guard let rule = index < prefix.count ? prefix[index] : rules["items"] else { continue }
      check(value, against: rule, at: path.appending(index))
    }
    checkCount(values.count, "element", rules["minItems"], rules["maxItems"], path)
    if rules["uniqueItems"]?.bool == true {
      var seen: Set<JSONValue> = []
      for (index, value) in values.enumerated() where !seen.insert(value.canonical).inserted {
        report(path.appending(index), "is \(value.excerpt), which is already in the list")
      }
    }
    if let rule = rules["contains"] {
      var count = 0
      for value in values where trial(value, rule, path).isEmpty { count += 1 }
      let minimum = rules["minContains"]?.int ?? 1
      if count < minimum { report(path, "has \(count) elements of the kind of which it needs \(minimum)") }
      if let maximum = rules["maxContains"]?.int, count > maximum {
        report(path, "has \(count) elements of the kind of which it may have \(maximum)")
      }
    }
  }

  private mutating func checkCount(
    _ count: Int, _ noun: String, _ minimum: JSONValue?, _ maximum: JSONValue?, _ path: JSONPath
  ) {
    let found = "has \(count) \(noun)\(count == 1 ? "" : "s")"
    if let minimum = minimum?.int, count < minimum { report(path, "\(found), expected at least \(minimum)") }
    if let maximum = maximum?.int, count > maximum { report(path, "\(found), expected at most \(maximum)") }
  }

  private mutating func checkNumber(_ number: JSONNumber, _ rules: JSONObject, _ path: JSONPath) {
    let value = number.double
    func rule(_ key: String, _ holds: (Double) -> Bool) -> String? {
      guard let limit = rules[key]?.number, !holds(limit.double) else { return nil }
      return limit.text
    }
    if let limit = rule("minimum", { value >= $0 }) { report(path, "is \(number.text), expected at least \(limit)") }
    if let limit = rule("maximum", { value <= $0 }) { report(path, "is \(number.text), expected at most \(limit)") }
    if let limit = rule("exclusiveMinimum", { value > $0 }) {
      report(path, "is \(number.text), expected more than \(limit)")
    }
    if let limit = rule("exclusiveMaximum", { value < $0 }) {
      report(path, "is \(number.text), expected less than \(limit)")
    }
    let isMultiple = { (step: Double) in
      let quotient = value / step
      return abs(quotient - quotient.rounded()) <= 1e-9 * max(1, abs(quotient))
    }
    if let step = rule("multipleOf", isMultiple) {
      report(path, "is \(number.text), expected a multiple of \(step)")
    }
  }

  private mutating func checkText(_ text: String, _ rules: JSONObject, _ path: JSONPath) {
    if rules["minLength"] != nil || rules["maxLength"] != nil {
      checkCount(text.unicodeScalars.count, "character", rules["minLength"], rules["maxLength"], path)
    }
    if let pattern = rules["pattern"]?.string, !occurs(pattern, in: text) {
      report(path, "is \(JSONValue(text).excerpt), expected to match /\(pattern)/")
    }
  }
}
