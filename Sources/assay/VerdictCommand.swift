import ArgumentParser
import Content
import Domain
import Evidence
import WorkbenchCore

/// `assay verdict`: which way to go, and the evidence behind each sentence.
struct VerdictCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "verdict", abstract: "Keep prompting, fine-tune, or combine: what the runs say, and what is missing.")

  @OptionGroup var options: WorkspaceOptions

  func run() async throws {
    let workbench = try await options.workbench()
    Wiring.report(await workbench.snapshot.workspace.problems)
    let flaws = await workbench.snapshot.workspace.factFlaws
    guard flaws.isEmpty else { throw WorkbenchError.flawed("judged", flaws) }
    await workbench.refreshJobs()
    let report = try await workbench.answer(to: VerdictQuery())
    let sides = [report?.prompted, report?.tuned].compactMap(\.self)
    let names = sides.map(\.variant.name)
    var breakdown = RunBreakdown()
    var results = JSONValue.null
    var judged: [(run: Run, rate: Workbench.JudgedRate)] = []
    for side in sides { judged += try await workbench.judgedRates(of: side).map { (side, $0) } }
    if let report {
      if !sides.isEmpty {
        breakdown = try await workbench.answer(to: BreakdownQuery(sides.map(\.id), set: report.set))
      }
      results = Report.verdictResults(report, breakdown)
      if !judged.isEmpty, var object = results.object {
        object["judges"] = .array(judged.map { Report.rate($0.rate, variant: $0.run.variant.name) })
        results = .object(object)
      }
    }
    await workbench.close()
    guard let report else {
      throw WorkbenchError.input(
        "The workspace has no eval set, so there is nothing to judge by; add one to assay.yaml.")
    }
    if options.json { return printJSON(results) }
    if report.runs.isEmpty {
      print("No variant has been evaluated on \"\(report.set)\" yet: `assay eval` does it.")
    } else {
      var table = Report.runTable
      table.rows = report.runs.map(Report.row)
      table.print()
    }
    for one in judged { print(Report.rate(one.rate, of: one.run)) }
    print("")
    print(report.advice.headline + ".")
    print(report.advice.confidenceSentence)
    let objections = report.advice.objections
    if !objections.isEmpty {
      print("\nWhat speaks against it:")
      for objection in objections { print("  ! \(objection.statement)") }
    }
    print("")
    for line in report.advice.lines { print("  \(line.direction.mark) \(line.statement)") }
    let flips = report.flips.compactMap(\.words)
    if !flips.isEmpty {
      print("\nWhat would turn it:")
      for flip in flips { print("  · \(flip)") }
    }
    Report.show(report.forecast)
    Report.show(report.criteria)
    Report.show(breakdown, of: names, kinds: RunBreakdown.Kind.allCases)
    if !report.advice.missing.isEmpty {
      print("\nWhat would settle more:")
      for missing in report.advice.missing {
        print("  · \(missing.statement)" + (missing.command.map { ": \($0)" } ?? ""))
      }
    }
  }
}

extension Report {
  static func verdict(_ report: VerdictReport) -> JSONValue {
    let advice = report.advice
    return [
      "set": .string(report.set), "recommendation": .string(advice.recommendation.rawValue),
      "confidence": .string(advice.confidence.rawValue),
      "confidence_limits": .array(advice.limits.map { .string($0) }),
      "against": .array(advice.objections.map { .string($0.rule.rawValue) }), "headline": .string(advice.headline),
      "decided_by": .string(advice.decidedBy.rawValue),
      "prompted": report.prompted.map(run) ?? .null, "tuned": report.tuned.map(run) ?? .null,
      "variants": .array(report.runs.map(run)),
      "alike": .array(
        report.runs.compactMap { run in
          report.letters[run.variant.name].map { ["variant": .string(run.variant.name), "letters": .string($0)] }
        }),
      "outdated": .array(report.runs.filter { report.outdated.contains($0.id) }.map { .string($0.variant.name) }),
      "reasons": .array(
        advice.lines.enumerated().map { place, line in
          [
            "rule": .string(line.rule.rawValue), "direction": .string(line.direction.rawValue),
            "statement": .string(line.statement),
            "stated_file": line.stated == nil ? .null : "assay.yaml",
            "stated_key": line.stated.map { .string($0.key) } ?? .null,
            "stated_line": line.stated?.line.map { JSONValue($0) } ?? .null,
            "evidence": report.source(ofLine: place).map(evidence) ?? .null,
            "figures": .array(
              line.figures.map { figure in
                [
                  "name": .string(figure.name), "value": JSONValue(figure.value),
                  "ci95": figure.interval.map { [JSONValue($0.low), JSONValue($0.high)] } ?? .null,
                ]
              }),
          ]
        }),
      "forecast": money(report.forecast),
      "criteria": criteria(report.criteria),
      "flips": .array(
        report.flips.map { flip in
          func turn(_ turn: FlipDistance.Turn?) -> JSONValue { turn.map { JSONValue($0.value) } ?? .null }
          func what(_ turn: FlipDistance.Turn?) -> JSONValue {
            turn.map { .string($0.recommendation.rawValue) } ?? .null
          }
          return [
            "fact": .string(flip.fact.rawValue), "value": JSONValue(flip.value), "below": turn(flip.below),
            "below_recommendation": what(flip.below), "above": turn(flip.above),
            "above_recommendation": what(flip.above),
          ]
        }),
      "missing": .array(
        advice.missing.map {
          [
            "rule": .string($0.rule.rawValue), "statement": .string($0.statement),
            "count": $0.count.map { JSONValue($0) } ?? .null, "command": $0.command.map { .string($0) } ?? .null,
          ]
        }),
    ]
  }
}

extension Report {
  /// What a line of a verdict rests on: runs by their numbers, cases by their ids, or a place in a file.
  static func evidence(_ source: VerdictSource) -> JSONValue {
    var kind = "run"
    var set: String?
    var cases: [String] = []
    var place: (file: String, key: String, line: Int?)?
    switch source {
    case .run: break
    case .runs(_, _, let name): (kind, set) = ("comparison", name)
    case .versions(_, let name): (kind, set) = ("versions", name)
    case .cases(let ids, let name): (kind, set, cases) = ("cases", name, ids)
    case .file(let file, let key, let line): (kind, place) = ("file", (file, key, line))
    }
    return [
      "kind": .string(kind), "set": set.map { .string($0) } ?? .null,
      "runs": .array(source.runs.map { JSONValue(Int($0.number)) }), "cases": .array(cases.map { .string($0) }),
      "file": place.map { .string($0.file) } ?? .null, "key": place.map { .string($0.key) } ?? .null,
      "line": place?.line.map { JSONValue($0) } ?? .null,
    ]
  }
}

extension Reason.Direction {
  /// A sign for the line on a terminal.
  var mark: String {
    switch self {
    case .forPrompting: "P"
    case .forTuning: "T"
    case .forHybrid: "H"
    case .against: "!"
    case .neutral: "·"
    case .unknown: "?"
    }
  }
}
