import Content
import Domain
import Foundation
import Testing

@testable import WorkbenchCore

/// What a job has learnt, as a variant and on a card.
@Suite struct AdapterTests {
  private static let checkpoint = TrainingEvent(
    time: 0, kind: .checkpoint(Checkpoint(step: 100, path: "checkpoints/0000100", validationLoss: 0.5, isBest: true)))

  /// A workbench whose first job has a checkpoint.
  private func trained(
    backend: String = "mlx", workspace: Workspace = sampleWorkspace()
  ) async throws -> (Workbench, FakeFiles, TrainingJob) {
    let store = FakeStore()
    var job = try await store.beginJob(
      JobDraft(
        backend: backend, base: "tiny", data: "train/main.jsonl", settings: TrainingSettings(),
        created: Date(timeIntervalSince1970: 0)))
    job.state = .finished
    job.adapter = backend == "openai" ? "ft:x:best" : ".assay/jobs/1/best"
    try await store.update(job)
    let trainer = FakeTrainer([
      TrainerObservation(
        events: [Self.checkpoint], cursor: ObservationCursor(events: 1), isAlive: false, exitStatus: 0, log: [])
    ])
    let (workbench, files) = try await workbench(workspace, store: store, trainer: trainer)
    return (workbench, files, job)
  }

