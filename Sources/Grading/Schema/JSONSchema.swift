import Content

/// A JSON Schema that answers can be checked against.
///
/// Understood are drafts 2020-12, 2019-09, 7, 6 and 4, whichever `$schema` names, with 2020-12 for schemas that name
/// none. Documents are never fetched. Lengths count Unicode scalars, numbers compare exactly, texts scalar by scalar;
/// patterns are those of ECMA-262.
package struct JSONSchema: Sendable, Hashable {
  /// Why a schema can't be used.
  package struct Flaw: Error, Sendable, Hashable, CustomStringConvertible {
    /// Where in the schema the flaw is.
    package var path: JSONPath
    /// The flaw and the remedy.
    package var message: String

    /// One line with place and message.
    package var description: String { path.steps.isEmpty ? message : "\(path): \(message)" }
  }

  /// Something in a schema that has no effect, although it looks as if it should.
  package struct Warning: Sendable, Hashable, CustomStringConvertible {
    /// Where in the schema it stands.
    package var path: JSONPath
    /// A sentence without a full stop.
    package var message: String

    /// One line with place and message.
    package var description: String { path.steps.isEmpty ? message : "\(path): \(message)" }
  }

  /// One way in which a value breaks the schema.
  package struct Violation: Sendable, Hashable, CustomStringConvertible {
    /// Where in the checked value.
    package var path: JSONPath
    /// The violation, as the end of a sentence that begins with the path: `is "lo", expected …`.
    package var message: String

    /// One line with place and message.
    package var description: String { "\(path.steps.isEmpty ? "the answer" : path.description) \(message)" }
  }

  /// What a check ends with.
  package enum Verdict: Sendable, Hashable {
    /// The value fits.
    case valid
    /// The value breaks the schema; at most 100 ways are told.
    case invalid([Violation])
    /// A limit was reached before that could be told; a sentence without a full stop.
    case undecided(String)
  }

  /// What `format` does.
  package enum Formats: String, Sendable, Hashable, CaseIterable {
    /// Texts must have the format.
    case assert
    /// The format says nothing about validity, as the standard has it for most dialects.
    case annotate
  }

  /// The schema as it was written.
  package let source: JSONValue
  /// What `format` does.
  package let formats: Formats
  /// What has no effect, in the order in which it stands in the schema.
  package let warnings: [Warning]
  let compiled: CompiledSchema
  /// The kinds of values that it can accept at the top, in the words of `type`; nil when it may be any.
  let topKinds: Set<String>?
  private let documents: [String: JSONValue]

  /// Compiles a schema after checking that every part of it is understood.
  /// - Parameters:
  ///   - source: an object, `true` or `false`.
  ///   - documents: other documents that it may refer to, by their URIs.
  ///   - formats: what `format` does; a `$schema` with the vocabulary for assertion overrides it.
  ///   - draft: the draft of schemas that name none.
  /// - Throws: ``Flaw`` for the first keyword that is misspelled, has a value of the wrong kind, or isn't supported.
  package init(
    _ source: JSONValue, documents: [String: JSONValue] = [:], formats: Formats = .assert,
    draft: SchemaDraft = .draft2020
  ) throws(Flaw) {
    let registry = try SchemaRegistry(source, available: documents, defaultDraft: draft)
    var compiler = SchemaCompiler(registry: registry, assertsFormats: formats == .assert)
    self.source = source
    self.documents = documents
    self.formats = formats
    compiled = try compiler.compiled()
    warnings = compiler.warnings
    topKinds = SchemaKinds.ofRoot(compiled)
  }

  /// Checks a value.
  package func verdict(on value: JSONValue) -> Verdict {
    verdict(on: value, allowedSteps: SchemaValidator.maximumSteps)
  }

  func verdict(on value: JSONValue, allowedSteps: Int) -> Verdict {
    var validator = SchemaValidator(compiled, isCollecting: false, allowedSteps: allowedSteps)
    validator.check(value, compiled.root)
    if let limit = validator.limit { return .undecided(limit) }
    guard validator.hasFailed else { return .valid }
    // Telling what is wrong takes more than telling that something is, so that only wrong values pay for it.
    validator = SchemaValidator(compiled, isCollecting: true, allowedSteps: allowedSteps)
    validator.check(value, compiled.root)
    if let limit = validator.limit { return .undecided(limit) }
    return .invalid(validator.violations)
  }

  /// Whether both are written alike and `format` does the same in both.
  package static func == (left: JSONSchema, right: JSONSchema) -> Bool {
    left.source == right.source && left.formats == right.formats && left.documents == right.documents
  }

  /// Feeds the source.
  package func hash(into hasher: inout Hasher) {
    hasher.combine(source)
    hasher.combine(formats)
  }
}
