import Domain
import Drawing
import Testing
import WorkbenchCore

@testable import PanePrompt

struct EditingTests {
  private func saved(_ driver: inout Driver) -> [String] {
    driver.take().compactMap { $0.work(as: SectionSaving.self)?.section.body }
  }

  @Test func savesWithControlSAndKnowsItsOwnTextAgain() {
    var driver = Driver()
    driver.press("e")
    driver.type("A ")
    #expect(driver.draw().text().contains("* unsaved"))
    driver.press("Ctrl-s")
    #expect(saved(&driver) == ["A You sort tickets of the café."])
    // Typing goes on before the file shows what was saved.
    driver.type("b")
    driver.show(Fixture.replacing("10-role.md", body: "A You sort tickets of the café.", in: driver.snapshot))
    #expect(driver.pane.draft?.state == .edited)
    #expect(driver.pane.draft?.text == "A bYou sort tickets of the café.")
  }

  @Test func saysSavedOnceTheFileHasIt() {
    var driver = Driver()
    driver.press("e")
    driver.type("A ")
    driver.press("Ctrl-s")
    #expect(driver.notices == [])
    #expect(driver.draw().text().contains("saving"))
    #expect(driver.pane.isSaving && driver.pane.unsavedTitles == [])
    let body = "A " + Fixture.sections[0].body
    driver.show(driver.ended(Fixture.replacing("10-role.md", body: body, in: driver.snapshot)))
    #expect(driver.draw().text().contains("saved"))
    #expect(!driver.pane.isSaving)
    driver.type("B")
    #expect(driver.draw().text().contains("* unsaved"))
  }

  @Test func keepsATextThatCouldNotBeWritten() {
    var driver = Driver()
    driver.press("e")
    driver.type("A ")
    driver.press("Ctrl-s")
    driver.show(driver.ended(driver.snapshot, problem: "No permission to write it."))
    #expect(driver.draw().text().contains("! not saved"))
    #expect(driver.pane.warning == "Not saved. No permission to write it. Ctrl-S tries again, Ctrl-R drops your text.")
    #expect(driver.draw().text().contains("Not saved. No permission to write it."))
    #expect(driver.pane.draft?.text == "A You sort tickets of the café.")
    #expect(!driver.pane.isSaving && driver.pane.unsavedTitles == ["role"])
    // It isn't tried again unasked.
    driver.take()
    driver.show(driver.snapshot)
    _ = driver.pane.leave(driver.snapshot)
    #expect(saved(&driver) == [])
    driver.press("e", "Ctrl-s")
    #expect(saved(&driver) == ["A You sort tickets of the café."])
    #expect(driver.pane.isSaving)
  }

  @Test func aTextThatCouldNotBeWrittenCanBeDropped() {
    var driver = Driver()
    driver.press("e")
    driver.type("A ")
    driver.press("Ctrl-s")
    driver.show(driver.ended(driver.snapshot, problem: "The disk is full."))
    driver.press("Ctrl-r")
    #expect(driver.pane.draft?.state == .clean)
  }

  @Test func aTextThatTheFileShowsWithoutItsLastLineBreakIsSaved() {
    var driver = Driver()
    driver.press("e", "Ctrl-End", "Enter", "Ctrl-s")
    driver.show(driver.ended(driver.snapshot))
    #expect(driver.pane.draft?.state == .clean)
  }

  @Test func leavingTheEditorAsksWhatBecomesOfTheText() {
    var driver = Driver()
    driver.press("e")
    driver.type("q1?:")  // all of it text
    driver.press("Esc")
    #expect(saved(&driver) == [], "nothing is written without a word")
    #expect(driver.text.contains("role is not saved.  s save  d drop  Esc stay"))
    driver.press("x", "Esc")
    #expect(driver.pane.isTyping && driver.pane.draft?.text.hasPrefix("q1?:You") == true)
    driver.press("Esc", "s")
    #expect(saved(&driver) == ["q1?:You sort tickets of the café."])
    #expect(!driver.pane.capturesText)
    #expect(driver.pane.panel == .sections)
    // Nothing is saved twice, not even while the file is old.
    driver.press("j", "k")
    driver.show(driver.snapshot)
    #expect(saved(&driver) == [])
  }

