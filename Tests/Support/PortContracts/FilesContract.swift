import Content
import Domain
import Grading
import WorkbenchCore

/// What a workspace's files promise, for those of `sampleFiles`.
package let filesContract: [PortContract<any WorkspaceFiles>] = [
  PortContract("what stands there is read") { files in
    let workspace = try await files.read()
    try same(workspace.problems.filter { $0.severity == .error }.map(\.description), [])
    try same(workspace.prompts.map(\.name), ["main"])
    try same(workspace.prompts[0].sections.map(\.id), ["10-task.md", "80-query.md"])
    try same(workspace.prompts[0].sections.map(\.role), [.system, .user])
    try same(workspace.evalSets.map(\.name), ["main"])
    try same(workspace.evalSets[0].cases.map(\.id), ["c1", "c2", "c3", "c4"])
    try same(workspace.variants.map(\.name), ["base"])
  },
  PortContract("a section is written whole, and made where there is none") { files in
    let prompt = try await files.read().prompts[0]
    var task = prompt.sections[0]
    task.body = "Say \"it\" é 作."
    try await files.write(task, of: prompt)
    let more = Section(id: "20-more.md", title: "more", role: .system, body: "More.")
    try await files.write(more, of: prompt)
    let sections = try await files.read().prompts[0].sections
    try same(sections.map(\.id), ["10-task.md", "20-more.md", "80-query.md"], "in the order of the names")
    try same(sections.prefix(2).map(\.body), ["Say \"it\" é 作.", "More."])
  },
  PortContract("a section is deleted, and another name leaves what it says") { files in
    let prompt = try await files.read().prompts[0]
    try await files.rename([SectionOrder.Rename(from: "10-task.md", to: "85-task.md")], of: prompt)
    let renamed = try await files.read().prompts[0]
    try same(renamed.sections.map(\.id), ["80-query.md", "85-task.md"])
    try same(renamed.sections[1].body, prompt.sections[0].body)
    try await refused("a name that is taken") {
      try await files.rename([SectionOrder.Rename(from: "85-task.md", to: "80-query.md")], of: renamed)
    }
    try same(try await files.read().prompts[0].sections.map(\.id), ["80-query.md", "85-task.md"])
    try await files.delete(renamed.sections[1], of: renamed)
    try same(try await files.read().prompts[0].sections.map(\.id), ["80-query.md"])
  },
  PortContract("one line of a set is changed") { files in
    func edit(_ edit: CaseEdit) async throws { try await files.apply(edit, to: try await files.read().evalSets[0]) }
    func new(_ id: String) -> EvalCase { EvalCase(id: id, input: ["word": "é 作"], expected: "x", tags: ["t"]) }
    try await edit(.replace(id: "c2", new("c2")))
    try await edit(.delete(id: "c3"))
    try await edit(.insert(new("n1"), after: "c1"))
    try await edit(.insert(new("n2"), after: nil))
    let cases = try await files.read().evalSets[0].cases
    try same(cases.map(\.id), ["c1", "n1", "c2", "c4", "n2"])
    try same(cases.map { $0.input["word"]?.string }, ["word 1", "é 作", "é 作", "word 4", "é 作"])
    try same(cases[1].tags, ["t"])
    try await refused("a case that isn't there") { try await edit(.replace(id: "c3", new("c3"))) }
    try await refused("a case that isn't there") { try await edit(.delete(id: "c3")) }
    try same(try await files.read().evalSets[0].cases.count, 5)
  },
  PortContract("which sections a variant sends is written, and taken away again") { files in
    let base = try await files.read().variants[0]
    for choice in [
      SectionChoice(without: ["task"]), SectionChoice(with: ["task"], without: ["query"]), .all,
      SectionChoice(only: ["task"]),
    ] {
      try await files.set(choice, of: try await files.read().variants[0])
      try same(try await files.read().variants[0].choice, choice)
    }
    try same(try await files.read().variants[0].sampling, base.sampling)
  },
  PortContract("a variant is added once") { files in
    let new = Variant(
      name: "new", model: "m", prompt: "main", sections: ["task"], adapter: "ft:x",
      sampling: Sampling(temperature: 0, topP: 0.5, maxTokens: 8, seed: 1, stop: ["\n"]))
    try await files.add(new)
    try same(try await files.read().variants.map(\.name), ["base", "new"])
    try same(try await files.read().variants.last, new)
    try await refused("a name that is taken") { try await files.add(new) }
    try await refused("a name that is taken") {
      try await files.add(Variant(name: "base", model: "m", prompt: "main"))
    }
    try same(try await files.read().variants.count, 2)
  },
  PortContract("rows that were written are read") { files in
    let rows = ["a", "é 作"].map { text in
      TrainingRow(
        .conversation([RowMessage(role: .user, content: text), RowMessage(role: .assistant, content: "yes")]),
        file: "train/new.jsonl", line: 0)
    }
    try await refused("a file that isn't there") { _ = try await files.trainingRows(at: "train/new.jsonl") }
    try await files.write(rows, to: "train/new.jsonl")
    try same(try await files.trainingRows(at: "train/new.jsonl").map(\.messages), rows.map(\.messages))
    try await files.write(Array(rows.prefix(1)), to: "train/new.jsonl")
    try same(try await files.trainingRows(at: "train/new.jsonl").count, 1, "a file is replaced whole")
  },
  PortContract("a draft is kept until it is taken away") { files in
    let workspace = try await files.read()
    let (first, second) = (
      DraftPath(section: "10-task.md", of: workspace.prompts[0]), DraftPath(caseID: "c1", of: workspace.evalSets[0])
    )
    try same(try await drafts(files), [:])
    try await files.keep("old", as: first)
    try await files.keep("new é\n", as: first)
    try await files.keep("", as: second)
    try same(try await drafts(files), [first: "new é\n", second: ""])
    try await files.keep(nil, as: first)
    try await files.keep(nil, as: first)
    try same(try await drafts(files), [second: ""])
  },
  PortContract("there is no hash of nothing") { files in
    try same(await files.fingerprint(of: "nowhere"), nil)
  },
]

private func drafts(_ files: any WorkspaceFiles) async throws -> [DraftPath: String] {
  await files.drafts().mapValues(\.text)
}

/// The files that the contract is for, by path, for those that are real.
package let sampleFiles = [
  "assay.yaml": """
  models: { m: { api: openai, base_url: "http://localhost/v1", model: x } }
  variants: { base: { model: m, prompt: main } }

  """,
  "prompts/main/10-task.md": "Say the word.\n",
  "prompts/main/80-query.md": "{{ word }}\n",
  "evals/main.jsonl": (1...4).map { "{\"id\": \"c\($0)\", \"input\": {\"word\": \"word \($0)\"}}\n" }.joined(),
]
