import Domain

/// A changed prompt of a variant. It is a stored version of its own, and its runs are those of a variant whose name ends in
/// the beginning of the version's hash, such as `prompted candidate 3f87684b`.
package struct PromptCandidate: Sendable, Hashable {
  /// What was changed.
  package enum Change: Sendable, Hashable {
    /// Nothing: the prompt as it is in the files.
    case start
    /// A section was left out.
    case removed(String)
    /// Answered cases were added as messages of user and assistant.
    case examples([String])
    /// A section was rewritten so that named failures don't happen again.
    case rewritten(String)
    /// A section was said in other words.
    case reworded(String)

    /// What happened, in a few words.
    package var words: String {
      switch self {
      case .start: "as it is"
      case .removed(let title): "without \(title)"
      case .examples(let ids): "\(ids.count) examples"
      case .rewritten(let title): "\(title) rewritten"
      case .reworded(let title): "\(title) in other words"
      }
    }
  }

  /// The version.
  package let version: PromptVersion
  /// What was changed last.
  package let change: Change
  /// The changes that led to it, the last one included.
  package let changes: [Change]

  /// The prompt that is optimised.
  init(start version: PromptVersion) {
    self.version = version
    change = .start
    changes = []
  }

  /// A prompt with one more change.
  init(_ parent: PromptCandidate, _ change: Change, parts: [PromptVersion.Part]) {
    version = PromptVersion(prompt: parent.version.prompt, parts: parts)
    self.change = change
    changes = parent.changes + [change]
  }

  /// The length of what is sent before slots are filled, in UTF-8 bytes.
  var length: Int { version.templates.reduce(0) { $0 + $1.content.utf8.count } }
}

extension PromptCandidate {
  private static let words = " candidate "

  /// The name under which a version of a variant's prompt is evaluated.
  static func name(of version: PromptVersion, variant: String) -> String { variant + words + version.hash.short }

  /// The variant and the version that such a name says; nil where it says neither.
  static func parse(
    _ name: String, variants: [Variant], versions: [StoredVersion]
  ) -> (variant: Variant, version: PromptVersion)? {
    guard let range = name.ranges(of: words).last,
      var variant = variants.first(where: { $0.name == name[..<range.lowerBound] }), !variant.isRouter,
      let version = versions.first(where: {
        $0.version.prompt == variant.prompt && $0.version.hash.short == name[range.upperBound...]
      })?.version
    else { return nil }
    let whole = variant
    variant = Variant(
      name: name, model: whole.model, prompt: whole.prompt, adapter: whole.adapter, sampling: whole.sampling)
    (variant.isDeclaredTuned, variant.base) = (whole.isDeclaredTuned, whole.base)
    variant.ablated = whole.name
    return (variant, version)
  }
}

extension PromptVersion {
  /// The prompt that sends exactly this version.
  func prompt(at path: String) -> Prompt {
    Prompt(
      name: prompt, path: path,
      sections: parts.enumerated().map { index, part in
        Section(id: "\(100 + index)", title: part.title, role: part.role, body: part.body)
      })
  }
}