  @Test func aTextCanBeDropped() {
    var driver = Driver()
    driver.press("e")
    driver.type("x")
    driver.press("Esc", "d")
    #expect(saved(&driver) == [] && !driver.pane.isTyping)
    #expect(driver.pane.draft?.state == .clean && driver.kept.last == .keepDraft(path, nil))
    // Dropping is a change like any other.
    driver.press("e", "Ctrl-z")
    #expect(driver.pane.draft?.text.hasPrefix("x") == true)
  }

  private let path = DraftPath(section: "10-role.md", of: Fixture.prompt)

  @Test func interruptingNeitherEndsTypingNorLosesText() {
    var driver = Driver()
    driver.press("e")
    driver.type("x")
    driver.press("Ctrl-c")
    #expect(driver.pane.isTyping && driver.notices.last?.contains("Esc leaves the editor") == true)
    driver.press("Shift-Left", "Ctrl-c")
    #expect(driver.notices.last == "the selection: x" && driver.pane.draft?.text.hasPrefix("x") == true)
    driver.press("Ctrl-x")
    #expect(driver.notices.last == "the selection: x" && driver.pane.draft?.state == .clean)
  }

  @Test func whatWasTypedCanBeUndoneAfterTheSectionWasLeft() {
    var driver = Driver()
    driver.press("e")
    driver.type("one ")
    driver.press("Esc", "s")
    let body = "one " + Fixture.sections[0].body
    driver.show(driver.ended(Fixture.replacing("10-role.md", body: body, in: driver.snapshot)))
    driver.press("j", "j", "k", "k", "e", "Ctrl-z")
    #expect(driver.pane.draft?.text == Fixture.sections[0].body)
    driver.press("Ctrl-y")
    #expect(driver.pane.draft?.text == body)
  }

  @Test func findsReplacesAndGoesToALine() {
    var driver = Driver(Fixture.replacing("10-role.md", body: "café one\nCafé two\nthree", in: Fixture.snapshot()))
    driver.press("e", "Ctrl-f")
    driver.type("caf(é) ")
    driver.press("Enter")
    #expect(driver.pane.draft?.editor.selectedText == "café ")
    driver.press("Ctrl-f", "Enter")
    #expect(driver.pane.draft?.editor.cursor == TextPosition(line: 1, column: 5))
    driver.press("Ctrl-f", "Enter")
    #expect(driver.notices.last == "Found from the beginning again.")
    driver.press("Ctrl-g", "3", "Enter")
    #expect(driver.pane.draft?.editor.cursor == TextPosition(line: 2, column: 0))
    driver.press("Alt-r")
    driver.type("^(caf.) ")
    driver.press("Enter")
    driver.type("<$1>")
    driver.press("Enter")
    #expect(driver.pane.draft?.text == "<café>one\n<Café>two\nthree")
    #expect(driver.notices.last == "Replaced 2 places. Ctrl-Z takes it back.")
    driver.press("Ctrl-z")
    #expect(driver.pane.draft?.state == .clean)
    driver.press("Ctrl-f")
    driver.type("(")
    driver.press("Enter")
    #expect(driver.pane.question != nil && driver.pane.draft?.state == .clean)
    driver.press("Esc")
    #expect(driver.pane.isTyping)
  }

  @Test func savesWhenThePaneIsLeft() {
    var driver = Driver()
    driver.press("e")
    driver.type("x")
    guard case .all(let reactions) = driver.pane.leave(driver.snapshot), case .command(let command)? = reactions.first,
      case .notice("Saving role.")? = reactions.last,
      let section = command.work(as: SectionSaving.self)?.section
    else {
      Issue.record("leaving must save")
      return
    }
    #expect(section.body.hasPrefix("x"))
    #expect(driver.pane.unsavedTitles.isEmpty)  // it was handed in
    #expect(!driver.pane.capturesText)
  }

  @Test func neverOverwritesAFileThatChangedMeanwhile() {
    var driver = Driver()
    driver.press("e")
    driver.type("mine ")
    driver.show(Fixture.replacing("10-role.md", body: "theirs", in: driver.snapshot))
    #expect(driver.draw().text().contains("Changed on disk: Ctrl-S keeps yours, Ctrl-R"))
    driver.press("Esc", "j", "k")
    #expect(saved(&driver) == [])
    #expect(driver.pane.draft?.text.hasPrefix("mine ") == true)
    driver.press("e", "Ctrl-s")
    #expect(saved(&driver) == ["mine You sort tickets of the café."])
    #expect(driver.pane.draft?.state == .saving)
  }

