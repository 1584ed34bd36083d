import Domain
import WorkbenchCore

/// A run as a person chose it: the one that stands for a variant, or one by its number.
struct RunChoice: Hashable, Sendable {
  var variant: String
  /// nil follows the run that stands for the variant.
  var run: RunID?
}

extension RunChoice {
  /// This run; where it stands for its variant on its set, whichever does from now on.
  init(_ run: Run, _ snapshot: Snapshot) {
    let newest = snapshot.meantRun(of: run.variant.name, on: run.set)?.run
    self.init(variant: run.variant.name, run: newest?.id == run.id ? nil : run.id)
  }
}

/// The two sides that should be read now: what was chosen, and the rest by custom.
struct ComparePair: Sendable {
  /// One side: a variant, and its run where it has one.
  struct Side: Sendable {
    var variant: Variant
    var run: Run?
    var isPinned: Bool

    /// Whether the variant waits for an adapter that no training job has made yet.
    func isUntrained(_ snapshot: Snapshot) -> Bool {
      guard let adapter = variant.adapter, (run?.summary.done ?? 0) == 0 else { return false }
      if adapter == Variant.latestAdapter { return snapshot.latestAdapter(for: variant) == nil }
      return adapter.hasPrefix(".assay/jobs/") && !snapshot.jobs.contains { $0.adapter != nil && $0.made(adapter) }
    }
  }

  /// The eval set.
  var set: String?
  /// The first side: prompted, by custom.
  var a: Side?
  /// The second side: tuned, by custom.
  var b: Side?

  /// - Parameters:
  ///   - a, b: what was chosen, if anything.
  ///   - set: the eval set that was chosen; the workspace's first where nil.
  init(_ snapshot: Snapshot, a: RunChoice?, b: RunChoice?, set chosen: String?) {
    let set = chosen ?? snapshot.workspace.evalSets.first?.name ?? snapshot.runs.first?.set
    self.set = set
    self.a = a.flatMap { Side($0, set, snapshot) } ?? Self.bestPrompted(set, snapshot, except: nil)
    self.b = b.flatMap { Side($0, set, snapshot) } ?? Self.newestTuned(set, snapshot)
    // Two that have runs tell more than one beside one that has none.
    if b == nil, self.b?.run == nil {
      let other = Self.bestPrompted(set, snapshot, except: self.a?.variant.name)
      if self.b == nil || other?.run != nil && self.a?.run != nil { self.b = other }
    }
  }

  /// What lines both sides up; nil until both have a run.
  var query: ComparisonQuery? {
    guard let a = a?.run, let b = b?.run, let set else { return nil }
    return ComparisonQuery(a: a.id, b: b.id, set: set)
  }

  /// What to call the sides.
  var names: SideNames {
    SideNames(aIsTuned: a?.variant.isTuned ?? false, bIsTuned: b?.variant.isTuned ?? false)
  }

  /// The variant without an adapter whose newest run has the best mean; runs that have measured nothing come last.
  private static func bestPrompted(_ set: String?, _ snapshot: Snapshot, except: String?) -> Side? {
    var best: Side?
    var seen: Set<String> = []
    for run in snapshot.runs where run.set == set && !run.variant.isTuned && run.variant.name != except {
      guard run.variant.ablated == nil, seen.insert(run.variant.name).inserted,
        let run = snapshot.meantRun(of: run.variant.name, on: set)?.run
      else { continue }
      if rank(run) > rank(best?.run) { best = Side(variant: run.variant, run: run, isPinned: false) }
    }
    if let best { return best }
    return snapshot.workspace.variants.last { !$0.isTuned && $0.name != except }.map {
      Side(variant: $0, run: nil, isPinned: false)
    }
  }

  /// Runs that aren't complete come after all that are, so that the pair doesn't change while one is under way.
  private static func rank(_ run: Run?) -> Double {
    run.map { $0.summary.done == 0 ? -1.5 : $0.summary.mean - ($0.summary.done < $0.requests ? 1 : 0) } ?? -2
  }

  private static func newestTuned(_ set: String?, _ snapshot: Snapshot) -> Side? {
    if let newest = snapshot.runs.first(where: { $0.set == set && $0.variant.isTuned && $0.variant.ablated == nil }),
      let run = snapshot.meantRun(of: newest.variant.name, on: set)?.run
    {
      return Side(variant: run.variant, run: run, isPinned: false)
    }
    return snapshot.workspace.variants.last { $0.isTuned }.map { Side(variant: $0, run: nil, isPinned: false) }
  }
}

extension ComparePair.Side {
  /// What a choice means on a set; nil where there is no such variant.
  init?(_ choice: RunChoice, _ set: String?, _ snapshot: Snapshot) {
    if let id = choice.run, let run = snapshot.runs.first(where: { $0.id == id && $0.set == set }) {
      self.init(variant: run.variant, run: run, isPinned: true)
      return
    }
    let run = snapshot.meantRun(of: choice.variant, on: set)?.run
    guard let variant = snapshot.workspace.variant(choice.variant) ?? run?.variant else { return nil }
    self.init(variant: variant, run: run, isPinned: false)
  }
}
