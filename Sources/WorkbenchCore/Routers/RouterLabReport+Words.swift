import Domain
import Evidence
import NumberFormat
import Routing

extension RouterLabReport {
  /// One way of answering, and where it stands.
  package struct Policy: Sendable, Hashable {
    /// What it is called.
    package var name: String
    /// The mean score with its interval.
    package var score: Estimate?
    /// The share of cases that go to the strong variant, 0 to 1.
    package var strongShare: Double
    /// Dollars for a case; nil where that isn't known.
    package var cost: Double?
    /// Seconds for a case; nil where that isn't known.
    package var seconds: Double?
    /// Its score less that of the cheap variant alone, in points with the interval; nil for what is no router.
    package var againstCheap: String?
    /// Its score less that of as many cases sent to the strong variant at random as cost the same; nil for what is no router.
    package var againstChance: String?
  }

  /// Both variants alone, each kind of router, and the oracle.
  package var policies: [Policy] {
    func policy(_ name: String, _ standing: RouterStanding, _ candidate: RouterCandidate? = nil) -> Policy {
      Policy(
        name: name, score: standing.score, strongShare: standing.strongShare, cost: standing.cost,
        seconds: standing.latency, againstCheap: candidate.map { Self.points($0.againstCheap) },
        againstChance: candidate.map { Self.points($0.againstMixture) })
    }
    return [policy("always \(lab.cheapName)", lab.cheap), policy("always \(lab.strongName)", lab.strong)]
      + lab.candidates.map { policy($0.kind.rawValue, $0.standing, $0) } + [policy("oracle", lab.oracle)]
  }

  /// What the best router does, a line each; none where no router is better.
  package var bestRules: [String] { best?.router.lines ?? [] }

  /// Whether the best router is better, in sentences.
  package var finding: String { finding(best) }

  private var best: RouterCandidate? { lab.best.map { lab.candidates[$0] } }

  /// The cases that went the wrong way, with why.
  package var misrouted: [(id: String, why: String)] {
    lab.misrouted.map { one in
      let scores = [one.cheap, one.strong].map { NumberFormat.fixed($0, decimals: 2) }
      return (
        one.id,
        "went to \(one.arm == .cheap ? lab.cheapName : lab.strongName) (\(one.reason)): \(lab.cheapName) \(scores[0]), "
          + "\(lab.strongName) \(scores[1])"
      )
    }
  }

  /// What the routers were learnt from, a sentence.
  package var head: String {
    let why =
      switch order {
      case .cost: "its answers cost less"
      case .tokens: "it takes fewer tokens; prices are not known"
      case .named: "it was named first; what answers cost is not known"
      }
    return
      "\(NumberFormat.plural(lab.cases.count, "case")) of \(set) answered by both. \(lab.cheapName) is the cheap one: \(why)."
  }

  private static func points(_ comparison: PairedComparison) -> String {
    let interval = comparison.interval
    return "\(NumberFormat.signedPoints(comparison.difference)) [\(NumberFormat.signedPoints(interval.low)), "
      + "\(NumberFormat.signedPoints(interval.high))]"
  }

  /// Whether a router is better than the cheap variant alone and than chance at the same price, in sentences.
  /// - Parameter chosen: the router that is offered.
  package func finding(_ chosen: RouterCandidate?) -> String {
    if let chosen {
      var words =
        "The \(chosen.kind.rawValue) router is better than \(lab.cheapName) alone by "
        + "\(Self.points(chosen.againstCheap)) points, and than chance at the same price by \(Self.points(chosen.againstMixture))."
      let strong = chosen.againstStrong
      words += " Against \(lab.strongName) alone: \(strong.words)"
      if let own = chosen.standing.cost, let all = lab.strong.cost, all > 0 {
        words += ", at \(NumberFormat.percent(own / all)) of its cost"
      }
      return words + ". Judged by cross-fitting; the router itself is learnt from all cases."
    }
    switch lab.refusal {
    case .tooFewCases(let units)?:
      return
        "No router: \(NumberFormat.plural(units, "independent case")) with answers of both can't tell, and "
        + "\(RouterLab.fewestUnits) are the fewest."
    case .tooFewDifferences(let units)?:
      return
        "No router: the two differ on \(NumberFormat.plural(units, "independent case")), and fewer than "
        + "\(RouterLab.fewestDifferences) teach nothing about which inputs need \(lab.strongName)."
    case .notBetter?, nil:
      let against = lab.strongAgainstCheap
      return
        "No router is better: none is shown to beat \(lab.cheapName) alone and chance at the same price. \(lab.strongName) "
        + "against \(lab.cheapName): \(against.words)."
    }
  }
}
