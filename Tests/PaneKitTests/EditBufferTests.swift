import Drawing
import PaneKit
import Testing

@Suite struct EditBufferTests {
  private func type(_ text: String, into buffer: inout EditBuffer) { buffer.restore(text) }

  @Test func anUnchangedTextFollowsTheFile() {
    var buffer = EditBuffer("a")
    #expect(buffer.state == .clean && !buffer.isSaved)
    buffer.see("b")
    #expect(buffer.text == "b" && buffer.editor.text == "b" && buffer.state == .clean)
    buffer.see(nil)
    #expect(buffer.state == .clean && buffer.text == "b")
  }

  @Test func savingEndsWithTheFileOrTheEdit() {
    for seesFileFirst in [true, false] {
      var buffer = EditBuffer("a")
      type("b", into: &buffer)
      #expect(buffer.state == .edited)
      #expect(buffer.submit() == "b")
      #expect(buffer.state == .saving)
      if seesFileFirst { buffer.see("b") } else { buffer.ended("b", problem: nil) }
      #expect(buffer.state == .clean && buffer.isSaved)
      // More is typed before the other news comes.
      type("c", into: &buffer)
      if seesFileFirst { buffer.ended("b", problem: nil) } else { buffer.see("b") }
      #expect(buffer.state == .edited)
      #expect(buffer.submit() == "c")
    }
  }

  @Test func aFailureBelongsToItsText() {
    var buffer = EditBuffer("a")
    type("b", into: &buffer)
    _ = buffer.submit()
    buffer.ended("b", problem: "The disk is full.")
    #expect(buffer.state == .failed("The disk is full."))
    #expect(buffer.state.warning(gone: "")?.hasPrefix("Not saved. The disk is full.") == true)
    type("c", into: &buffer)
    #expect(buffer.state == .edited)
    type("b", into: &buffer)
    #expect(buffer.submit() == "b" && buffer.state == .saving)
  }

  @Test func aConflictIsShownBeforeItIsOverwritten() {
    var buffer = EditBuffer("a")
    type("mine", into: &buffer)
    for theirs in ["theirs", "theirs again"] {
      buffer.see(theirs)
      #expect(buffer.state == .conflict && buffer.state.isBlocked)
      #expect(buffer.submit() == nil)
    }
    #expect(buffer.submit() == "mine" && buffer.state == .saving)
    buffer.see("mine")
    #expect(buffer.state == .clean)
    type("mine too", into: &buffer)
    buffer.see("theirs")
    buffer.show()
    #expect(buffer.submit() == "mine too")
  }

  @Test func theFilesTextCanBeTaken() {
    var buffer = EditBuffer("a")
    type("mine", into: &buffer)
    buffer.see("theirs")
    buffer.takeFile()
    #expect(buffer.text == "theirs" && buffer.state == .clean)
    _ = buffer.editor.handle(.key(.control("z")))
    #expect(buffer.text == "mine" && buffer.state == .edited)
  }

  @Test func aFileThatIsGoneIsWrittenAgain() {
    var buffer = EditBuffer("a")
    type("mine", into: &buffer)
    buffer.see(nil)
    #expect(buffer.state == .gone)
    #expect(buffer.submit() == nil && buffer.submit() == "mine")
    #expect(buffer.state == .saving)
    buffer.ended("mine", problem: "No.")
    #expect(buffer.state == .failed("No.") && buffer.submit() == "mine")
    buffer.see("mine")
    #expect(buffer.state == .clean)
    // It comes back with another text.
    type("more", into: &buffer)
    buffer.see(nil)
    buffer.see("theirs")
    #expect(buffer.state == .conflict)
  }

  @Test func aNewTextIsUnsavedOnceItChanged() {
    var buffer = EditBuffer(nil, start: "blank")
    #expect(buffer.text == "blank" && buffer.state == .clean)
    type("mine", into: &buffer)
    #expect(buffer.state == .edited && buffer.submit() == "mine")
    buffer.see("mine")
    #expect(buffer.isSaved)
  }

  @Test func anotherLayoutIsTheSameFile() {
    var buffer = EditBuffer("a") { $0.filter { $0 != " " } == $1.filter { $0 != " " } }
    type("b c", into: &buffer)
    _ = buffer.submit()
    buffer.see("bc")
    #expect(buffer.state == .clean && buffer.text == "b c")
  }
}
