import Domain
import Drawing
import Evidence
import PaneKit
import WorkbenchCore

/// Which way to go, and the evidence behind each sentence: the variants measured, and the lines of the advice, each of which
/// opens what it rests on.
package struct VerdictPane: Pane {
  /// What the pane's own keys mean.
  package enum Action: Sendable {
    case open, evaluate, evaluateAll, compare, otherPart, nextView
    case editFacts, saveFacts, leaveFacts
  }

  /// The parts that can have the focus.
  enum Part: Sendable { case variants, advice }

  /// Its name.
  package let id = PaneID.verdict
  /// Its title.
  package let title = "Verdict"
  var panels = PanelSet(focus: Part.variants)
  var table = TableView<String>()
  /// What the lower part shows.
  var view = VerdictView.advice
  private var lists: [VerdictView: ParagraphList<VerdictLine.ID>] = [:]
  var width = 78  // of the lower part, when it was drawn last
  var form: FactsForm?  // while facts are stated

  /// A pane that shows the variants.
  package init() {}

  /// True while facts are typed.
  package var capturesText: Bool { form != nil }

  /// A variant with the run that stands for it on the deciding set.
  struct Row: Identifiable {
    var variant: Variant
    var run: Run?
    var id: String { variant.name }
  }

  /// The lines of the lower part with what is selected among them.
  var list: ParagraphList<VerdictLine.ID> {
    get { lists[view] ?? ParagraphList() }
    set { lists[view] = newValue }
  }

  /// The verdict, which rests on all runs, and scores by part while they are shown.
  package func queries(_ snapshot: Snapshot) -> Set<AnyQuery> {
    Set(
      [AnyQuery(VerdictQuery())] + (breakdownQuery(snapshot).map { [AnyQuery($0)] } ?? [])
        + (routerQuery(snapshot).map { [AnyQuery($0)] } ?? []))
  }

  /// What asks for the parts' scores; nil where they aren't shown, or nothing is measured.
  private func breakdownQuery(_ snapshot: Snapshot) -> BreakdownQuery? {
    guard view == .parts, let report = report(snapshot) else { return nil }
    let sides = PartsView.sides(report)
    return sides.isEmpty ? nil : BreakdownQuery(sides.map(\.id), set: report.set)
  }

  /// The verdict, once it is worked out.
  func report(_ snapshot: Snapshot) -> VerdictReport? { snapshot[VerdictQuery()].answer ?? nil }

  /// How many of the rows are the best prompted and the best tuned variant, which always stay in view.
  func best(_ snapshot: Snapshot) -> [RunID] {
    [report(snapshot)?.prompted?.id, report(snapshot)?.tuned?.id].compactMap(\.self)
  }

  /// The best prompted and the best tuned variant, then the others that are measured, then those still to be measured.
  func rows(_ snapshot: Snapshot) -> [Row] {
    let runs = report(snapshot)?.runs ?? []
    let best = best(snapshot)
    let sorted = best.compactMap { id in runs.first { $0.id == id } } + runs.filter { !best.contains($0.id) }
    let open = snapshot.workspace.variants.filter { variant in !runs.contains { $0.variant.name == variant.name } }
    return sorted.map { Row(variant: $0.variant, run: $0) } + open.map { Row(variant: $0, run: nil) }
  }

  /// The selected variant.
  func row(_ snapshot: Snapshot) -> Row? { table.list.selected(in: rows(snapshot)) }

  /// What asks for routers; nil where they aren't shown, or there is nothing to route between.
  private func routerQuery(_ snapshot: Snapshot) -> RouterLabQuery? {
    guard view == .router, let report = report(snapshot) else { return nil }
    return RouterView.query(report)
  }

  private func routerLines(_ report: VerdictReport, _ snapshot: Snapshot) -> [VerdictLine] {
    guard let query = routerQuery(snapshot) else {
      return [
        VerdictLine(
          .nothing, "A router takes a prompted and a tuned variant that are measured on \(report.set): M evaluates all."
        )
      ]
    }
    let answer = snapshot[query]
    if let found = answer.answer { return RouterView(found, tuned: report.tuned?.variant.name ?? "").lines }
    return [VerdictLine(.nothing, answer.problem ?? "Learning routers from the stored answers …")]
  }

  /// The lines of what is shown below the variants.
  func lines(_ report: VerdictReport, _ snapshot: Snapshot) -> [VerdictLine] {
    switch view {
    case .advice: return VerdictLine.lines(report)
    case .forecast: return ForecastView(report).lines
    case .criteria: return CriteriaView(report).lines
    case .router: return routerLines(report, snapshot)
    case .parts:
      guard let query = breakdownQuery(snapshot) else {
        return [VerdictLine(.nothing, "Nothing is measured on \(report.set) yet: M evaluates every variant.")]
      }
      let answer = snapshot[query]
      if let breakdown = answer.answer { return PartsView(breakdown, report).lines(width: width) }
      return [VerdictLine(.nothing, answer.problem ?? "Reading the answers …")]
    }
  }

  /// The selected line of what is shown below the variants.
  func line(_ snapshot: Snapshot) -> VerdictLine? {
    guard let report = report(snapshot) else { return nil }
    let lines = lines(report, snapshot)
    return lines.first { $0.id == list.selection } ?? lines.first
  }

  /// Does what a key stands for.
  package mutating func perform(_ action: Action, _ snapshot: Snapshot) -> Reaction<Command> {
    switch action {
    case .open: return panels.focus == .variants ? openVariant(snapshot) : openLine(snapshot)
    case .evaluate: return evaluateSelected(snapshot)
    case .evaluateAll:
      let open = rows(snapshot).filter { $0.run?.state != .finished }
      return open.isEmpty
        ? .notice("Every variant is measured; r on one asks again only for what is missing.")
        : .all(open.map { evaluate($0.variant.name, snapshot) })
    case .compare:
      guard let report = self.report(snapshot), let a = report.prompted, let b = report.tuned else { return .ignored }
      return .show(.compare, subject: Subject.runs(a.id, b.id, set: report.set))
    case .nextView:
      view = view.next
      panels.focus = .advice
    case .otherPart: panels.focus = panels.focus == .variants ? .advice : .variants
    case .editFacts: form = FactsForm(snapshot.workspace.facts, at: nil)
    case .leaveFacts: form = nil
    case .saveFacts:
      guard let facts = form?.statements() else { return .handled }
      form = nil
      return facts.isEmpty ? .notice("No fact was changed.") : .command(.stateFacts(facts))
    }
    return .handled
  }

  private func openVariant(_ snapshot: Snapshot) -> Reaction<Command> {
    guard let run = row(snapshot)?.run else { return .notice("This variant is not measured yet: r evaluates it.") }
    return .show(.cases, subject: Subject.run(run.id))
  }

  /// Opens what the selected line rests on.
  private mutating func openLine(_ snapshot: Snapshot) -> Reaction<Command> {
    switch line(snapshot)?.opening {
    case .source(.run(let id)): return .show(.cases, subject: Subject.run(id))
    case .source(.runs(let a, let b, let set)): return .show(.compare, subject: Subject.runs(a, b, set: set))
    case .source(.versions(let runs, let set)):
      guard let last = runs.last else { return .handled }
      guard let before = runs.dropLast().last else { return .show(.cases, subject: Subject.run(last)) }
      return .show(.compare, subject: Subject.runs(before, last, set: set))
    case .source(.cases(let ids, let set)):
      guard let first = ids.first else { return .handled }
      let more = ids.count > 1 ? "Cases concerned: \(ids.prefix(20).joined(separator: ", "))" : nil
      let show = Reaction<Command>.show(.cases, subject: Subject.evalCase(first, set: set))
      return more.map { .all([show, .notice($0)]) } ?? show
    case .source(.file(let file, let key, let line)):
      return .notice("It stands in \(file)\(line.map { ":\($0)" } ?? "") (\(key)).")
    case .fact(let key): form = FactsForm(snapshot.workspace.facts, at: key)
    case .measure(let request): return .command(.measure(request))
    case .generalSet(let path): return .command(.addGeneralSet(at: path))
    case nil: return .notice("There is nothing to open behind this line.")
    }
    return .handled
  }

  private func evaluateSelected(_ snapshot: Snapshot) -> Reaction<Command> {
    if panels.focus == .advice {
      switch line(snapshot)?.opening {
      case .measure(let request): return .command(.measure(request))
      case .generalSet(let path): return .command(.addGeneralSet(at: path))
      case .source, .fact, nil: break
      }
    }
    guard let row = row(snapshot) else { return .notice("There is no variant to evaluate.") }
    return evaluate(row.variant.name, snapshot)
  }

  private func evaluate(_ variant: String, _ snapshot: Snapshot) -> Reaction<Command> {
    .command(.evaluate(EvaluateRequest(variant: variant, set: report(snapshot)?.set)))
  }

  /// Moves in the part that has the focus; past the last variant into the advice, and back.
  package mutating func handle(_ event: Event, _ snapshot: Snapshot) -> Reaction<Command> {
    if form != nil { return form?.handle(event) == true ? .handled : .ignored }
    return switch panels.target(of: event) {
    case .variants: table.handle(event, rows(snapshot)) ? .handled : .ignored
    case .advice: list.handle(event) ? .handled : .ignored
    case nil: .ignored
    }
  }
}
