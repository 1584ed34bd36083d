import Content
import Domain
import Evidence
import Foundation
import Reports

/// Everything that a report shows, from stored answers: no model is asked.
package struct ReportQuery: Query {
  /// The eval set whose scores and cases are shown; the one that the verdict goes by where nil.
  package var set: String?
  /// The version of Assay, to stand in the report.
  package var version: String

  /// Asks for a report.
  package init(set: String? = nil, version: String) {
    self.set = set
    self.version = version
  }

  /// Everything that was measured and declared.
  package var sources: Set<QuerySource> { [.files, .runs, .jobs] }

  /// Weighs everything, and reads the outputs that stand for the variants.
  /// - Throws: `WorkbenchError.input` where there is no such eval set, or none at all.
  package func answer(
    on workbench: isolated Workbench, partial: (ReportDocument) -> Void
  ) async throws -> ReportDocument {
    try await workbench.report(set: set, version: version)
  }
}

extension Workbench {
  fileprivate func report(set name: String?, version: String) async throws -> ReportDocument {
    guard let report = try await verdict() else {
      throw WorkbenchError.input("The workspace has no eval set, so there is nothing to report; add one to assay.yaml.")
    }
    let workspace = snapshot.workspace
    guard let set = workspace.evalSet(name ?? report.set) else {
      throw WorkbenchError.unknown("eval set", name ?? report.set, among: workspace.evalSets.map(\.name))
    }
    var document = ReportDocument(
      title: workspace.name, set: set.name, made: Self.minute(dependencies.now()), version: version,
      verdict: ReportDocument.Verdict(report.advice, flips: report.flips))
    if set.name != report.set { document.decidingSet = report.set }
    document.criteria = report.criteria.map { ReportDocument.Criterion($0) }
    document.cost = report.cost.map { ReportDocument.Cost($0, report.forecast, report.advice) }
    let measured = try await measured(on: set).ranked(by: report)
    document.variants = measured.map { ReportDocument.Variant($0, on: set) }
    let sides = Self.sides(of: measured, report)
    document.sides = sides.map(\.variant.name)
    document.cases = set.cases.map { ReportDocument.Case($0, answeredBy: sides) }
    if sides.count == 2 {
      document.comparison = .init(try await compare(sides[0].run.id, sides[1].run.id, set: set.name))
    }
    if !sides.isEmpty {
      let breakdown = try await BreakdownQuery(sides.map(\.run.id), set: set.name).answer(on: self) { _ in }
      document.add(breakdown)
    }
    for other in name == nil ? workspace.evalSets : [set] {
      let measured = other.name == set.name ? measured : try await self.measured(on: other)
      document.suites += measured.map { ReportDocument.Suite($0, on: other, started: Self.second($0.run.started)) }
    }
    return document
  }

  /// The best prompted and the best tuned variant; without one of the two the two best of the other.
  private static func sides(of measured: [MeasuredVariant], _ report: VerdictReport) -> [MeasuredVariant] {
    let best = [measured.first { !$0.variant.isTuned }, measured.first { $0.variant.isTuned }].compactMap(\.self)
    return best.count == 2 ? best : Array(measured.prefix(2))
  }

  private static func minute(_ date: Date) -> String {
    date.formatted(.iso8601.year().month().day()) + " "
      + date.formatted(.iso8601.time(includingFractionalSeconds: false)).prefix(5) + " UTC"
  }

  private static func second(_ date: Date) -> String {
    date.formatted(.iso8601.year().month().day()) + "T"
      + date.formatted(.iso8601.time(includingFractionalSeconds: false)).prefix(8)
  }
}

extension [MeasuredVariant] {
  /// The variants in the order of a verdict, where it is about the same set; others by their scores.
  fileprivate func ranked(by report: VerdictReport) -> [MeasuredVariant] {
    let places = Dictionary(report.runs.enumerated().map { ($1.id, $0) }, uniquingKeysWith: { first, _ in first })
    guard contains(where: { places[$0.run.id] != nil }) else { return ranked }
    return sorted { (places[$0.run.id] ?? .max) < (places[$1.run.id] ?? .max) }
  }
}
