import ArgumentParser
import Content
import Domain
import Evidence
import NumberFormat
import WorkbenchCore

extension PromptCommand {
  /// Whose versions are meant.
  struct VersionOptions: ParsableArguments {
    @Option(help: "The variant; the workspace's first that is not tuned when not named.")
    var variant: String?
    @Option(help: "The eval set that scores are of; the workspace's first when not named.")
    var set: String?

    /// The variant's name.
    func name(in workspace: Workspace) throws -> String {
      guard let name = variant ?? (workspace.variants.first { !$0.isTuned } ?? workspace.variants.first)?.name else {
        throw WorkbenchError.input("assay.yaml has no variants; add one to see the versions of its prompt.")
      }
      return name
    }
  }

  /// The versions of a prompt.
  struct Versions: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
      commandName: "versions", abstract: "List the versions of a variant's prompt with what each of them brought.",
      discussion: """
        A version's parent is the earlier one that it differs least from; its difference to that is confounded when more \
        than one thing changed.
        """)
    @Argument(help: "The variant; as --variant.")
    var variant: String?
    @OptionGroup var which: VersionOptions
    @OptionGroup var options: WorkspaceOptions

    func run() async throws {
      let workbench = try await options.workbench()
      let workspace = await workbench.snapshot.workspace
      Wiring.report(workspace.problems)
      let query = PromptVersionsQuery(variant: try variant ?? which.name(in: workspace), set: which.set)
      let versions = try await workbench.answer(to: query)
      await workbench.close()
      if options.json { return printJSON(Report.versions(versions)) }
      var table = TextTable(
        .init("version"), .init("hash"), .init("score", .right), .init("change to parent"), .init("n", .right),
        .init("tokens", .right, priority: 7), .init("$ per 1,000", .right, priority: 5), .init("parent", priority: 6),
        .init("changed"), .init("note", priority: 4))
      table.rows = versions.entries.map { entry in
        func name(_ hash: ContentHash) -> String { versions.number(of: hash).map { "v\($0)" } ?? hash.short }
        let summary = entry.run?.summary
        let pairs = entry.comparison.flatMap { $0.count > 0 ? $0 : nil }
        return [
          name(entry.id) + (entry.isCurrent ? " (now)" : ""), entry.id.short,
          summary.map { $0.scored > 0 ? NumberFormat.percent($0.mean) : "–" } ?? "–",
          pairs.map { NumberFormat.points($0.difference, $0.interval) } ?? "–",
          entry.run.map { "\($0.casesComplete)" } ?? "–",
          summary?.meanPromptTokens.map { "\(Int($0.rounded()))" } ?? "–",
          summary?.costPerReply.map { NumberFormat.dollars($0 * 1000) } ?? "–", entry.parent.map(name) ?? "–",
          (entry.confounded.map { "confounded: \($0): " } ?? "") + (entry.changes?.words ?? "first"),
          [entry.run?.labels.name, entry.run?.labels.note].compactMap(\.self).joined(separator: ": "),
        ]
      }
      table.print()
      if let sentence = versions.plateauSentence { print("\n\(sentence)") }
    }
  }

  /// What two versions differ in.
  struct Diff: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
      commandName: "diff", abstract: "Show what one version changed against another.",
      discussion: "A version is v3 (as `assay prompt versions` counts), the beginning of its hash, or now.")
    @Argument(help: "The older version.")
    var old: String
    @Argument(help: "The newer version; what the files say when not named.")
    var new = "now"
    @OptionGroup var which: VersionOptions
    @OptionGroup var options: WorkspaceOptions

    func run() async throws {
      let workbench = try await options.workbench()
      let name = try which.name(in: await workbench.snapshot.workspace)
      let first = try await workbench.version(named: old, variant: name, set: which.set)
      let second = try await workbench.version(named: new, variant: name, set: which.set)
      await workbench.close()
      let changes = VersionChanges(from: first, to: second)
      if options.json { return printJSON(Report.difference(from: first, to: second, changes)) }
      guard changes.count > 0 else {
        return print(first.hash == second.hash ? "Both are version \(first.hash.short)." : "They send the same.")
      }
      for change in changes.sections {
        print("\(change.title) \(change.kind == .role ? "is said by another role" : "was \(change.kind.rawValue)")")
        let before = first.parts.first { $0.title == change.title }?.body ?? ""
        let after = second.parts.first { $0.title == change.title }?.body ?? ""
        for line in Report.lines(from: before, to: after) { print("  \(line)") }
      }
      if changes.isReordered { print("Sections stand in another order.") }
    }
  }

  /// A version, back in the files.
  struct Restore: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
      commandName: "restore", abstract: "Write a version of a prompt back to its files.",
      discussion: """
        Sections' files are written, and sections that the version doesn't have are switched off for the variant. What the \
        files said is kept as a version, so that it can be brought back the same way.
        """)
    @Argument(help: "The version: v3, or the beginning of its hash.")
    var version: String
    @OptionGroup var which: VersionOptions
    @OptionGroup var options: WorkspaceOptions

    func run() async throws {
      let workbench = try await options.workbench()
      let name = try which.name(in: await workbench.snapshot.workspace)
      let found = try await workbench.version(named: version, variant: name, set: which.set)
      let sentence = try await workbench.restore(found.hash, variant: name, prompt: nil, set: which.set)
      await workbench.close()
      if options.json {
        return printJSON(["version": .string(found.hash.hex), "variant": .string(name), "sentence": .string(sentence)])
      }
      print(sentence)
    }
  }
}

