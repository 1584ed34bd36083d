import Content
import Domain
import Evidence
import Routing

/// What routers between two variants would have made of the answers that are stored. No model is asked.
package struct RouterLabQuery: Query {
  /// One variant.
  package var a: String
  /// The other one.
  package var b: String
  /// The eval set; the first that is neither held out nor general where nil.
  package var set: String?

  /// Asks for routers between two variants.
  package init(_ a: String, _ b: String, set: String? = nil) {
    self.a = a
    self.b = b
    self.set = set
  }

  /// The cases, and both variants' runs.
  package var sources: Set<QuerySource> { [.files, .runs] }

  /// Learns and judges routers.
  package func answer(
    on workbench: isolated Workbench, partial: (RouterLabReport) -> Void
  ) async throws -> RouterLabReport {
    try await workbench.learnRouters(between: a, and: b, set: set)
  }
}

/// Routers between two variants, with what they were learnt from.
package struct RouterLabReport: Sendable {
  /// The routers and where they stand.
  package var lab: RouterLab
  /// The eval set.
  package var set: String
  /// Whether the set is kept apart for the verdict, so that what is learnt from it can't be judged by it.
  package var isHeldOut: Bool
  /// The runs that the answers are from: of the cheap variant and of the strong one.
  package var runs: (cheap: Run, strong: Run)
  /// Why the first one is the cheap one.
  package var order: Order
  /// Cases of the set to which one of the two has no scored answer.
  package var leftOut: Int

  /// What says which variant is the cheap one.
  package enum Order: String, Sendable {
    /// Its answers cost less.
    case cost
    /// It reads and writes fewer tokens; costs aren't known.
    case tokens
    /// It was named first; neither costs nor tokens are known.
    case named
  }
}

extension Workbench {
  /// Learns routers from stored answers of two variants.
  /// - Throws: `WorkbenchError` when one of them is not evaluated, or is a router itself.
  func learnRouters(between a: String, and b: String, set name: String?) async throws -> RouterLabReport {
    let workspace = snapshot.workspace
    let developed = workspace.evalSets.first { !$0.isHeldOut && !$0.isGeneral } ?? workspace.evalSets.first
    guard let set = name == nil ? developed : workspace.evalSet(name ?? "") else {
      throw WorkbenchError.unknown("eval set", name ?? "main", among: workspace.evalSets.map(\.name))
    }
    guard a != b else { throw WorkbenchError.input("A router needs two different variants; both are \"\(a)\".") }
    let first = try await arm(a, on: set)
    let second = try await arm(b, on: set)
    let order = Self.order(first.run, second.run)
    let (cheap, strong) = order.isSwapped ? (second, first) : (first, second)
    let margin = workspace.facts.worthwhileGain ?? PairedComparison.defaultMargin
    let names = (cheap: cheap.run.variant.name, strong: strong.run.variant.name)
    return await Self.report(
      names, set, runs: (cheap.run, strong.run), outputs: (cheap.outputs, strong.outputs), order: order.order,
      margin: margin)
  }

  private func arm(_ name: String, on set: EvalSet) async throws -> (run: Run, outputs: [Output]) {
    guard let variant = snapshot.workspace.variant(name) else {
      throw WorkbenchError.unknown("variant", name, among: snapshot.workspace.variants.map(\.name))
    }
    guard !variant.isRouter else {
      throw WorkbenchError.input("\"\(name)\" is a router; a router chooses between variants with models of their own.")
    }
    let run = try await run(named: name, set: set.name)
    let outputs = try await outputs(of: run, on: set).outputs
    guard outputs.contains(where: { $0.answer != nil }) else {
      throw WorkbenchError.notEvaluated(name, on: set.name)
    }
    return (run, outputs)
  }

  /// Which variant is the cheap one.
  private static func order(_ a: Run, _ b: Run) -> (order: RouterLabReport.Order, isSwapped: Bool) {
    if let one = a.summary.costPerReply, let other = b.summary.costPerReply, one != other {
      return (.cost, other < one)
    }
    func tokens(_ run: Run) -> Double? {
      run.summary.meanPromptTokens.flatMap { read in run.summary.meanCompletionTokens.map { $0 + read } }
    }
    if a.variant.model == b.variant.model, let one = tokens(a), let other = tokens(b), one != other {
      return (.tokens, other < one)
    }
    return (.named, false)
  }

  @concurrent
  private static func report(
    _ names: (cheap: String, strong: String), _ set: EvalSet, runs: (Run, Run), outputs: ([Output], [Output]),
    order: RouterLabReport.Order, margin: Double
  ) async -> RouterLabReport {
    let cheap = outcomes(outputs.0, set)
    let strong = outcomes(outputs.1, set)
    let cases = set.cases.compactMap { evalCase -> RoutedCase? in
      guard let a = cheap[evalCase.id], let b = strong[evalCase.id] else { return nil }
      return RoutedCase(
        id: evalCase.id, input: RouteInput(evalCase), key: evalCase.input.text(), group: evalCase.group,
        weight: evalCase.weight, cheap: a, strong: b)
    }
    return RouterLabReport(
      lab: RouterLab(cheap: names.cheap, strong: names.strong, set: set.name, cases, margin: margin), set: set.name,
      isHeldOut: set.isHeldOut, runs: runs, order: order, leftOut: set.cases.count - cases.count)
  }

  /// What a variant made of each case. Replies that are no answer score 0, as they would be worth nothing to whoever
  /// asked; failed requests are left out.
  private static func outcomes(_ outputs: [Output], _ set: EvalSet) -> [String: ArmOutcome] {
    let byCase = Dictionary(grouping: outputs, by: \.caseID)
    let scores = CaseOutputs(outputs).scored(set.cases, noAnswersAreWrong: true)
    var outcomes: [String: ArmOutcome] = [:]
    for entry in scores {
      guard let score = entry.value(), let answers = byCase[entry.id],
        let first = answers.min(by: { $0.sample < $1.sample })
      else { continue }
      outcomes[entry.id] = ArmOutcome(
        score: score, cost: mean(answers.map(\.cost)),
        latency: mean(answers.map { output in output.answer.flatMap { $0.latency > 0 ? $0.latency : nil } }),
        signs: EscalationSign.signs(of: first))
    }
    return outcomes
  }

  /// The mean; nil where a value isn't known.
  private static func mean(_ values: [Double?]) -> Double? {
    let known = values.compactMap(\.self)
    return known.count == values.count && !known.isEmpty ? known.reduce(0, +) / Double(known.count) : nil
  }

  /// Writes a router as a variant's file.
  /// - Throws: `Problem` or `WorkbenchError.input` when the name is taken or can't be one.
  package func save(_ router: Router, as name: String) async throws {
    if let flaw = Variant.flaw(of: name) { throw WorkbenchError.input(flaw) }
    snapshot.workspace = try await dependencies.files.read()
    if snapshot.workspace.variant(name) != nil {
      throw WorkbenchError.input("There is a variant \"\(name)\" already; choose another name.")
    }
    try await dependencies.files.add(Variant(name: name, router: router))
    await reloadFiles()
    guard snapshot.workspace.variant(name)?.router == router else {
      throw WorkbenchError.input(
        "The router was written to \(Variant.path(of: name)), and reading it again gives something else. Look at the file."
      )
    }
  }
}
