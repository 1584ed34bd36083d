import Content
import Domain
import Grading
import Testing

@testable import WorkspaceFiles

/// Lists of graders that have names, and cases with graders of their own.
@Suite struct CaseGradersTests {
  @Test func listsOfGradersHaveNames() async throws {
    let workspace = try await read(
      """
      grader_sets:
        strict: [{ type: exact, expected: label }, { type: word-count, max: 1 }]
      graders: strict
      eval_sets:
        main: evals/main.jsonl
        more: { path: evals/main.jsonl, graders: [strict, { type: latency, max-seconds: 2 }] }
      """)
    #expect(workspace.lines == [])
    #expect(workspace.evalSets[0].graders.graders.map(\.type) == ["exact", "word-count"])
    #expect(workspace.evalSets[1].graders.graders.map(\.type) == ["exact", "word-count", "latency"])
    let inline = try await read("graders: [{ type: exact, expected: label }, { type: word-count, max: 1 }]\n")
    #expect(inline.evalSets[0].hash == workspace.evalSets[0].hash, "where they stand makes no difference")
  }

  @Test(arguments: [
    ("grader_sets: { exact: [contains] }", "\"exact\" is a type of grader; choose another name."),
    ("grader_sets: { a: [] }", "Expected a list of graders such as - { type: exact }, found a list."),
    (
      "grader_sets: { strict: [exact] }\ngraders: strct",
      "There is no list of graders called \"strct\" under grader_sets. Write a list such as - { type: exact }. Did you "
        + "mean \"strict\"?"
    ),
    (
      "graders: { type: exact }",
      "Expected a list of graders such as - { type: exact }, or the name of one under grader_sets, found a group of keys."
    ),
  ])
  func flawsAreNamed(config: String, sentence: String) async throws {
    let lines = try await read(config + "\n").lines
    #expect(lines.count == 1)
    #expect(lines.first?.hasSuffix(sentence) == true, "\(lines)")
  }

  private func set(
    _ lines: String, _ graders: String = "[{ type: bleu, name: likeness }, { type: word-count, max: 3 }]"
  )
    async throws -> (set: EvalSet, lines: [String])
  {
    let workspace = try await read(
      "grader_sets: { one: [{ type: exact, ignore-case: true }] }\ngraders: \(graders)\n", ["evals/main.jsonl": lines])
    return (try #require(workspace.evalSets.first), workspace.lines)
  }

  @Test func casesHaveTheirOwn() async throws {
    let (set, lines) = try await set(
      """
      {"id": "a", "input": "x", "expected": "the cat sat on the mat"}
      {"id": "b", "input": "x", "expected": "y", "graders": {"likeness": {"threshold": 0.1}, "word-count": false}}
      {"id": "c", "input": "x", "expected": "y", "graders": ["one", {"type": "not-contains", "value": "z"}]}
      {"id": "d", "input": "x", "expected": "y", "graders": null}

      """)
    #expect(lines == [])
    #expect(
      set.cases.map { set.graders(of: $0).graders.map(\.name) } == [
        ["likeness", "word-count"], ["likeness"], ["exact", "not-contains"], ["likeness", "word-count"],
      ])
    let near = "the cat ran to a rug"
    #expect(set.graders.graders[0].grade(answer: near, expected: "the cat sat on the mat").passed == false)
    let own = set.graders(of: set.cases[1])
    #expect(own.graders[0].grade(answer: near, expected: "the cat sat on the mat").passed == true)
    #expect(set.graders(of: set.cases[2]).grade(answer: "Y", expected: "y").passed == true)
  }

