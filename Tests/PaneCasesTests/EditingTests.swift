import Content
import Domain
import Drawing
import Testing
import WorkbenchCore

@testable import PaneCases

struct EditingTests {
  @Test func editsACase() {
    var driver = Driver()
    driver.press("e")
    #expect(driver.pane.capturesText)
    #expect(
      driver.pane.draft?.editor.text == """
        {
          "id": "c-1",
          "input": {
            "ticket": "The café app lost a file."
          },
          "expected": {
            "category": "sync",
            "urgent": true
          },
          "tags": [
            "easy"
          ]
        }
        """)
    driver.write(#"{"id": "c-1", "input": {"ticket": "q"}, "expected": 1.5, "tags": ["x", "y"]}"#)
    driver.press("Ctrl-s")
    let edited = EvalCase(id: "c-1", input: ["ticket": "q"], expected: 1.5, tags: ["x", "y"])
    #expect(driver.commands == [.editCase(set: "main", .replace(id: "c-1", edited))])
    // The editor closes once the file has the case.
    driver.press("Esc")
    #expect(driver.draw().text().contains("saving"))
    #expect(driver.pane.isSaving && driver.pane.unsavedTitles == [])
    driver.end([edited] + Fixture.cases.dropFirst())
    #expect(!driver.pane.capturesText && !driver.pane.isSaving)
    #expect(driver.draw().text().contains("saved"))
    driver.press("j", "k")
    #expect(!driver.draw().text().contains("saved"))
  }

  @Test func showsWhereTheTextIsWrongAndKeepsIt() {
    var driver = Driver()
    driver.press("e")
    driver.write("{\n  \"id\": \"c-1\"\n  \"input\": {}\n}")
    driver.press("Ctrl-s")
    #expect(driver.take() == [])
    #expect(driver.pane.draft?.flaw?.line == 3)
    #expect(driver.pane.draft?.editor.cursor == TextPosition(line: 2, column: 2))
    #expect(driver.draw().text().contains("line 3, column 3"))
    driver.type(",")
    #expect(driver.pane.draft?.flaw == nil)
    #expect(driver.pane.draft?.editor.text.contains("\"input\"") == true)
  }

