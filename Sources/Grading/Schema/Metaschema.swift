import Content

/// The schemas that describe schemas, made from the table of keywords.
enum Metaschema {
  /// The document at one of the URIs below `json-schema.org` that schemas refer to, without a fragment.
  static func document(at uri: String) -> JSONValue? {
    if let draft = SchemaDraft(uri: uri) { return document(draft.uri, draft, SchemaKeyword.all(in: draft)) }
    for draft in [SchemaDraft.draft2019, .draft2020] {
      let prefix = draft.uri.dropLast("schema".count) + "meta/"
      guard uri.hasPrefix(prefix), let vocabulary = vocabulary(named: String(uri.dropFirst(prefix.count))) else {
        continue
      }
      let keywords = SchemaKeyword.all(in: draft).filter {
        let isIncluded = $0.vocabulary == .unevaluated && draft == .draft2019 && vocabulary == .applicator
        return $0.vocabulary == vocabulary || isIncluded
      }
      return document(uri, draft, keywords)
    }
    return nil
  }

  /// The vocabulary that the last part of a URI names.
  static func vocabulary(named name: String) -> SchemaKeyword.Vocabulary? {
    switch name {
    case "format", "format-assertion": .format
    default: SchemaKeyword.Vocabulary(rawValue: name)
    }
  }

  private static func document(_ uri: String, _ draft: SchemaDraft, _ keywords: [SchemaKeyword]) -> JSONValue {
    var properties = JSONObject()
    for keyword in keywords { properties[keyword.name] = schema(of: keyword.shape, draft) }
    var document: JSONObject = [
      "$schema": .string(draft.uri), draft.idKeyword: .string(uri),
      "type": draft == .draft4 ? "object" : ["object", "boolean"], "properties": .object(properties),
    ]
    if draft == .draft2019 { document["$recursiveAnchor"] = true }
    if draft == .draft2020 { document["$dynamicAnchor"] = "meta" }
    return .object(document)
  }

  private static func schema(of shape: SchemaKeyword.Shape, _ draft: SchemaDraft) -> JSONValue {
    let schema: JSONValue =
      switch draft {
      case .draft2020: ["$dynamicRef": "#meta"]
      case .draft2019: ["$recursiveRef": "#"]
      case .draft4: ["anyOf": [["$ref": "#"], ["type": "boolean"]]]
      case .draft6, .draft7: ["$ref": "#"]
      }
    let names: JSONValue = ["type": "array", "items": ["type": "string"], "uniqueItems": true]
    let schemas: JSONValue = ["type": "array", "items": schema, "minItems": 1]
    let type: JSONValue = ["enum": .array(SchemaKeyword.typeNames.map(JSONValue.string))]
    switch shape {
    case .schema: return schema
    case .schemas: return schemas
    case .schemaOrSchemas: return ["anyOf": [schema, schemas]]
    case .schemaMap, .patternMap: return ["type": "object", "additionalProperties": schema]
    case .schemaOrNamesMap: return ["type": "object", "additionalProperties": ["anyOf": [schema, names]]]
    case .nameMap: return ["type": "object", "additionalProperties": names]
    case .count: return ["type": "integer", "minimum": 0]
    case .number: return ["type": "number"]
    case .positive:
      return draft == .draft4
        ? ["type": "number", "minimum": 0, "exclusiveMinimum": true] : ["type": "number", "exclusiveMinimum": 0]
    case .boolean: return ["type": "boolean"]
    case .text, .reference: return ["type": "string"]
    case .pattern: return ["type": "string", "format": "regex"]
    case .list: return ["type": "array"]
    case .types: return ["anyOf": [type, ["type": "array", "items": type, "minItems": 1, "uniqueItems": true]]]
    case .names: return names
    case .any: return [:]
    }
  }
}
