import Content
import Domain
import Foundation
import ModelAPI
import Testing
import WorkbenchCore

@testable import WorkspaceFiles

/// The part of the format that is promised to stay.
struct FixedFormatTests {
  private static let config = """
    # assay.yaml
    name: bar
    models:
      mock:     { api: openai, base_url: "http://127.0.0.1:8089/v1", model: mock-small, key_env: MOCK_KEY, concurrency: 64 }
      recorded: { api: replay, file: recorded.jsonl }        # lines of {"id": …, "output": …}
      tiny:     { api: mlx, path: model }                    # the local engine; a folder or a hub id
    prompts:
      main: prompts/main                                     # 10-task.md, 80-query.md with {{ ticket }}, …
    eval_sets:
      main: evals/main.jsonl                                 # {"id", "input": {"ticket": …}, "expected": {"label": …}, "tags": […]}
    graders:
      - { type: json-equal, fields: [label] }                # parse the answer as JSON, compare these fields of `expected`
      - { type: exact, expected: label }                     # or compare the whole answer with one field of `expected`
    variants:
      base:  { model: mock, prompt: main, temperature: 0, max_tokens: 32 }
      tuned: { model: tiny, prompt: main, adapter: .assay/jobs/3/best }
    """
  private static let others = [
    "recorded.jsonl": "{\"id\": \"a\", \"output\": \"bug\"}\n", "model/config.json": "{}",
  ]

