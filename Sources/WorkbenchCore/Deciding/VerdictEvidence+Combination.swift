import Domain
import Evidence
import Routing

extension VerdictEvidence {
  /// What is measured of the ways to use a prompt and a tuned model, each against the better one of both variants.
  func combination(_ prompted: MeasuredVariant, _ tuned: MeasuredVariant) -> Combination {
    let same = measured.filter { isSameModel($0.variant, as: tuned.variant) }
    let full = same.filter { $0.run.promptVersion == prompted.run.promptVersion }
    let short = same.filter { length($0) < length(prompted) }
    var combination = Combination(hasFullPrompt: !full.isEmpty, hasShortPrompt: !short.isEmpty)
    let judged = routers.filter { $0.isComplete && !isLearntHere($0.variant) }
    var ways: [(way: Combination.Way, measured: MeasuredVariant)] = [(.prompted, prompted)]
    for (way, found) in [(Combination.Way.tunedShort, short), (.tunedFull, full), (.router, judged)] {
      if let best = found.filter(\.isComplete).ranked.first { ways.append((way, best)) }
    }
    if !ways.contains(where: { $0.measured.run.id == tuned.run.id }) { ways.insert((.tunedShort, tuned), at: 1) }
    let reference = (tuned.estimate?.mean ?? 0) > (prompted.estimate?.mean ?? 0) ? tuned : prompted
    let family = ways.count - 1
    combination.ways = ways.compactMap { way, one in
      guard let score = one.estimate else { return nil }
      var pairs: PairedComparison?
      if one.run.id != reference.run.id {
        guard let found = self.pairs(one, reference) else { return nil }
        pairs = found.adjusted(pValue: min(1, found.rawPValue * Double(family)), family: family)
      }
      return Combination.Measured(
        way: way, name: one.variant.name, score: score, cost: one.run.summary.costPerReply, comparison: pairs)
    }
    if judged.isEmpty { combination.routerGap = routerGap(prompted, tuned) }
    return combination
  }

  private func routerGap(_ prompted: MeasuredVariant, _ tuned: MeasuredVariant) -> Combination.RouterGap? {
    if let learnt = routers.first { return .learntHere(learnt.variant.name) }
    if let router = workspace.variants.first(where: \.isRouter) { return .notMeasured(router.name) }
    guard let pairs = pairs(tuned, prompted), pairs.wins + pairs.losses >= RouterLab.fewestDifferences,
      pairs.count >= RouterLab.fewestUnits
    else { return nil }
    return Combination.RouterGap.none
  }

  private func isLearntHere(_ variant: Variant) -> Bool { variant.router?.origin?.set == set.name }

  /// The set that a router can be judged on: the deciding one, unless it was learnt there and another one is held out.
  func routerSet(_ router: Variant) -> EvalSet {
    guard isLearntHere(router) else { return set }
    return workspace.evalSets.first { $0.isHeldOut && $0.name != set.name } ?? set
  }

  /// How to learn a router between the best prompted and the best tuned variant.
  var routerCommand: String? {
    guard let prompted = prompted?.variant, let tuned = tuned?.variant else { return nil }
    let developed = workspace.evalSets.first { !$0.isGeneral && !$0.isHeldOut } ?? set
    let words = [prompted.name, tuned.name].map(MeasureRequest.word).joined(separator: " ")
    return "assay router learn \(words) --set \(MeasureRequest.word(developed.name)) --save router"
  }
}
