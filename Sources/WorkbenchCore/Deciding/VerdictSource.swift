import Domain
import Evidence

/// What a line of a verdict rests on, to be opened or read.
package enum VerdictSource: Sendable, Hashable {
  /// One run.
  case run(RunID)
  /// Two runs on a set; the second is measured against the first.
  case runs(RunID, RunID, set: String)
  /// Cases of a set, by their ids.
  case cases([String], set: String)
  /// Runs of the versions of one prompt on a set, oldest first.
  case versions([RunID], set: String)
  /// A place in a file of the workspace: a key, and its line where it is known.
  case file(String, key: String, line: Int?)

  /// The runs behind the line, oldest version or baseline first.
  package var runs: [RunID] {
    switch self {
    case .run(let id): [id]
    case .runs(let a, let b, _): [a, b]
    case .versions(let ids, _): ids
    case .cases, .file: []
    }
  }
}

extension VerdictEvidence {
  /// What each line of the advice rests on, in the lines' order.
  func sources(of lines: [Reason]) -> [VerdictSource?] {
    var generals = general.makeIterator()
    return lines.map { line in
      if let stated = line.stated { return .file("assay.yaml", key: stated.key, line: stated.line) }
      return line.rule == .forgetting ? forgettingSource(&generals) : source(of: line)
    }
  }

  /// Both sides, or the one there is.
  private var sides: VerdictSource? {
    if let prompted, let tuned { return .runs(prompted.run.id, tuned.run.id, set: set.name) }
    return (prompted ?? tuned).map { .run($0.run.id) }
  }

  private func source(of line: Reason) -> VerdictSource? {
    switch line.rule {
    case .leak: return leakSource(line)
    case .adapter: return tuned.map { .run($0.run.id) }
    case .heldOut:
      if case .used = heldOut { return sides }
      return .file("assay.yaml", key: "eval_sets", line: nil)
    case .coverage:
      // A name may begin another one's.
      let concerned = [prompted, tuned].compactMap(\.self).filter { line.statement.hasPrefix($0.variant.name + " ") }
      return concerned.max { $0.variant.name.count < $1.variant.name.count }.map { .run($0.run.id) }
    case .target, .ceiling:
      return line.direction == .forPrompting || line.direction == .unknown ? prompted.map { .run($0.run.id) } : sides
    case .quality, .preference, .evalSize, .format, .latency: return sides
    case .combination:
      let router = routers.first { line.statement.contains($0.variant.name + " ") }
      return router.map { .run($0.run.id) } ?? sides
    case .otherSets:
      return others.first { other in line.figures.contains { $0.name == "difference on \(other.set.name)" } }.map {
        .runs($0.prompted.run.id, $0.tuned.run.id, set: $0.set.name)
      }
    case .earlierVersion:
      let earlier = versions.first { $0.run.promptVersion.hex.hasPrefix(earlierBest?.version ?? " ") }
      guard let earlier, let prompted else { return nil }
      return .runs(earlier.run.id, prompted.run.id, set: prompted.run.set)
    case .plateau: return versions.first.map { .versions(versions.map(\.run.id), set: $0.run.set) }
    case .cost, .volume: return .file("assay.yaml", key: "facts", line: workspace.facts.lines.values.min())
    case .examples: return workspace.training.data.map { .file($0, key: "rows", line: nil) }
    // Stated, and handled above.
    case .forgetting, .early, .requirements, .flexibility, .today, .expertise, .budget, .changingFacts, .jargon,
      .behaviour, .regulated, .queryTypes, .routing:
      return nil
    }
  }

  private func leakSource(_ line: Reason) -> VerdictSource? {
    if line.figures.contains(where: { $0.name == "cases in the prompt" }) {
      let leaky = [tuned, prompted].compactMap(\.self).first {
        line.statement.contains("prompt of \($0.variant.name) ")
      }
      guard let version = leaky.flatMap({ sent[$0.run.promptVersion] }) else { return nil }
      return .cases(inOrder(CaseTextSearch(version).cases(of: set)), set: set.name)
    }
    if !leakedIDs.isEmpty { return .cases(inOrder(leakedIDs), set: set.name) }
    return .file("assay.yaml", key: "training.data", line: nil)
  }

  private func inOrder(_ ids: some Collection<String>) -> [String] {
    let wanted = Set(ids)
    return set.cases.map(\.id).filter(wanted.contains)
  }

  /// The base model's run and the tuned one's on the next set that has both.
  private func forgettingSource(
    _ sets: inout IndexingIterator<[(set: EvalSet, measured: [MeasuredVariant])]>
  ) -> VerdictSource? {
    guard let tuned else { return nil }
    while let (set, measured) = sets.next() {
      guard let pair = generalPair(of: tuned, among: measured) else { continue }
      return .runs(pair.before.run.id, pair.after.run.id, set: set.name)
    }
    return general.isEmpty ? .file("assay.yaml", key: "eval_sets", line: nil) : nil
  }
}
