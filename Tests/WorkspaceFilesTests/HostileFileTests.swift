import Domain
import Foundation
import SeededRandom
import Testing
import WorkbenchCore

@testable import WorkspaceFiles

/// Files that mean harm cost an error, not the program.
@Suite(.timeLimit(.minutes(1)))
struct HostileFileTests {
  /// Ways to nest deeply.
  enum Nesting: CaseIterable {
    case lists, groups, entries, indents, closed, complexKeys
    var text: String {
      switch self {
      case .lists: String(repeating: "[", count: 100_000)
      case .groups: String(repeating: "{a: ", count: 5_000)
      case .entries: String(repeating: "- ", count: 20_000) + "x"
      case .indents: (0..<1_000).map { String(repeating: " ", count: $0) + "k:" }.joined(separator: "\n")
      case .closed: "models: " + String(repeating: "[", count: 900) + String(repeating: "]", count: 900)
      case .complexKeys: "? " + String(repeating: "? ", count: 5_000) + "x"
      }
    }
  }

  @Test(arguments: Nesting.allCases) func deepNestingIsRefused(_ nesting: Nesting) async throws {
    let workspace = try await read(nesting.text)
    #expect(workspace.problems.contains { $0.severity == .error && $0.file == "assay.yaml" })
    #expect(workspace.prompts.map(\.name) == ["main"])
  }

  @Test func aBillionLaughsAreNotLaughedAt() async throws {
    var config = "a: &a [lol, lol, lol, lol, lol, lol, lol, lol, lol]\n"
    for (name, last) in zip("bcdefghijklmnop", "abcdefghijklmno") {
      config += "\(name): &\(name) [" + Array(repeating: "*\(last)", count: 9).joined(separator: ", ") + "]\n"
    }
    config += "graders: *p\nvariants: *p\nmodels: { m: { api: openai, price: *p } }\n"
    let workspace = try await read(config)
    #expect(workspace.models.isEmpty)
    #expect(workspace.problems.count > 3)
    // As keys they would be compared, each with all that it stands for.
    let keys = config + "\nfacts:\n  ? *p\n  : 1\n"
    #expect(try await read(keys).lines.contains { $0.contains("too many aliases") })
    let aliasKey = config.replacingOccurrences(of: "graders: *p", with: "*p : 1")
    #expect(try await read(aliasKey).lines.contains { $0.contains("too many aliases") })
  }

  @Test func aChainOfAliasesIsRefused() async throws {
    var config = "k0: &k0 [x]\n"
    for number in 1..<20_000 { config += "k\(number): &k\(number) [*k\(number - 1)]\n" }
    #expect(try await read(config).lines.contains { $0.contains("too many aliases") })
  }

  @Test func mergesAreBounded() async throws {
    var config = "models:\n  m0: &m0 { api: openai, base_url: \"http://h/v1\" }\n"
    for number in 1..<30 {
      config +=
        "  m\(number): &m\(number) { <<: [\(Array(repeating: "*m\(number - 1)", count: 9).joined(separator: ", "))] }\n"
    }
    _ = try await read(config)
  }

  @Test(
    arguments: [
      [0x00], [0xFF, 0xFE, 0x00], Array("name: \u{0}x".utf8), Array("name: a\nmodels: {\u{1}}".utf8),
      Array("name: \"".utf8) + [0xC3, 0x28] + Array("\"".utf8), Array("%YAML 9.9\n---\na: b".utf8),
      Array("--- a\n--- b\n".utf8), Array("!!python/object:os.system ls".utf8), Array("*nothing".utf8),
      Array("a: *nothing".utf8), Array("just text".utf8), Array("- 1\n- 2".utf8), Array("{[a]: b, ? {c: d} : e}".utf8),
      Array("name: {}\nmodels: []\nprompts: 3\neval_sets: x\nvariants: [a]\ntraining: 1\nfacts: yes\ngraders: {}".utf8),
      Array("name: !!binary x\nmodels: !!set {a, b}".utf8), Array("\u{FEFF}name: ok".utf8), Array("\t\tname: x".utf8),
      Array("'".utf8), Array("\"\\u{110000}\"".utf8), Array("name: &a *a".utf8), Array("models: &m { x: *m }".utf8),
    ] as [[UInt8]])
  func nothingCrashes(_ bytes: [UInt8]) async throws {
    try await withFolder(["prompts/main/10-a.md": "x", "evals/main.jsonl": ""]) { folder in
      try folder.write(bytes: bytes, "assay.yaml")
      _ = try await folder.files.read()
    }
  }