  @Test func theyArePartOfWhatWasMeasured() async throws {
    let plain = #"{"id": "b", "input": "x", "expected": "y"}"# + "\n"
    let changed = #"{"id": "b", "input": "x", "expected": "y", "graders": {"likeness": {"threshold": 0.1}}}"# + "\n"
    let other = #"{"id": "b", "input": "x", "expected": "y", "graders": {"likeness": {"threshold": 0.2}}}"# + "\n"
    let hashes = [try await set(plain).set.hash, try await set(changed).set.hash, try await set(other).set.hash]
    #expect(Set(hashes).count == 3)
    let named = #"{"id": "b", "input": "x", "graders": ["one"]}"# + "\n"
    var sets: [ContentHash] = []
    for list in ["[exact]", "[contains]"] {
      let workspace = try await read(
        "grader_sets: { one: \(list), two: [bleu] }\n", ["evals/main.jsonl": named])
      sets.append(try #require(workspace.evalSets.first).hash)
    }
    #expect(sets[0] != sets[1], "what a list that cases name holds is measured, too")
  }

  @Test(arguments: [
    (#"{"likenes": false}"#, "The eval set has no grader called \"likenes\". Did you mean \"likeness\"?"),
    (#"{"likeness": {"treshold": 0.1}}"#, "did you mean \"threshold\"?"),
    (#"{"likeness": 3}"#, "\"likeness\" must be an object with the keys to change, or false to leave the grader out."),
    (#"{"likeness": false, "word-count": false}"#, "No grader is left."), (#"[]"#, "\"graders\" is an empty list."),
    (#""one""#, "\"graders\" must be a list of graders, or an object that changes the set's by their names."),
    (#"["exakt"]"#, "did you mean \"exact\"?"),
  ])
  func aCaseWhoseGradersCannotBeUsedIsLeftOut(graders: String, sentence: String) async throws {
    let (set, lines) = try await set(
      """
      {"id": "a", "input": "x", "expected": "y"}
      {"id": "b", "input": "x", "expected": "y", "graders": \(graders)}

      """)
    #expect(set.cases.map(\.id) == ["a"])
    #expect(lines.count == 1)
    #expect(lines.first?.hasPrefix("evals/main.jsonl:2: graders: ") == true)
    #expect(lines.first?.contains(sentence) == true, "\(lines)")
  }

  @Test func schemasOfNamedListsStandInFiles() async throws {
    let workspace = try await read(
      "grader_sets: { formed: [{ type: json-schema, schema: { file: schemas/a.json } }] }\n",
      [
        "schemas/a.json": #"{"type": "array"}"#,
        "evals/main.jsonl": #"{"id": "b", "input": "x", "graders": ["formed"]}"# + "\n",
      ])
    #expect(workspace.lines == [])
    let set = try #require(workspace.evalSets.first)
    #expect(set.graders(of: set.cases[0]).grade(answer: "[]", expected: nil).passed == true)
    #expect(set.graders(of: set.cases[0]).grade(answer: "{}", expected: nil).passed == false)
  }

  @Test func editsAndCopiesKeepThem() throws {
    let line = #"{"id": "a", "input": {"x": 1}, "graders": ["exact"]}"# + "\n"
    let edited = EvalCase(id: "a", input: ["x": 2])
    let bytes = try CaseFileEditor.apply(.replace(id: "a", edited), to: Array(line.utf8), path: "e.jsonl")
    #expect(CaseFile(bytes, path: "e.jsonl").graders == ["a": ["exact"]])
    let copied = try CaseFileEditor.apply(
      .insert(EvalCase(id: "b", input: ["x": 3]), after: "a"), to: Array(line.utf8), path: "e.jsonl")
    #expect(CaseFile(copied, path: "e.jsonl").graders == ["a": ["exact"], "b": ["exact"]])
    let new = try CaseFileEditor.apply(
      .insert(EvalCase(id: "b", input: ["x": 3]), after: nil), to: Array(line.utf8), path: "e.jsonl")
    #expect(CaseFile(new, path: "e.jsonl").graders == ["a": ["exact"]])
  }

  @Test func aSetWhoseCasesAllHaveTheirOwnIsScorable() async throws {
    let line = #"{"id": "a", "input": "x", "graders": [{"type": "contains", "value": "y"}]}"# + "\n"
    #expect(try await set(line, "[exact]").set.unscorable == nil)
    #expect(try await set(#"{"id": "a", "input": "x"}"# + "\n", "[exact]").set.unscorable != nil)
  }
}
