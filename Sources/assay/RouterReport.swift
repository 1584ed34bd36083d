import Content
import Domain
import Evidence
import NumberFormat
import Routing
import WorkbenchCore

extension RouterLabReport {
  /// The router that is offered: the best one, or one of a kind if it is better, too.
  func chosen(_ kind: RouterKind?) -> RouterCandidate? {
    guard let kind else { return lab.best.map { lab.candidates[$0] } }
    return lab.candidates.first { $0.kind.rawValue == kind.rawValue && $0.isBetter && !$0.router.isConstant }
  }

  // MARK: Text

  /// What is printed.
  func lines(_ chosen: RouterCandidate?) -> [String] {
    var lines = [head]
    if leftOut > 0 { lines.append("\(NumberFormat.plural(leftOut, "case")) without scored answers of both left out.") }
    lines += [""] + table.lines(width: nil) + [""]
    lines.append(finding(chosen))
    if let chosen {
      lines += ["", "The router (\(chosen.kind.rawValue)):"] + chosen.router.lines.map { "  \($0)" }
    }
    if !lab.misrouted.isEmpty {
      lines += ["", "Sent the wrong way by \((chosen ?? lab.candidates.first)?.kind.rawValue ?? "rules"):"]
      lines += misroutedTable.lines(width: nil)
    }
    return lines
  }

  private var table: TextTable {
    var table = TextTable(
      .init("policy"), .init("score", .right), .init("95 % interval"), .init("to \(lab.strongName)", .right),
      .init("cost/case", .right), .init("time/case", .right), .init("against \(lab.cheapName)"),
      .init("against chance"))
    table.rows = policies.map { policy in
      [
        policy.name, policy.score.map { NumberFormat.percent($0.mean) } ?? "–",
        policy.score.map { NumberFormat.range($0.interval.low, $0.interval.high) } ?? "–",
        NumberFormat.percent(policy.strongShare), policy.cost.map(NumberFormat.dollars) ?? "–",
        policy.seconds.map(NumberFormat.duration) ?? "–", policy.againstCheap ?? "", policy.againstChance ?? "",
      ]
    }
    return table
  }

  private var misroutedTable: TextTable {
    var table = TextTable(
      .init("case"), .init("went to"), .init(lab.cheapName, .right), .init(lab.strongName, .right), .init("because"))
    table.rows = lab.misrouted.map { one in
      [
        one.id, one.arm == .cheap ? lab.cheapName : lab.strongName, NumberFormat.fixed(one.cheap, decimals: 2),
        NumberFormat.fixed(one.strong, decimals: 2), one.reason,
      ]
    }
    return table
  }

  // MARK: JSON

  /// What scripts read.
  func json(_ chosen: RouterCandidate?) -> JSONValue {
    [
      "set": .string(set), "cases": JSONValue(lab.cases.count), "units": JSONValue(lab.units),
      "left_out": JSONValue(leftOut), "cheap": .string(lab.cheapName), "strong": .string(lab.strongName),
      "cheap_by": .string(order.rawValue),
      "runs": [JSONValue(Int(runs.cheap.id.number)), JSONValue(Int(runs.strong.id.number))],
      "better": chosen.map { .string($0.kind.rawValue) } ?? .null,
      "refusal": chosen == nil ? .string(refusalWord) : .null, "finding": .string(finding(chosen)),
      "router": chosen.map { .object($0.router.json) } ?? .null,
      "frontier": .array(
        [
          point("always-cheap", lab.cheap), point("always-strong", lab.strong), point("oracle", lab.oracle),
        ] + lab.candidates.map { point($0.kind.rawValue, $0.standing, $0) }),
      "routes": .array(routes(chosen)),
      "misrouted": .array(
        lab.misrouted.map {
          [
            "case": .string($0.id), "arm": .string($0.arm == .cheap ? lab.cheapName : lab.strongName),
            "reason": .string($0.reason), "cheap_score": Report.rounded($0.cheap, 4),
            "strong_score": Report.rounded($0.strong, 4),
          ]
        }),
    ]
  }

  private var refusalWord: String {
    switch lab.refusal {
    case .tooFewCases?: "too-few-cases"
    case .tooFewDifferences?: "too-few-differences"
    case .notBetter?, nil: "not-better"
    }
  }

  private func point(_ name: String, _ standing: RouterStanding, _ candidate: RouterCandidate? = nil) -> JSONValue {
    func comparison(_ found: PairedComparison?) -> JSONValue {
      guard let found else { return .null }
      return [
        "difference": Report.rounded(found.difference, 4),
        "ci95": [Report.rounded(found.interval.low, 4), Report.rounded(found.interval.high, 4)],
        "p_value": JSONValue(found.pValue),
      ]
    }
    return [
      "policy": .string(name),
      "score": standing.score.map {
        [
          "mean": Report.rounded($0.mean, 4),
          "ci95": [Report.rounded($0.interval.low, 4), Report.rounded($0.interval.high, 4)],
        ]
      } ?? .null,
      "strong_share": Report.rounded(standing.strongShare, 4),
      "cost_usd": standing.cost.map { Report.rounded($0, 8) } ?? .null,
      "latency_ms": standing.latency.map { Report.rounded($0 * 1000, 1) } ?? .null,
      "against_cheap": comparison(candidate?.againstCheap), "against_strong": comparison(candidate?.againstStrong),
      "against_chance": comparison(candidate?.againstMixture),
      "better": candidate.map { .bool($0.isBetter) } ?? .null,
    ]
  }

  private func routes(_ chosen: RouterCandidate?) -> [JSONValue] {
    guard let shown = chosen ?? lab.candidates.first else { return [] }
    return zip(lab.cases, shown.routes).map { entry, route in
      [
        "case": .string(entry.id), "arm": .string(route.arm == .cheap ? lab.cheapName : lab.strongName),
        "escalated": .bool(route.isEscalated), "cheap_score": Report.rounded(entry.cheap.score, 4),
        "strong_score": Report.rounded(entry.strong.score, 4),
      ]
    }
  }
}
