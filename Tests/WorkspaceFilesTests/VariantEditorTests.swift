import Testing
import WorkbenchCore

@testable import WorkspaceFiles

/// A variant is added to `assay.yaml`, and everything else stays byte for byte.
@Suite struct VariantEditorTests {
  private static let new = Variant(
    name: "tuned-3", model: "tiny", prompt: "main", adapter: ".assay/jobs/3/best",
    sampling: Sampling(temperature: 0, maxTokens: 64))
  private static let line =
    "tuned-3: { model: tiny, prompt: main, adapter: .assay/jobs/3/best, temperature: 0, max_tokens: 64 }"
  private static let models = "models:\n  tiny: { api: mlx, path: model }\n"

  private func adding(_ text: String, implied: [Variant] = []) throws -> String {
    try VariantEditor(text).adding(Self.new, implied: implied)
  }

  /// What stands between the marks is what is added.
  @Test(arguments: [
    "variants:\n  a: { model: tiny }\n«  LINE\n»", "variants:\n  a: { model: tiny }«\n  LINE»",
    "variants:\r\n  a: { model: tiny }\r\n«  LINE\r\n»",
    "# é 作\nvariants: # why\n    a:\n        model: tiny # here\n        stop: [\"}\", '#']\n«    LINE\n»\n# facts\nfacts:\n  x: 1\n",
    "variants:\n  a: { model: tiny }\n  # b: { model: tiny }\n«  LINE\n»\n\n# next\ntraining: { base: tiny }\n",
    "variants:\n  a:\n    model: tiny\n    stop:\n      - |-\n        one\n        # two\n«  LINE\n»training: {}\n",
    "variants:\n  \"a b\": &x { model: tiny }\n  c: { <<: *x, seed: 1 }\n«  LINE\n»name: n\n",
    "variants:\n  a: { model: tiny,\n       prompt: main }\n«  LINE\n»name: n\n",
    "variants: { a: { model: tiny }«, LINE» }\nname: n\n", "variants: { a: { stop: [\"}\", '}'] }«, LINE» }\n",
    "variants: {\n  a: { model: tiny }«, LINE» # }\n}\n", "variants: {\n  a: { model: tiny },« LINE»\n}\n",
    "variants: {« LINE »}\nname: n\n", "variants: {« LINE» }\nname: n\n",
    "{\"name\": \"n\", \"variants\": {\"a\": {\"model\": \"it's # {\"}«, LINE»}}\n",
  ])
  func oneLineIsAdded(pattern: String) throws {
    let before = pattern.replacing(#/«[^»]*»/#, with: "")
    let wanted = pattern.replacing("«", with: "").replacing("»", with: "").replacing("LINE", with: Self.line)
    #expect(try adding(before) == wanted)
  }

  @Test func whatWasImpliedIsWrittenToo() throws {
    let implied = [Variant(name: "tiny", model: "tiny", prompt: "main")]
    let written = "variants:\n  tiny: { model: tiny, prompt: main }\n  \(Self.line)"
    #expect(try adding(Self.models, implied: implied) == Self.models + "\n\(written)\n")
    #expect(try adding(Self.models + "\n\n", implied: implied) == Self.models + "\n\(written)\n\n\n")
    #expect(
      try adding("variants: # none yet\nname: n\n", implied: implied).hasPrefix("variants: # none yet\n  tiny: {"))
  }

  @Test(arguments: [
    ("variants: [a]\n", "no group of keys"), ("variants:\n  tuned-3: { model: tiny }\n", "already"),
    ("variants:\n  a: { model: tiny\nname: n\n", "must be mended first"), ("{\"name\": \"n\"}\n", "in braces"),
    ("variants:\n  a: { model: tiny }\n  a: { model: other }\n", "must be mended first"), ("", "no keys"),
    ("x: &v { a: { model: tiny } }\nvariants: *v\n", ""),
  ])
  func whatIsNotCertainIsRefused(text: String, words: String) {
    do {
      let edited = try adding(text)
      Issue.record("it was edited: \(edited)")
    } catch let refusal as VariantEditor.Refusal {
      #expect(words.isEmpty || refusal.reason.contains(words), "\(refusal)")
    } catch { Issue.record("\(error)") }
  }

  @Test func theFileIsReplacedAndReadAgain() async throws {
    let config = "\u{FEFF}" + Self.models + "variants:\r\n  a: { model: tiny, prompt: main }\r\n"
    try await withFolder(["assay.yaml": config, "prompts/main/10-task.md": "Sort.\n"]) { folder in
      let files = folder.files
      try await files.add(Self.new)
      let variants = try await files.read().variants
      #expect(variants.map(\.name) == ["a", "tuned-3"])
      #expect(variants.last == Self.new)
      #expect(try folder.text("assay.yaml").hasPrefix(config))
      do {
        try await files.add(Self.new)
        Issue.record("it was added twice")
      } catch let problem as Problem {
        #expect(problem.message.hasSuffix("yourself:   " + Self.line), "\(problem)")
      }
    }
  }

  @Test(arguments: [
    "plain", "with space", "1e5", "yes", "-dash", "é", "a: b", "a # b", "\"quoted\"", "*star", "@at", ".nan",
    "new\nline",
  ])
  func anyTextIsReadBackAsItWas(text: String) async throws {
    var variant = Self.new
    variant.adapter = "folder/" + text
    variant.sampling.stop = [text, "}"]
    let config = Self.models + "variants:\n  a: { model: tiny, prompt: main }\n"
    let edited = try VariantEditor(config).adding(variant, implied: [])
    try await withFolder(["assay.yaml": edited, "prompts/main/10-task.md": "Sort.\n"]) { folder in
      let found = try await folder.files.read().variants.last
      #expect(found == variant)
    }
  }
}
