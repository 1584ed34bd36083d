import Foundation
import Testing

extension EndToEnd {
  /// What is typed and can't be written is not called saved, and not dropped unasked.
  @Suite(.enabled(if: Place.tmux != nil, "tmux is not installed"))
  struct SavingTests {
    @Test func aFailedSaveIsToldAndAskedAboutBeforeLeaving() async throws {
      try await Place.withFolder { folder in
        let workspace = folder + "/w"
        _ = try MockWorkspace(in: workspace, port: 9, cases: 6)
        let file = workspace + "/prompts/main/10-task.md"
        let former = text(of: file)
        try await Tmux.with(folder: folder) { terminal in
          try await terminal.open(workspace, notes: folder)
          try await terminal.press("e")
          try await terminal.type("Think first. ")
          try await terminal.wait("the text") { $0.contains("Think first.") }
          // Meanwhile somebody puts a link out of the workspace in the file's place.
          try FileManager.default.moveItem(atPath: file, toPath: folder + "/elsewhere.md")
          try FileManager.default.createSymbolicLink(atPath: file, withDestinationPath: folder + "/elsewhere.md")
          try await terminal.wait("its end to be seen") { $0.contains("file is gone") }
          try await terminal.press("C-s")
          try await terminal.wait("the failure") { $0.contains("! not saved") && $0.contains("symbolic link") }
          try await terminal.press("Escape")
          try await terminal.wait("the list") { $0.contains("80-query.md") }
          try await terminal.press("C-c")
          try await terminal.wait("the question") { $0.contains("Quit?") && $0.contains("typed in task is not saved") }
          try await terminal.press("y")
          try await terminal.expectAsItWas(notes: folder, status: 0)
        }
        #expect(text(of: file) == former)
      }
    }

    @Test func leavingWaitsForWhatIsBeingSaved() async throws {
      try await Place.withFolder { folder in
        let workspace = folder + "/w"
        _ = try MockWorkspace(in: workspace, port: 9, cases: 6)
        let file = workspace + "/prompts/main/10-task.md"
        let former = text(of: file)
        try await Tmux.with(folder: folder) { terminal in
          try await terminal.open(workspace, notes: folder)
          try await terminal.press("e")
          try await terminal.type("Think first. ")
          // That never ends an editor.
          try await terminal.press("C-c")
          try await terminal.wait("the advice") { $0.contains("Esc leaves the editor") }
          try await terminal.press("Escape")
          try await terminal.wait("the question") { $0.contains("task is not saved") }
          #expect(text(of: file) == former, "nothing is written without a word")
          try await terminal.press("s")
          try await terminal.press("C-c")
          try await terminal.expectAsItWas(notes: folder, status: 0)
        }
        #expect(text(of: file) == "Think first. " + former)
      }
    }

    /// How Assay is ended without being asked.
    enum End: String, CaseIterable, Sendable {
      case terminate, hangUp, closedWindow
    }

    @Test(arguments: End.allCases) func whatIsTypedIsSavedBeforeASignalEndsIt(end: End) async throws {
      try await Place.withFolder { folder in
        let workspace = folder + "/w"
        _ = try MockWorkspace(in: workspace, port: 9, cases: 6)
        let file = workspace + "/prompts/main/10-task.md"
        let former = text(of: file)
        try await Tmux.with(folder: folder) { terminal in
          try await terminal.open(workspace, notes: folder)
          try await terminal.press("e")
          try await terminal.type("Think first. ")
          try await terminal.wait("the draft") { $0.contains("Think first. Say") && $0.contains("unsaved") }
          #expect(text(of: file) == former)
          let process = try await terminal.child()
          switch end {
          case .terminate: kill(process, SIGTERM)
          case .hangUp: kill(process, SIGHUP)
          case .closedWindow: try await terminal.close()
          }
          try await wait(for: "its end") { kill(process, 0) != 0 }
        }
        #expect(text(of: file) == "Think first. " + former)
      }
    }

    @Test func whatAHangUpCannotSaveIsKept() async throws {
      try await Place.withFolder { folder in
        let workspace = folder + "/w"
        _ = try MockWorkspace(in: workspace, port: 9, cases: 6)
        let file = workspace + "/prompts/main/10-task.md"
        let former = text(of: file)
        try await Tmux.with(folder: folder) { terminal in
          try await terminal.open(workspace, notes: folder)
          try await terminal.press("e")
          try await terminal.type("Think first. ")
          try await terminal.wait("the draft") { $0.contains("Think first. Say") && $0.contains("unsaved") }
          try write("theirs\n", to: file)
          try await terminal.wait("the other text") { $0.contains("Changed on disk") }
          kill(try await terminal.child(), SIGHUP)
          let shown = try await terminal.wait("the shell") { $0.contains("left with 129") }
          #expect(shown.contains("not saved, but kept in .assay/drafts/prompts/main/10-task.md"), "\(shown)")
        }
        #expect(text(of: file) == "theirs\n")
        #expect(text(of: workspace + "/.assay/drafts/prompts/main/10-task.md") + "\n" == "Think first. " + former)
      }
    }

    @Test func whatWasTypedBeforeItWasKilledIsOffered() async throws {
      try await Place.withFolder { folder in
        let workspace = folder + "/w"
        _ = try MockWorkspace(in: workspace, port: 9, cases: 6)
        let file = workspace + "/prompts/main/10-task.md"
        let former = text(of: file)
        let kept = workspace + "/.assay/drafts/prompts/main/10-task.md"
        try await Tmux.with(folder: folder) { terminal in
          try await terminal.open(workspace, notes: folder)
          try await terminal.press("e")
          try await terminal.type("Think first. ")
          try await wait(for: "the text to be kept") { text(of: kept).hasPrefix("Think first. ") }
          try await KilledScreenTests.killProgram(in: terminal)
        }
        try await Tmux.with(folder: folder) { terminal in
          try await terminal.open(workspace, notes: folder)
          try await terminal.wait("the hint") { $0.contains("Typed and not saved when Assay ended: prompts/main/10") }
          try await terminal.press("e")
          try await terminal.wait("the question") { $0.contains("Enter restore") }
          try await terminal.press("Enter")
          try await terminal.wait("the text") { $0.contains("Think first. Say") }
          try await terminal.press("C-s")
          try await terminal.wait("the word") { $0.contains(" saved ") }
          try await terminal.press("Escape")
          try await terminal.wait("the list") { $0.contains("e edit") }
          try await terminal.press("C-c")
          try await terminal.expectAsItWas(notes: folder, status: 0)
        }
        #expect(text(of: file) == "Think first. " + former)
        #expect(text(of: kept).isEmpty)
      }
    }
  }
}
