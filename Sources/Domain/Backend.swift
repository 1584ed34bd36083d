/// The name of a training back end, as files, tables and the database have it.
package struct BackendName: RawRepresentable, Sendable, Hashable, Codable {
  package let rawValue: String
  package init(rawValue: String) { self.rawValue = rawValue }

  /// mlx-lm on this machine.
  package static let mlx = BackendName(rawValue: "mlx")
  /// TRL and PEFT on this machine.
  package static let trl = BackendName(rawValue: "trl")
  /// A fine-tuning API in OpenAI's shape.
  package static let openai = BackendName(rawValue: "openai")
  /// A batch system that runs mlx or trl.
  package static let slurm = BackendName(rawValue: "slurm")
  /// Any other trainer's program.
  package static let command = BackendName(rawValue: "command")
}

/// A training back end: its names and what it can do, whatever the job. Code asks for what it can do, not for its name.
///
/// A back end is registered as a value: its descriptor with `FolderWorkspaceFiles`, its work with `DetachedTrainer`.
package struct Backend: Sendable {
  /// The name in files and tables.
  package let name: BackendName
  /// The name in sentences.
  package let title: String
  /// Whether a provider tunes a model of its own: rows are uploaded, it costs money, and the result has a name there.
  package private(set) var isHosted = false
  /// Whether checkpoints have names of the trainer's own, which only the job's events tell.
  package private(set) var namesCheckpoints = false
  /// Whether it learns preference pairs.
  package let learnsPairs: Bool
  /// Whether it learns plain texts.
  package let learnsTexts: Bool
  /// Whether it computes on the processors under Linux, which takes more memory.
  package private(set) var usesProcessorsOnLinux = false
  /// The built-in back end whose settings it takes; itself for those.
  package let settingsName: BackendName
  /// Whether a workspace has a model and the settings for it.
  package let isAvailable: @Sendable (Workspace) -> Bool
  /// What the back end has to know for a model that it can tune.
  /// - Throws: `WorkbenchError.input` where settings are missing.
  package let options: @Sendable (ModelSpec, TrainingDefaults) throws -> any TrainingBackend.Options

  /// A back end that tunes local models on this machine.
  /// - Parameters:
  ///   - settingsOf: the built-in back end whose settings of the table it takes.
  ///   - options: what the back end has to know for one job besides its plan.
  package init(
    _ name: BackendName, title: String, learnsPairs: Bool = true, learnsTexts: Bool = true,
    settingsOf: BackendName = .command, isAvailable: @escaping @Sendable (Workspace) -> Bool = Backend.hasLocalModel,
    options: @escaping @Sendable (ModelSpec, TrainingDefaults) throws -> any TrainingBackend.Options = { _, _ in
      TrainingBackend.NoOptions()
    }
  ) {
    self.name = name
    self.title = title
    self.learnsPairs = learnsPairs
    self.learnsTexts = learnsTexts
    settingsName = settingsOf
    self.isAvailable = isAvailable
    self.options = options
  }

  /// The back end with what it has to know for a model that it can tune.
  /// - Throws: `WorkbenchError.input` where settings are missing.
  package func make(_ model: ModelSpec, _ defaults: TrainingDefaults) throws -> TrainingBackend {
    TrainingBackend(self, try options(model, defaults))
  }

  /// Whether it can tune a model.
  package func canTune(_ model: ModelSpec) -> Bool { isHosted ? model.canBeTunedHosted : model.isLocal }

  /// Whether a workspace has a model on this machine.
  package static let hasLocalModel: @Sendable (Workspace) -> Bool = { $0.models.contains(where: \.isLocal) }
}

extension Backend {
  static let mlx: Backend = {
    var mlx = Backend(.mlx, title: "mlx-lm", learnsPairs: false, settingsOf: .mlx)
    mlx.usesProcessorsOnLinux = true
    return mlx
  }()
  static let trl = Backend(.trl, title: "TRL", settingsOf: .trl)
  static let openai: Backend = {
    var openai = Backend(
      .openai, title: "A fine-tuning API", learnsTexts: false, settingsOf: .openai,
      isAvailable: { $0.models.contains(where: \.canBeTunedHosted) }, options: { model, _ in model })
    openai.isHosted = true
    openai.namesCheckpoints = true
    return openai
  }()
  static let slurm = Backend(
    .slurm, title: "Slurm", settingsOf: .slurm, isAvailable: { $0.training.slurm != nil },
    options: { $1.slurm ?? SlurmSettings() })
  static let command: Backend = {
    var command = Backend(
      .command, title: "The trainer", isAvailable: { $0.training.command != nil },
      options: { _, defaults in
        guard let command = defaults.command else {
          throw WorkbenchError.input(
            "The back end command needs to know the program: add `training.command: { run: [PROGRAM, ARGUMENT, …] }` to "
              + "assay.yaml.")
        }
        return command
      })
    command.namesCheckpoints = true
    return command
  }()
}

extension [Backend] {
  /// Assay's own, as they are listed.
  package static let builtIn: [Backend] = [.mlx, .trl, .openai, .slurm, .command]

  /// The back end of a name; nil where none is registered.
  package subscript(_ name: String) -> Backend? { first { $0.name.rawValue == name } }

  /// Names, in order.
  package var names: [String] { map(\.name.rawValue) }
}

extension ModelSpec {
  /// Whether it is at an endpoint with OpenAI's fine-tuning API.
  package var canBeTunedHosted: Bool {
    guard case .endpoint(let endpoint) = api else { return false }
    return endpoint.dialect.canTune
  }
}
