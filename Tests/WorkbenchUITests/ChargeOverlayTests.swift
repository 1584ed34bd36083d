import Domain
import Drawing
import Foundation
import Testing
import WorkbenchCore

@testable import WorkbenchUI

/// The question before money is spent.
@Suite struct ChargeOverlayTests {
  private func pending(_ id: Int, dollars: RunEstimate.Range? = RunEstimate.Range(0.5, 2)) -> PendingCharge {
    var item = Charge.Item("prompted on main")
    item.requests = 200
    (item.promptTokens, item.completionTokens) = (RunEstimate.Range(80_000, 96_000), RunEstimate.Range(200, 25_600))
    item.dollars = dollars
    return PendingCharge(
      id: id, command: .testModel("m\(id)"), charge: Charge(items: [item], limit: 0.1, mustAsk: true))
  }

  private func snapshot(_ charges: [PendingCharge]) -> Snapshot {
    var snapshot = Snapshot(workspace: Workspace(folder: "/nowhere", name: "s"), time: Date(timeIntervalSince1970: 0))
    snapshot.charges = charges
    return snapshot
  }

  private func text(_ screen: inout Screen) -> String {
    var surface = Surface(width: 80, height: 24)
    screen.draw(on: &surface)
    return surface.text()
  }

  @Test func itSaysWhatItTakesAndAsksOneAfterTheOther() {
    var screen = Screen(panes: [ProbePane(title: "Prompt")], snapshot: snapshot([]), themes: [.dark])
    _ = screen.update(snapshot([pending(1), pending(2, dollars: nil)]))
    let first = text(&screen)
    for words in [
      "Spend this?", "prompted on main: 200 requests, 80,000 to 96,000 tokens in", "$0.50 to $2", "1 more wait",
    ] {
      #expect(first.contains(words), "\(words)")
    }
    #expect(screen.handle(.key("x")) == [])
    #expect(screen.handle(.key("y")) == [.answerCharge(1, isAgreed: true)])
    #expect(text(&screen).contains("cost not known"))
    #expect(screen.handle(.key(.escape)) == [.answerCharge(2, isAgreed: false)])
    #expect(!text(&screen).contains("Spend this?"))
    // A snapshot from before the answer doesn't bring the question back for long.
    _ = screen.update(snapshot([]))
    #expect(!text(&screen).contains("Spend this?"))
  }

  @Test func aQuestionThatIsAnsweredElsewhereGoes() {
    var screen = Screen(panes: [ProbePane(title: "Prompt")], snapshot: snapshot([pending(1)]), themes: [.dark])
    _ = screen.update(snapshot([pending(1)]))
    #expect(text(&screen).contains("Spend this?"))
    _ = screen.update(snapshot([]))
    #expect(!text(&screen).contains("Spend this?"))
  }
}
