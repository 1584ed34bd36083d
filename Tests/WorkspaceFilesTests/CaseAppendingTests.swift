import Content
import Domain
import Testing
import WorkbenchCore

@testable import WorkspaceFiles

@Suite struct CaseAppendingTests {
  private static let config = "models:\n  tiny: { api: replay, file: r.jsonl }\n"
  private static let prompt = "prompts/main/80-q.md"
  private let lines = [#"{"id": "a", "input": {"q": "1"}, "expected": "x"}"#, #"{"id": "b", "input": {"q": "2"}}"#]

  @Test func aNewSetIsRegisteredWhereSetsAreNamed() async throws {
    let config = Self.config + "eval_sets:\n  main: evals/main.jsonl  # ours\n"
    try await withFolder(["assay.yaml": config, Self.prompt: "{{ q }}\n", "evals/main.jsonl": ""]) { folder in
      let addition = CaseAddition(
        set: "new", path: "evals/new.jsonl", lines: lines, graders: [["type": "equals", "trim": false]])
      try await folder.files.append([addition])
      let text = try folder.text("assay.yaml")
      #expect(text.contains(config.dropLast(1)))
      let set = try #require(try await folder.files.read().evalSet("new"))
      #expect(set.cases.map(\.id) == ["a", "b"])
      #expect(set.graders.graders.map(\.type) == ["equals"])
      #expect(try folder.text("evals/new.jsonl") == lines.joined(separator: "\n") + "\n")
    }
  }

  @Test func aNewSetAmongOthersThatNobodyNames() async throws {
    try await withFolder(["assay.yaml": Self.config, Self.prompt: "{{ q }}\n", "evals/main.jsonl": lines[0] + "\n"]) {
      folder in
      try await folder.files.append([CaseAddition(set: "plain", path: "evals/plain.jsonl", lines: lines)])
      #expect(try folder.text("assay.yaml") == Self.config)
      let graded = CaseAddition(
        set: "graded", path: "evals/graded.jsonl", lines: lines, graders: [["type": "json-valid"]])
      try await folder.files.append([graded])
      let workspace = try await folder.files.read()
      #expect(Set(workspace.evalSets.map(\.name)) == ["main", "plain", "graded"])
      #expect(workspace.evalSet("main")?.graders.graders.map(\.type) == ["exact"])
      #expect(workspace.evalSet("graded")?.graders.graders.map(\.type) == ["json-valid"])
    }
  }

  @Test func aFileKeepsItsBytesAndItsLineEnds() async throws {
    let before = "\u{FEFF}{\"id\": \"z\", \"input\": \"i\"}\r\n{\"id\": \"y\", \"input\": \"j\"}"
    try await withFolder(["assay.yaml": Self.config, Self.prompt: "{{ q }}\n", "evals/main.jsonl": before]) { folder in
      try await folder.files.append([CaseAddition(set: "main", path: "evals/main.jsonl", lines: lines)])
      let after = try folder.text("evals/main.jsonl")
      #expect(Array(after.utf8) == Array((before + "\r\n" + lines.joined(separator: "\r\n") + "\r\n").utf8))
      #expect(try await folder.files.read().evalSet("main")?.cases.map(\.id) == ["z", "y", "a", "b"])
    }
  }

  /// General tasks with a prompt of their own.
  private var general: CaseAddition {
    var addition = CaseAddition(set: "general", path: "evals/general.jsonl", lines: lines)
    addition.prompt = NewPrompt(
      name: "general", folder: "prompts/general", file: "80-question.md", text: "{{ question }}\n")
    addition.isGeneral = true
    return addition
  }

  @Test(arguments: [
    ("", "prompts/main/80-q.md", ["main"]), ("", "prompts/80-q.md", ["main"]),
    ("eval_sets:\n  main: evals/main.jsonl\nprompts:\n  first: prompts/main\n", "prompts/main/80-q.md", ["first"]),
    ("eval_sets: { main: evals/main.jsonl }\nprompts: { first: prompts/main }\n", "prompts/main/80-q.md", ["first"]),
  ])
  func aGeneralSetBringsItsPrompt(more: String, section: String, prompts: [String]) async throws {
    try await withFolder(["assay.yaml": Self.config + more, section: "{{ q }}\n", "evals/main.jsonl": lines[0] + "\n"])
    {
      folder in
      try await folder.files.append([general])
      let workspace = try await folder.files.read()
      #expect(workspace.problems.filter { $0.severity == .error && $0.key?.hasPrefix("models") != true } == [])
      #expect(workspace.evalSets.map(\.name) == ["main", "general"])
      #expect(workspace.evalSet("general")?.isGeneral == true && workspace.evalSet("general")?.prompt == "general")
      #expect(workspace.evalSet("general")?.cases.count == 2 && workspace.evalSet("main")?.cases.count == 1)
      #expect(workspace.prompts.map(\.name) == prompts + ["general"])
      #expect(workspace.prompts[0].sections.map(\.body) == ["{{ q }}"])
    }
  }

  @Test func aPromptThatIsThereIsNotOverwritten() async throws {
    let files = ["assay.yaml": Self.config, Self.prompt: "{{ q }}\n", "prompts/general/80-question.md": "Mine\n"]
    try await withFolder(files) { folder in
      await #expect(throws: Problem.self) { try await folder.files.append([general]) }
      let (config, section) = (try folder.text("assay.yaml"), try folder.text("prompts/general/80-question.md"))
      #expect(config == Self.config && section == "Mine\n")
      #expect(throws: (any Error).self) { try folder.text("evals/general.jsonl") }
    }
  }

  @Test func nothingIsWrittenWhereSomethingRefuses() async throws {
    let config = Self.config + "eval_sets: { main: evals/main.jsonl\n"
    try await withFolder(["assay.yaml": config, Self.prompt: "{{ q }}\n", "evals/table.jsonl": "a,b\n1,2\n"]) {
      folder in
      await #expect(throws: Problem.self) {
        try await folder.files.append([
          CaseAddition(set: "new", path: "evals/new.jsonl", lines: lines, graders: [["type": "exact"]])
        ])
      }
      #expect(throws: (any Error).self) { try folder.text("evals/new.jsonl") }
      await #expect(throws: Problem.self) {
        try await folder.files.append([
          CaseAddition(set: "other", path: "evals/other.jsonl", lines: lines),
          CaseAddition(set: "table", path: "evals/table.jsonl", lines: lines),
        ])
      }
      #expect(throws: (any Error).self) { try folder.text("evals/other.jsonl") }
      await #expect(throws: Problem.self) {
        try await folder.files.append([CaseAddition(set: "out", path: "../out.jsonl", lines: lines)])
      }
    }
  }
}

