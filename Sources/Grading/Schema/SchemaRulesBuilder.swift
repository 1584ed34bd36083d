import Content

/// Puts the values of keywords into the rules of a schema.
struct SchemaRulesBuilder {
  /// What is wrong with a value, and where below the keyword.
  struct Problem: Error {
    var steps: [JSONPath.Step] = []
    var message: String
  }

  let dialect: SchemaDialect
  let assertsFormats: Bool
  private(set) var warnings: [String] = []
  private var object = SchemaRules.ObjectRules()
  private var array = SchemaRules.ArrayRules()
  private var number = SchemaRules.NumberRules()
  private var text = SchemaRules.TextRules()
  private var hasObject = false
  private var hasArray = false
  private var hasNumber = false
  private var hasText = false
  private var additionalItems: SchemaRules.ID?

  init(dialect: SchemaDialect, assertsFormats: Bool) {
    self.dialect = dialect
    self.assertsFormats = assertsFormats
    array.containsEvaluates = dialect.draft >= .draft2020
  }

  /// Takes a keyword whose value has the right shape.
  /// - Parameter schemas: the compiled schemas in the value, in order.
  mutating func take(
    _ keyword: SchemaKeyword, _ value: JSONValue, _ schemas: [SchemaRules.ID], into rules: inout SchemaRules
  ) throws(Problem) {
    switch keyword.name {
    case "type": rules.types = SchemaTypes(SchemaKeyword.types(in: value), in: dialect.draft)
    case "enum": rules.choices = value.array.map(SchemaChoices.init)
    case "const": rules.constant = value
    case "allOf": rules.allOf = schemas
    case "anyOf": rules.anyOf = schemas
    case "oneOf": rules.oneOf = schemas
    case "not": rules.excluded = schemas.first
    case "if": rules.condition = schemas.first
    case "then": rules.consequence = schemas.first
    case "else": rules.alternative = schemas.first
    case "unevaluatedProperties": rules.unevaluatedProperties = schemas.first
    case "unevaluatedItems": rules.unevaluatedItems = schemas.first
    default:
      if takeForNumbers(keyword, value) { hasNumber = true }
      if try takeForTexts(keyword, value) { hasText = true }
      if takeForArrays(keyword, value, schemas) { hasArray = true }
      if try takeForObjects(keyword, value, schemas) { hasObject = true }
    }
  }

  /// Hands over what was gathered, once all keywords were taken.
  mutating func finish(_ members: JSONObject, into rules: inout SchemaRules) {
    if members["nullable"]?.bool == true { rules.types?.insert(.null) }
    if dialect.draft == .draft4 {
      if members["exclusiveMinimum"]?.bool == true { swap(&number.minimum, &number.exclusiveMinimum) }
      if members["exclusiveMaximum"]?.bool == true { swap(&number.maximum, &number.exclusiveMaximum) }
    }
    if dialect.draft < .draft2020, members["items"]?.array != nil { array.rest = additionalItems }
    if rules.condition == nil { (rules.consequence, rules.alternative) = (nil, nil) }
    if hasObject { rules.object = object }
    if hasArray { rules.array = array }
    if hasNumber { rules.number = number }
    if hasText { rules.text = text }
  }

  private mutating func takeForNumbers(_ keyword: SchemaKeyword, _ value: JSONValue) -> Bool {
    switch keyword.name {
    case "minimum": number.minimum = value.number
    case "maximum": number.maximum = value.number
    case "exclusiveMinimum": number.exclusiveMinimum = value.number
    case "exclusiveMaximum": number.exclusiveMaximum = value.number
    case "multipleOf": number.step = value.number
    default: return false
    }
    return true
  }

  private mutating func takeForTexts(_ keyword: SchemaKeyword, _ value: JSONValue) throws(Problem) -> Bool {
    switch keyword.name {
    case "minLength": text.minimum = value.int
    case "maxLength": text.maximum = value.int
    case "pattern": text.pattern = try pattern(value.string ?? "", [])
    case "format":
      let name = value.string ?? ""
      guard dialect.assertsFormats ?? assertsFormats else { return false }
      guard let format = SchemaFormat(rawValue: name) else {
        warnings.append("the format \"\(name)\" is unknown and not checked")
        return false
      }
      text.format = format
    default: return false
    }
    return true
  }

  private func pattern(_ text: String, _ steps: [JSONPath.Step]) throws(Problem) -> Pattern {
    do throws(PatternFlaw) {
      return try Pattern(text, options: .init(isECMA: true))
    } catch {
      throw Problem(steps: steps, message: "must be a regular expression, not \(JSONValue(text).excerpt): \(error)")
    }
  }

  private mutating func takeForArrays(
    _ keyword: SchemaKeyword, _ value: JSONValue, _ schemas: [SchemaRules.ID]
  ) -> Bool {
    switch keyword.name {
    case "prefixItems": array.prefix = schemas
    case "items": if value.array == nil { array.rest = schemas.first } else { array.prefix = schemas }
    case "additionalItems": additionalItems = schemas.first
    case "contains": array.contains = schemas.first
    case "minContains": array.minimumContained = value.int
    case "maxContains": array.maximumContained = value.int
    case "minItems": array.minimum = value.int
    case "maxItems": array.maximum = value.int
    case "uniqueItems": array.isUnique = value.bool ?? false
    default: return false
    }
    return true
  }

  private mutating func takeForObjects(
    _ keyword: SchemaKeyword, _ value: JSONValue, _ schemas: [SchemaRules.ID]
  ) throws(Problem) -> Bool {
    let members = value.object ?? [:]
    func names(_ value: JSONValue) -> [String] { value.array?.compactMap(\.string) ?? [] }
    switch keyword.name {
    case "required": object.required = names(value)
    case "properties": for (name, id) in zip(members.keys, schemas) { object.properties[ExactText(name)] = id }
    case "patternProperties":
      for (name, id) in zip(members.keys, schemas) {
        object.patterns.append((try pattern(name, [.key(name)]), id))
      }
    case "additionalProperties": object.additional = schemas.first
    case "propertyNames": object.names = schemas.first
    case "minProperties": object.minimum = value.int
    case "maxProperties": object.maximum = value.int
    case "dependentRequired": object.dependentNames += members.map { ($0.key, names($0.value)) }
    case "dependentSchemas": object.dependentSchemas += zip(members.keys, schemas).map { ($0, $1) }
    case "dependencies":
      object.dependentNames += members.filter { $0.value.array != nil }.map { ($0.key, names($0.value)) }
      object.dependentSchemas += zip(members.filter { $0.value.array == nil }.map(\.key), schemas).map { ($0, $1) }
    default: return false
    }
    return true
  }
}