  @Test func aFolderWithExactlyTheseFilesWorks() async throws {
    let workspace = try await read(Self.config, Self.others)
    #expect(workspace.lines == [])
    #expect(workspace.name == "bar")
    #expect(workspace.models.map(\.name) == ["mock", "recorded", "tiny"])
    let endpoint = Endpoint(
      .chat, baseURLs: ["http://127.0.0.1:8089/v1"], model: "mock-small", keyEnvironment: "MOCK_KEY")
    #expect(workspace.models[0] == ModelSpec(name: "mock", api: .endpoint(endpoint), concurrency: 64))
    #expect(workspace.models[1].api == .replay(file: "recorded.jsonl"))
    #expect(workspace.models[2].api == .mlx(path: "model"))
    #expect(
      workspace.prompts == [
        Prompt(
          name: "main", path: "prompts/main",
          sections: [
            Section(id: "10-task.md", title: "task", role: .system, body: "Sort."),
            Section(id: "80-query.md", title: "query", role: .user, body: "{{ ticket }}"),
          ])
      ])
    let set = try #require(workspace.evalSets.first)
    #expect(set.name == "main" && set.path == "evals/main.jsonl" && !set.isGeneral && set.prompt == nil)
    #expect(
      set.cases == [EvalCase(id: "a", line: 1, input: ["ticket": "x"], expected: ["label": "bug"], tags: ["easy"])])
    #expect(set.graders.graders.map(\.type) == ["json-equal", "exact"])
    #expect(
      workspace.variants == [
        Variant(
          name: "base", model: "mock", prompt: "main", sampling: Sampling(temperature: 0, maxTokens: 32)),
        Variant(name: "tuned", model: "tiny", prompt: "main", adapter: ".assay/jobs/3/best"),
      ])
    #expect(workspace.training == TrainingDefaults())
    #expect(workspace.facts == WorkspaceFacts())
  }

  @Test func everythingElseThatCanBeWritten() async throws {
    let workspace = try await read(
      """
      models:
        hosted:
          api: openai
          model: big
          price: { input: 0.15, cached_input: 0.075, output: 0.6 }
          timeout: 30
          max_completion_tokens: yes
        hub: { path: hub:org/name }
        claude: { api: anthropic, model: some-model }
      eval_sets:
        general:
          path: evals/main.jsonl
          prompt: main
          general: true
          graders:
            - exact
      variants:
        v: { model: hosted, prompt: main, sections: [task], top_p: 0.9, seed: 3, stop: ["\\n", END] }
      training: { backend: trl, base: hub, data: train/a.jsonl, prompt: main, method: dora, rank: 16, scale: 2.0, dropout: 0.1,
        layers: 4, learning_rate: 2.0e-3, schedule: linear, warmup_steps: 10, epochs: 1.5, steps: 400, batch_size: 16,
        gradient_accumulation: 2, max_tokens: 256, mask_prompt: false, validation_share: 0.2, evaluate_every: 100,
        report_every: 1, patience: 3, seed: 7, mix: { data: train/b.jsonl, share: 0.2 } }
      facts: { queries_per_month: 1e6, hourly_rate: 80, engineering_hours: 8, training_cost: 1.5, retrainings: 4,
        hosting_per_month: 20, requirements_moving: no, format_critical: yes, domain_jargon: true,
        latency_critical: false, tuning_expertise: off, can_route: on }
      """)
    #expect(workspace.lines == [])
    let endpoint = Endpoint(
      .chat, baseURLs: ["https://api.openai.com/v1"], model: "big", keyEnvironment: "OPENAI_API_KEY",
      usesMaxCompletionTokens: true)
    #expect(
      workspace.models == [
        ModelSpec(
          name: "hosted", api: .endpoint(endpoint), timeout: 30,
          price: TokenPrice(input: 0.15, cachedInput: 0.075, output: 0.6)),
        ModelSpec(name: "hub", api: .mlx(path: "hub:org/name")),
        ModelSpec(
          name: "claude",
          api: .endpoint(
            Endpoint(
              .messages, baseURLs: ["https://api.anthropic.com/v1"], model: "some-model",
              keyEnvironment: "ANTHROPIC_API_KEY"))),
      ])
    let set = try #require(workspace.evalSets.first)
    #expect(set.isGeneral && set.prompt == "main" && set.graders.graders.map(\.type) == ["exact"])
    #expect(workspace.variants[0].sections == ["task"])
    #expect(workspace.variants[0].sampling == Sampling(topP: 0.9, seed: 3, stop: ["\n", "END"]))
    let settings = workspace.training.settings
    #expect(
      workspace.training.backend == "trl" && workspace.training.base == "hub"
        && workspace.training.data == "train/a.jsonl")
    #expect(settings.method == .dora && settings.rank == 16 && settings.scale == 2 && settings.dropout == 0.1)
    #expect(settings.layers == 4 && settings.learningRate == 0.002 && settings.schedule == .linear)
    #expect(settings.warmupSteps == 10 && settings.epochs == 1.5 && settings.steps == 400)
    #expect(settings.batchSize == 16 && settings.gradientAccumulation == 2 && settings.maxTokens == 256)
    #expect(!settings.maskPrompt && settings.validationShare == 0.2 && settings.evaluateEvery == 100)
    #expect(settings.reportEvery == 1 && settings.patience == 3 && settings.seed == 7)
    #expect(settings.mix == TrainingMix(data: "train/b.jsonl", share: 0.2))
    let facts = workspace.facts
    #expect(facts.project.queriesPerMonth == 1_000_000 && facts.hourlyRate == 80 && facts.engineeringHours == 8)
    #expect(facts.trainingCost == 1.5 && facts.retrainings == 4 && facts.hostingPerMonth == 20)
    #expect(
      facts.project.requirementsMove == false && facts.project.formatIsCritical == true
        && facts.project.hasJargon == true)
    #expect(
      facts.project.latencyIsCritical == false && facts.project.hasExpertise == false && facts.project.canRoute == true)
  }

  @Test func withoutAFileTheFolderSpeaks() async throws {
    try await withFolder([
      "prompts/zeta/10-a.md": "z", "prompts/main/10-a.md": "m", "evals/extra.jsonl": "", "evals/main.jsonl": "",
      "recorded.jsonl": "",
    ]) { folder in
      let workspace = try await folder.files.read()
      #expect(workspace.name == (folder.path as NSString).lastPathComponent)
      #expect(workspace.prompts.map(\.name) == ["main", "zeta"])
      #expect(workspace.evalSets.map(\.name) == ["main", "extra"])
      #expect(workspace.variants == [Variant(name: "recorded", model: "recorded", prompt: "main")])
      #expect(workspace.problems.map(\.severity) == [.warning])
    }
  }

  @Test func anEmptyFolderTellsAboutInit() async throws {
    try await withFolder { folder in
      await #expect { try await folder.files.read() } throws: { String(describing: $0).contains("assay init") }
      await #expect { try await FolderWorkspaceFiles(folder.path + "/nowhere", dialects: .builtIn).read() } throws: {
        String(describing: $0).contains("assay init")
      }
    }
  }

  @Test func theTemplateIsAWorkspaceWithoutProblems() async throws {
    try await withFolder { folder in
      let target = folder.path + "/new/place"
      let written = try NewWorkspace.write(WorkspaceTemplate.files, to: target)
      #expect(written.contains("assay.yaml") && written.contains(".gitignore"))
      let workspace = try await FolderWorkspaceFiles(target, dialects: .builtIn).read()
      #expect(workspace.lines == [])
      #expect(workspace.evalSets.first?.cases.count == 3)
      #expect(workspace.variants.map(\.name) == ["first"])
      let version = PromptVersion(freezing: try #require(workspace.prompts.first))
      for evalCase in workspace.evalSets[0].cases {
        #expect(try version.messages(for: evalCase.input).map(\.role) == [.system, .user])
      }
      let error = #expect(throws: Problem.self) { try NewWorkspace.write(WorkspaceTemplate.files, to: target) }
      #expect(error?.description.contains("nothing is overwritten") == true)
    }
  }

  @Test func theTemplateKeepsWhatIsThere() throws {
    let folder = try TestFolder(["prompts/main/10-task.md": "mine", ".gitignore": "mine"])
    defer { try? FileManager.default.removeItem(atPath: folder.path) }
    #expect(throws: Problem.self) { try NewWorkspace.write(WorkspaceTemplate.files, to: folder.path) }
    #expect(!folder.exists("assay.yaml"))
    #expect(try folder.text("prompts/main/10-task.md") == "mine")
    try FileManager.default.removeItem(atPath: folder.path + "/prompts")
    try NewWorkspace.write(WorkspaceTemplate.files, to: folder.path)
    #expect(try folder.text(".gitignore") == "mine")
  }
}
