import Foundation
import Testing

extension EndToEnd {
  /// Signals that end the terminal UI, in a terminal with a shell.
  @Suite(.enabled(if: Place.tmux != nil, "tmux is not installed"))
  struct EndingTests {
    @Test(arguments: [SIGQUIT, SIGUSR1, SIGALRM, SIGXCPU, SIGSEGV])
    func theTerminalIsAsItWas(signal number: Int32) async throws {
      try await Place.withFolder { folder in
        let workspace = folder + "/w"
        _ = try MockWorkspace(in: workspace, port: 9, cases: 6)
        try await Tmux.with(folder: folder) { terminal in
          try await terminal.run("ulimit -c 0")
          try await terminal.open(workspace, notes: folder)
          kill(try await terminal.child(), number)
          try await terminal.expectAsItWas(notes: folder, status: 128 + number)
        }
      }
    }

    /// Another program may stop it, as Ctrl-Z does, and go on with it or end it.
    @Test(arguments: [SIGTERM, SIGUSR1, SIGHUP]) func stoppedFromOutsideItGivesTheTerminalBack(ending: Int32)
      async throws
    {
      try await Place.withFolder { folder in
        let workspace = folder + "/w"
        _ = try MockWorkspace(in: workspace, port: 9, cases: 6)
        try await Tmux.with(folder: folder) { terminal in
          try await terminal.open(workspace, notes: folder)
          let program = try await terminal.child()
          for _ in 1...2 {
            kill(program, SIGTSTP)
            try await terminal.wait("the shell") { $0.contains("Stopped") && $0.contains("the primary screen") }
            #expect(try await terminal.fact("mouse_any_flag") == "0")
            try await terminal.run("fg")
            try await terminal.wait("the screen") { $0.contains("total tokens") }
            #expect(try await terminal.fact("mouse_any_flag") == "1")
          }
          kill(program, SIGTSTP)
          try await terminal.wait("the shell") { $0.contains("Stopped") && $0.contains("the primary screen") }
          kill(program, ending)
          kill(program, SIGCONT)
          try await terminal.run("wait; echo an answer")
          try await terminal.wait("the shell") { $0.contains("\nan answer") }
          #expect(try await terminal.fact("alternate_on") == "0")
        }
      }
    }

    /// SIGSTOP can't be caught: the shell has the terminal with the mouse still reporting, until the program is ended.
    @Test func whatTheMouseSendsToTheShellMeanwhileIsNoCommand() async throws {
      try await Place.withFolder { folder in
        let workspace = folder + "/w"
        _ = try MockWorkspace(in: workspace, port: 9, cases: 6)
        try await Tmux.with(folder: folder) { terminal in
          try await terminal.run("ulimit -c 0")
          try await terminal.open(workspace, notes: folder)
          let program = try await terminal.child()
          kill(program, SIGSTOP)
          try await terminal.wait("the shell to take over") { $0.contains("Stopped") }
          try await terminal.type("64;20;9M64;21;9M")
          kill(program, SIGUSR1)
          kill(program, SIGCONT)
          try await terminal.wait("its end") { $0.contains("the terminal has been restored") }
          #expect(try await terminal.fact("mouse_any_flag") == "0")
          try await terminal.press("Enter")
          try await terminal.run("echo an answer")
          let shown = try await terminal.wait("the shell") { $0.contains("\nan answer") }
          #expect(!shown.contains("not found"), "\(shown)")
        }
      }
    }

    /// As tmux comes, it takes no clipboard from programs.
    @Test func copyingReachesTmuxsBuffer() async throws {
      try await Place.withFolder { folder in
        let workspace = folder + "/w"
        _ = try MockWorkspace(in: workspace, port: 9, cases: 6)
        try write("Say \u{1B}[31mhi.\r\nTwice.\n", to: workspace + "/prompts/main/10-task.md")
        try await Tmux.with(folder: folder, environment: ["XDG_DATA_HOME": folder + "/data"]) { terminal in
          try await terminal.open(workspace, notes: folder)
          try await terminal.press("y")
          try await terminal.wait("the notice") { $0.contains("to tmux's buffer") }
          let text = try await terminal.buffer()
          #expect(text.contains("Say [31mhi.\nTwice."), "\(text.debugDescription)")
          #expect(!FileManager.default.fileExists(atPath: folder + "/data/assay/clipboard/copied.txt"))
          try await terminal.press("q")
          try await terminal.expectAsItWas(notes: folder, status: 0)
        }
      }
    }

    /// Another's tmux, at the other end of a connection: nothing that is sent reaches a clipboard.
    @Test func whereNoClipboardCanBeReachedItIsAFile() async throws {
      try await Place.withFolder { folder in
        let workspace = folder + "/w"
        _ = try MockWorkspace(in: workspace, port: 9, cases: 6)
        try await Tmux.with(folder: folder, environment: ["XDG_DATA_HOME": folder + "/data"]) { terminal in
          try await terminal.run("unset TMUX")
          try await terminal.open(workspace, notes: folder)
          try await terminal.press("y")
          let file = folder + "/data/assay/clipboard/copied.txt"
          try await terminal.wait("the notice") { $0.contains("no clipboard") || $0.contains("Copied ") }
          #expect(text(of: file).contains("Say which label"))
          let mode = try FileManager.default.attributesOfItem(atPath: (file as NSString).deletingLastPathComponent)
          #expect(mode[.posixPermissions] as? Int == 0o700)
          try await terminal.press("q")
          try await terminal.expectAsItWas(notes: folder, status: 0)
        }
      }
    }
  }

  /// Standard output that takes nothing, and a program without its files.
  @Suite struct OutputTests {
    @Test(.enabled(if: FileManager.default.fileExists(atPath: "/dev/full")))
    func whatCannotBeWrittenIsSaid() async throws {
      try await Place.withFolder { folder in
        let workspace = folder + "/w"
        _ = try MockWorkspace(in: workspace, port: 9, cases: 6)
        let line = "\"\(Place.assay)\" models list --workspace \"\(workspace)\""
        let full = try await Program("/bin/sh", ["-c", line + " > /dev/full"]).ended()
        #expect(full.status == 2)
        #expect(full.errors.contains("standard output can't be written"), "\(full)")
        let cut = try await Program("/bin/sh", ["-c", line + " | true; echo done"]).ended()
        #expect(cut.output == "done\n" && !cut.errors.contains("standard output"), "\(cut)")
      }
    }

    @Test func aBinaryAloneHasEveryTheme() async throws {
      try await Place.withFolder { folder in
        let workspace = folder + "/w"
        _ = try MockWorkspace(in: workspace, port: 9, cases: 6)
        let alone = folder + "/alone/bin/assay"
        try FileManager.default.createDirectory(
          atPath: (alone as NSString).deletingLastPathComponent, withIntermediateDirectories: true)
        try FileManager.default.copyItem(atPath: Place.assay, toPath: alone)
        let files = try FileManager.default.contentsOfDirectory(atPath: Place.root + "/themes")
        #expect(files.count > 3)
        for file in files where file.hasSuffix(".theme") {
          let arguments = ["screen", "--size", "60x10", "--theme", String(file.dropLast(6)), "--workspace", workspace]
          let ending = try await Program(alone, arguments).ended()
          #expect(ending.status == 0, "\(file): \(ending)")
        }
      }
    }
  }
}
