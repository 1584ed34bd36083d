import Content
import Domain
import Formats

/// What `assay init --from` writes: a workspace around the cases of a file, with a first prompt, grader and variant to be
/// changed.
package struct ImportedWorkspace: Sendable {
  /// The model that the first variant asks.
  package struct Model: Sendable {
    var baseURL: String
    var name: String
    var keyVariable: String?

    /// A model behind an API that speaks OpenAI's chat completions.
    package init(baseURL: String, name: String, keyVariable: String?) {
      self.baseURL = baseURL
      self.name = name
      self.keyVariable = keyVariable
    }
  }

  private let sets: [CaseAddition]
  private let guess: GraderGuess
  private let slots: [String]
  private let hasConversations: Bool
  private let model: Model?
  private let source: String

  /// A workspace for cases.
  /// - Parameters:
  ///   - sets: eval sets with their lines; graders where the file has some.
  ///   - cases: the same cases.
  ///   - guess: the grader for sets without.
  ///   - source: the file's name, for a comment.
  package init(sets: [CaseAddition], cases: [ImportCase], guess: GraderGuess, model: Model?, source: String) {
    self.sets = sets
    self.guess = guess
    self.model = model
    self.source = source
    hasConversations = cases.contains { $0.messages != nil }
    slots = Self.commonSlots(of: cases)
  }

  /// Slots that every case fills, in the order of the first.
  package static func commonSlots(of cases: [ImportCase]) -> [String] {
    var names = cases.first?.input.keys ?? []
    for one in cases { names.removeAll { one.input[$0].map(\.isNull) ?? true } }
    return names
  }

  /// The files in the order they are written; `assay.yaml` last, so that a folder with one is complete.
  package var files: [NewWorkspace.File] {
    var files: [NewWorkspace.File] = [NewWorkspace.gitignore, ("prompts/main/10-task.md", task)]
    if hasConversations { files.append(("prompts/main/80-history.md", "---\nrole: history\n---\n")) }
    if !slots.isEmpty {
      let lines = slots.count == 1 ? ["{{ \(slots[0]) }}"] : slots.map { "\($0): {{ \($0) }}" }
      files.append(("prompts/main/85-input.md", lines.joined(separator: "\n") + "\n"))
    }
    for set in sets { files.append((set.path, set.lines.map { $0 + "\n" }.joined())) }
    files.append(("assay.yaml", configuration))
    return files
  }

  private var task: String {
    if !guess.labels.isEmpty {
      let labels = guess.labels.map { $0.replacing("{{", with: "{{{{") }.joined(separator: ", ")
      return "Choose what fits the text best: \(labels).\nAnswer with it and nothing else.\n"
    }
    if let fields = guess.grader?["fields"]?.array?.compactMap(\.string), !fields.isEmpty {
      let names = fields.map { $0.replacing("{{", with: "{{{{") }.joined(separator: ", ")
      return "Say what is asked for in one JSON object with the members \(names), and nothing else.\n"
    }
    return "Describe the task here: what the answer is to say, how long it may be, and what it must not say.\n"
  }

  private var configuration: String {
    var lines = ["# Made of \(source.filter { !$0.isNewline }). Paths are relative to this file.", "", "models:"]
    if let model {
      var spec: JSONObject = ["api": "openai", "base_url": .string(model.baseURL), "model": .string(model.name)]
      spec["key_env"] = model.keyVariable.map { .string($0) }
      lines.append("  first: " + JSONValue.object(spec).text(.spaced))
    } else {
      lines += [
        "  # Any endpoint that speaks OpenAI's chat completions; the key comes from an environment variable:",
        "  first: { api: openai, base_url: \"https://api.openai.com/v1\", model: gpt-4o-mini, key_env: OPENAI_API_KEY }",
      ]
    }
    lines += ["", "prompts:", "  main: prompts/main", "", "eval_sets:"]
    for set in sets {
      let graders = set.graders.isEmpty ? "" : ", graders: \(JSONValue.array(set.graders).text(.spaced))"
      lines.append("  \(JSONValue(set.set).text()): { path: \(JSONValue(set.path).text())\(graders) }")
    }
    lines += ["", "# \(guess.reason)"]
    if let grader = guess.grader {
      lines += ["graders:", "  - \(grader.text(.spaced))"]
    } else {
      lines += ["# graders:", "#   - { type: word-count, max: 100 }"]
    }
    let most = guess.labels.isEmpty ? 512 : 32
    lines += ["", "variants:", "  first: { model: first, prompt: main, temperature: 0, max_tokens: \(most) }", ""]
    return lines.joined(separator: "\n")
  }
}
