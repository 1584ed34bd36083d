import Content

// MARK: - Objects

extension SchemaValidator {
  mutating func check(
    _ object: JSONObject, _ rules: SchemaRules.ObjectRules, _ value: JSONValue, _ marks: inout Marks
  ) {
    for name in rules.required where object.position(of: name) == nil { report("is missing", at: .key(name)) }
    guard !isDone else { return }
    for place in 0..<object.count { checkMember(object.keys[place], object.values[place], place, rules, &marks) }
    if let names = rules.names {
      for name in object.keys where !isDone {
        var unmarked: Marks = nil
        guard !fits(.string(name), names, &unmarked), limit == nil else { continue }
        let complaint = isCollecting ? complaint(aboutName: name, names) : ""
        report("has a name that is not allowed: it \(complaint)", at: .key(name))
      }
    }
    checkCount(object.count, "member", rules.minimum, rules.maximum)
    for (name, others) in rules.dependentNames where object.position(of: name) != nil {
      for other in others where object.position(of: other) == nil {
        report("is missing, though \(name) is there", at: .key(other))
      }
    }
    for (name, schema) in rules.dependentSchemas where object.position(of: name) != nil { check(value, schema, &marks) }
  }

  private mutating func checkMember(
    _ name: String, _ value: JSONValue, _ place: Int, _ rules: SchemaRules.ObjectRules, _ marks: inout Marks
  ) {
    var isKnown = false
    if !rules.properties.isEmpty, let schema = rules.properties[ExactText(name)] {
      isKnown = true
      check(value, schema, at: .key(name))
    }
    for (pattern, schema) in rules.patterns where !isDone && occurs(pattern, in: name) {
      isKnown = true
      check(value, schema, at: .key(name))
    }
    if !isKnown, let schema = rules.additional {
      isKnown = true
      check(value, schema, at: .key(name))
    }
    if isKnown, marks != nil { marks?[place] = true }
  }

  mutating func checkCount(_ count: Int, _ noun: String, _ minimum: Int?, _ maximum: Int?) {
    func found() -> String { "has \(count) \(noun)\(count == 1 ? "" : "s")" }
    if let minimum, count < minimum { report("\(found()), expected at least \(minimum)") }
    if let maximum, count > maximum { report("\(found()), expected at most \(maximum)") }
  }
}

// MARK: - Lists

extension SchemaValidator {
  mutating func check(_ values: [JSONValue], _ rules: SchemaRules.ArrayRules, _ marks: inout Marks) {
    for (place, value) in values.enumerated() {
      guard place < rules.prefix.count || rules.rest != nil, !isDone else { break }
      if place < rules.prefix.count {
        check(value, rules.prefix[place], at: .index(place))
      } else if let rest = rules.rest {
        check(value, rest, at: .index(place))
      }
      if marks != nil { marks?[place] = true }
    }
    checkCount(values.count, "element", rules.minimum, rules.maximum)
    if rules.isUnique, !isDone { checkUnique(values) }
    if let contains = rules.contains, !isDone { checkContained(values, contains, rules, &marks) }
  }

  private mutating func checkUnique(_ values: [JSONValue]) {
    spend(values.count)
    guard values.count > 8 else {
      for (place, value) in values.enumerated() where values[..<place].contains(where: value.isIdentical) {
        report("is \(value.excerpt), which is already in the list", at: .index(place))
      }
      return
    }
    var seen: Set<ExactText> = []
    for (place, value) in values.enumerated() where !seen.insert(value.identity).inserted {
      report("is \(value.excerpt), which is already in the list", at: .index(place))
    }
  }

  private mutating func checkContained(
    _ values: [JSONValue], _ schema: SchemaRules.ID, _ rules: SchemaRules.ArrayRules, _ marks: inout Marks
  ) {
    var count = 0
    for (place, value) in values.enumerated() {
      var unmarked: Marks = nil
      guard fits(value, schema, &unmarked) else { continue }
      count += 1
      if rules.containsEvaluates, marks != nil { marks?[place] = true }
    }
    guard limit == nil else { return }
    let minimum = rules.minimumContained ?? 1
    if count < minimum { report("has \(count) elements of the kind of which it needs \(minimum)") }
    if let maximum = rules.maximumContained, count > maximum {
      report("has \(count) elements of the kind of which it may have \(maximum)")
    }
  }
}

// MARK: - Numbers and texts

extension SchemaValidator {
  mutating func check(_ number: JSONNumber, _ rules: SchemaRules.NumberRules) {
    if let limit = rules.minimum, number.isLess(than: limit) {
      report("is \(number.text), expected at least \(limit.text)")
    }
    if let limit = rules.maximum, limit.isLess(than: number) {
      report("is \(number.text), expected at most \(limit.text)")
    }
    if let limit = rules.exclusiveMinimum, !limit.isLess(than: number) {
      report("is \(number.text), expected more than \(limit.text)")
    }
    if let limit = rules.exclusiveMaximum, !number.isLess(than: limit) {
      report("is \(number.text), expected less than \(limit.text)")
    }
    if let step = rules.step, !number.isMultiple(of: step) {
      report("is \(number.text), expected a multiple of \(step.text)")
    }
  }

  mutating func check(_ text: String, _ rules: SchemaRules.TextRules) {
    if rules.minimum != nil || rules.maximum != nil {
      checkCount(text.unicodeScalars.count, "character", rules.minimum, rules.maximum)
    }
    if let pattern = rules.pattern, !isDone, !occurs(pattern, in: text) {
      report("is \(JSONValue(text).excerpt), expected to match /\(pattern.text)/")
    }
    if let format = rules.format, !isDone, !format.accepts(text) {
      report("is \(JSONValue(text).excerpt), expected the format \(format.rawValue)")
    }
  }

  /// Whether a pattern occurs in a text; true, and the end of the walk, when that takes too long to tell.
  private mutating func occurs(_ pattern: Pattern, in text: String) -> Bool {
    spend(text.utf8.count / 64)
    switch pattern.search(text) {
    case .found: return true
    case .absent: return false
    case .undecided(let reason):
      stop("the pattern /\(pattern.text.prefix(60))/ \(reason)")
      return true
    }
  }
}
