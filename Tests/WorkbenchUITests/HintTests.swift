import Domain
import Foundation
import Testing
import WorkbenchCore

@testable import WorkbenchUI

@Suite struct HintTests {
  @Test(arguments: [
    WorkbenchError.Hint.addToSettings, .add(to: "evals/main.jsonl"), .evaluate(nil), .evaluate("base"), .train, .sweep,
    .show(JobID(3)),
  ])
  func aScreenNamesNoCommands(_ hint: WorkbenchError.Hint) {
    let notice = Notice(id: 1, kind: .error, text: "No.", time: Date(timeIntervalSince1970: 0), hint: hint)
    #expect(notice.shown.hasPrefix("No. ") && notice.shown.count > 5 && !notice.shown.contains("`assay"))
  }

  @Test func withoutAHintTheSentenceStandsAlone() {
    #expect(Notice(id: 1, kind: .error, text: "No.", time: Date(timeIntervalSince1970: 0)).shown == "No.")
  }
}
