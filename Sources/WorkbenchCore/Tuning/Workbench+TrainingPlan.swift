import Domain
import Foundation

/// What a job is made of: back end, base model, sample cases.
extension Workbench {
  /// What does the work, and the model that it tunes.
  func backend(named word: String?, tuning name: String?) throws -> (TrainingBackend, ModelSpec) {
    let training = snapshot.workspace.training
    let backends = snapshot.workspace.backends
    guard let backend = backends[word ?? BackendName.mlx.rawValue] else {
      throw WorkbenchError.unknown("training back end", word ?? "", among: backends.names)
    }
    let model = try baseModel(named: name, isHosted: backend.isHosted)
    if model.isEndpoint, word == nil {
      throw WorkbenchError.input(
        "The model \"\(model.name)\" is at a provider: tuning it there sends the rows up and costs money. Say so with the back "
          + "end openai (`--backend openai`, or `training.backend: openai`).")
    }
    guard backend.canTune(model) else {
      throw WorkbenchError.input(
        backend.isHosted
          ? "The model \"\(model.name)\" isn't at an endpoint with OpenAI's fine-tuning API; choose one with `api: openai`."
          : "The model \"\(model.name)\" runs elsewhere and can't be tuned here; choose one with `api: mlx`, or the back end "
            + "openai where its provider tunes it.")
    }
    return (try backend.make(model, training), model)
  }

  /// The words by which a trainer finds the model.
  func place(of model: ModelSpec) -> String {
    switch model.api {
    case .mlx(let path): absolute(path)
    case .endpoint(let endpoint): endpoint.model
    case .command, .replay: model.name
    }
  }

  /// A few eval cases as the tuned model will be asked them: the same ones each time, so that jobs can be compared.
  func samples(_ count: Int) throws -> [SamplePrompt] {
    let workspace = snapshot.workspace
    guard count > 0, let set = workspace.evalSets.first(where: { !$0.isGeneral }) else { return [] }
    let tuned = workspace.variants.first(where: \.isTuned)
    let name = workspace.training.prompt ?? set.prompt ?? tuned?.prompt
    guard let prompt = name.flatMap({ workspace.prompt($0) }) ?? workspace.prompts.first else { return [] }
    let version = PromptVersion(freezing: prompt)
    let wanted = Set(Self.slice(of: set, count))
    return set.cases.filter { wanted.contains($0.id) }.compactMap { evalCase in
      guard let messages = try? version.messages(for: evalCase.input) else { return nil }
      return SamplePrompt(
        id: evalCase.id, messages: messages, expected: evalCase.expected.map { $0.string ?? $0.text() },
        maxTokens: min(256, tuned?.sampling.maxTokens ?? 128))
    }
  }

  /// The model to tune: the one named, or the first that can be.
  func baseModel(named name: String?, isHosted: Bool = false) throws -> ModelSpec {
    let models = snapshot.workspace.models
    if let name {
      guard let model = snapshot.workspace.model(name) else {
        throw WorkbenchError.unknown("model", name, among: models.map(\.name))
      }
      return model
    }
    guard let model = models.first(where: { isHosted ? $0.canBeTunedHosted : $0.isLocal }) else {
      throw WorkbenchError.input(
        "No model in assay.yaml can be tuned here: add one with `api: mlx` and a path to its folder.")
    }
    return model
  }

  /// A path of the workspace in full; a hub id stays as it is.
  func absolute(_ path: String) -> String {
    if path.hasPrefix("/") || path.hasPrefix(HubID.prefix) { return path }
    return path.hasPrefix("~/") ? (path as NSString).expandingTildeInPath : snapshot.workspace.folder + "/" + path
  }

  /// Tells of members that a provider gets no row with: our own trainers say so themselves, and a person's gets them.
  func tellUnused(_ rows: [TrainingRow], by backend: TrainingBackend, file: String) {
    guard backend.descriptor.isHosted else { return }
    let odd = rows.filter { !$0.unused.isEmpty }
    guard let first = odd.first else { return }
    var names: [String] = []
    for name in odd.lazy.flatMap(\.unused) where !names.contains(name) && names.count < 6 { names.append(name) }
    let told = names.map { "`\($0)`" }.joined(separator: ", ")
    notify(
      .warning,
      "\(odd.count) row\(odd.count == 1 ? "" : "s") of \(file) (\(first.place) first) have \(told), which a fine-tuning API "
        + "has no use for: they are left out.")
  }
}
