import Content
import Domain
import Drawing
import Files
import Foundation
import ModelAPI
import Testing
import WorkbenchCore

@testable import WorkspaceFiles

/// Files that anybody may have written.
@Suite struct WorkspaceFuzzTests {
  private static let words = [
    "name: ", "models:\n", "variants:\n", "evals:\n", "graders:\n", "prompts:\n", "training:\n", "facts:\n",
    "base_url: ",
    "model: ", "price: ", "input: ", "output: ", "options: ", "key_env: ", "temperature: ", "max_tokens: ", "api: ",
    "openai", "anthropic", "ollama", "mlx", "command", "replay", "regex", "json-schema", "contains-all", "&a ", "*a",
    "<<: *a", "!!binary ", "? ", "- ", ": ", "|\n", ">\n", "---\n", "...\n", "%YAML 1.2\n", "# ", "{", "}", "[", "]",
    "\"schema\": ", "\"$ref\": \"#\"", "pattern: \"(a+)+$\"", "slurm: ", "adapter: ", "extends: ", "path: ",
  ]

  /// `assay.yaml` with all that it names, and what is worked out from it before anybody has allowed anything.
  @Test func configurations() async throws {
    let folder = FileManager.default.temporaryDirectory.path + "/assay-fuzz-\(UUID().uuidString)"
    defer { try? FileManager.default.removeItem(atPath: folder) }
    for (file, text) in [("prompts/main/10-task.md", "Say {{ text }}."), ("evals/main.jsonl", Self.oneCase)] {
      let path = folder + "/" + file
      try FileManager.default.createDirectory(
        atPath: (path as NSString).deletingLastPathComponent, withIntermediateDirectories: true)
      try Data(text.utf8).write(to: URL(fileURLWithPath: path))
    }
    let workspace = WorkspaceFolder(folder)
    let cases = CaseCache()
    try await Fuzzer("configurations", corpus: Corpus.configurations, words: Self.words).run { bytes, _ in
      try Data(bytes).write(to: URL(fileURLWithPath: folder + "/assay.yaml"))
      guard let read = try? WorkspaceReader.read(workspace, ReaderRegistry(dialects: .builtIn), cases: cases) else {
        return nil
      }
      _ = (read.permissions, read.renderings, read.factFlaws)
      return read.problems.contains { $0.description.isEmpty } ? "a problem without a text" : nil
    }
  }

  private static let oneCase = #"{"id": "a", "input": {"text": "x"}, "expected": "y"}"# + "\n"

  @Test func variants() async throws {
    let models = Named<ModelSpec>(["m": ModelSpec(name: "m", api: .replay(file: "r.jsonl"))])
    let prompts = Named<Prompt>(["main": Prompt(name: "main", path: "prompts/main", sections: [])])
    let path = FileManager.default.temporaryDirectory.path + "/fuzz-variants-\(UUID().uuidString)"
    defer { try? FileManager.default.removeItem(atPath: path) }
    try FileManager.default.createDirectory(atPath: path + "/variants", withIntermediateDirectories: true)
    let words = ["model: ", "prompt: ", "main", "m", "sections: ", "adapter: ", "stop: [", "temperature: ", "\n", ": "]
    let corpus = [Variant(name: "a", model: "m", prompt: "main", sampling: Sampling(temperature: 1, stop: ["x"])).text]
    try await Fuzzer("variants", corpus: corpus.map { Array($0.utf8) }, words: words).run { bytes, _ in
      try Data(bytes).write(to: URL(fileURLWithPath: path + "/variants/a.yaml"))
      var reader = VariantReader(models: models, prompts: prompts, folder: WorkspaceFolder(path))
      var fields = ConfigFields(ConfigDocument("", log: ProblemLog(file: "")), log: ProblemLog(file: ""))
      let found = reader.read(&fields)
      let isTold = reader.problems.contains { $0.severity == .error }
      if found.isEmpty, !isTold { return "a variant is left out in silence" }
      return reader.problems.allSatisfy { $0.key?.hasPrefix("variants.a") == true } ? nil : "a flaw of everything"
    }
  }

