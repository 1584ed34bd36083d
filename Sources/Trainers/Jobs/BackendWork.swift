import Domain
import LocalEngine
import Processes

/// How the jobs of a training back end are done. Registered with ``DetachedTrainer``, as its `Backend` is with
/// `FolderWorkspaceFiles`.
package struct BackendWork: Sendable {
  /// Makes a program of Assay's own that works on a plan's folder.
  typealias EngineProgram = @Sendable (EngineEnvironment) throws -> Program

  /// The back end.
  let name: BackendName
  /// The work of a plan.
  /// - Throws: `TrainerFailure` when it can't be done; nothing is started then.
  let work: @Sendable (TrainingPlan, EngineProgram) throws -> Work

  /// A back end whose work is one program on this machine, which runs in the job's folder and writes `events.jsonl` and
  /// `checkpoints/` itself, as docs/training.md describes them. SIGTERM asks it to save and end.
  /// - Parameter program: makes the program of a plan. Throws `TrainerFailure` when it can't be run; nothing is started
  ///   then.
  package static func program(
    _ name: BackendName, _ program: @escaping @Sendable (TrainingPlan) throws -> Program
  ) -> BackendWork {
    BackendWork(name: name) { plan, _ in .program(ProgramWork(try program(plan))) }
  }

  /// The one whose options have a type.
  fileprivate static func with<Options: TrainingBackend.Options>(
    _ name: BackendName, _ work: @escaping @Sendable (TrainingPlan, Options, EngineProgram) throws -> Work
  ) -> BackendWork {
    BackendWork(name: name) { plan, engine in
      guard let options = plan.backend.options as? Options else {
        throw TrainerFailure("The back end \(name.rawValue) lacks its settings, so nothing was started.")
      }
      return try work(plan, options, engine)
    }
  }
}

extension [BackendWork] {
  /// Assay's own back ends.
  package static let builtIn: [BackendWork] = [
    BackendWork(name: .mlx) { _, engine in .program(ProgramWork(try engine(.mlx))) },
    BackendWork(name: .trl) { _, engine in .program(ProgramWork(try engine(.trl))) },
    .with(.openai) { plan, model, _ in .hosted(try HostedWork(plan, tuning: model)) },
    .with(.slurm) { plan, settings, engine in
      .slurm(
        SlurmWork(
          try engine(settings.runs == .mlx ? .mlx : .trl), settings: settings, number: plan.job.number))
    },
    .with(.command) { plan, command, _ in .command(try CommandPlan(plan: plan, command: command).work()) },
  ]
}