  @Test(arguments: [
    ("[]", "a case is an object"), (#"{"input": {}}"#, "\"id\" must be a text"),
    (#"{"id": "c-2", "input": {}}"#, "another case is called \"c-2\""),
    (#"{"id": "c-1", "input": "x"}"#, "\"input\" must be an object"),
    (#"{"id": "c-1", "input": {}, "expcted": 1}"#, "did you mean \"expected\"?"),
    (#"{"id": "c-1", "input": {}, "tags": [1]}"#, "\"tags\" must be a list of texts"),
  ])
  func refusesWhatIsNoCase(_ text: String, _ message: String) {
    var driver = Driver()
    driver.press("e")
    driver.write(text)
    driver.press("Ctrl-s")
    #expect(driver.take() == [])
    #expect(driver.pane.draft?.flaw?.message.contains(message) == true)
  }

  @Test func addsACaseLikeTheOthers() {
    var driver = Driver()
    driver.press("j", "a")
    #expect(
      driver.pane.draft?.editor.text == """
        {
          "id": "c-5",
          "input": {
            "ticket": "",
            "plan": ""
          },
          "expected": {
            "category": "",
            "urgent": false
          },
          "tags": []
        }
        """)
    driver.write(#"{"id": "neu", "input": {"ticket": "é"}}"#)
    driver.press("Ctrl-s")
    let added = EvalCase(id: "neu", input: ["ticket": "é"])
    #expect(driver.commands == [.editCase(set: "main", .insert(added, after: nil))])
    // It is selected once the file has it.
    driver.end(Fixture.cases + [added])
    #expect(driver.selection == "neu")
  }

  @Test func duplicatesUnderAFreeId() {
    var driver = Driver()
    driver.press("d")
    driver.press("Ctrl-s")
    var copy = Fixture.cases[0]
    (copy.id, copy.line) = ("c-5", 0)
    #expect(driver.take() == [.editCase(set: "main", .insert(copy, after: "c-1"))])
  }

  @Test func asksBeforeChangesAreDropped() {
    var driver = Driver()
    driver.press("e", "Esc")
    #expect(driver.pane.draft == nil)
    driver.press("e", "End", "Enter", "Esc")
    #expect(driver.draw().text().contains("Drop your changes to this case?"))
    driver.press("n")
    #expect(driver.pane.draft != nil)
    driver.press("Esc", "y")
    #expect(driver.pane.draft == nil)
    #expect(driver.take() == [])
  }

  private func changed(_ ticket: String) -> [EvalCase] {
    var cases = Fixture.cases
    cases[0].input = ["ticket": .string(ticket)]
    return cases
  }

  @Test func warnsWhenTheCaseChangesOnDiskWhileItIsEdited() {
    var driver = Driver()
    driver.press("e")
    driver.write(#"{"id": "c-1", "input": {"ticket": "mine"}}"#)
    driver.snapshot = Fixture.snapshot(Fixture.workspace(changed("theirs")))
    #expect(driver.draw().text().contains("Changed on disk: Ctrl-S keeps yours"))
    // Leaving doesn't overwrite it.
    _ = driver.pane.leave(driver.snapshot)
    #expect(driver.take() == [] && driver.pane.unsavedTitles == ["Edit c-1"])
    driver.press("Ctrl-s")
    #expect(driver.take().count == 1)
  }

  @Test func whatWasNotShownIsNotOverwritten() {
    var driver = Driver()
    driver.press("e")
    driver.write(#"{"id": "c-1", "input": {"ticket": "mine"}}"#)
    for text in ["theirs", "theirs again"] {
      driver.snapshot = Fixture.snapshot(Fixture.workspace(changed(text)))
      driver.press("Ctrl-s")
      #expect(driver.take() == [])
      #expect(driver.draw().text().contains("Changed on disk"))
    }
  }

  @Test func takesTheFilesCase() {
    var driver = Driver()
    driver.press("e")
    driver.write(#"{"id": "c-1", "input": {"ticket": "mine"}}"#)
    driver.press("Ctrl-r")
    #expect(driver.pane.draft?.editor.text.contains("mine") == true)
    driver.snapshot = Fixture.snapshot(Fixture.workspace(changed("theirs")))
    driver.draw()
    driver.press("Ctrl-r")
    #expect(driver.pane.draft?.editor.text.contains("theirs") == true)
    #expect(driver.pane.unsavedTitles == [])
  }

  @Test func addsACaseAgainThatIsGone() {
    var driver = Driver()
    driver.press("e")
    driver.write(#"{"id": "c-1", "input": {"ticket": "mine"}}"#)
    driver.snapshot = Fixture.snapshot(Fixture.workspace(Array(Fixture.cases.dropFirst())))
    driver.press("Ctrl-s")
    #expect(driver.take() == [])
    #expect(driver.draw().text().contains("The case is gone from the file"))
    driver.press("Ctrl-s")
    let edited = EvalCase(id: "c-1", input: ["ticket": "mine"])
    #expect(driver.take() == [.editCase(set: "main", .insert(edited, after: nil))])
  }

  @Test func keepsATextWhoseWriteFailed() {
    var driver = Driver()
    driver.press("e")
    driver.write(#"{"id": "c-1", "input": {"ticket": "mine"}}"#)
    driver.press("Ctrl-s")
    driver.end(problem: "The disk is full.")
    #expect(driver.pane.draft?.editor.text.contains("mine") == true)
    #expect(driver.pane.unsavedTitles == ["Edit c-1"] && !driver.pane.isSaving)
    #expect(driver.draw().text().contains("! not saved"))
    #expect(driver.draw().text().contains("Not saved. The disk is full."))
    // Leaving doesn't try again unasked.
    driver.take()
    _ = driver.pane.leave(driver.snapshot)
    #expect(driver.take() == [])
    driver.press("Ctrl-s")
    driver.end([EvalCase(id: "c-1", line: 1, input: ["ticket": "mine"])] + Fixture.cases.dropFirst())
    #expect(driver.pane.draft == nil)
  }

  @Test func whatIsTypedIsKeptUntilItIsSavedOrDropped() {
    var driver = Driver()
    let path = DraftPath(caseID: "c-1", of: Fixture.set())
    driver.press("e")
    driver.write("{}")
    #expect(driver.kept == [.keepDraft(path, "{}")])
    driver.press("Esc", "y")
    #expect(driver.kept.last == .keepDraft(path, nil))
  }

  @Test func offersWhatWasNeverSaved() {
    var driver = Driver()
    let path = DraftPath(caseID: "c-1", of: Fixture.set())
    driver.snapshot.drafts[path] = KeptDraft(text: "{}", time: Fixture.now)
    driver.press("e")
    #expect(driver.draw().text().contains("A text was typed here and not saved."))
    driver.press("q", "Esc")
    #expect(!driver.pane.capturesText)
    driver.press("e", "Enter")
    #expect(driver.pane.draft?.editor.text == "{}" && driver.pane.unsavedTitles == ["Edit c-1"])
    driver.press("Esc", "y", "e", "d")
    #expect(driver.kept.last == .keepDraft(path, nil))
    #expect(driver.pane.draft?.buffer.isUnsaved == false)
  }

  @Test func typingGoesOnWhileACaseIsSaved() {
    var driver = Driver()
    driver.press("e")
    driver.write(#"{"id": "c-1", "input": {"ticket": "mine"}}"#)
    driver.press("Ctrl-s", "End", "Enter")
    let mine = EvalCase(id: "c-1", line: 1, input: ["ticket": "mine"])
    driver.end([mine] + Fixture.cases.dropFirst())
    #expect(driver.draw().text().contains("* unsaved"))
    driver.write(#"{"id": "c-1", "input": {"ticket": "more"}}"#)
    driver.take()
    driver.press("Ctrl-s")
    let more = EvalCase(id: "c-1", input: ["ticket": "more"])
    #expect(driver.take() == [.editCase(set: "main", .replace(id: "c-1", more))])
  }

  @Test func savesWhenThePaneIsLeft() {
    var driver = Driver()
    driver.press("e")
    driver.write(#"{"id": "c-1", "input": {"ticket": "mine"}"#)
    guard case .handled = driver.pane.leave(driver.snapshot) else {
      Issue.record("a text that is no case can't be saved")
      return
    }
    #expect(driver.pane.unsavedTitles == ["Edit c-1"])
    driver.write(#"{"id": "c-1", "input": {"ticket": "mine"}}"#)
    guard case .command(let command) = driver.pane.leave(driver.snapshot), command.isEdit else {
      Issue.record("leaving must save")
      return
    }
    #expect(driver.pane.unsavedTitles == [])
  }

  @Test func nextIds() {
    #expect(CaseNaming.next(after: "hl-099") { _ in false } == "hl-100")
    #expect(CaseNaming.next(after: "hl-009") { $0 == "hl-010" } == "hl-011")
    #expect(CaseNaming.next(after: "case") { _ in false } == "case-2")
    #expect(CaseNaming.next(after: nil) { _ in false } == "case-1")
  }
}
