import Domain
import Testing
import WorkbenchCore

@testable import WorkspaceFiles

/// A member is added to a group of `assay.yaml`, and everything else stays byte for byte.
@Suite struct MemberEditorTests {
  private static let line =
    #"new: { path: evals/new.jsonl, graders: [{"type": "contains", "value": "a: {{ b }} # c"}] }"#
  private static let models = "models:\n  tiny: { api: mlx, path: model }\n"

  private func adding(_ text: String, implied: [MemberEditor.Member] = []) throws -> String {
    try MemberEditor(text, group: "eval_sets").adding(
      MemberEditor.Member(name: "new", line: Self.line), implied: implied)
  }

  /// What stands between the marks is what is added.
  @Test(arguments: [
    "eval_sets:\n  a: { model: tiny }\n«  LINE\n»", "eval_sets:\n  a: { model: tiny }«\n  LINE»",
    "eval_sets:\r\n  a: { model: tiny }\r\n«  LINE\r\n»",
    "# é 作\neval_sets: # why\n    a:\n        model: tiny # here\n        stop: [\"}\", '#']\n«    LINE\n»\n# facts\nfacts:\n  x: 1\n",
    "eval_sets:\n  a: { model: tiny }\n  # b: { model: tiny }\n«  LINE\n»\n\n# next\ntraining: { base: tiny }\n",
    "eval_sets:\n  a:\n    model: tiny\n    stop:\n      - |-\n        one\n        # two\n«  LINE\n»training: {}\n",
    "eval_sets:\n  \"a b\": &x { model: tiny }\n  c: { <<: *x, seed: 1 }\n«  LINE\n»name: n\n",
    "eval_sets:\n  a: { model: tiny,\n       prompt: main }\n«  LINE\n»name: n\n",
    "eval_sets: { a: { model: tiny }«, LINE» }\nname: n\n", "eval_sets: { a: { stop: [\"}\", '}'] }«, LINE» }\n",
    "eval_sets: {\n  a: { model: tiny }«, LINE» # }\n}\n", "eval_sets: {\n  a: { model: tiny },« LINE»\n}\n",
    "eval_sets: {« LINE »}\nname: n\n", "eval_sets: {« LINE» }\nname: n\n",
    "{\"name\": \"n\", \"eval_sets\": {\"a\": {\"model\": \"it's # {\"}«, LINE»}}\n",
  ])
  func oneLineIsAdded(pattern: String) throws {
    let before = pattern.replacing(#/«[^»]*»/#, with: "")
    let wanted = pattern.replacing("«", with: "").replacing("»", with: "").replacing("LINE", with: Self.line)
    #expect(try adding(before) == wanted)
  }

  @Test func whatWasImpliedIsWrittenToo() throws {
    let implied = [MemberEditor.Member(name: "main", line: "main: evals/main.jsonl")]
    let written = "eval_sets:\n  main: evals/main.jsonl\n  \(Self.line)"
    #expect(try adding(Self.models, implied: implied) == Self.models + "\n\(written)\n")
    #expect(try adding(Self.models + "\n\n", implied: implied) == Self.models + "\n\(written)\n\n\n")
    #expect(
      try adding("eval_sets: # none yet\nname: n\n", implied: implied).hasPrefix("eval_sets: # none yet\n  main: evals")
    )
  }

  @Test(arguments: [
    ("eval_sets: [a]\n", "no group of keys"), ("eval_sets:\n  new: { model: tiny }\n", "already"),
    ("eval_sets:\n  a: { model: tiny\nname: n\n", "must be fixed first"), ("{\"name\": \"n\"}\n", "in braces"),
    ("eval_sets:\n  a: { model: tiny }\n  a: { model: other }\n", "must be fixed first"), ("", "no keys"),
    ("x: &v { a: { model: tiny } }\neval_sets: *v\n", ""),
  ])
  func whatIsNotCertainIsRefused(text: String, words: String) {
    do {
      let edited = try adding(text)
      Issue.record("it was edited: \(edited)")
    } catch let refusal as MemberEditor.Refusal {
      #expect(words.isEmpty || refusal.reason.contains(words), "\(refusal)")
    } catch { Issue.record("\(error)") }
  }
}
