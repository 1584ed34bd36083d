import Domain
import Foundation
import Testing

@testable import WorkbenchCore

/// Which run stands for a variant.
@Suite struct MeantRunTests {
  private func run(
    _ number: Int64, base: String, done: Int, cases: Int = 200, repeats: Int = 1, set: String = "main"
  ) -> Run {
    var summary = RunSummary()
    summary.done = done
    return Run(
      id: RunID(number), identity: ContentHash(hex: "\(base)-\(number)"), base: ContentHash(hex: base),
      variant: Variant(name: "v", model: "m", prompt: "p"), promptVersion: ContentHash(hex: "p"), set: set,
      setHash: ContentHash(hex: "s"), state: .finished, started: Date(timeIntervalSince1970: 0), seconds: 1,
      cases: cases,
      repeats: repeats, summary: summary)
  }

  private func meant(_ runs: [Run], base: String? = "now") -> MeantRun? {
    var snapshot = Snapshot(workspace: Workspace(folder: "/w", name: "w"), time: Date(timeIntervalSince1970: 0))
    snapshot.runs = runs.sorted { $0.id > $1.id }
    if let base { snapshot.bases[VariantOnSet("v", on: "main")] = ContentHash(hex: base) }
    return snapshot.meantRun(of: "v", on: "main")
  }

  @Test func theOneThatMeasuredWhatTheFilesSayNow() {
    let meant = meant([run(1, base: "now", done: 200), run(2, base: "changed", done: 200)])
    #expect(meant?.run.id == RunID(1) && meant?.isCurrent == true, "a change that was taken back counts no more")
  }

  @Test func withoutOneTheNewestOther() {
    for base in ["now", nil] {
      let meant = meant([run(1, base: "a", done: 200), run(2, base: "b", done: 200)], base: base)
      #expect(meant?.run.id == RunID(2) && meant?.isCurrent == (base == nil ? nil : false))
    }
    #expect(meant([run(1, base: "now", done: 5, set: "other")]) == nil)
  }

  @Test func aTrialOfFiveReplacesNoRunOf200() {
    let whole = run(1, base: "now", done: 200)
    #expect(meant([whole, run(2, base: "now", done: 5)])?.run.id == RunID(1))
    #expect(meant([whole, run(2, base: "now", done: 200)])?.run.id == RunID(2), "of equals the newest")
    #expect(meant([whole, run(2, base: "now", done: 300, repeats: 3)])?.run.id == RunID(1), "cases count, not answers")
    #expect(meant([run(1, base: "now", done: 0), run(2, base: "old", done: 200)])?.isCurrent == true)
  }

  @Test func oneThatHasAskedNothingYetHidesNoOther() {
    #expect(meant([run(1, base: "a", done: 200), run(2, base: "b", done: 0)])?.run.id == RunID(1))
  }
}
