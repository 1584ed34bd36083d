import Content
import Foundation
import LoopbackServer
import Testing

extension EndToEnd {
  /// A stranger's workspace can be looked at, and does nothing until a person has said yes.
  @Suite struct TrustTests {
    /// A home of its own, where nothing is trusted.
    private static func untrusting(_ folder: String) -> [String: String] {
      ["ASSAY_TRUST": "0", "XDG_DATA_HOME": folder + "/data", "MOCK_KEY": "secret-key"]
    }

    private static let looking = [
      ["verdict"], ["jobs", "list"], ["models", "list"], ["doctor"], ["prompt", "show"], ["compare", "mine", "asked"],
      ["outputs", "mine"], ["eval", "--estimate"], ["data", "check"], ["screen", "--size", "100x30"],
    ]
    private static let acting = [
      ["eval"], ["eval", "mine"], ["eval", "asked", "--batch"], ["models", "test"], ["train"], ["batches", "list"],
      ["jobs", "resume", "1"], ["sweep", "run", "s", "--rank", "4,8"],
    ]

    /// A workspace that leaves a trace whenever its program, its trainer or its address is used.
    private static func plant(in folder: String, port: Int) throws {
      let trace = folder + "/ran"
      try write(
        """
        models:
          mine:  { api: command, command: [/bin/sh, -c, "touch \(trace)"] }
          asked: { api: openai, base_url: "http://127.0.0.1:\(port)/v1", model: m, key_env: MOCK_KEY }
          local: { api: mlx, path: model }
        prompts: { main: prompts/main }
        eval_sets: { main: evals/main.jsonl }
        graders: [{ type: exact }]
        variants:
          mine:  { model: mine, prompt: main }
          asked: { model: asked, prompt: main }
        training: { base: local, data: train/main.jsonl, backend: command,
                    command: { run: [/bin/sh, -c, "touch \(trace)"] } }

        """, to: folder + "/ws/assay.yaml")
      try write("Say x.\n", to: folder + "/ws/prompts/main/10-task.md")
      try write(#"{"id": "a", "input": {}, "expected": "x"}"# + "\n", to: folder + "/ws/evals/main.jsonl")
      let rows = (0..<40).map { #"{"prompt": "question \#($0 * 7919)", "completion": "answer \#($0)"}"# }
      try write(rows.joined(separator: "\n") + "\n", to: folder + "/ws/train/main.jsonl")
      try write("{}", to: folder + "/ws/model/config.json")
    }

    @Test func nothingRunsAndNothingIsAsked() async throws {
      try await Place.withFolder { folder in
        try await MockServer.with({ _ in .response(200, [], "{}") }) { server in
          try Self.plant(in: folder, port: server.port)
          let before = Self.files(folder + "/ws")
          for command in Self.looking + Self.acting {
            let isActing = Self.acting.contains(command)
            let ending = await
              (try Program(
                Place.assay, command + ["--workspace", folder + "/ws"], environment: Self.untrusting(folder))).ended()
            #expect(!FileManager.default.fileExists(atPath: folder + "/ran"), "\(command) ran a program")
            if isActing {
              #expect(ending.status == 2 && ending.errors.contains("not trusted"), "\(command): \(ending.errors)")
            }
          }
          #expect(server.counts.requests == 0, "an address was asked")
          #expect(Self.files(folder + "/ws") == before, "something was written")
          #expect(!FileManager.default.fileExists(atPath: folder + "/data"), "not even outside")
        }
      }
    }

    @Test func whatWasAllowedWorksAndWhatChangesIsAskedAgain() async throws {
      try await Place.withFolder { folder in
        try Self.plant(in: folder, port: 9)
        let environment = Self.untrusting(folder)
        func assay(_ arguments: String...) async throws -> Program.Ending {
          await (try Program(Place.assay, arguments, environment: environment)).ended()
        }
        let unasked = try await assay("trust", folder + "/ws")
        #expect(unasked.status == 2 && unasked.errors.contains("touch"), "\(unasked)")
        let trusted = try await assay("trust", folder + "/ws", "--yes")
        #expect(trusted.status == 0, "\(trusted)")
        for words in ["/bin/sh -c", "http://127.0.0.1:9 with the key in MOCK_KEY", "load model in the local engine"] {
          #expect(trusted.errors.contains(words), "\(words): \(trusted)")
        }
        _ = try await assay("eval", "mine", "--workspace", folder + "/ws")
        #expect(FileManager.default.fileExists(atPath: folder + "/ran"))
        try FileManager.default.removeItem(atPath: folder + "/ran")
        // The same place with another command in it.
        let config = text(of: folder + "/ws/assay.yaml")
        try write(config.replacing("touch", with: "touch  "), to: folder + "/ws/assay.yaml")
        let changed = try await assay("eval", "mine", "--workspace", folder + "/ws")
        #expect(changed.status == 2 && !FileManager.default.fileExists(atPath: folder + "/ran"), "\(changed)")
        // One process may be told to.
        _ = try await assay("eval", "mine", "--trust", "--workspace", folder + "/ws")
        #expect(FileManager.default.fileExists(atPath: folder + "/ran"))
        try FileManager.default.removeItem(atPath: folder + "/ran")
        try write(config, to: folder + "/ws/assay.yaml")
        let untrusted = try await assay("untrust", folder + "/ws")
        #expect(untrusted.status == 0)
        let after = try await assay("eval", "mine", "--workspace", folder + "/ws")
        #expect(after.status == 2 && !FileManager.default.fileExists(atPath: folder + "/ran"), "\(after)")
      }
    }

    @Test func whatInitMakesNeedsNoQuestion() async throws {
      try await Place.withFolder { folder in
        let environment = Self.untrusting(folder)
        func assay(_ arguments: String...) async throws -> Program.Ending {
          await (try Program(Place.assay, arguments, environment: environment)).ended()
        }
        #expect(try await assay("init", folder + "/new").status == 0)
        let run = try await assay("eval", "--workspace", folder + "/new", "--json")
        #expect(run.status == 0, "\(run)")
        // A clone of it is somebody else's, with everything in it.
        try FileManager.default.copyItem(atPath: folder + "/new", toPath: folder + "/clone")
        let before = Self.files(folder + "/clone")
        let cloned = try await assay("verdict", "--workspace", folder + "/clone", "--json").json()
        #expect(cloned["variants"]?.array?.isEmpty == true, "its .assay is left alone: \(cloned)")
        #expect(Self.files(folder + "/clone") == before)
        // Trusted, it is adopted: its runs can be read.
        #expect(try await assay("trust", "--yes", folder + "/clone").status == 0)
        let adopted = try await assay("verdict", "--workspace", folder + "/clone", "--json").json()
        #expect(adopted["variants"]?.array?.count == 1, "\(adopted)")
      }
    }

    @Test(.enabled(if: Place.tmux != nil, "tmux is not installed"))
    func theScreenAsksAndTakesAnAnswer() async throws {
      try await Place.withFolder { folder in
        try Self.plant(in: folder, port: 9)
        try await Tmux.with(folder: folder, environment: Self.untrusting(folder)) { terminal in
          try await terminal.type("$BINARY ws")
          try await terminal.press("Enter")
          try await terminal.wait("the question") { $0.contains("Trust this workspace?") && $0.contains("touch") }
          try await terminal.press("n")
          try await terminal.wait("looking") { !$0.contains("Trust this workspace?") && $0.contains("not trusted") }
          try await terminal.press("r")
          #expect(!FileManager.default.fileExists(atPath: folder + "/ws/.assay"))
          try await terminal.press("C-t")
          try await terminal.wait("the question again") { $0.contains("Trust this workspace?") }
          try await terminal.press("y")
          try await terminal.wait("trust") { !$0.contains("not trusted") && !$0.contains("Trust this workspace?") }
          #expect(FileManager.default.fileExists(atPath: folder + "/ws/.assay/assay.sqlite"))
          try await terminal.press("q")
        }
        #expect(!FileManager.default.fileExists(atPath: folder + "/ran"))
      }
    }

    /// Everything under a folder, with what it says.
    private static func files(_ folder: String) -> [String: Data] {
      var files: [String: Data] = [:]
      for path in FileManager.default.subpaths(atPath: folder) ?? [] {
        files[path] = FileManager.default.contents(atPath: folder + "/" + path) ?? Data()
      }
      return files
    }
  }
}
