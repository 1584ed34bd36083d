import Content
import Domain
import Evidence
import NumberFormat

extension Workbench {
  /// The versions of a variant's prompt, or of a prompt that no variant uses, each against its parent on a set.
  /// - Throws: `WorkbenchError.input` where there is no such variant, prompt or set.
  func promptVersions(
    variant name: String?, prompt promptName: PromptName?, set setName: String?,
    partial: (PromptVersions) -> Void = { _ in }
  ) async throws -> PromptVersions {
    let (variant, prompt, set) = try promptSubject(name, promptName, setName)
    let current = PromptVersion(freezing: prompt, variant?.choice(on: set) ?? .all)
    let entries = PromptVersions.entries(
      of: variant, prompt: prompt.name, current: current, on: set?.name ?? "", stored: snapshot.versions,
      runs: snapshot.runs)
    var versions = PromptVersions(
      variant: variant?.name, prompt: prompt.name, set: set?.name ?? "", entries: entries.reversed())
    guard let set else { return versions }
    partial(versions)
    var scored: [ContentHash: [ScoredCase]] = [:]
    for entry in versions.entries.prefix(Self.mostMeasured) {
      guard let run = entry.run, run.summary.scored > 0 else { continue }
      scored[entry.id] = CaseOutputs(try await outputs(of: run, on: set).outputs).scored(set.cases)
    }
    let margin = snapshot.workspace.facts.worthwhileGain ?? PairedComparison.defaultMargin
    for index in versions.entries.indices {
      let entry = versions.entries[index]
      guard let own = scored[entry.id], let parent = entry.parent.flatMap({ scored[$0] }) else { continue }
      versions.entries[index].comparison = PairedComparison(candidate: own, baseline: parent, margin: margin)
    }
    // Oldest first, without the steps that changed more than one thing.
    let clean = versions.entries.reversed().filter { $0.confounded == nil }.compactMap { scored[$0.id] }
    if clean.count > Plateau.usualWindow { versions.plateau = Plateau(versions: clean, margin: margin) }
    return versions
  }

  /// The most versions that are lined up with their parents, the newest first.
  private static let mostMeasured = 40

  private func promptSubject(
    _ name: String?, _ promptName: PromptName?, _ setName: String?
  ) throws -> (Variant?, Prompt, EvalSet?) {
    let workspace = snapshot.workspace
    let set = setName == nil ? workspace.evalSets.first : workspace.evalSet(setName ?? "")
    if let setName, set == nil {
      throw WorkbenchError.unknown("eval set", setName, among: workspace.evalSets.map(\.name))
    }
    let variant = name.flatMap(workspace.variant)
    if let name, variant == nil { throw WorkbenchError.unknown("variant", name, among: workspace.variants.map(\.name)) }
    let wanted = (variant == nil ? nil : set?.prompt) ?? variant?.prompt ?? promptName ?? workspace.prompts.first?.name
    guard let wanted, let prompt = workspace.prompt(wanted) else {
      throw WorkbenchError.unknown("prompt", wanted ?? "main", among: workspace.prompts.map(\.name))
    }
    return (variant, prompt, set)
  }

  /// The stored version that a person names: by the beginning of its hash, at least four digits, or by its number as
  /// ``PromptVersions`` counts, `v3`; `now` is what the files say.
  /// - Throws: `WorkbenchError.input` where there is none, or more than one.
  package func version(named name: String, variant: String?, set: String?) async throws -> PromptVersion {
    let versions = try await promptVersions(variant: variant, prompt: nil, set: set)
    if name == "now", let current = versions.entries.first(where: \.isCurrent) { return current.version }
    if name.hasPrefix("v"), let number = Int(name.dropFirst()) {
      guard (1...max(1, versions.entries.count)).contains(number), !versions.entries.isEmpty else {
        throw WorkbenchError.input(
          "There is no version \(name): \"\(versions.prompt)\" has \(NumberFormat.plural(versions.entries.count, "version"))."
        )
      }
      return versions.entries[versions.entries.count - number].version
    }
    let all = versions.entries.map(\.version) + snapshot.versions.map(\.version).filter { $0.prompt == versions.prompt }
    let found = name.count < 4 ? [] : all.filter { $0.hash.hex.hasPrefix(name.lowercased()) }
    guard let first = found.first, found.allSatisfy({ $0.hash == first.hash }) else {
      throw WorkbenchError.input(
        "\(found.isEmpty ? "No version" : "More than one version") of \"\(versions.prompt)\" is called \(name): name one by "
          + "v and its number, or by the beginning of its hash.")
    }
    return first
  }

  /// Writes a version back to the files of its prompt. What they say now is kept as a version first, so that it can be
  /// brought back the same way.
  /// - Returns: what was done, in a sentence.
  /// - Throws: `WorkbenchError.input` where there is no such version, or `Problem` where a file can't be written.
  package func restore(
    _ hash: ContentHash, variant name: String?, prompt promptName: PromptName?, set setName: String?
  ) async throws -> String {
    let (variant, prompt, set) = try promptSubject(name, promptName, setName)
    guard let version = snapshot.versions.first(where: { $0.id == hash })?.version else {
      throw WorkbenchError.input("There is no stored version \(hash.short) of \"\(prompt.name)\".")
    }
    let own = set?.prompt == nil ? variant : nil
    let current = PromptVersion(freezing: prompt, own?.choice ?? .all)
    let restore = PromptRestore(version, to: prompt, of: own)
    if current.hash == hash || restore.isEmpty {
      return "The files say version \(hash.short) already; nothing was written."
    }
    if !current.parts.isEmpty { try await store.keep(current, created: dependencies.now()) }
    for section in restore.written { try await dependencies.files.write(section, of: prompt) }
    if let own, restore.choice != own.choice { try await dependencies.files.set(restore.choice, of: own) }
    snapshot.versions = try await store.versions()
    await reloadFiles()
    changed([.runs])
    var parts: [String] = []
    if !restore.written.isEmpty { parts.append("\(NumberFormat.plural(restore.written.count, "section")) written") }
    if !restore.switched.isEmpty { parts.append("switched: \(restore.switched.joined(separator: ", "))") }
    let exact = restore.isExact ? "" : " Sections stand in another order now, so it is a version of its own."
    return "Version \(hash.short) is back (\(parts.joined(separator: "; "))); what was there is kept as version "
      + "\(current.hash.short).\(exact)"
  }
}
