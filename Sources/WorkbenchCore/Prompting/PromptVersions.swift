import Content
import Domain
import Evidence
import Foundation
import NumberFormat

/// The versions of a variant's prompt, newest first, each with what it changed and what that brought on one set.
package struct PromptVersions: Sendable {
  /// One version.
  package struct Entry: Sendable, Identifiable {
    /// The version.
    package var version: PromptVersion
    /// When it was first used or kept; nil for the files' text that never was.
    package var created: Date?
    /// The run that measured it on the set; nil where none did.
    package var run: Run?
    /// The earlier version that it differs least from; nil for the first one.
    package var parent: ContentHash?
    /// What it changed against its parent.
    package var changes: VersionChanges?
    /// Why the difference to the parent can't be put down to one change; nil where it can.
    package var confounded: String?
    /// It against its parent, on the cases that both have.
    package var comparison: PairedComparison?
    /// Whether it is what the files say now.
    package var isCurrent = false
    /// Same as the version's.
    package var id: ContentHash { version.hash }
  }

  /// The variant; nil for a prompt that none uses.
  package var variant: String?
  /// The prompt.
  package var prompt: PromptName
  /// The set that scores are of.
  package var set: String
  /// The versions, newest first.
  package var entries: [Entry]
  /// What the last steps show, from steps that changed one thing; nil while too few are measured.
  package var plateau: Plateau?

  /// Gathers versions.
  package init(variant: String?, prompt: PromptName, set: String, entries: [Entry], plateau: Plateau? = nil) {
    self.variant = variant
    self.prompt = prompt
    self.set = set
    self.entries = entries
    self.plateau = plateau
  }

  /// The numbers that people call versions by: 1 is the oldest.
  package func number(of hash: ContentHash) -> Int? {
    entries.firstIndex { $0.id == hash }.map { entries.count - $0 }
  }
}

extension PromptVersions {
  /// Whether the prompt still gets better, and what to try next, in a sentence; nil with too few versions.
  package var plateauSentence: String? {
    guard let plateau, plateau.state != .tooFewVersions else { return nil }
    let steps = "the last \(plateau.window) steps that changed one thing"
    let hidden = plateau.hiddenGain.map { NumberFormat.points($0).dropFirst() } ?? "something"
    switch plateau.state {
    case .tooFewVersions: return nil
    case .improving: return "Still improving: one of \(steps) is better than the best before them. Go on."
    case .ceiling where plateau.isStuck:
      return
        "Stuck: no gain is left in \(steps), at half of the cases or fewer. Look at the task, the cases and the graders."
    case .ceiling:
      return
        "At the ceiling: no gain worth having is left in \(steps). Try another technique, another model, or tuning."
    case .unclear:
      return "Can't tell with these cases: \(steps) may hide up to \(hidden). More cases would tell."
    }
  }

  /// Which versions a variant's prompt had, oldest first, without scores.
  ///
  /// Those of other variants that send other sections are no versions of it, nor are arms of ablations; a version that no run
  /// used was kept when another one was brought back.
  package static func entries(
    of variant: Variant?, prompt: PromptName, current: PromptVersion, on set: String, stored: [StoredVersion],
    runs: [Run]
  ) -> [Entry] {
    let users = Dictionary(grouping: runs, by: \.promptVersion)
    func isOwn(_ run: Run) -> Bool {
      guard let variant else { return run.variant.ablated == nil }
      return run.variant.ablated == nil && run.variant.isTuned == variant.isTuned
        && (run.variant.name == variant.name
          || run.variant.choice == variant.choice && run.variant.model == variant.model)
    }
    var entries: [Entry] = []
    for version in stored.reversed() where version.version.prompt == prompt {
      let all = users[version.id] ?? []
      let own = all.filter(isOwn)
      guard all.isEmpty || !own.isEmpty || version.id == current.hash else { continue }
      let measured = own.filter { $0.set == set && $0.variant.model == variant?.model ?? $0.variant.model }
      entries.append(
        Entry(
          version: version.version, created: version.created,
          run: measured.max { ($0.casesComplete, $0.id) < ($1.casesComplete, $1.id) },
          isCurrent: version.id == current.hash))
    }
    if !entries.contains(where: \.isCurrent), !current.parts.isEmpty {
      entries.append(Entry(version: current, isCurrent: true))
    }
    for index in entries.indices.dropFirst() { entries[index].findParent(among: entries[..<index]) }
    return entries
  }
}

extension PromptVersions.Entry {
  /// Takes the earlier version that differs in the fewest things, the newest of equals.
  fileprivate mutating func findParent(among earlier: ArraySlice<PromptVersions.Entry>) {
    var best: (entry: PromptVersions.Entry, changes: VersionChanges)?
    for entry in earlier.reversed() {
      let changes = VersionChanges(from: entry.version, to: version)
      if best.map({ changes.count < $0.changes.count }) ?? true { best = (entry, changes) }
    }
    guard let best else { return }
    (parent, changes) = (best.entry.id, best.changes)
    if best.changes.count > 1 {
      confounded = "\(best.changes.count) changes at once"
    } else if let run, let other = best.entry.run {
      if run.variant.model != other.variant.model {
        confounded = "another model, too"
      } else if run.variant.sampling != other.variant.sampling {
        confounded = "other sampling, too"
      }
    }
  }
}

/// The versions of a prompt with their scores.
package struct PromptVersionsQuery: Query {
  /// The variant.
  package var variant: String?
  /// The prompt, where no variant uses it.
  package var prompt: PromptName?
  /// The set; the workspace's first where nil.
  package var set: String?

  /// Asks for a variant's versions.
  package init(variant: String?, prompt: PromptName? = nil, set: String?) {
    self.variant = variant
    self.prompt = prompt
    self.set = set
  }

  /// The prompt and the cases are files, and what was measured are runs.
  package var sources: Set<QuerySource> { [.files, .runs] }

  /// Lines each version up with its parent.
  package func answer(
    on workbench: isolated Workbench, partial: (PromptVersions) -> Void
  ) async throws -> PromptVersions {
    try await workbench.promptVersions(variant: variant, prompt: prompt, set: set, partial: partial)
  }
}
