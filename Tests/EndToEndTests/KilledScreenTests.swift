import Content
import Foundation
import Testing

extension EndToEnd {
  /// SIGKILL to the terminal UI while it is at work.
  @Suite(
    .enabled(if: Place.tmux != nil, "tmux is not installed"),
    .enabled(if: Place.sqlite != nil, "the sqlite3 shell is not installed"))
  struct KilledScreenTests {
    /// Ends the terminal's program as nothing can prevent, and waits until it is gone.
    static func killProgram(in terminal: Tmux) async throws {
      kill(try await terminal.child(), SIGKILL)
      try await terminal.wait("the shell") { $0.contains("left with 137") }
    }

    @Test func aRunGoesOnWithoutAskingAgain() async throws {
      let cases = 150
      try await Place.withFolder { folder in
        try await MockModel.with(
          pause: { .milliseconds(60 + $0 % 20) }, answer: MockWorkspace.numberedAnswer
        ) { model, port in
          let workspace = folder + "/w"
          _ = try MockWorkspace(in: workspace, port: port, cases: cases, concurrency: 4)
          var known: Set<Int> = []
          var graded = ""
          try await Tmux.with(folder: folder, environment: KillTests.key) { terminal in
            try await terminal.open(workspace, notes: folder)
            try await terminal.press("r")
            try await wait(for: "some requests") { model.numbers.count >= 20 }
            try await Self.killProgram(in: terminal)
            known = try await KillTests.recorded(in: workspace)
            #expect(!known.isEmpty && known.count < cases)
            graded = try await query("SELECT count(*) FROM outputs WHERE answer_id IS NOT NULL", in: workspace)[0]
            #expect(try await query("SELECT state FROM runs", in: workspace) == ["running"])
          }
          let before = model.numbers.count
          #expect(before - known.count <= 2 * 4, "only what was under way or just came in is lost")
          try await Tmux.with(folder: folder, environment: KillTests.key) { terminal in
            try await terminal.open(workspace, notes: folder)
            try await terminal.wait("the run as interrupted") {
              $0.contains("was interrupted at \(graded) of \(cases)")
            }
            #expect(try await query("SELECT state FROM runs", in: workspace) == ["paused"])
            #expect(model.numbers.count == before, "opening asks nothing")
            try await terminal.press("r")
            try await terminal.wait("all answers") { $0.contains("main \(cases)/\(cases)") }
            try await wait(for: "its end") {
              try await query("SELECT state FROM runs", in: workspace) == ["finished"]
            }
            try await terminal.wait("rest") { !($0.split(separator: "\n").last ?? "━").contains("━") }
            try await terminal.press("q")
            try await terminal.expectAsItWas(notes: folder, status: 0)
          }
          #expect(model.numbers[before...].sorted() == Set(1...cases).subtracting(known).sorted())
        }
      }
    }

    @Test func whatTheScreenCallsSavedIsOnDisk() async throws {
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
          try await terminal.press("C-s")
          try await terminal.wait("the word") { $0.contains("Think first. Say") && $0.contains(" saved ") }
          try await Self.killProgram(in: terminal)
        }
        #expect(text(of: file) == "Think first. " + former)
      }
    }

    @Test(.enabled(if: Place.hasEngine, "the local engine is not installed"))
    func aTrainingJobGoesOn() async throws {
      let steps = 40
      try await Place.withFolder { folder in
        let workspace = folder + "/triage"
        try Demo.copy(to: workspace, cases: 4, steps: steps)
        func job() async throws -> JSONValue {
          let listed = try await assay("jobs", "list", "--workspace", workspace, "--json")
          #expect(listed.status == 0, "\(listed)")
          let jobs = try listed.json()
          try #require(jobs.array?.count == 1)
          return jobs[0] ?? .null
        }
        var reached = 0
        try await Tmux.with(folder: folder) { terminal in
          try await terminal.open(workspace, notes: folder)
          try await terminal.press("5", "a")
          try await terminal.wait("the form") { $0.contains("New training job") }
          try await terminal.press("Enter")
          try await terminal.wait("the first report", limit: .seconds(300)) {
            $0.contains("validation") && Self.hasCurve($0)
          }
          try await Self.killProgram(in: terminal)
          let orphan = try await job()
          reached = orphan["step"]?.int ?? 0
          #expect(reached > 0)
          #expect(orphan["state"] == (reached < steps ? "running" : "finished"), "\(orphan)")
        }
        try await wait(for: "a later step", limit: .seconds(300)) {
          let step = try await job()["step"]?.int ?? 0
          return step > reached || step == steps
        }
        try await Tmux.with(folder: folder) { terminal in
          try await terminal.open(workspace, notes: folder)
          try await terminal.press("5")
          // On a fast machine it may be over by now; the curve is there in either case.
          try await terminal.wait("the job with its curve") {
            ($0.contains("▶ running") || $0.contains("✓ finished")) && Self.hasCurve($0)
          }
          try await terminal.wait("its end", limit: .seconds(600)) {
            $0.contains("✓ finished") && $0.contains("\(steps)/\(steps)")
          }
          try await terminal.press("q")
          try await terminal.expectAsItWas(notes: folder, status: 0)
        }
        let finished = try await job()
        #expect(finished["state"] == "finished" && finished["step"]?.int == steps)
        #expect(finished["adapter"] == ".assay/jobs/1/best")
        #expect(FileManager.default.fileExists(atPath: workspace + "/.assay/jobs/1/best/adapters.safetensors"))
      }
    }

    /// Whether there is a curve on the screen.
    static func hasCurve(_ shown: String) -> Bool {
      shown.unicodeScalars.contains { (0x2801...0x28FF).contains($0.value) }
    }
  }
}
