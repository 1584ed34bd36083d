extension Workbench {
  /// Finds out what a model can do and keeps it with the date.
  /// - Throws: `WorkbenchError` when there is no such model or it doesn't answer at all.
  func testModel(_ name: String) async throws -> ModelProbe {
    let workspace = snapshot.workspace
    guard let model = workspace.model(name) else {
      throw WorkbenchError.unknown("model", name, among: workspace.models.map(\.name))
    }
    let client = try dependencies.clients.client(for: model, adapter: nil, workspace: workspace.folder)
    do {
      let probe = try await client.probe()
      try await store.keep(probe, of: model.place)
      snapshot.probes[model.place] = probe
      publish()
      return probe
    } catch let failure as ModelFailure {
      throw WorkbenchError.model(failure.description)
    }
  }

  /// What of a variant its model was seen to drop in silence, as sentences; empty when nobody has looked.
  public func ignoredOptions(of variant: Variant) -> [String] {
    guard let model = snapshot.workspace.model(variant.model), let probe = snapshot.probes[model.place] else {
      return []
    }
    let wanted: [(ability: ModelProbe.Ability, isWanted: Bool)] = [
      (.seed, variant.sampling.seed != nil), (.maxTokens, variant.sampling.maxTokens != nil),
      (.stop, !variant.sampling.stop.isEmpty), (.structuredOutput, model.options["response_format"] != nil),
      (.logprobs, model.options["logprobs"] != nil),
    ]
    var sentences: [String] = []
    if case .endpoint(let endpoint) = model.api, !probe.models.isEmpty, probe.models.count < 200,
      !probe.models.contains(endpoint.model)
    {
      sentences.append(
        "The list of models at \(endpoint.baseURLs[0]) had no \"\(endpoint.model)\" when it was tested; some servers answer "
          + "with another one.")
    }
    return sentences
      + wanted.filter { $0.isWanted && probe.findings[$0.ability] == .ignored }.map {
        "The model \"\(model.name)\" took \($0.ability.rawValue) without complaint and ignored it when it was tested; "
          + "\"\(variant.name)\" sets it. Test again: assay models test \(model.name)."
      }
  }
}
