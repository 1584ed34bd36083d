import Content
import Domain
import Foundation

extension Workbench {
  /// Where an adapter of a job is: the job's best one, or what it had learnt after a step.
  /// - Parameter step: nil for the best.
  /// - Returns: a folder relative to the workspace, or a hosted model's id.
  /// - Throws: `WorkbenchError.input` when there is none.
  package func adapter(of id: JobID, step: Int?) async throws -> (job: TrainingJob, adapter: String) {
    let detail = try await detail(of: id)
    let job = detail.job
    if let step {
      guard let checkpoint = detail.checkpoints.last(where: { $0.step == step }) else {
        let steps = detail.checkpoints.map { "\($0.step)" }.joined(separator: ", ")
        throw WorkbenchError.input(
          "Job \(id) has no checkpoint after step \(step). \(steps.isEmpty ? "It has none yet." : "There are: \(steps).")"
        )
      }
      return (job, job.adapter(at: checkpoint))
    }
    guard let adapter = job.adapter else { throw WorkbenchError.noAdapter(id) }
    return (job, adapter)
  }

  /// Adds a variant with a job's adapter as a file.
  /// - Parameter adapter: a folder relative to the workspace, or a hosted model's id; the job's best where nil.
  package func useAdapter(of id: JobID, _ adapter: String?, named name: String?) async throws -> Variant {
    let best = try await self.adapter(of: id, step: nil)
    let adapter = adapter ?? best.adapter
    // The file may have been changed by somebody since it was read.
    snapshot.workspace = try await dependencies.files.read()
    let workspace = snapshot.workspace
    if let name {
      if let flaw = Variant.flaw(of: name) { throw WorkbenchError.input(flaw) }
      if workspace.variant(name) != nil {
        throw WorkbenchError.input("There is a variant \"\(name)\" already; choose another name.")
      }
    } else if let variant = workspace.variants.first(where: { $0.adapter == adapter && $0.model == best.job.base }) {
      throw WorkbenchError.usedAdapter(adapter, by: variant.name)
    }
    let variant = workspace.variant(using: adapter, of: best.job, named: name)
    try await dependencies.files.add(variant)
    await reloadFiles()
    notify(
      .success,
      "The variant \"\(variant.name)\" is in \(Variant.path(of: variant.name)): evaluate it against the best prompted one."
    )
    return variant
  }

  /// The hash of a file or a model's folder, relative to the workspace or absolute; nil when there is none.
  package func fingerprint(of path: String) async -> ContentHash? { await dependencies.files.fingerprint(of: path) }

  /// The runs that were made with exactly the weights that are in an adapter's folder now, newest first.
  /// - Parameter adapter: a folder relative to the workspace, or a hosted model's id.
  package func runs(with adapter: String) async -> [Run] {
    let workspace = snapshot.workspace
    guard let wanted = await dependencies.files.fingerprint(of: adapter) else {
      return snapshot.runs.filter { $0.summary.done > 0 && $0.variant.adapter == adapter }
    }
    var found: [Run] = []
    for run in snapshot.runs where run.summary.done > 0 {
      guard let own = run.variant.adapter, await dependencies.files.fingerprint(of: own) == wanted,
        let model = workspace.model(run.variant.model), var set = workspace.evalSet(run.set),
        let prompt = workspace.prompt(run.variant.prompt),
        let version = snapshot.versions.first(where: { $0.id == run.promptVersion })?.version
      else { continue }
      set.hash = run.setHash
      let subject = Subject(variant: run.variant, model: model, prompt: prompt, set: set, version: version)
      guard let identity = try? await identity(of: subject),
        identity.run(repeats: run.repeats, firstSample: run.firstSample) == run.identity
      else { continue }
      found.append(run)
    }
    return found
  }
}
