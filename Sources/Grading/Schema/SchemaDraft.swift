/// A version of JSON Schema.
package enum SchemaDraft: Int, Sendable, Hashable, CaseIterable, Comparable {
  /// Draft 4 (2013).
  case draft4
  /// Draft 6 (2017).
  case draft6
  /// Draft 7 (2018).
  case draft7
  /// Draft 2019-09.
  case draft2019
  /// Draft 2020-12.
  case draft2020

  /// The draft that the `$schema` of a document names, with or without a fragment or TLS.
  init?(uri: String) {
    var uri = uri
    if uri.hasSuffix("#") { uri.removeLast() }
    if uri.hasPrefix("http://") { uri = "https://" + uri.dropFirst(7) }
    guard let draft = Self.allCases.first(where: { "https://" + $0.address == uri }) else { return nil }
    self = draft
  }

  /// The URI of the draft's own schema, without a fragment.
  var uri: String { (self < .draft2019 ? "http://" : "https://") + address }

  private var address: String {
    switch self {
    case .draft4: "json-schema.org/draft-04/schema"
    case .draft6: "json-schema.org/draft-06/schema"
    case .draft7: "json-schema.org/draft-07/schema"
    case .draft2019: "json-schema.org/draft/2019-09/schema"
    case .draft2020: "json-schema.org/draft/2020-12/schema"
    }
  }

  /// The name in messages.
  var title: String {
    switch self {
    case .draft4: "draft 4"
    case .draft6: "draft 6"
    case .draft7: "draft 7"
    case .draft2019: "draft 2019-09"
    case .draft2020: "draft 2020-12"
    }
  }

  /// The keyword that gives a schema its URI.
  var idKeyword: String { self == .draft4 ? "id" : "$id" }

  /// Whether keywords next to `$ref` have no effect.
  var ignoresSiblingsOfReferences: Bool { self <= .draft7 }

  /// Whether the first is the older.
  package static func < (left: SchemaDraft, right: SchemaDraft) -> Bool { left.rawValue < right.rawValue }
}

/// How the keywords of a document are understood.
struct SchemaDialect: Sendable, Hashable {
  var draft: SchemaDraft
  /// The vocabularies whose keywords have an effect; nil stands for all of the draft.
  var vocabularies: Set<SchemaKeyword.Vocabulary>?
  /// Whether `format` must hold, as the vocabulary for it demands; nil when the dialect leaves that open.
  var assertsFormats: Bool?

  /// The keyword with this name, if it has an effect.
  func keyword(_ name: String) -> SchemaKeyword? {
    guard let keyword = SchemaKeyword.named(name, in: draft) else { return nil }
    if let vocabularies, keyword.vocabulary != .core, !vocabularies.contains(keyword.vocabulary) { return nil }
    return keyword
  }
}
