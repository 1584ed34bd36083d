import Domain
import Drawing
import Evidence
import PaneKit
import WorkbenchCore

/// Which way to go, and the evidence behind each sentence: the variants measured, the paired difference, and the advice.
package struct VerdictPane: Pane {
  /// What the pane's own keys mean.
  package enum Action: Sendable {
    case evaluate, evaluateAll, compare, otherPart
  }

  /// The parts that can have the focus.
  enum Part: Sendable { case variants, advice }

  /// Its name.
  package let id = PaneID.verdict
  /// Its title.
  package let title = "Verdict"
  var panels = PanelSet(focus: Part.variants)
  var table = TableView<String>()
  var advice = TextView()

  /// A pane that shows the variants.
  package init() {}

  /// A variant with its newest run on the deciding set.
  struct Row: Identifiable {
    var variant: Variant
    var run: Run?
    var price: TokenPrice?
    var id: String { variant.name }
  }

  /// The verdict, which rests on all runs.
  package func queries(_ snapshot: Snapshot) -> Set<AnyQuery> { [AnyQuery(VerdictQuery())] }

  /// The verdict, once it is worked out.
  func report(_ snapshot: Snapshot) -> VerdictReport? { snapshot[VerdictQuery()].answer ?? nil }

  /// Measured variants first, best first, then those still to be measured.
  func rows(_ snapshot: Snapshot) -> [Row] {
    let runs = report(snapshot)?.runs ?? []
    let measured = runs.map { run in
      Row(variant: run.variant, run: run, price: snapshot.workspace.model(run.variant.model)?.price)
    }
    let open = snapshot.workspace.variants.filter { variant in !runs.contains { $0.variant.name == variant.name } }
    return measured + open.map { Row(variant: $0, run: nil, price: nil) }
  }

  /// Does what a key stands for.
  package mutating func perform(_ action: Action, _ snapshot: Snapshot) -> Reaction<Command> {
    let rows = rows(snapshot)
    switch action {
    case .evaluate:
      guard let row = rows.first(where: { $0.id == table.selection }) ?? rows.first else {
        return .notice("There is no variant to evaluate.")
      }
      return evaluate(row.variant.name, snapshot)
    case .evaluateAll:
      let open = rows.filter { $0.run?.state != .finished }
      return open.isEmpty
        ? .notice("Every variant is measured; r on one asks again only for what is missing.")
        : .all(open.map { evaluate($0.variant.name, snapshot) })
    case .compare:
      guard let report = self.report(snapshot), let a = report.prompted, let b = report.tuned else { return .ignored }
      return .show(.compare, subject: Subject.runs(a.id, b.id, set: report.set))
    case .otherPart: panels.focus = panels.focus == .variants ? .advice : .variants
    }
    return .handled
  }

  private func evaluate(_ variant: String, _ snapshot: Snapshot) -> Reaction<Command> {
    .command(.evaluate(EvaluateRequest(variant: variant, set: report(snapshot)?.set)))
  }

  /// Moves in the part that has the focus.
  package mutating func handle(_ event: Event, _ snapshot: Snapshot) -> Reaction<Command> {
    switch panels.target(of: event) {
    case .variants: table.handle(event, rows(snapshot)) ? .handled : .ignored
    case .advice: advice.handle(event) ? .handled : .ignored
    case nil: .ignored
    }
  }
}