  @Test func newMembers() async throws {
    let member = MemberEditor.Member(name: "new", line: "new: { path: evals/new.jsonl }")
    try await Fuzzer("new-members", corpus: Corpus.configurations, words: Self.words).run { bytes, _ in
      let text = String(decoding: bytes, as: UTF8.self)
      guard let edited = try? MemberEditor(text, group: "eval_sets").adding(member, implied: []) else { return nil }
      // One stretch was put in, and nothing else was touched.
      let (before, after) = (Array(text.unicodeScalars), Array(edited.unicodeScalars))
      let start = zip(before, after).prefix { $0 == $1 }.count
      let end = zip(before.reversed(), after.reversed()).prefix { $0 == $1 }.count
      return start + end >= before.count && edited.contains("new") ? nil : "more than a member has changed"
    }
  }

  @Test func sections() async throws {
    let words = ["---\n", "title: ", "role: ", "on: ", "false", "system", "{{ x }}", "{{", "}}", "{%", "\u{FEFF}"]
    try await Fuzzer("sections", corpus: Corpus.sections, words: words).run { bytes, _ in
      _ = SectionFile(String(decoding: bytes, as: UTF8.self), log: ProblemLog(file: "x.md"))
      return nil
    }
  }

  @Test func cases() async throws {
    let words = [
      "\"id\": ", "\"input\": ", "\"expected\": ", "\"tags\": ", "\"graders\": ", "[\"a\"]", "{\"text\": \"x\"}", ",",
      ":",
      "\u{FEFF}", "{\"id\": \"a\"}",
    ]
    try await Fuzzer("cases", corpus: Corpus.cases, words: words).run { bytes, _ in
      let file = CaseFile(bytes, path: "evals/x.jsonl")
      guard let first = file.cases.first else { return nil }
      guard let edited = try? CaseFileEditor.apply(.delete(id: first.id), to: bytes, path: "evals/x.jsonl") else {
        return "the case \(first.id) was read and can't be deleted"
      }
      return edited.count < bytes.count ? nil : "nothing was deleted"
    }
  }

  @Test func rows() async throws {
    let words = [
      "\"messages\": ", "\"role\": ", "\"content\": ", "\"assistant\"", "\"user\"", "\"tool_calls\": ", "\"prompt\": ",
      "\"completion\": ", "\"chosen\": ", "\"rejected\": ", "\"weight\": 0", "\"group\": ", "\"source\": ", ",", ":",
    ]
    try await Fuzzer("rows", corpus: Corpus.rows, words: words).run { bytes, _ in
      guard let rows = try? TrainingFile.rows(bytes, path: "train/x.jsonl") else { return nil }
      let written = TrainingFile.bytes(of: rows)
      guard let again = try? TrainingFile.rows(written, path: "train/x.jsonl") else {
        return "what was read and written can't be read"
      }
      return again.map(\.content) == rows.map(\.content) ? nil : "what was read and written reads otherwise"
    }
  }

  @Test func themes() async throws {
    let words = ["about ", "text", "border.focused", " = ", " on ", "bold", "#12161d", "$ink", "default", "255", "256"]
    try await Fuzzer("themes", corpus: Corpus.themes, words: words).run { bytes, _ in
      let theme = Theme.parse(String(decoding: bytes, as: UTF8.self), name: "x").theme
      for style in StyleName.allCases { _ = theme.resolved(style) }
      return nil
    }
  }

  @Test func documents() async throws {
    let words = ["{", "}", "[", "]", ",", ":", "\"a\"", "1", "-", ".", "e", "\\u", "\\n", "true", "nul"]
    let corpus = Corpus.cases + Corpus.rows + ServerReplies.all
    try await Fuzzer("documents", corpus: corpus, words: words).run { bytes, _ in
      let text = String(decoding: bytes, as: UTF8.self)
      for found in EmbeddedJSON.all(in: text).values { _ = found }
      guard let value = try? JSONValue(parsing: text) else { return nil }
      for layout in [JSONValue.Layout.compact, .pretty] {
        let written = value.text(layout)
        guard let again = try? JSONValue(parsing: written) else { return "what was written can't be read" }
        if again.text(layout) != written { return "what was written reads otherwise" }
      }
      let shown = TextWidth.escapingHazards(inJSON: value.text(.pretty))
      return (try? JSONValue(parsing: shown)) == value ? nil : "what a terminal is shown means something else"
    }
  }
}
