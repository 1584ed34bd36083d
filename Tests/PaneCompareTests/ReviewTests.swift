import Domain
import Drawing
import Foundation
import SurfaceSnapshots
import Testing
import WorkbenchCore

@testable import PaneCompare

/// Saying which answer is better, and what one should have been.
struct ReviewTests {
  private func review(_ id: String, _ output: OutputPlace, _ finding: ReviewRequest.Finding) -> Command {
    .review(ReviewRequest(caseID: id, output: output, finding: finding))
  }

  private func reviews(_ desk: Desk, _ better: Preference.Better) throws -> Reviews {
    let evalCase = try #require(desk.snapshot.comparison?.rows.first?.evalCase)
    let time = Date(timeIntervalSince1970: 0)
    return Reviews(
      preferences: [
        Preference(
          set: "main", caseID: evalCase.id, input: evalCase.inputHash, a: desk.a, b: desk.b, better: better, time: time)
      ],
      corrections: [
        Correction(
          set: "main", caseID: evalCase.id, input: evalCase.inputHash, text: "{\"category\": \"right\"}",
          source: desk.b,
          time: time)
      ])
  }

  @Test func whichIsBetterIsAskedAndKept() {
    var desk = Desk(Sample.compared(24))
    desk.press("m")
    #expect(desk.pane.capturesText && desk.commands.isEmpty)
    desk.press("b j m g m n m x m q")
    #expect(
      desk.commands == [
        review("hl-001", desk.a, .better(than: desk.b, .b)), review("hl-002", desk.a, .better(than: desk.b, .both)),
        review("hl-002", desk.a, .better(than: desk.b, .neither)), review("hl-002", desk.a, .better(than: desk.b, nil)),
      ])
    #expect(!desk.pane.capturesText)
  }

  @Test func anAnswerIsEditedIntoWhatItShouldHaveBeen() throws {
    var desk = Desk(Sample.compared(24))
    let answer = try #require(desk.snapshot.comparison?.rows.first?.b.answer?.text)
    desk.press("e b")
    #expect(desk.pane.draft?.original == answer)
    desk.press("q Ctrl-s")
    #expect(desk.commands == [review("hl-001", desk.b, .answer("q" + answer))])
    #expect(!desk.pane.capturesText)
    desk.press("e x")
    #expect(desk.commands.last == review("hl-001", desk.a, .answer(nil)))
  }

  @Test func whatWasTypedIsDroppedTheSecondTime() {
    var desk = Desk(Sample.compared(24))
    desk.press("e a Esc")
    #expect(desk.pane.draft == nil && desk.notices.isEmpty)
    desk.press("e a z Esc")
    #expect(desk.pane.draft != nil && desk.notices.last?.contains("Ctrl-S") == true)
    desk.press("z Esc")
    #expect(desk.pane.draft != nil)
    desk.press("Esc")
    #expect(desk.pane.draft == nil && desk.commands.isEmpty)
  }

  @Test func whatWasWrittenBeforeIsTakenUpAgain() throws {
    var desk = Desk(Sample.compared(24))
    desk.press("e e")
    #expect(desk.pane.draft == nil && desk.notices.last?.contains("Nobody has edited") == true)
    desk.snapshot.reviews = try reviews(desk, .a)
    desk.press("e e")
    #expect(desk.pane.draft?.original == "{\"category\": \"right\"}")
    desk.press("Ctrl-k Ctrl-s")
    #expect(desk.notices.last?.contains("empty answer") == true && desk.commands.isEmpty)
  }

  @Test(arguments: [(80, 22), (120, 34), (200, 48)])
  func findingsAreShown(_ width: Int, _ height: Int) throws {
    var desk = Desk(Sample.compared(24))
    desk.snapshot.reviews = try reviews(desk, .b)
    desk.size = Size(width: width, height: height)
    try desk.draw().match(snapshot: "found-\(width)x\(height)")
  }

  @Test func theEditorIsShown() throws {
    var desk = Desk(Sample.compared(24))
    desk.press("e a")
    desk.size = Size(width: 80, height: 22)
    try desk.draw().match(snapshot: "edit-80x22")
    for size in [Size(width: 20, height: 3), Size(width: 0, height: 0)] {
      desk.size = size
      desk.draw()
    }
  }
}
