import Content
import Domain
import Routing

extension Workbench {
  /// The outputs of a router's run to cases of a set that changed since and still ask the same, scored as the set is now.
  func rescored(_ stored: [Output], of run: Run, by router: Router, on set: EvalSet) async -> [Output] {
    guard let subject = try? await routed(run.variant, by: router, on: set.name) else { return [] }
    let cases = Dictionary(set.cases.map { ($0.id, $0) }, uniquingKeysWith: { first, _ in first })
    return stored.compactMap { output in
      guard let evalCase = cases[output.caseID] else { return nil }
      let sample = run.firstSample + output.sample
      let keys = Router.Arm.allCases.map { arm -> ContentHash? in
        let own = subject[arm]
        guard let messages = try? Self.messages(for: evalCase, own.subject) else { return nil }
        return own.identity.key(for: messages, of: evalCase, sample: sample)
      }
      var known = keys.compactMap(\.self)
      if known.count == 2 { known.append(RoutedSubject.key(cheap: known[0], strong: known[1])) }
      guard known.contains(output.requestKey) else { return nil }
      guard let answer = output.answer else { return output }
      return Judgement.output(
        of: answer, to: evalCase, sample: output.sample, key: output.requestKey, set: set, cost: output.cost)
    }
  }
}
