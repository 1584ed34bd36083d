import Domain
import WorkbenchCore

/// What has changed since a run was evaluated, so that evaluating its variant again would be another run.
enum RunChange: Sendable, Hashable {
  /// The variant is gone from `assay.yaml`, or what it needs is.
  case variantIsGone
  /// The eval set is gone from `assay.yaml`.
  case setIsGone
  /// The variant's model, sections, adapter or sampling is another one.
  case variant
  /// The prompt says something else.
  case prompt
  /// The eval set has other cases or graders.
  case set

  /// Whether there is nothing left to evaluate.
  var isFinal: Bool { self == .variantIsGone || self == .setIsGone }
}

/// What each variant would send now. Freezing a prompt hashes its text, so that it is done once for each variant and set
/// until the files say something else.
struct PresentVariants: Sendable {
  private struct Name: Hashable, Sendable {
    var variant: String
    var set: String
  }

  private var known: [Name: ContentHash?] = [:]
  private var prompts: [Prompt] = []
  private var variants: [Variant] = []

  /// How a run differs from what would be evaluated now; nil where it is the same.
  mutating func change(of run: Run, _ snapshot: Snapshot) -> RunChange? {
    let workspace = snapshot.workspace
    // Two arrays that are one piece of memory are equal at once.
    if prompts != workspace.prompts || variants != workspace.variants {
      (prompts, variants, known) = (workspace.prompts, workspace.variants, [:])
    }
    guard let set = workspace.evalSet(run.set) else { return .setIsGone }
    guard var variant = workspace.variant(run.variant.name) else { return .variantIsGone }
    if variant.adapter == Variant.latestAdapter {
      variant.adapter = snapshot.latestAdapter(for: variant) ?? run.variant.adapter
    }
    guard let version = version(of: variant, on: set, workspace) else { return .variantIsGone }
    if variant != run.variant { return .variant }
    if version != run.promptVersion { return .prompt }
    return set.hash == run.setHash ? nil : .set
  }

  private mutating func version(of variant: Variant, on set: EvalSet, _ workspace: Workspace) -> ContentHash? {
    let name = Name(variant: variant.name, set: set.name)
    if let version = known[name] { return version }
    let version = workspace.versionHash(of: variant, on: set)
    known[name] = version
    return version
  }
}

/// Lets the rows of one drawing share what each finds out.
final class PresentVariantsCache {
  var present: PresentVariants
  init(_ present: PresentVariants) { self.present = present }
}