  @Test func takesTheFilesText() {
    var driver = Driver()
    driver.press("e")
    driver.type("mine ")
    driver.show(Fixture.replacing("10-role.md", body: "theirs", in: driver.snapshot))
    driver.press("Ctrl-r")
    #expect(driver.pane.draft?.text == "theirs")
    #expect(driver.pane.draft?.state == .clean)
    driver.press("Esc")
    #expect(saved(&driver) == [])
  }

  @Test func followsTheFileWhileNothingIsTyped() {
    var driver = Driver()
    driver.show(Fixture.replacing("10-role.md", body: "theirs", in: driver.snapshot))
    #expect(driver.pane.draft?.text == "theirs")
    // Toggling must not make the pane believe that it edited.
    driver.press("Space")
    driver.show(Fixture.replacing("10-role.md", body: "theirs again", in: driver.snapshot))
    #expect(driver.pane.draft?.state == .clean)
  }

  @Test func keepsADraftOfADeletedFile() {
    var driver = Driver()
    driver.press("e")
    driver.type("mine ")
    driver.show(Fixture.replacing("10-role.md", body: nil, in: driver.snapshot))
    #expect(driver.draw().text().contains("The file is gone"))
    driver.press("Ctrl-s")
    #expect(saved(&driver) == ["mine You sort tickets of the café."])
  }

  @Test func whatIsTypedIsKeptUntilItIsSavedOrTakenBack() {
    var driver = Driver()
    let path = DraftPath(section: "10-role.md", of: Fixture.prompt)
    driver.press("e")
    driver.type("x")
    driver.press("Right")
    #expect(driver.kept == [.keepDraft(path, "xYou sort tickets of the café.")])
    driver.press("Ctrl-z")
    #expect(driver.kept.last == .keepDraft(path, nil))
    driver.type("x")
    driver.show(Fixture.replacing("10-role.md", body: "theirs", in: driver.snapshot))
    driver.press("Ctrl-r")
    #expect(driver.kept.count == 4 && driver.kept.last == .keepDraft(path, nil))
  }

  @Test func offersWhatWasNeverSaved() {
    var driver = Driver()
    let path = DraftPath(section: "10-role.md", of: Fixture.prompt)
    driver.snapshot.drafts[path] = KeptDraft(text: "mine", time: Fixture.now.addingTimeInterval(-7200))
    driver.press("e")
    #expect(driver.draw().text().contains("Typed 2 h ago and not saved."))
    driver.press("q", "Esc")
    #expect(!driver.pane.capturesText)
    driver.press("e", "Enter")
    #expect(driver.pane.draft?.state == .edited && driver.pane.draft?.text == "mine")
    #expect(driver.pane.isTyping)
    driver.press("Ctrl-z", "Esc", "e", "d")
    #expect(driver.kept.last == .keepDraft(path, nil))
    #expect(driver.pane.isTyping && driver.pane.draft?.state == .clean)
  }

  @Test func pastesAndUndoes() {
    var driver = Driver()
    driver.press("e")
    driver.send(.paste("é作🙂\nq"))
    #expect(driver.pane.draft?.text == "é作🙂\nqYou sort tickets of the café.")
    driver.press("Ctrl-z")
    #expect(driver.pane.draft?.state == .clean)
  }

  @Test func clickingIntoTheTextTypesThere() {
    var driver = Driver(size: Size(width: 120, height: 34))
    driver.send(.mouse(MouseEvent(.press(.left), at: Point(x: 40, y: 1))))
    #expect(driver.pane.capturesText)
    driver.type("x")
    driver.send(.mouse(MouseEvent(.press(.left), at: Point(x: 4, y: 5))))
    #expect(driver.pane.isTyping && driver.text.contains("role is not saved."))
    driver.press("s")
    #expect(!driver.pane.isTyping && driver.pane.panel == .sections)
    #expect(saved(&driver).count == 1)
  }

  @Test func numbersForNewSections() {
    func id(_ ids: String...) -> String {
      SectionNaming.id(
        for: "A: b/../c", among: ids.map { Section(id: $0, title: $0, role: .system, body: "") })
    }
    #expect(id("10-a.md", "60-b.md", "80-c.md") == "65-a-b-c.md")
    #expect(id() == "10-a-b-c.md")
    #expect(id("75-a.md", "76-b.md") == "77-a-b-c.md")
    #expect(id("79-a.md") == "78-a-b-c.md")
    #expect(SectionNaming.slug("/..") == "section")
  }
}
