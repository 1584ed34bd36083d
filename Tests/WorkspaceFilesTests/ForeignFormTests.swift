import Domain
import Testing
import WorkbenchCore

@testable import WorkspaceFiles

/// A file in another form is named once, with what to do.
struct ForeignFormTests {
  @Test(arguments: [
    ("ticket,label\nlate,shipping\nbroken,damage\n", "CSV", "ticket, label"),
    ("\u{FEFF}id;text;answer\n1;a;b\n", "CSV", "id, text, answer"),
    ("\"ticket\",\"label\"\n\"a, b\",\"c\"\n", "CSV", "ticket, label"),
    ("ticket\tlabel\nlate\tshipping\n", "TSV", "ticket, label"),
    ("[\n  {\"id\": \"a\", \"input\": {\"t\": 1}},\n  {\"id\": \"b\", \"input\": {}}\n]\n", "JSON array", "jq"),
    ("[{\"id\": \"a\", \"input\": {\"t\": 1}}]", "JSON array", "jq"),
    ("{\n  \"id\": \"a\",\n  \"input\": {\"t\": 1}\n}\n", "several lines", "jq"),
    ("prompts: [a.txt]\nproviders: [openai:gpt]\ntests:\n  - vars: {t: 1}\n", "promptfoo", "graders"),
    ("- vars:\n    t: 1\n  assert:\n    - type: equals\n      value: x\n", "promptfoo", "vars"),
    ("name: x\ncases: y\n", "YAML", "line of its own"),
    ("<?xml version=\"1.0\"?>\n<a/>\n", "XML", "JSON Lines"), ("PAR1...", "Parquet", "JSON Lines"),
  ])
  func aFileInAnotherFormIsNamedOnce(_ text: String, _ what: String, _ advice: String) async throws {
    let workspace = try await read("models: { m: { api: openai } }\n", ["evals/main.jsonl": text])
    let problems = workspace.problems.filter { $0.file == "evals/main.jsonl" }
    #expect(problems.count == 1 && problems.first?.line == nil && problems.first?.severity == .error, "\(problems)")
    #expect(problems.first?.message.contains(what) == true && problems.first?.message.contains(advice) == true)
    let (variant, set) = (try #require(workspace.variants.first), try #require(workspace.evalSets.first))
    #expect(workspace.flaws(of: variant, prompt: workspace.prompts[0], set: set) == problems)
    #expect(throws: Problem.self) { try TrainingFile.rows(Array(text.utf8), path: "train/main.jsonl") }
    let added = EvalCase(id: "n", line: 0, input: ["t": "x"])
    #expect(throws: Problem.self) {
      try CaseFileEditor.apply(.insert(added, after: nil), to: Array(text.utf8), path: "evals/main.jsonl")
    }
  }

  @Test(arguments: [
    "", "\n\n", "{\"id\": \"a\", \"input\": {}}\n[1]\n", "nonsense\n", "[1]\n{\"id\": \"a\", \"input\": {}}\n", "7\n",
    "a, b\n{\"id\": \"a\", \"input\": {}}\n", "{\"id\": \"a\", \"input\": {},}\n",
    "{\"id\"\n{\"id\": \"a\", \"input\": {}}\n",
  ])
  func mistakesInLinesStayMistakesInLines(_ text: String) {
    #expect(ForeignForm.sentence(Array(text.utf8), path: "evals/main.jsonl", wanted: .cases) == nil)
  }

  @Test func anExtensionTellsATable() {
    let text = "ticket\nlate\n"
    #expect(ForeignForm.sentence(Array(text.utf8), path: "a/b.CSV", wanted: .rows)?.contains("CSV") == true)
    #expect(ForeignForm.sentence(Array(text.utf8), path: "a/b.jsonl", wanted: .rows) == nil)
  }
}
