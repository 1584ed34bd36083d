import Content
import Foundation

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
      var probe = try await client.probe()
      if model.isEndpoint { probe.answers = try await fixedAnswers(of: model) }
      if let earlier = snapshot.probes[model.place] { probe.note(earlier) }
      try await store.keep(probe, of: model.place)
      snapshot.probes[model.place] = probe
      publish()
      return probe
    } catch let failure as ModelFailure {
      throw WorkbenchError.model(failure.description)
    }
  }

  /// How a model at an endpoint, and each adapter that a variant names there, answers a few fixed questions: a hash for
  /// each name. One that doesn't answer, or not the same twice, is left out.
  private func fixedAnswers(of model: ModelSpec) async throws -> [String: String] {
    guard case .endpoint(let endpoint) = model.api else { return [:] }
    var found: [String: String] = [:]
    let adapters = Set(snapshot.workspace.variants.filter { $0.model == model.name }.compactMap(resolvedAdapter))
    for adapter in [nil] + adapters.sorted().map(Optional.some) {
      let client = try dependencies.clients.client(for: model, adapter: adapter, workspace: snapshot.workspace.folder)
      do {
        let first = try await Self.fixedAnswer(of: client)
        if try await Self.fixedAnswer(of: client) == first { found[adapter ?? endpoint.model] = first }
      } catch is ModelFailure {
        continue
      }
    }
    return found
  }

  private func resolvedAdapter(_ variant: Variant) -> String? {
    variant.adapter == Variant.latestAdapter ? snapshot.latestAdapter(for: variant) : variant.adapter
  }

  private static func fixedAnswer(of client: any ModelClient) async throws -> String {
    var texts: [String] = []
    for question in ["Name three colours, separated by commas.", "Say what this message is about: the door is open."] {
      let request = ModelRequest(
        caseID: "probe", messages: [ChatMessage(role: .user, content: question)],
        sampling: Sampling(temperature: 0, maxTokens: 24, seed: 7))
      texts.append(try await client.answer(request, onText: nil).text)
    }
    return SHA256.hex(texts.joined(separator: "\u{0}"))
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
    if case .endpoint(let endpoint) = model.api,
      let replaced = probe.replaced?[resolvedAdapter(variant) ?? endpoint.model]
    {
      let name = resolvedAdapter(variant) ?? endpoint.model
      sentences.append(
        "\"\(name)\" at \(endpoint.baseURLs[0]) was something else before \(replaced.formatted(.iso8601)): runs from before "
          + "can't be compared with later ones. Serve another adapter under another name.")
    }
    return sentences
      + wanted.filter { $0.isWanted && probe.findings[$0.ability] == .ignored }.map {
        "The model \"\(model.name)\" took \($0.ability.rawValue) without complaint and ignored it when it was tested; "
          + "\"\(variant.name)\" sets it. Test again: assay models test \(model.name)."
      }
  }
}
