import Content
import Domain
import Evidence
import Grading
import Testing

@testable import WorkbenchCore

/// Three or four variants on the same cases.
@Suite struct VariantFamilyTests {
  private let set = EvalSet(
    name: "main", path: "evals/main.jsonl",
    cases: (0..<40).map { EvalCase(id: "c\($0)", input: ["q": .string("question \($0)")], expected: "yes") },
    graders: GraderSet([]), hash: ContentHash(hex: "s"))

  /// Outputs that pass where `passes` says so; cases without a reply are nil.
  private func outputs(_ passes: (Int) -> Bool?) -> [Output] {
    set.cases.enumerated().compactMap { place, evalCase in
      passes(place).map { passed in
        Output(
          caseID: evalCase.id, requestKey: ContentHash(hex: "k"), answer: Answer(text: "x"), scores: [],
          value: passed ? 1 : 0, passed: passed, formatValid: true)
      }
    }
  }

  private func family(_ others: [[Output]], baseline: [Output]) -> VariantFamily {
    VariantFamily(
      baseline: baseline, others: others.enumerated().map { (RunID(Int64($0 + 2)), $1) }, on: set, margin: 0.05)
  }

  @Test func eachIsAdjustedForAllThatAreCompared() throws {
    let baseline = outputs { $0 < 20 }
    let (better, like) = (outputs { $0 < 30 }, outputs { $0 < 19 || $0 == 25 })
    let alone = try #require(family([better], baseline: baseline).members.first?.comparison)
    let three = family([better, like, like], baseline: baseline)
    #expect(three.method == .maxT && three.members.map(\.run) == [RunID(2), RunID(3), RunID(4)])
    #expect(abs(three.members[0].comparison.difference - 0.25) < 1e-9)
    #expect(three.members.allSatisfy { $0.comparison.family == 3 && $0.isClaimable })
    #expect(three.members[0].comparison.pValue >= alone.pValue)
    #expect(three.members[0].comparison.interval.low <= alone.interval.low)
    #expect(three.members[1].comparison.pValue > 0.5)
  }

  /// Looking while cases come in finds a winner too often.
  @Test func nothingIsClaimedWhileCasesAreMissing() {
    let (baseline, better) = (outputs { $0 < 20 }, outputs { $0 < 30 })
    let partial = outputs { $0 < 39 ? $0 < 30 : nil }
    let found = family([better, partial], baseline: baseline)
    #expect(found.members.map(\.isClaimable) == [true, false])
    #expect(found.method == .holm)
    #expect(family([better], baseline: outputs { $0 < 39 ? $0 < 20 : nil }).members.map(\.isClaimable) == [false])
  }
}
