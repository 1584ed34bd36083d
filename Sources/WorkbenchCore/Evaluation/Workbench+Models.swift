import Content
import Domain
import Foundation

extension Workbench {
  /// Finds out what a model can do and keeps it with the date.
  /// - Throws: `WorkbenchError` when there is no such model or it doesn't answer at all.
  func testModel(_ name: String) async throws -> ModelProbe {
    let workspace = snapshot.workspace
    guard let model = workspace.model(name) else {
      throw WorkbenchError.unknown("model", name, among: workspace.models.map(\.name))
    }
    let client = try dependencies.clients.client(for: withKnownNames(model), adapter: nil, workspace: workspace.folder)
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
      let client = try dependencies.clients.client(
        for: withKnownNames(model), adapter: adapter, workspace: snapshot.workspace.folder)
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

  /// The model, asked in the names that its server was seen to want.
  func withKnownNames(_ model: ModelSpec) -> ModelSpec {
    guard case .endpoint(var endpoint) = model.api,
      let usesNewer = snapshot.probes[model.place]?.usesMaxCompletionTokens
    else { return model }
    var model = model
    endpoint.usesMaxCompletionTokens = usesNewer
    model.api = .endpoint(endpoint)
    return model
  }

  /// Keeps what a run has shown of its model's server, and says what is new: options that it ignores, and the name that it
  /// wants for the limit on tokens.
  func keepSeen(_ work: RunWork) async {
    let subject = work.context.subject
    let place = subject.model.place
    let saidBefore = ignoredOptions(of: subject.variant)
    let known = snapshot.probes[place]
    var probe = known ?? ModelProbe(time: dependencies.now())
    for ability in work.watch.ignored { probe.findings[ability] = .ignored }
    if work.use.calls > 0, case .endpoint(let endpoint) = withKnownNames(subject.model).api,
      let client = try? client(of: subject, revision: work.context.identity.revision),
      client.usesMaxCompletionTokens != endpoint.usesMaxCompletionTokens
    {
      probe.usesMaxCompletionTokens = client.usesMaxCompletionTokens
    }
    guard probe != known ?? ModelProbe(time: probe.time) else { return }
    do {
      let (store, kept) = (store, probe)
      try await Task { try await store.keep(kept, of: place) }.value
      snapshot.probes[place] = probe
    } catch { return notify(.error, String(describing: error)) }
    for sentence in ignoredOptions(of: subject.variant) where !saidBefore.contains(sentence) {
      notify(.warning, sentence)
    }
  }

  /// What of a variant its model was seen to drop in silence, as sentences; empty when it wasn't tested.
  package func ignoredOptions(of variant: Variant) -> [String] {
    guard let model = snapshot.workspace.model(variant.model), let probe = snapshot.probes[model.place] else {
      return []
    }
    let options = model.options
    let wanted: [(ability: ModelProbe.Ability, isWanted: Bool)] = [
      (.temperature, variant.sampling.temperature != nil), (.seed, variant.sampling.seed != nil),
      (.maxTokens, variant.sampling.maxTokens != nil), (.stop, !variant.sampling.stop.isEmpty),
      (.structuredOutput, ["response_format", "format", "text"].contains { options[$0] != nil }),
      (.logprobs, options["logprobs"] != nil),
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
    for (ability, isWanted) in wanted where isWanted {
      let what = "\(ability.rawValue), which \"\(variant.name)\" sets"
      let again = "Test again: assay models test \(model.name)."
      switch probe.findings[ability] {
      case .ignored: sentences.append("The model \"\(model.name)\" was seen to ignore \(what). \(again)")
      case .refused:
        sentences.append("The model \"\(model.name)\" refused \(what), when it was tested. \(again)")
      case .works, .unknown, nil: break
      }
    }
    return sentences
  }
}
