import Content
import Domain
import Routing

/// A router with both variants that it chooses from, on one set.
struct RoutedSubject: Sendable {
  /// One of the two variants.
  struct Arm: Sendable {
    var subject: Workbench.Subject
    var identity: RunIdentity
  }

  /// The router's variant.
  var variant: Variant
  /// The arm of each input.
  var router: Router
  /// The set.
  var set: EvalSet
  /// The variant that answers first, or answers what is easy.
  var cheap: Arm
  /// The other one.
  var strong: Arm

  subscript(arm: Router.Arm) -> Arm { arm == .cheap ? cheap : strong }

  /// What decides its answers and their judgement: both variants with everything behind them, and the rules. Where the
  /// rules were learnt has no part in it.
  var base: ContentHash {
    var rules = router
    rules.origin = nil
    return Self.hash([
      "router", .string(variant.name), .object(rules.json), .string(cheap.identity.base.hex),
      .string(strong.identity.base.hex), .string(set.hash.hex),
    ])
  }

  /// The identity of a run with so many answers to each case, of which the first have this sample number.
  func identity(repeats: Int, firstSample: Int) -> ContentHash {
    guard repeats > 1 || firstSample > 0 else { return base }
    return Self.hash([.string(base.hex), JSONValue(repeats), JSONValue(firstSample)])
  }

  /// Both prompts, as one version that a run can point at.
  var version: PromptVersion {
    PromptVersion(
      prompt: variant.modelText,
      parts: Router.Arm.allCases.flatMap { arm in
        self[arm].subject.version.parts.map {
          PromptVersion.Part(title: "\(router.name(of: arm)): \($0.title)", role: $0.role, body: $0.body)
        }
      })
  }

  /// The key of an answer that took both variants.
  static func key(cheap: ContentHash, strong: ContentHash) -> ContentHash {
    hash(["cascade", .string(cheap.hex), .string(strong.hex)])
  }

  private static func hash(_ content: [JSONValue]) -> ContentHash {
    ContentHash(hex: SHA256.hex(JSONValue.array(content).text()))
  }
}

extension Workbench {
  /// A router with what it names, on a set.
  /// - Throws: `WorkbenchError` when a variant that it chooses from can't be used.
  func routed(_ variant: Variant, by router: Router, on set: String?) async throws -> RoutedSubject {
    let cheap = try subject(variant: router.cheap, set: set)
    let strong = try subject(variant: router.strong, set: set)
    return RoutedSubject(
      variant: variant, router: router, set: cheap.set,
      cheap: RoutedSubject.Arm(subject: cheap, identity: try await identity(of: cheap)),
      strong: RoutedSubject.Arm(subject: strong, identity: try await identity(of: strong)))
  }

  /// What a variant would measure on a set as the files are now; see ``Run/base``.
  func base(of variant: Variant, on set: String) async throws -> ContentHash {
    if let router = variant.router { return try await routed(variant, by: router, on: set).base }
    return try await identity(of: try subject(variant: variant.name, set: set)).base
  }
}

extension Workspace {
  /// The hash of what a variant would send on a set; nil where its prompt isn't there.
  package func versionHash(of variant: Variant, on set: EvalSet) -> ContentHash? {
    version(of: variant, on: set)?.hash
  }

  private func version(of variant: Variant, on set: EvalSet) -> PromptVersion? {
    guard let router = variant.router else {
      return prompt(set.prompt ?? variant.prompt).map { PromptVersion(freezing: $0, variant.choice(on: set)) }
    }
    var parts: [PromptVersion.Part] = []
    for arm in Router.Arm.allCases {
      let name = router.name(of: arm)
      guard let own = self.variant(name), !own.isRouter, let version = version(of: own, on: set) else { return nil }
      parts += version.parts.map { PromptVersion.Part(title: "\(name): \($0.title)", role: $0.role, body: $0.body) }
    }
    return PromptVersion(prompt: variant.modelText, parts: parts)
  }
}
