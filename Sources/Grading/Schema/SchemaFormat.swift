/// A format that texts can be required to have (JSON Schema Validation 2020-12, section 7.3).
enum SchemaFormat: String, Sendable, Hashable, CaseIterable {
  case date, time, duration, email, hostname, ipv4, ipv6, uri, iri, uuid, regex
  case dateTime = "date-time"
  case uriReference = "uri-reference"
  case iriReference = "iri-reference"
  case uriTemplate = "uri-template"
  case jsonPointer = "json-pointer"
  case relativeJSONPointer = "relative-json-pointer"
  case ecmaScriptRegex = "ecmascript-regex"

  /// Whether a text has the format.
  func accepts(_ text: String) -> Bool {
    switch self {
    case .date: TimeFormats.isDate(text[...])
    case .time: TimeFormats.isTime(text[...])
    case .dateTime: TimeFormats.isDateTime(text)
    case .duration: TimeFormats.isDuration(text)
    case .email: NetworkFormats.isEmail(text)
    case .hostname: NetworkFormats.isHostname(text[...])
    case .ipv4: NetworkFormats.isIPv4(text[...])
    case .ipv6: NetworkFormats.isIPv6(text[...])
    case .uuid: NetworkFormats.isUUID(text)
    case .uri: URIFormats.isReference(text, isInternational: false, needsScheme: true)
    case .uriReference: URIFormats.isReference(text, isInternational: false, needsScheme: false)
    case .iri: URIFormats.isReference(text, isInternational: true, needsScheme: true)
    case .iriReference: URIFormats.isReference(text, isInternational: true, needsScheme: false)
    case .uriTemplate: URIFormats.isTemplate(text)
    case .jsonPointer: URIFormats.isPointer(text[...])
    case .relativeJSONPointer: URIFormats.isRelativePointer(text)
    case .regex, .ecmaScriptRegex: Pattern.isECMA(text)
    }
  }
}
