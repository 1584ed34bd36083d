import Content
import Foundation
import Testing

extension EndToEnd {
  /// Whatever a workspace, a model or an argument says, a terminal is only shown it.
  @Suite struct HostileTextTests {
    /// Sets a title, clears the screen by a C1 control, reorders the line, hides, and goes back over what was printed.
    static let hostile = "x\u{1B}]0;owned\u{07}\u{9B}2J\u{202E}\u{200B}\u{8}y"
    /// The same as YAML and JSON write it.
    static let escaped = #"x\u001b]0;owned\u0007\u009b2J\u202e\u200b\u0008y"#

    /// What a program prints on a terminal of its own.
    static func shown(_ arguments: [String], columns: UInt16 = 80) async throws -> String {
      var (person, program): (Int32, Int32) = (-1, -1)
      var size = winsize(ws_row: 24, ws_col: columns, ws_xpixel: 0, ws_ypixel: 0)
      guard openpty(&person, &program, nil, nil, &size) == 0 else { throw CocoaError(.fileReadUnknown) }
      let descriptor = person
      let reading = Task.detached {
        var bytes: [UInt8] = []
        var chunk = [UInt8](repeating: 0, count: 4096)
        while case let count = read(descriptor, &chunk, chunk.count), count > 0 { bytes += chunk[..<count] }
        close(descriptor)
        return String(decoding: bytes, as: UTF8.self)
      }
      let started = try Program(Place.assay, arguments, terminal: program)
      close(program)
      _ = await started.ended()
      return await reading.value
    }

    static func makeWorkspace(in folder: String) throws {
      try write(
        """
        name: "\(escaped)"
        models:
          "m\(escaped)": { api: replay, file: recorded.jsonl }
          unread: { api: "\(escaped)", "\(escaped)": 1 }
        prompts:
          main: prompts/main
        eval_sets:
          main: evals/main.jsonl
          "s\(escaped)": "evals/\(escaped).jsonl"
        graders:
          - { type: exact, expected: label }
        variants:
          "a\(escaped)": { model: "m\(escaped)", prompt: main }
          "b\(escaped)": { model: "m\(escaped)", prompt: main, temperature: 0 }

        """, to: folder + "/assay.yaml")
      try write(
        "---\ntitle: \"\(escaped)\"\n---\nSay {{ text }} {{ \(hostile) }}.", to: folder + "/prompts/main/10-task.md")
      try write("Label {{ text }}.", to: folder + "/prompts/other/10-task.md")
      try write(
        (1...3).map {
          #"{"id": "\#($0)", "input": {"text": "\#(escaped)"}, "expected": {"label": "\#(escaped)"}}"# + "\n"
        }
        .joined(), to: folder + "/evals/main.jsonl")
      try write(
        (1...3).map { #"{"id": "\#($0)", "output": "\#(escaped)\n\#(escaped)"}"# + "\n" }.joined(),
        to: folder + "/recorded.jsonl")
      try write(
        #"{"prompt": "\#(escaped)", "completion": "\#(escaped)"}"# + "\n" + "{\(hostile)\n",
        to: folder + "/train/x.jsonl")
    }

    @Test func aTerminalIsOnlyShownIt() async throws {
      try await Place.withFolder { folder in
        let workspace = folder + "/w"
        try Self.makeWorkspace(in: workspace)
        let name = "a" + Self.hostile
        for arguments in [
          ["eval", name], ["eval", "b" + Self.hostile], ["compare", name, "b" + Self.hostile], ["verdict"],
          ["verdict", "--json"], ["doctor"], ["doctor", "--json"], ["models"], ["models", "list"], ["outputs", "1"],
          ["prompt", "show", name], ["jobs", "list"], ["sweep", "show"], ["sweep", "show", name],
          ["jobs", "show", name], ["data", "check", "train/x.jsonl"], ["eval", "no" + Self.hostile],
          ["compare", Self.hostile, Self.hostile], ["--" + Self.hostile], ["eval", "--limit", Self.hostile],
          [Self.hostile, Self.hostile], ["adapter", "card", Self.hostile], ["review", "list"], ["batches"],
          ["eval", name, "--json"], ["eval", Self.hostile, "--json"], ["screen", "--size", Self.hostile],
          ["screen", "--size", "60x10"], ["trust", Self.hostile], ["untrust", Self.hostile], [Self.hostile],
          ["init", workspace + "/" + Self.hostile],
        ] {
          let takesWorkspace = !["trust", "untrust", "init", Self.hostile, "--" + Self.hostile].contains(arguments[0])
          let text = try await Self.shown(arguments + (takesWorkspace ? ["--workspace", workspace] : []))
          #expect(!text.isEmpty, "\(arguments)")
          // Progress is drawn over its own line.
          let plain = text.replacingOccurrences(of: "\r\u{1B}[K", with: "")
            .replacingOccurrences(of: "\r\n", with: "\n")
          for hazard in "\u{1B}\u{07}\u{9B}\u{202E}\u{200B}\u{8}\r".unicodeScalars {
            #expect(!plain.unicodeScalars.contains(hazard), "\(arguments): \(plain.debugDescription)")
          }
        }
      }
    }

    @Test(arguments: [0, 1, 5, 20, 59, 32_768, 65_535] as [UInt16]) func everyWidthIsWideEnough(columns: UInt16)
      async throws
    {
      try await Place.withFolder { folder in
        let workspace = folder + "/w"
        _ = try MockWorkspace(in: workspace, port: 9, cases: 6)
        let variant = ["replayed", "--workspace", workspace]
        for (arguments, expected) in [
          (["--help"], "verdict"), (["eval", "--help"], "--limit"), (["eval", "--limit", "x"], "limit"),
          (["eval"] + variant, "replayed"), (["outputs", "1", "--workspace", workspace], "case-6"),
          (["doctor", "--workspace", workspace], "workspace"),
        ] {
          let text = try await Self.shown(arguments, columns: columns)
          #expect(text.contains(expected) && !text.contains("rashed"), "\(arguments): \(text)")
        }
      }
    }

    /// JSON stays JSON on a terminal, and says the same as elsewhere.
    @Test func jsonSaysTheSame() async throws {
      try await Place.withFolder { folder in
        let workspace = folder + "/w"
        try Self.makeWorkspace(in: workspace)
        for arguments in [
          ["models", "list", "--json"], ["eval", Self.hostile, "--json"], ["data", "check", "--json"],
        ] {
          let all = arguments + ["--workspace", workspace]
          let elsewhere = try await Program(Place.assay, all).ended()
          let text = try await Self.shown(all)
          let start = try #require(text.firstIndex { "[{".contains($0) })
          let end = try #require(text.lastIndex { "]}".contains($0) })
          #expect(try JSONValue(parsing: String(text[start...end])) == elsewhere.json(), "\(arguments)")
        }
      }
    }
  }
}
