import Content
import Domain
import WorkbenchCore

/// What the pane looks at, by name, so that it survives changes of the workspace.
struct PromptChoice: Sendable, Hashable {
  var variant: String?
  /// A prompt that no variant uses.
  var prompt: PromptName?
  var set: String?
  var caseID: String?
  /// Where the case was found last.
  var caseIndex = 0
}

/// What the pane looks at, found in the workspace.
struct PromptSubject: Sendable {
  var prompt: Prompt
  var variant: Variant?
  var set: EvalSet?
  var evalCase: EvalCase?
  var caseIndex: Int?
  /// Which sections the variant sends.
  var choice = SectionChoice.all

  /// Ids of the sections that are sent.
  var sent: Set<String> { Set(prompt.sent(choice).map(\.id)) }

  /// How to ask for it.
  var request: RenderRequest? {
    guard let variant, let set, let evalCase else { return nil }
    return RenderRequest(variant: variant.name, set: set.name, caseID: evalCase.id)
  }

  /// What would be sent now.
  var version: PromptVersion
}

/// Freezes prompts; hashing is done once for each text.
struct PromptFreezer: Sendable {
  private struct Frozen: Sendable {
    var prompt: Prompt
    var choice: SectionChoice
    var version: PromptVersion
  }
  private var last: Frozen?

  init() {}

  /// The version of what is sent now.
  func version(of prompt: Prompt, _ choice: SectionChoice) -> PromptVersion {
    if let last, last.choice == choice, last.prompt == prompt { return last.version }
    return PromptVersion(freezing: prompt, choice)
  }

  /// Remembers the version of what is looked at.
  mutating func remember(_ subject: PromptSubject) {
    last = Frozen(prompt: subject.prompt, choice: subject.choice, version: subject.version)
  }
}

/// One entry of the chooser.
enum PromptEntry: Sendable, Hashable {
  case variant(String)
  case prompt(PromptName)
}

extension PromptChoice {
  /// All that can be looked at: the variants, then prompts that nothing uses.
  static func entries(_ workspace: Workspace) -> [PromptEntry] {
    let used = Set(workspace.variants.map(\.prompt) + workspace.evalSets.compactMap(\.prompt))
    let variants = workspace.variants.filter { workspace.prompt($0.prompt) != nil }
    return variants.map { .variant($0.name) }
      + workspace.prompts.filter { !used.contains($0.name) || variants.isEmpty }.map { .prompt($0.name) }
  }

  /// What is chosen; by default the first variant that sends a whole prompt without an adapter.
  func entry(_ workspace: Workspace) -> PromptEntry? {
    let entries = Self.entries(workspace)
    let chosen = variant.map(PromptEntry.variant) ?? prompt.map(PromptEntry.prompt)
    if let chosen, entries.contains(chosen) { return chosen }
    let whole = workspace.variants.first { $0.sections == nil && !$0.isTuned && workspace.prompt($0.prompt) != nil }
    return whole.map { .variant($0.name) } ?? entries.first
  }

  /// Chooses the entry `step` places further on.
  mutating func move(by step: Int, _ workspace: Workspace) {
    let entries = Self.entries(workspace)
    guard !entries.isEmpty else { return }
    let index = entry(workspace).flatMap { entries.firstIndex(of: $0) } ?? 0
    switch entries[(index + step + entries.count) % entries.count] {
    case .variant(let name): (variant, prompt) = (name, nil)
    case .prompt(let name): (variant, prompt) = (nil, name)
    }
  }

  /// Chooses the next eval set.
  mutating func nextSet(_ workspace: Workspace) {
    guard !workspace.evalSets.isEmpty else { return }
    let index = workspace.evalSets.firstIndex { $0.name == set } ?? 0
    set = workspace.evalSets[(index + 1) % workspace.evalSets.count].name
    (caseID, caseIndex) = (nil, 0)
  }

  /// Chooses the case `step` places further on.
  mutating func moveCase(by step: Int, _ subject: PromptSubject) {
    guard let cases = subject.set?.cases, !cases.isEmpty, let index = subject.caseIndex else { return }
    caseIndex = (index + step + cases.count) % cases.count
    caseID = cases[caseIndex].id
  }

  /// Finds everything; nil when the workspace has no prompt.
  func subject(_ workspace: Workspace, _ freezer: PromptFreezer) -> PromptSubject? {
    let chosenSet = set.flatMap { workspace.evalSet($0) } ?? workspace.evalSets.first
    switch entry(workspace) {
    case .prompt(let name):
      return workspace.prompt(name).map {
        PromptSubject(prompt: $0, set: chosenSet, version: freezer.version(of: $0, .all))
      }
    case .variant(let name):
      guard let variant = workspace.variant(name) else { return nil }
      // A set with a prompt of its own is asked with that one, whole.
      let own = chosenSet?.prompt.flatMap { workspace.prompt($0) }
      guard let prompt = own ?? workspace.prompt(variant.prompt) else { return nil }
      let index = chosenSet.flatMap { self.index(in: $0.cases) }
      let choice = own == nil ? variant.choice : .all
      return PromptSubject(
        prompt: prompt, variant: variant, set: chosenSet, evalCase: index.flatMap { chosenSet?.cases[$0] },
        caseIndex: index, choice: choice, version: freezer.version(of: prompt, choice))
    case nil: return nil
    }
  }

  private func index(in cases: [EvalCase]) -> Int? {
    guard !cases.isEmpty else { return nil }
    guard let caseID else { return 0 }
    if caseIndex < cases.count, cases[caseIndex].id == caseID { return caseIndex }
    return cases.firstIndex { $0.id == caseID } ?? 0
  }
}
