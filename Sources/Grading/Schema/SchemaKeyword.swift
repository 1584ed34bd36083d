import Content

/// A keyword of JSON Schema: what its value looks like, and the drafts that have it.
struct SchemaKeyword: Sendable, Hashable {
  /// What the value of a keyword must be.
  enum Shape: Sendable, Hashable {
    case schema, schemas, schemaOrSchemas, schemaMap, patternMap, schemaOrNamesMap, nameMap
    case count, number, positive, boolean, text, pattern, list, types, names, reference, any
  }

  /// The part of a draft that a keyword belongs to (2019-09 and later name them in `$vocabulary`).
  enum Vocabulary: String, Sendable, Hashable, CaseIterable {
    case core, applicator, unevaluated, validation, metadata = "meta-data", format = "format-annotation", content
    /// Keywords of OpenAPI and of tools around JSON Schema.
    case openAPI = "openapi"
  }

  let name: String
  let shape: Shape
  let vocabulary: Vocabulary
  let drafts: ClosedRange<SchemaDraft>

  /// The keyword with this name in a draft.
  static func named(_ name: String, in draft: SchemaDraft) -> SchemaKeyword? {
    table[name]?.first { $0.drafts.contains(draft) }
  }

  /// Every keyword of a draft, in alphabetical order.
  static func all(in draft: SchemaDraft) -> [SchemaKeyword] {
    table.values.joined().filter { $0.drafts.contains(draft) }.sorted { $0.name < $1.name }
  }

  /// The keyword that a name which is none was probably meant to be.
  ///
  /// It must be at most two edits away (one for names below six letters, three from twelve on, none below four), upper
  /// and lower case being equal, so that names invented by other tools are not taken for mistakes.
  static func nearMiss(_ name: String, in draft: SchemaDraft) -> String? {
    guard !name.hasPrefix("x-"), name.utf8.count <= 40 else { return nil }
    if let usual = ["min": "minimum", "max": "maximum"][name] { return usual }
    let names = all(in: draft).filter { $0.vocabulary != .openAPI || $0.name == "nullable" }.map(\.name)
    guard let nearest = Spelling.nearest(to: name, among: names) else { return nil }
    let distance = Spelling.distance(nearest, name)
    let allowed =
      switch nearest.count {
      case ..<4: 0
      case ..<6: 1
      case ..<12: 2
      default: 3
      }
    return distance <= allowed ? nearest : nil
  }

  private static let table: [String: [SchemaKeyword]] = Dictionary(grouping: rows, by: \.name)

  private static let rows: [SchemaKeyword] =
    rows(
      .core,
      [
        ("$schema", .text, .draft4, .draft2020), ("$id", .reference, .draft6, .draft2020),
        ("id", .reference, .draft4, .draft4), ("$ref", .reference, .draft4, .draft2020),
        ("$anchor", .text, .draft2019, .draft2020), ("$dynamicAnchor", .text, .draft2020, .draft2020),
        ("$dynamicRef", .reference, .draft2020, .draft2020), ("$recursiveRef", .reference, .draft2019, .draft2019),
        ("$recursiveAnchor", .boolean, .draft2019, .draft2019), ("$vocabulary", .any, .draft2019, .draft2020),
        ("$comment", .text, .draft4, .draft2020), ("$defs", .schemaMap, .draft4, .draft2020),
        ("definitions", .schemaMap, .draft4, .draft2020),
      ])
    + rows(
      .applicator,
      [
        ("allOf", .schemas, .draft4, .draft2020), ("anyOf", .schemas, .draft4, .draft2020),
        ("oneOf", .schemas, .draft4, .draft2020), ("not", .schema, .draft4, .draft2020),
        ("if", .schema, .draft7, .draft2020), ("then", .schema, .draft7, .draft2020),
        ("else", .schema, .draft7, .draft2020), ("properties", .schemaMap, .draft4, .draft2020),
        ("patternProperties", .patternMap, .draft4, .draft2020),
        ("additionalProperties", .schema, .draft4, .draft2020), ("propertyNames", .schema, .draft6, .draft2020),
        ("dependencies", .schemaOrNamesMap, .draft4, .draft2020),
        ("dependentSchemas", .schemaMap, .draft2019, .draft2020), ("prefixItems", .schemas, .draft2020, .draft2020),
        ("items", .schemaOrSchemas, .draft4, .draft2019), ("items", .schema, .draft2020, .draft2020),
        ("additionalItems", .schema, .draft4, .draft2019), ("contains", .schema, .draft6, .draft2020),
      ])
    + rows(
      .unevaluated,
      [
        ("unevaluatedProperties", .schema, .draft2019, .draft2020),
        ("unevaluatedItems", .schema, .draft2019, .draft2020),
      ])
    + rows(
      .validation,
      [
        ("type", .types, .draft4, .draft2020), ("enum", .list, .draft4, .draft2020),
        ("const", .any, .draft6, .draft2020), ("multipleOf", .positive, .draft4, .draft2020),
        ("maximum", .number, .draft4, .draft2020), ("minimum", .number, .draft4, .draft2020),
        ("exclusiveMaximum", .boolean, .draft4, .draft4), ("exclusiveMinimum", .boolean, .draft4, .draft4),
        ("exclusiveMaximum", .number, .draft6, .draft2020), ("exclusiveMinimum", .number, .draft6, .draft2020),
        ("maxLength", .count, .draft4, .draft2020), ("minLength", .count, .draft4, .draft2020),
        ("pattern", .pattern, .draft4, .draft2020), ("maxItems", .count, .draft4, .draft2020),
        ("minItems", .count, .draft4, .draft2020), ("uniqueItems", .boolean, .draft4, .draft2020),
        ("maxContains", .count, .draft2019, .draft2020), ("minContains", .count, .draft2019, .draft2020),
        ("maxProperties", .count, .draft4, .draft2020), ("minProperties", .count, .draft4, .draft2020),
        ("required", .names, .draft4, .draft2020), ("dependentRequired", .nameMap, .draft2019, .draft2020),
      ])
    + rows(.format, [("format", .text, .draft4, .draft2020)])
    + rows(
      .metadata,
      [
        ("title", .any, .draft4, .draft2020), ("description", .any, .draft4, .draft2020),
        ("default", .any, .draft4, .draft2020), ("examples", .any, .draft4, .draft2020),
        ("deprecated", .any, .draft4, .draft2020), ("readOnly", .any, .draft4, .draft2020),
        ("writeOnly", .any, .draft4, .draft2020),
      ])
    + rows(
      .content,
      [
        ("contentEncoding", .any, .draft7, .draft2020), ("contentMediaType", .any, .draft7, .draft2020),
        ("contentSchema", .schema, .draft2019, .draft2020),
      ])
    + rows(
      .openAPI,
      [
        ("nullable", .boolean, .draft4, .draft2020), ("discriminator", .any, .draft4, .draft2020),
        ("example", .any, .draft4, .draft2020), ("externalDocs", .any, .draft4, .draft2020),
        ("xml", .any, .draft4, .draft2020), ("strict", .any, .draft4, .draft2020),
        ("name", .any, .draft4, .draft2020),
      ])

  private static func rows(
    _ vocabulary: Vocabulary, _ entries: [(String, Shape, SchemaDraft, SchemaDraft)]
  ) -> [SchemaKeyword] {
    entries.map { SchemaKeyword(name: $0.0, shape: $0.1, vocabulary: vocabulary, drafts: $0.2...$0.3) }
  }
}