  @Test func randomBytesNeverCrash() async throws {
    try await withFolder(["prompts/main/10-a.md": "x", "evals/main.jsonl": ""]) { folder in
      let alphabet = Array("abm:{}[]\"'-?*&!|>%@`#, \n\n  \t0.~<\u{E9}".utf8)
      var random = SeededRandom(seed: 1)
      for _ in 0..<300 {
        let bytes = (0..<80).map { _ in alphabet.randomElement(using: &random) ?? 0 }
        try folder.write(bytes: bytes, "assay.yaml")
        try folder.write(bytes: Array("---\n".utf8) + bytes, "prompts/main/10-a.md")
        try folder.write(bytes: bytes, "evals/main.jsonl")
        _ = try await folder.files.read()
        _ = try? await folder.files.trainingRows(at: "evals/main.jsonl")
      }
    }
  }

  @Test func hugeFilesAreNotRead() async throws {
    try await withFolder(["prompts/main/10-a.md": "x"]) { folder in
      try folder.write(String(repeating: "#", count: ConfigDocument.mostBytes + 1), "assay.yaml")
      try folder.write(String(repeating: "x", count: SectionFile.mostBytes + 1), "prompts/main/20-b.md")
      let workspace = try await folder.files.read()
      #expect(workspace.lines.count { $0.contains("larger than") } == 2)
      #expect(workspace.prompts.first?.sections.map(\.id) == ["10-a.md"])
    }
  }

  @Test func whatIsNoFileDoesNotHang() async throws {
    try await withFolder(["assay.yaml": "eval_sets: { main: evals/pipe, dir: evals/dir }\n", "evals/dir/x": ""]) {
      folder in
      mkfifo(folder.path + "/evals/pipe", 0o644)
      try FileManager.default.createDirectory(
        atPath: folder.path + "/prompts/main/10-a.md", withIntermediateDirectories: true)
      mkfifo(folder.path + "/prompts/main/20-b.md", 0o644)
      let workspace = try await folder.files.read()
      #expect(workspace.lines.count { $0.contains("not a file") } == 4)
      #expect(await folder.files.fingerprint(of: "evals/pipe") == nil)
    }
  }

  @Test func hostileEvalSetsCostTheirLines() async throws {
    try await withFolder(["prompts/main/10-a.md": "x"]) { folder in
      var bytes = Array("{\"id\": \"good\", \"input\": {}}\n".utf8)
      bytes += Array(repeating: UInt8(ascii: "["), count: 200_000) + [0x0A]
      bytes += Array("{\"id\": \"long\", \"input\": \"".utf8)
      bytes += Array(repeating: UInt8(ascii: "x"), count: CaseFile.mostLineBytes) + Array("\"}\n".utf8)
      bytes += [0xC3, 0x28, 0x0A, 0x00, 0x0A]
      bytes += Array(
        "{\"id\": \"a\\u0000b\", \"input\": {}}\n{\"id\": \"\(String(repeating: "i", count: 500))\", \"input\": {}}\n"
          .utf8)
      bytes += Array("{\"id\": \"last\", \"input\": {\"t\": \"\\u001b[31m\"}}".utf8)
      try folder.write(bytes: bytes, "evals/main.jsonl")
      let workspace = try await folder.files.read()
      #expect(workspace.evalSets.first?.cases.map(\.id) == ["good", "last"])
      #expect(workspace.evalSets.first?.cases.last?.line == 8)
      #expect(workspace.problems.filter { $0.file == "evals/main.jsonl" }.compactMap(\.line) == [2, 3, 4, 5, 6, 7])
    }
  }

  @Test func aThousandProblemsAreCutShort() async throws {
    try await withFolder(["prompts/main/10-a.md": "x"]) { folder in
      try folder.write(String(repeating: "not json\n", count: 1000), "evals/main.jsonl")
      let workspace = try await folder.files.read()
      #expect(workspace.problems.count < 110)
      #expect(workspace.lines.contains { $0.contains("900 more") })
    }
  }
}
