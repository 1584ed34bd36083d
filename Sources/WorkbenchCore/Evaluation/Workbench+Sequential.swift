import Content
import Domain
import Evidence
import NumberFormat

/// A comparison that ended as soon as it was decided.
package struct SequentialComparison: Sendable {
  /// The first variant's run, as if it had only the cases that were asked.
  package var a: Run
  /// The second variant's run, likewise.
  package var b: Run
  /// What each look showed, the last one being what counts.
  package var findings: [GroupSequential.Finding]
  /// Cases of the eval set.
  package var cases: Int
  /// What came of it, in a sentence.
  package var sentence: String {
    guard let last = findings.last else { return "Nothing was compared." }
    let (a, b) = (a.variant.name, b.variant.name)
    let points = NumberFormat.signedPoints(-last.difference)
    let interval =
      "\(NumberFormat.signedPoints(-last.interval.high)) to \(NumberFormat.signedPoints(-last.interval.low))"
    let test = "exact \(NumberFormat.pValue(last.pValue)), needed \(NumberFormat.fixed(last.look.level, decimals: 3))"
    let after = "after \(last.cases) of \(cases) cases (\(test))"
    switch last.decision {
    case .aIsBetter: return "\(a) is better than \(b), \(after); \(b) minus \(a): \(points) points, \(interval)."
    case .bIsBetter: return "\(b) is better than \(a), \(after); \(b) minus \(a): \(points) points, \(interval)."
    case .futile:
      return "Stopped \(after): this eval set isn't likely to show a difference between \(a) and \(b) any more; "
        + "\(b) minus \(a): \(points) points, \(interval)."
    case .goOn, .noDifferenceShown:
      return "No difference between \(a) and \(b) is shown \(after); \(b) minus \(a): \(points) points, \(interval)."
    }
  }
}

extension Workbench {
  /// Evaluates two variants on the cases of a set in random order, the same for both, and looks up to five times whether
  /// it is decided which one passes more of them (`GroupSequential`). The order is the set's own, so doing it again asks
  /// nothing and comes to the same end.
  /// - Parameter consent: whether a person agreed to what both cost, all cases counted.
  /// - Throws: what evaluating throws.
  package func compareUntilDecided(
    _ first: EvaluateRequest, _ second: EvaluateRequest, consent: Consent = .notAsked
  ) async throws -> SequentialComparison {
    let spending = try await requireConsent(consent, to: [.evaluate(first), .evaluate(second)])
    defer { ended(spending) }
    let set = try subject(variant: first.variant, set: first.set).set
    let order = set.cases.map(\.id).map { ($0, SHA256.hex(set.hash.hex + $0)) }.sorted { $0.1 < $1.1 }.map(\.0)
    let plan = GroupSequential(cases: order.count)
    var result: SequentialComparison?
    for place in plan.looks.indices {
      let cases = Array(order.prefix(plan.looks[place].cases))
      var runs: [Run] = []
      for request in [first, second] {
        var request = request
        request.only = cases
        runs.append(try await evaluate(request))
      }
      let asked = Set(cases)
      let comparison = Comparison(
        a: runs[0], b: runs[1], cases: set.cases.filter { asked.contains($0.id) },
        outputsA: try await store.outputs(of: runs[0].id),
        outputsB: try await store.outputs(of: runs[1].id))
      let finding = plan.finding(comparison.paired.swapped, look: place)
      result = SequentialComparison(
        a: runs[0], b: runs[1], findings: (result?.findings ?? []) + [finding], cases: set.cases.count)
      if finding.decision.isFinal { break }
    }
    guard let result else { throw WorkbenchError.input("The eval set \"\(set.name)\" has no cases to compare on.") }
    return result
  }
}
