import Content
import Domain
import Foundation
import SeededRandom
import Testing
import WorkbenchCore

@testable import WorkspaceFiles

struct CaseFileTests {
  private func set(_ folder: TestFolder) async throws -> EvalSet {
    let workspace = try await folder.files.read()
    return try #require(workspace.evalSets.first)
  }

  private func withSet(_ text: String, _ body: (TestFolder, FolderWorkspaceFiles, EvalSet) async throws -> Void)
    async throws
  {
    try await withFolder(["evals/main.jsonl": text, "prompts/main/10-a.md": "x"]) { folder in
      let files = folder.files
      let workspace = try await files.read()
      try await body(folder, files, try #require(workspace.evalSets.first))
    }
  }

  @Test func slipsInKeysAreTold() async throws {
    let text = #"""
      {"id": "a", "input": {"t": 1}, "expectd": {"l": 1}, "source": "mine"}
      {"id": "b", "input": {"t": 1}, "expectd": {"l": 1}}
      """#
    try await withFolder(["evals/main.jsonl": text, "prompts/main/10-a.md": "x"]) { folder in
      let problems = try await folder.files.read().problems.filter { $0.file == "evals/main.jsonl" }
      #expect(
        problems.map(\.description) == [
          #"evals/main.jsonl:1: expectd: Unknown key, ignored. Did you mean "expected"?"#
        ])
    }
  }

  @Test func linesThatCannotBeUsedAreNamedAndLeftOut() async throws {
    let text = """
      {"id": "a", "input": {"t": 1}}

      {"id": "b", "input": "just text", "expected": null, "tags": "one"}
      {"id": "a", "input": {}}
      {"id": "c", "inptu": {}}
      [1]
      {"id": "d", "input": {},}
      {"id": 7, "input": {}, "tags": [1]}
      {"id": "e", "input": 5}
      """
    try await withSet(text) { folder, files, set in
      #expect(
        set.cases == [
          EvalCase(id: "a", line: 1, input: ["t": 1]),
          EvalCase(id: "b", line: 3, input: ["input": "just text"], tags: ["one"]),
          EvalCase(id: "7", line: 8, input: [:]),
        ])
      let problems = try await files.read().problems.filter { $0.file == "evals/main.jsonl" }
      #expect(problems.filter { $0.severity == .error }.map(\.line) == [4, 5, 6, 7, 9])
      #expect(problems[0].message.contains("line 1 already"))
      #expect(problems[1].message.contains("Rename \"inptu\" to \"input\""))
      #expect(problems[3].message.contains("column 25"))
    }
  }

  @Test func casesWithoutIDGetStableOnes() async throws {
    let text = #"{"input": {"t": "x"}}"# + "\n" + #"{"input": {"t": "y"}}"# + "\n" + #"{"input": {"t": "x"}}"# + "\n"
    try await withSet(text) { folder, files, set in
      let ids = set.cases.map(\.id)
      #expect(Set(ids).count == 3 && ids[2] == ids[0] + "-2")
      try folder.write(#"{"id": "new", "input": {}}"# + "\n" + text, "evals/main.jsonl")
      #expect(try await self.set(folder).cases.map(\.id) == ["new"] + ids)
      #expect(try await files.read().lines.contains { $0.contains("3 cases have no id") })
    }
  }

  @Test func theHashFollowsWhatDecides() async throws {
    func hash(_ line: String, _ config: String = "name: x") async throws -> ContentHash {
      let workspace = try await read(config, ["evals/main.jsonl": line + "\n"])
      return try #require(workspace.evalSets.first).hash
    }
    let base = try await hash(#"{"id": "a", "input": {"t": 1}, "expected": 2}"#)
    #expect(try await hash(#"{ "id":"a","input":{"t":1}, "expected": 2, "tags": ["x"], "note": 1 }"#) == base)
    #expect(try await hash(#"{"id": "b", "input": {"t": 1}, "expected": 2}"#) != base)
    #expect(try await hash(#"{"id": "a", "input": {"t": 2}, "expected": 2}"#) != base)
    #expect(try await hash(#"{"id": "a", "input": {"t": 1}, "expected": 3}"#) != base)
    let graded = "graders: [{ type: exact }]"
    #expect(try await hash(#"{"id": "a", "input": {"t": 1}, "expected": 2}"#, graded) != base)
  }

  @Test func readingAgainFollowsTheFile() async throws {
    try await withSet(#"{"id": "a", "input": {}}"#) { folder, files, _ in
      for number in 0..<5 {
        try folder.write("{\"id\": \"\(number)\", \"input\": {}}", "evals/main.jsonl")
        #expect(try await files.read().evalSets.first?.cases.map(\.id) == ["\(number)"])
      }
    }
  }

  // MARK: Edits

  private static let awkward =
    #"{"extra": [1, 2.50], "id": "a", "input": {"t": "\u00e9"}, "expected": {"label": "x"}, "note": "k\u0065ep"}"#
    + "\r\n\r\n"
    + #"{"id":"b","input":{"t":"作"},"tags":["one","two"]}"# + "\r\n" + "not json\r\n"
    + #"{"input": "only text", "id": "c"}"#

  private func lines(_ text: String) -> [String] {
    text.unicodeScalars.split(separator: "\n", omittingEmptySubsequences: false).map { String(Substring($0)) }
  }

  @Test func replacingChangesOneLineAndOnlyWhatDiffers() async throws {
    try await withSet(Self.awkward) { folder, files, set in
      var first = set.cases[0]
      #expect(first.input == ["t": "é"])
      first.expected = ["label": "ü"]
      try await files.apply(.replace(id: "a", first), to: set)
      let before = lines(Self.awkward)
      var after = lines(try folder.text("evals/main.jsonl"))
      #expect(
        after[0]
          == #"{"extra": [1, 2.50], "id": "a", "input": {"t": "\u00e9"}, "expected": {"label": "\u00fc"}, "note": "k\u0065ep"}"#
          + "\r")
      #expect(after.dropFirst() == before.dropFirst())

      var second = set.cases[1]
      second.tags = []
      second.expected = "yes"
      try await files.apply(.replace(id: "b", second), to: set)
      after = lines(try folder.text("evals/main.jsonl"))
      #expect(after[2] == #"{"id":"b","input":{"t":"作"},"tags":[],"expected":"yes"}"# + "\r")

      var third = set.cases[2]
      third.input = ["input": "other text"]
      third.id = "d"
      try await files.apply(.replace(id: "c", third), to: set)
      after = lines(try folder.text("evals/main.jsonl"))
      #expect(after[4] == #"{"input": "other text", "id": "d"}"#)
      #expect(after[3] == before[3])
      #expect(try await self.set(folder).cases.map(\.id) == ["a", "b", "d"])
    }
  }

  @Test func replacingWithTheSameWritesNothing() async throws {
    try await withSet(Self.awkward) { folder, files, set in
      for evalCase in set.cases { try await files.apply(.replace(id: evalCase.id, evalCase), to: set) }
      #expect(try folder.text("evals/main.jsonl") == Self.awkward)
    }
  }

  @Test func aCaseWithoutIDIsPinnedWhenItsInputChanges() async throws {
    try await withSet(#"{"input": {"t": 1}}"# + "\n") { folder, files, set in
      var evalCase = set.cases[0]
      evalCase.tags = ["new"]
      try await files.apply(.replace(id: evalCase.id, evalCase), to: set)
      #expect(try folder.text("evals/main.jsonl") == #"{"input": {"t": 1}, "tags": ["new"]}"# + "\n")
      evalCase.input = ["t": 2]
      try await files.apply(.replace(id: evalCase.id, evalCase), to: set)
      #expect(
        try folder.text("evals/main.jsonl")
          == "{\"id\": \"\(evalCase.id)\", \"input\": {\"t\": 2}, \"tags\": [\"new\"]}\n")
    }
  }

  @Test func insertingKeepsTheRestAndTheStyle() async throws {
    try await withSet(Self.awkward) { folder, files, set in
      let new = EvalCase(id: "n", input: ["t": "é"], expected: 1, tags: ["x"])
      try await files.apply(.insert(new, after: "b"), to: set)
      var after = lines(try folder.text("evals/main.jsonl"))
      #expect(after[3] == #"{"id":"n","input":{"t":"é"},"expected":1,"tags":["x"]}"# + "\r")
      after.remove(at: 3)
      #expect(after == lines(Self.awkward))

      let last = EvalCase(id: "z", input: [:])
      try await files.apply(.insert(last, after: nil), to: set)
      let text = try folder.text("evals/main.jsonl")
      #expect(text.hasSuffix("\"c\"}\r\n" + #"{"id": "z", "input": {}}"#))
      await #expect(throws: Problem.self) { try await files.apply(.insert(last, after: nil), to: set) }
      await #expect(throws: Problem.self) {
        try await files.apply(.insert(EvalCase(id: "q", input: [:]), after: "nobody"), to: set)
      }
    }
  }

  @Test func deletingTakesTheLineOut() async throws {
    try await withSet(Self.awkward) { folder, files, set in
      try await files.apply(.delete(id: "b"), to: set)
      var before = lines(Self.awkward)
      before.remove(at: 2)
      #expect(lines(try folder.text("evals/main.jsonl")) == before)
      await #expect(throws: Problem.self) { try await files.apply(.delete(id: "b"), to: set) }
      try await files.apply(.delete(id: "c"), to: set)
      try await files.apply(.delete(id: "a"), to: set)
      #expect(try folder.text("evals/main.jsonl") == "\r\nnot json\r\n")
    }
  }

  @Test func anEditMeetsTheFileAsItIsNow() async throws {
    try await withSet(#"{"id": "a", "input": {}}"# + "\n") { folder, files, set in
      try folder.write(
        "{\"id\": \"z\", \"input\": {}}\n{\"id\": \"a\", \"input\": {}, \"by\": \"editor\"}\n", "evals/main.jsonl")
      var evalCase = set.cases[0]
      evalCase.tags = ["t"]
      try await files.apply(.replace(id: "a", evalCase), to: set)
      #expect(
        try folder.text("evals/main.jsonl")
          == "{\"id\": \"z\", \"input\": {}}\n{\"id\": \"a\", \"input\": {}, \"by\": \"editor\", \"tags\": [\"t\"]}\n")
    }
  }

  @Test func aMissingFileIsMadeByInserting() async throws {
    try await withFolder(["assay.yaml": "eval_sets: { main: evals/new.jsonl }"]) { folder in
      let set = try await set(folder)
      try await folder.files.apply(.insert(EvalCase(id: "a", input: ["t": "x"], expected: "y"), after: nil), to: set)
      #expect(try folder.text("evals/new.jsonl") == #"{"id": "a", "input": {"t": "x"}, "expected": "y"}"# + "\n")
      await #expect(throws: Problem.self) { try await folder.files.apply(.delete(id: "q"), to: set) }
    }
  }

  @Test func randomEditsNeverTouchOtherLines() async throws {
    var random = SeededRandom(seed: 1)
    let texts = ["a", "é", "\"", "\\", "\n", "\u{7F}", "👩‍👩‍👧", "}{", ",", "\u{2028}"]
    let start = (0..<20).map { number in
      let value = JSONValue.string(texts.randomElement(using: &random) ?? "")
      let line: JSONValue = [
        "x": value, "id": .string("c\(number)"), "input": ["t": value, "u": [value]], "tags": ["k"],
      ]
      return line.text([.compact, .spaced].randomElement(using: &random) ?? .compact)
    }
    var bytes = Array(start.joined(separator: "\n").utf8)
    for _ in 0..<200 {
      let file = CaseFile(bytes, path: "f")
      guard var evalCase = file.cases.randomElement(using: &random) else { break }
      let text = JSONValue.string(texts.randomElement(using: &random) ?? "")
      switch Int.random(in: 0..<3, using: &random) {
      case 0: evalCase.input = ["t": text]
      case 1: evalCase.expected = ["l": text, "m": [text, 1]]
      default: evalCase.tags = [text.string ?? ""]
      }
      let edited = try CaseFileEditor.apply(.replace(id: evalCase.id, evalCase), to: bytes, path: "f")
      let back = CaseFile(edited, path: "f")
      #expect(back.problems.isEmpty)
      #expect(back.cases.first { $0.id == evalCase.id } == evalCase)
      let old = bytes.split(separator: 0x0A)
      let new = edited.split(separator: 0x0A)
      #expect(old.count == new.count && zip(old, new).count { $0 != $1 } <= 1)
      bytes = edited
    }
  }

  @Test func tenThousandCasesAreRead() async throws {
    let text = (0..<10_000).map {
      "{\"id\": \"case-\($0)\", \"input\": {\"ticket\": \"The app closes when I tap on Export, number \($0).\"}, "
        + "\"expected\": {\"label\": \"bug\"}, \"tags\": [\"easy\"]}\n"
    }.joined()
    try await withFolder(["evals/main.jsonl": text, "prompts/main/10-a.md": "x"]) { folder in
      let cases = try await folder.files.read().evalSets[0].cases
      #expect(cases.map(\.id) == (0..<10_000).map { "case-\($0)" })
    }
  }
}