  @Test func aJobBecomesAVariant() async throws {
    var workspace = sampleWorkspace()
    workspace.variants[1].adapter = "elsewhere"
    workspace.variants[1].sampling = Sampling(temperature: 0, maxTokens: 64, stop: ["}"])
    let (workbench, files, job) = try await trained(workspace: workspace)
    let variant = try await workbench.useAdapter(of: job.id, nil, named: nil)
    #expect(
      variant.line
        == #"tuned-1: { model: tiny, prompt: main, adapter: .assay/jobs/1/best, temperature: 0, max_tokens: 64, stop: ["}"] }"#
    )
    #expect(await files.workspace.variants.last == variant)
    #expect(await workbench.snapshot.workspace.variants.last == variant)
    let step = try await workbench.adapter(of: job.id, step: 100).adapter
    #expect(step == ".assay/jobs/1/checkpoints/0000100")
    let other = try await workbench.useAdapter(of: job.id, step, named: nil)
    #expect(other.name == "tuned-1b")
  }

  @Test func whatCanNotBeAVariantIsRefused() async throws {
    let (workbench, files, job) = try await trained()
    func refusal(_ adapter: String?, _ name: String?, job id: JobID = job.id) async -> String {
      let error = await #expect(throws: (any Error).self) {
        try await workbench.perform(.useAdapter(id, adapter: adapter, name: name))
      }
      return error.map { String(describing: $0) } ?? ""
    }
    #expect(await refusal(nil, nil).contains("\"tuned\" uses .assay/jobs/1/best already"))
    #expect(await refusal(nil, "tuned").contains("already"))
    #expect(await refusal(nil, "a: b").contains("can't be a variant's name"))
    #expect(await refusal(nil, "x@1/2").contains("can't be a variant's name"))
    #expect(await refusal(nil, nil, job: JobID(9)).contains("no job"))
    await files.refuse(Problem(file: "assay.yaml", message: "Nothing was written; add this line."))
    #expect(await refusal(nil, "mine").contains("add this line"))
    await #expect(throws: WorkbenchError.self) { try await workbench.adapter(of: job.id, step: 7) }
  }

  @Test func aHostedModelIsNamedByItsID() async throws {
    let (workbench, _, job) = try await trained(backend: "openai")
    #expect(job.isHosted)
    let variant = try await workbench.useAdapter(of: job.id, nil, named: "hosted")
    #expect(variant.adapter == "ft:x:best" && variant.line.contains(#"adapter: "ft:x:best""#))
    #expect(try await workbench.adapter(of: job.id, step: 100).adapter == "checkpoints/0000100")
  }

  @Test func aCardHasWhatWasMeasuredWithTheseWeights() async throws {
    var workspace = sampleWorkspace()
    let set = workspace.evalSets[0]
    workspace.evalSets.append(
      EvalSet(
        name: "other", path: "evals/other.jsonl", cases: set.cases, graders: set.graders, isGeneral: true,
        hash: ContentHash(hex: "other")))
    workspace.variants.append(Variant(name: "plain", model: "tiny", prompt: "main"))
    let (workbench, files, job) = try await trained(workspace: workspace)
    await files.set(fingerprint: "weights", of: ".assay/jobs/1/best")
    await files.set(fingerprint: "model", of: "model")
    await files.set(fingerprint: "rows", of: "train/main.jsonl")
    await files.set(
      rows: [TrainingRow(messages: [ChatMessage(role: .assistant, content: "a")])], at: "train/main.jsonl")
    for (variant, set) in [("tuned", "main"), ("tuned", "other"), ("plain", "other"), ("plain", "main")] {
      try await workbench.perform(.evaluate(EvaluateRequest(variant: variant, set: set)))
    }
    let record: JSONObject = [
      "sha256": ["train.jsonl": "abc", "valid.jsonl": "def"], "accepted": ["tier": "few | but\ngood"],
      "report": ["checks": [["check": "tier", "status": "bad", "figure": "1 row"]]],
    ]
    func card() async throws -> AdapterCard {
      try await workbench.card(
        of: job.id, step: nil, record: record, library: "mlx", versions: [("Assay", "1"), ("mlx-lm", "2")])
    }
    let text = try await card().markdown
    for words in [
      "base_model: \"model\"\nlibrary_name: mlx\npipeline_tag: text-generation\ntags:\n- lora\n- sft\n- mlx\n- assay\n",
      "# sample tuned-1", AdapterCard.mark, "| Base model | `model`, SHA-256 `model` |",
      "| These weights | SHA-256 `weights` |",
      "| rows of the task, as the file is now | `train/main.jsonl` | 1 | `rows` |",
      "| `abc` |", "| tier | bad | 1 row | accepted: few \\| but good |", "| main | tuned | 4 | 100.0 % |",
      "| before | other | plain | 4 |", "| after | other | tuned | 4 |",
      "Tuned 1970-01-01; card of 1970-01-01, by Assay 1, mlx-lm 2.",
    ] {
      #expect(text.contains(words), "\(words)\n\(text)")
    }
    #expect(!text.contains("| main | plain"))

    // Other weights in the same place: what was measured before isn't theirs.
    await files.set(fingerprint: "others", of: ".assay/jobs/1/best")
    let later = try await card()
    #expect(later.runs.isEmpty && later.markdown.contains("No run with exactly these weights is kept"))
  }

  @Test func aCardIsTextWhateverNamesSay() {
    var detail = JobDetail(
      job: TrainingJob(
        id: JobID(1), backend: "mlx", base: "b", data: "d`|x", settings: TrainingSettings(), state: .finished,
        created: Date(timeIntervalSince1970: 0)))
    detail.warnings = ["<script>"]
    detail.validations = [JobDetail.Validation(step: 0, loss: 1)]
    let card = AdapterCard(
      detail: detail, name: "a\n# b <x>", step: 3, base: "m\"\n---", baseHash: nil, adapterHash: nil, library: nil,
      files: [], record: nil, runs: [], generalSets: [], before: [], versions: [], date: Date(timeIntervalSince1970: 0))
    let lines = card.markdown.split(separator: "\n")
    #expect(lines[1] == #"base_model: "m\" ---""#)
    #expect(card.markdown.contains(##"# a \# b \<x\>"##) && card.markdown.contains(#"- \<script\>"#))
    #expect(card.markdown.contains("`d'|x`: what job 1 had learnt after step 3."))
    #expect(lines.count { $0 == "---" } == 2)
    #expect(card.markdown.contains("| Scale | 2 |") && card.markdown.contains("| Layers | all |"))
    #expect(!card.markdown.contains("| Beta |") && !card.markdown.contains("| Steps |"), "they have no effect")
  }
}
