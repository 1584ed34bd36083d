import Foundation
import Testing

extension EndToEnd {
  /// Every way out leaves the terminal as it was. Crashes are tested in TerminalTests.
  @Suite(.enabled(if: Place.tmux != nil, "tmux is not installed"))
  struct WaysOutTests {
    /// How Assay is left.
    enum Way: String, CaseIterable, Sendable {
      case quit, controlC, palette, terminate, hangUp
    }

    @Test(arguments: Way.allCases) func theTerminalIsAsItWas(way: Way) async throws {
      try await Place.withFolder { folder in
        let workspace = folder + "/w"
        _ = try MockWorkspace(in: workspace, port: 9, cases: 6)
        try await Tmux.with(folder: folder) { terminal in
          try await terminal.open(workspace, notes: folder)
          #expect(try await terminal.fact("alternate_on") == "1")
          #expect(try await terminal.fact("mouse_any_flag") == "1")
          try await terminal.press("2", "j")
          try await terminal.wait("the cases") { $0.contains("case-2") }
          switch way {
          case .quit: try await terminal.press("q")
          case .controlC: try await terminal.press("C-c")
          case .palette:
            try await terminal.press(":")
            try await terminal.type("quit")
            try await terminal.wait("the palette") { $0.contains("Quit") }
            try await terminal.press("Enter")
          case .terminate: kill(try await terminal.child(), SIGTERM)
          case .hangUp: kill(try await terminal.child(), SIGHUP)
          }
          let status: Int32 =
            switch way {
            case .quit, .controlC, .palette: 0
            case .terminate: 143
            case .hangUp: 129
            }
          try await terminal.expectAsItWas(notes: folder, status: status)
          if way == .terminate {
            let shown = try await terminal.screen()
            #expect(shown.contains("SIGTERM"), "the cause is told: \(shown)")
          }
        }
      }
    }

    @Test func aClosedWindowEndsIt() async throws {
      try await Place.withFolder { folder in
        let workspace = folder + "/w"
        _ = try MockWorkspace(in: workspace, port: 9, cases: 6)
        try await Tmux.with(folder: folder) { terminal in
          try await terminal.open(workspace, notes: folder)
          let process = try await terminal.child()
          try await terminal.close()
          try await wait(for: "its end") { kill(process, 0) != 0 }
        }
      }
    }

    /// Whoever stopped a program may have written over its screen.
    @Test func continuedItDrawsEverythingAgain() async throws {
      try await Place.withFolder { folder in
        let workspace = folder + "/w"
        _ = try MockWorkspace(in: workspace, port: 9, cases: 6)
        try await Tmux.with(folder: folder) { terminal in
          try await terminal.open(workspace, notes: folder)
          try await terminal.press("2")
          let former = try await terminal.wait("the cases") { $0.contains("case-6") }
          try Data("\r\u{1B}[Hsomething else".utf8).write(to: URL(fileURLWithPath: try await terminal.fact("pane_tty")))
          try await terminal.wait("what was written over it") { $0.contains("something else") }
          kill(try await terminal.child(), SIGCONT)
          try await terminal.wait("the former screen") { $0 == former }
          try await terminal.press("q")
          try await terminal.expectAsItWas(notes: folder, status: 0)
        }
      }
    }

    @Test func controlZGivesTheShellBackUntilItIsCalledAgain() async throws {
      try await Place.withFolder { folder in
        let workspace = folder + "/w"
        _ = try MockWorkspace(in: workspace, port: 9, cases: 6)
        try await Tmux.with(folder: folder) { terminal in
          try await terminal.open(workspace, notes: folder)
          try await terminal.press("2")
          let former = try await terminal.wait("the cases") { $0.contains("case-6") }
          try await terminal.press("C-z")
          try await terminal.wait("the shell") { $0.contains("\nleft with ") && $0.contains("the primary screen") }
          #expect(try await terminal.fact("alternate_on") == "0")
          #expect(try await terminal.fact("mouse_any_flag") == "0")
          try await terminal.run("fg; echo \"ended with $?\"")
          try await terminal.wait("the former screen") { $0 == former }
          #expect(try await terminal.fact("mouse_any_flag") == "1")
          try await terminal.press("q")
          let shown = try await terminal.wait("the shell") { $0.contains("\nended with ") }
          #expect(shown.contains("\nended with 0"), "\(shown)")
          #expect(try await terminal.fact("alternate_on") == "0")
        }
      }
    }

    @Test func aTerminalThatIsNoneIsRefused() async throws {
      try await Place.withFolder { folder in
        let workspace = folder + "/w"
        _ = try MockWorkspace(in: workspace, port: 9, cases: 6)
        let ending = try await assay(workspace)
        #expect(ending.status == 2)
        #expect(!ending.errors.isEmpty && !ending.output.contains("\u{1B}"), "\(ending)")
      }
    }
  }
}
