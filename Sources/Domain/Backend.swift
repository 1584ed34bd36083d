/// The names of what can do the work of a training job.
package enum BackendName: String, Sendable, Hashable, Codable, CaseIterable {
  case mlx, trl, openai, slurm, command

  /// What it can do.
  package var descriptor: Backend {
    switch self {
    case .mlx: .mlx
    case .trl: .trl
    case .openai: .openai
    case .slurm: .slurm
    case .command: .command
    }
  }
}

/// What is known of a back end whatever job it does. Code asks for what it can do, not for its name.
package struct Backend: Sendable {
  /// Its name in files and tables.
  package let name: BackendName
  /// How sentences call it.
  package let title: String
  /// Whether a provider tunes a model of its own: rows go up, it costs money, and what comes of it has a name there.
  package var isHosted = false
  /// Whether checkpoints are called what the trainer calls them, which only the job's events tell.
  package var namesCheckpoints = false
  /// Whether it learns preference pairs.
  package var learnsPairs = true
  /// Whether it learns plain texts.
  package var learnsTexts = true
  /// Whether it computes on the processors under Linux, which takes more memory.
  package var usesProcessorsOnLinux = false
  /// Whether a workspace has a model and the settings for it.
  package let isAvailable: @Sendable (Workspace) -> Bool
  /// The back end with what it has to know for a model that it can tune.
  /// - Throws: `WorkbenchError.input` where settings are missing.
  package let make: @Sendable (ModelSpec, TrainingDefaults) throws -> TrainingBackend

  /// All of them, as they are listed.
  package static var all: [Backend] { BackendName.allCases.map(\.descriptor) }

  static let mlx = Backend(
    name: .mlx, title: "mlx-lm", learnsPairs: false, usesProcessorsOnLinux: true, isAvailable: hasLocalModel,
    make: { _, _ in .mlx })
  static let trl = Backend(name: .trl, title: "TRL", isAvailable: hasLocalModel, make: { _, _ in .trl })
  static let openai = Backend(
    name: .openai, title: "A fine-tuning API", isHosted: true, namesCheckpoints: true, learnsTexts: false,
    isAvailable: { $0.models.contains(where: \.canBeTunedHosted) }, make: { model, _ in .openai(model) })
  static let slurm = Backend(
    name: .slurm, title: "Slurm", isAvailable: { $0.training.slurm != nil },
    make: { .slurm($1.slurm ?? SlurmSettings()) })
  static let command = Backend(
    name: .command, title: "The trainer", namesCheckpoints: true, isAvailable: { $0.training.command != nil },
    make: { _, defaults in
      guard let command = defaults.command else {
        throw WorkbenchError.input(
          "The back end command needs to know the program: add `training.command: { run: [PROGRAM, ARGUMENT, …] }` to "
            + "assay.yaml.")
      }
      return .command(command)
    })

  private static let hasLocalModel: @Sendable (Workspace) -> Bool = { $0.models.contains(where: \.isLocal) }

  /// Whether it can tune a model.
  package func canTune(_ model: ModelSpec) -> Bool { isHosted ? model.canBeTunedHosted : model.isLocal }
}

extension ModelSpec {
  /// Whether it is at an endpoint with OpenAI's fine-tuning API.
  package var canBeTunedHosted: Bool {
    guard case .endpoint(let endpoint) = api else { return false }
    return endpoint.dialect.canTune
  }
}
