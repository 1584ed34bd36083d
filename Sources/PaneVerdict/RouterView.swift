import Domain
import Drawing
import Evidence
import NumberFormat
import WorkbenchCore

/// Whether a router between the best prompted and the best tuned variant would do better than either, from stored answers.
struct RouterView {
  private let report: RouterLabReport
  private let tuned: String

  init(_ report: RouterLabReport, tuned: String) {
    self.report = report
    self.tuned = tuned
  }

  /// What asks for it: both best variants on the set that prompts are developed on; nil without two.
  static func query(_ report: VerdictReport) -> RouterLabQuery? {
    guard let prompted = report.prompted, let tuned = report.tuned else { return nil }
    return RouterLabQuery(prompted.variant.name, tuned.variant.name)
  }

  /// The finding, where each policy stands, what the router does, and cases that go the wrong way.
  var lines: [VerdictLine] {
    var lines = [
      VerdictLine(.detail("finding"), report.finding), VerdictLine(.detail("head"), report.head, style: .textDim),
    ]
    lines.append(.heading("Policies"))
    for policy in report.policies {
      var words = ["score \(policy.score.map { NumberFormat.percent($0) } ?? "not known")"]
      if let cost = policy.cost { words.append("\(NumberFormat.dollars(cost)) a case") }
      if let seconds = policy.seconds { words.append("\(NumberFormat.duration(seconds)) a case") }
      words.append("\(NumberFormat.percent(policy.strongShare)) to the strong one")
      if let points = policy.againstCheap { words.append("against the cheap one \(points)") }
      if let points = policy.againstChance { words.append("against chance \(points)") }
      var line = VerdictLine(.detail("policy \(policy.name)"), words.joined(separator: " · "))
      line.label = (policy.name, .textStrong)
      lines.append(line)
    }
    if !report.bestRules.isEmpty {
      lines.append(.heading("What the router does"))
      lines += report.bestRules.enumerated().map { VerdictLine(.detail("rule \($0)"), $1) }
    }
    if !report.misrouted.isEmpty {
      lines.append(.heading("Sent the wrong way"))
      lines += report.misrouted.map { one in
        var line = VerdictLine(.detail("case \(one.id)"), one.why)
        line.label = (one.id, .textDim)
        line.opening = .source(.cases([one.id], set: report.set))
        return line
      }
    }
    lines.append(.heading("From the command line"))
    let (cheap, strong) = (report.runs.cheap.variant.name, report.runs.strong.variant.name)
    let words = [cheap, strong].map(MeasureRequest.word).joined(separator: " ")
    lines.append(
      VerdictLine(.detail("save"), "assay router learn \(words) --save NAME writes the best router as a variant."))
    lines.append(
      VerdictLine(
        .detail("strip"),
        "assay strip \(MeasureRequest.word(tuned)) finds the shortest prompt that the tuned model still needs; it tells first what "
          + "that costs."))
    return lines
  }
}
