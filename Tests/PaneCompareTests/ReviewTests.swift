import Drawing
import Foundation
import SurfaceSnapshots
import Testing
import WorkbenchCore

@testable import PaneCompare

/// Saying which answer is better, and what one should have been.
struct ReviewTests {
  private struct Desk {
    var pane = ComparePane()
    var snapshot = Sample.compared(24)
    var commands: [Command] = []
    var notices: [String] = []
    var surface = Surface(width: 100, height: 30)

    init() { draw() }

    mutating func draw(_ width: Int = 100, _ height: Int = 30) {
      surface = Surface(width: width, height: height)
      pane.draw(snapshot, in: surface.bounds, focused: true, on: &surface, theme: .dark)
    }

    mutating func press(_ keys: String) {
      for key in keys.split(separator: " ").compactMap({ Key(String($0)) }) {
        switch pane.react(to: .key(key), snapshot) {
        case .command(let command): commands.append(command)
        case .notice(let text): notices.append(text)
        default: break
        }
        draw()
      }
    }

    var a: OutputPlace { OutputPlace(run: snapshot.comparison?.a.id ?? RunID(0)) }
    var b: OutputPlace { OutputPlace(run: snapshot.comparison?.b.id ?? RunID(0)) }
  }

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
    var desk = Desk()
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
    var desk = Desk()
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
    var desk = Desk()
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
    var desk = Desk()
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
    var desk = Desk()
    desk.snapshot.reviews = try reviews(desk, .b)
    desk.draw(width, height)
    try desk.surface.match(snapshot: "found-\(width)x\(height)")
  }

  @Test func theEditorIsShown() throws {
    var desk = Desk()
    desk.press("e a")
    desk.draw(80, 22)
    try desk.surface.match(snapshot: "edit-80x22")
    desk.draw(20, 3)
    desk.draw(0, 0)
  }
}
