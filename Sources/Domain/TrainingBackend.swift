/// A back end with what it has to know for one job.
package struct TrainingBackend: Sendable {
  /// What a back end has to know for one job besides the plan.
  package protocol Options: Sendable, Hashable {
    /// The one of Assay's own trainers that does the work, here or elsewhere; nil where another program does.
    func trainer(of backend: Backend) -> BackendName?
  }

  /// For back ends that the plan suffices for.
  package struct NoOptions: Options {
    package init() {}
    package func trainer(of backend: Backend) -> BackendName? {
      backend.settingsName == backend.name ? backend.name : nil
    }
  }

  /// What it can do.
  package let descriptor: Backend
  /// What it has to know besides the plan.
  package let options: any Options

  package init(_ descriptor: Backend, _ options: any Options = NoOptions()) {
    self.descriptor = descriptor
    self.options = options
  }

  package static let mlx = TrainingBackend(.mlx)
  package static let trl = TrainingBackend(.trl)
  /// The fine-tuning API at a model's endpoint.
  package static func openai(_ model: ModelSpec) -> TrainingBackend { TrainingBackend(.openai, model) }
  package static func slurm(_ settings: SlurmSettings) -> TrainingBackend { TrainingBackend(.slurm, settings) }
  package static func command(_ command: TrainerCommand) -> TrainingBackend { TrainingBackend(.command, command) }

  package var name: BackendName { descriptor.name }

  /// The name in `assay.yaml` and in tables.
  package var word: String { name.rawValue }

  /// The one of Assay's own trainers that does the work, here or elsewhere; nil where another program does.
  package var trainer: BackendName? { options.trainer(of: descriptor) }
}

extension ModelSpec: TrainingBackend.Options {
  /// None: the model is tuned by its provider.
  package func trainer(of backend: Backend) -> BackendName? { nil }
}

extension SlurmSettings: TrainingBackend.Options {
  package func trainer(of backend: Backend) -> BackendName? { runs }
}

extension TrainerCommand: TrainingBackend.Options {
  package func trainer(of backend: Backend) -> BackendName? { nil }
}

/// How Slurm is told to run a job: `training.slurm` in `assay.yaml`.
package struct SlurmSettings: Sendable, Hashable, Codable {
  /// The back end that does the work there: mlx or trl.
  package var runs = BackendName.trl
  /// Slurm partition (`--partition`).
  package var partition: String?
  /// GPUs on each node.
  package var gpus: Int?
  /// Nodes.
  package var nodes: Int?
  /// Processors of the task.
  package var cpus: Int?
  /// Memory of a node, as `--mem` takes it.
  package var memory: String?
  /// The longest it may take, as `--time` takes it.
  package var time: String?
  /// Account that is billed (`--account`).
  package var account: String?
  /// An image for `srun --container-image`.
  package var container: String?
  /// Further options of sbatch, each one argument, such as `--qos=high`.
  package var options: [String] = []
  /// Lines of the script before the trainer, such as `module load cuda`.
  package var setup: [String] = []
  /// With Slurm's own defaults.
  package init() {}
}

/// Another trainer's program: `training.command` in `assay.yaml`. Its texts may hold ``fields``, words in braces such
/// as `{train}`, which are filled for each job.
package struct TrainerCommand: Sendable, Hashable, Codable {
  /// The program and its arguments; no shell is involved.
  package var run: [String]
  /// A file or folder that it writes its losses to, relative to the job's folder.
  package var log: String?
  /// Where the adapter or model is when it is done; `{output}` where nil.
  package var adapter: String?
  /// A file of the workspace that is copied into the job's folder with its fields filled.
  package var config: String?
  /// Variables that are set for it.
  package var environment: [String: String]
  /// Makes a command.
  package init(
    run: [String], log: String? = nil, adapter: String? = nil, config: String? = nil,
    environment: [String: String] = [:]
  ) {
    self.run = run
    self.log = log
    self.adapter = adapter
    self.config = config
    self.environment = environment
  }
}

extension TrainingBackend {
  /// Whether it can learn rows of a kind by an objective, so that a job doesn't fail minutes after its start.
  /// - Throws: `WorkbenchError.input` that says what can.
  package func checkLearns(_ kind: TrainingRow.Kind, by objective: TrainingSettings.Objective, file: String) throws {
    switch (kind, objective) {
    case (.pair, .sft):
      throw WorkbenchError.input(
        "\(file) holds preference pairs, which are learnt with --objective dpo (or training.objective: dpo).")
    case (.conversation, .dpo), (.text, .dpo):
      throw WorkbenchError.input(
        "--objective dpo learns preference pairs, and \(file) holds \(kind.plural): `assay data collect RUN OTHER --pairs` "
          + "makes pairs.")
    default: break
    }
    let can = trainer.flatMap { [Backend].builtIn[$0.rawValue] } ?? descriptor
    if kind == .pair, !can.learnsPairs {
      throw WorkbenchError.input(
        "\(can.title) can't learn preference pairs (\(file)): choose --backend trl, or openai for a model at a provider."
      )
    }
    if kind == .text, !can.learnsTexts {
      throw WorkbenchError.input(
        "A fine-tuning API takes no plain texts (\(file)): tune a local model, or write rows with prompt and completion."
      )
    }
  }
}