@Suite struct ConversationLineTests {
  private func file(_ text: String) -> CaseFile { CaseFile(Array(text.utf8), path: "evals/x.jsonl") }

  @Test func messagesAndToolsAreMembersOfTheInput() throws {
    let line =
      #"{"id": "a", "input": {"name": "Ann"}, "messages": [{"role": "user", "content": "q"}], "tools": [{}], "expected": "x"}"#
    let one = try #require(file(line).cases.first)
    #expect(one.input["messages"]?[0]?["content"] == "q")
    #expect(one.input["tools"] == [[:]])
    #expect(one.input["name"] == "Ann")
    #expect(file(line).problems.isEmpty)
    #expect(file(#"{"id": "a", "messages": [{"role": "user", "content": "q"}]}"#).cases.count == 1)
    #expect(file(#"{"id": "a", "messages": null, "input": "t"}"#).cases.count == 1)
  }

  @Test(arguments: [
    #"{"id": "a", "messages": []}"#, #"{"id": "a", "messages": "text"}"#,
    #"{"id": "a", "messages": [{"content": "q"}]}"#,
    #"{"id": "a", "messages": [{"role": "user", "content": "q"}], "input": {"messages": []}}"#,
    #"{"id": "a", "messages": [{"role": "user", "content": "q"}], "input": 3}"#,
  ])
  func whatIsNoConversationIsLeftOutWithItsReason(line: String) {
    let file = file(line)
    #expect(file.cases.isEmpty)
    #expect(file.problems.filter { $0.line == 1 }.count == 1)
  }

  @Test func anEditKeepsTheConversationWhereItStands() throws {
    let line = #"{"id": "a", "messages": [{"role": "user", "content": "q"}], "expected": "x", "note": 1}"#
    let file = file(line)
    var new = try #require(file.cases.first)
    new.expected = "y"
    func edited(_ new: EvalCase) throws -> JSONValue {
      let bytes = try CaseFileEditor.apply(.replace(id: "a", new), to: Array(line.utf8), path: "evals/x.jsonl")
      return try JSONValue(parsing: String(decoding: bytes, as: UTF8.self))
    }
    #expect(try edited(new).text() == #"{"id":"a","messages":[{"role":"user","content":"q"}],"expected":"y","note":1}"#)
    new.input = ["messages": [["role": "user", "content": "r"]], "name": "Ann"]
    let changed = try edited(new)
    #expect(changed["messages"]?[0]?["content"] == "r")
    #expect(changed["input"] == ["name": "Ann"])
    #expect(changed["tools"] == nil)
  }
}