extension Report {
  /// The versions of a prompt, newest first.
  static func versions(_ versions: PromptVersions) -> JSONValue {
    [
      "variant": versions.variant.map { .string($0) } ?? .null, "prompt": .string(versions.prompt),
      "set": .string(versions.set),
      "versions": .array(
        versions.entries.map { entry in
          let pairs = entry.comparison.flatMap { $0.count > 0 ? $0 : nil }
          let summary = entry.run?.summary
          return [
            "number": versions.number(of: entry.id).map { JSONValue($0) } ?? .null, "hash": .string(entry.id.hex),
            "current": .bool(entry.isCurrent), "parent": entry.parent.map { .string($0.hex) } ?? .null,
            "run": entry.run.map { JSONValue(Int($0.id.number)) } ?? .null,
            "cases": JSONValue(entry.run?.casesComplete ?? 0),
            "score": summary.flatMap { $0.scored > 0 ? rounded($0.mean, 4) : nil } ?? .null,
            "difference": pairs.map { rounded($0.difference, 4) } ?? .null,
            "interval": pairs.map { [rounded($0.interval.low, 4), rounded($0.interval.high, 4)] } ?? .null,
            "p_value": pairs.map { JSONValue($0.pValue) } ?? .null,
            "confounded": entry.confounded.map { .string($0) } ?? .null,
            "changes": changes(entry.changes), "tokens": summary?.meanPromptTokens.map { rounded($0, 2) } ?? .null,
            "cost_usd_per_1000": summary?.costPerReply.map { rounded($0 * 1000, 6) } ?? .null,
            "note": entry.run?.labels.note.map { .string($0) } ?? .null,
          ]
        }),
      "sentence": versions.plateauSentence.map { .string($0) } ?? .null,
    ]
  }

  private static func changes(_ changes: VersionChanges?) -> JSONValue {
    .array((changes?.sections ?? []).map { ["section": .string($0.title), "change": .string($0.kind.rawValue)] })
  }

  static func difference(from old: PromptVersion, to new: PromptVersion, _ found: VersionChanges) -> JSONValue {
    func bodies(_ version: PromptVersion) -> JSONValue {
      .array(
        version.parts.map {
          ["title": .string($0.title), "role": .string($0.role.rawValue), "text": .string($0.body)]
        })
    }
    return [
      "old": .string(old.hash.hex), "new": .string(new.hash.hex), "changes": changes(found),
      "reordered": .bool(found.isReordered), "old_sections": bodies(old), "new_sections": bodies(new),
    ]
  }

  /// Lines that went and came, in the order of the new text.
  static func lines(from old: String, to new: String) -> [String] {
    func split(_ text: String) -> [String] {
      text.isEmpty ? [] : text.split(omittingEmptySubsequences: false, whereSeparator: \.isNewline).map(String.init)
    }
    let (before, after) = (split(old), split(new))
    var gone: [Int: String] = [:]
    var come: Set<Int> = []
    for change in after.difference(from: before) {
      switch change {
      case .remove(let place, let line, _): gone[place] = line
      case .insert(let place, _, _): come.insert(place)
      }
    }
    var lines: [String] = []
    var place = 0
    func takeGone() {
      while let line = gone[place] {
        lines.append("- \(line)")
        place += 1
      }
    }
    for (number, line) in after.enumerated() {
      takeGone()
      if come.contains(number) { lines.append("+ \(line)") } else { place += 1 }
    }
    takeGone()
    return lines
  }
}
