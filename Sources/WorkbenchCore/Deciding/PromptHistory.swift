import Domain
import Evidence

/// Which runs measured versions of one prompt on one model, and which choices were tried on a set.
enum PromptHistory {
  /// The most versions that are looked at.
  static let mostVersions = 12

  /// The runs of a variant's prompt on its model and a set, the oldest version first, one for each version: the one with
  /// the most cases. Other variants that send other sections of the prompt are no versions of it, nor are ablations.
  static func versions(of variant: Variant, on set: EvalSet, among runs: [Run]) -> [Run] {
    var order: [ContentHash] = []
    var best: [ContentHash: Run] = [:]
    for run in runs.sorted(by: { ($0.started, $0.id) < ($1.started, $1.id) }) {
      guard run.set == set.name, !variant.isTuned, !run.variant.isTuned, run.variant.model == variant.model,
        run.variant.prompt == variant.prompt, run.variant.ablated == nil, !run.variant.isRouter,
        run.variant.name == variant.name || run.variant.choice == variant.choice,
        run.casesComplete * 10 >= run.cases * 9
      else { continue }
      if best[run.promptVersion] == nil { order.append(run.promptVersion) }
      if best[run.promptVersion].map({ $0.casesComplete <= run.casesComplete }) ?? true {
        best[run.promptVersion] = run
      }
    }
    return order.suffix(mostVersions).compactMap { best[$0] }
  }

  /// What one choice is: runs that differ in nothing of this are the same candidate.
  private struct Candidate: Hashable {
    var model: String
    var adapter: String?
    var version: ContentHash
    var sampling: Sampling
  }

  /// How many tuned and how many prompted candidates were ever scored on a set, versions that are gone included. Trials
  /// on less than half of the cases choose nothing, and
  /// what an ablation leaves out isn't chosen by it.
  static func tried(on set: EvalSet, among runs: [Run], variants: [Variant]) -> (tuned: Int, prompted: Int) {
    let tuned = Set(variants.filter(\.isTuned).map(\.name))
    let known = Set(variants.map(\.name))
    var found: (tuned: Set<Candidate>, prompted: Set<Candidate>) = ([], [])
    for run in runs
    where run.set == set.name && run.variant.ablated == nil && !run.variant.isRouter
      && run.casesComplete * 2 >= run.cases
      && run.summary.scored > 0
    {
      let candidate = Candidate(
        model: run.variant.model, adapter: run.variant.adapter, version: run.promptVersion,
        sampling: run.variant.sampling)
      let isTuned = known.contains(run.variant.name) ? tuned.contains(run.variant.name) : run.variant.isTuned
      if isTuned { found.tuned.insert(candidate) } else { found.prompted.insert(candidate) }
    }
    return (max(1, found.tuned.count), max(1, found.prompted.count))
  }
}
