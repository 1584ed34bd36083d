import Content
import Domain
import Foundation

extension Workbench {
  /// A variant with what it names.
  struct Subject: Sendable {
    var variant: Variant
    var model: ModelSpec
    var prompt: Prompt
    var set: EvalSet
    var version: PromptVersion
  }

  /// Looks up a variant and an eval set; a set may ask for another prompt than the variant's.
  /// - Throws: `WorkbenchError.input` that suggests the nearest name.
  func subject(variant name: String, set setName: String?) throws -> Subject {
    let workspace = snapshot.workspace
    let arm = workspace.variant(name) == nil ? AblationArm(named: name, of: workspace.variants) : nil
    let candidate =
      workspace.variant(name) == nil && arm == nil
      ? PromptCandidate.parse(name, variants: workspace.variants, versions: snapshot.versions) : nil
    guard
      var variant = try workspace.variant(name) ?? proposedVariants[name] ?? arm?.variant ?? candidate?.variant
        ?? checkpointVariant(name)
    else {
      throw unknownVariant(name)
    }
    if let router = variant.router {
      throw WorkbenchError.input(
        "\"\(name)\" is a router and has no prompt and model of its own; name \(router.cheap) or \(router.strong), "
          + "which it chooses from.")
    }
    guard var model = workspace.model(variant.model) else {
      throw WorkbenchError.unknown("model", variant.model, among: workspace.models.map(\.name))
    }
    if variant.adapter == Variant.latestAdapter {
      guard let adapter = snapshot.latestAdapter(for: variant) else {
        let job = model.isEndpoint ? "job that tunes \"\(model.name)\"" : "training job"
        throw WorkbenchError.input(
          "The variant \"\(name)\" uses the newest trained adapter, and no \(job) has finished yet. Train one "
            + "first: `assay train`, or the Training pane.")
      }
      variant.adapter = adapter
    }
    model.price = workspace.price(of: variant)
    guard let set = setName == nil ? workspace.evalSets.first : workspace.evalSet(setName ?? "") else {
      throw WorkbenchError.unknown("eval set", setName ?? "main", among: workspace.evalSets.map(\.name))
    }
    let promptName = set.prompt ?? variant.prompt
    guard var prompt = workspace.prompt(promptName) else {
      throw WorkbenchError.unknown("prompt", promptName, among: workspace.prompts.map(\.name))
    }
    var choice = variant.choice(on: set)
    if let arm { try arm.apply(to: &prompt, &choice, &variant) }
    if let candidate { (prompt, choice) = (candidate.version.prompt(at: prompt.path), .all) }
    let version = PromptVersion(freezing: prompt, choice)
    return Subject(variant: variant, model: model, prompt: prompt, set: set, version: version)
  }

  /// Why there is no such variant: its own flaw, a model's name taken for a variant's, or a slip of the fingers.
  private func unknownVariant(_ name: String) -> WorkbenchError {
    let workspace = snapshot.workspace
    if let problem = workspace.problems.first(where: {
      $0.severity == .error && ($0.key == "variants.\(name)" || $0.key?.hasPrefix("variants.\(name).") == true)
    }) {
      return .files("The variant \"\(name)\" has an error and can't run. \(problem)", [problem])
    }
    if workspace.model(name) != nil {
      return .input(
        "\"\(name)\" is a model; a variant names a model and a prompt. There are: "
          + workspace.variants.map(\.name).joined(separator: ", ") + ".")
    }
    return .unknown("variant", name, among: workspace.variants.map(\.name))
  }

  func save(_ section: Section, prompt name: PromptName) async throws {
    guard let prompt = snapshot.workspace.prompt(name) else {
      throw WorkbenchError.unknown("prompt", name, among: snapshot.workspace.prompts.map(\.name))
    }
    try await dependencies.files.write(section, of: prompt)
    await reloadFiles()
  }

  func deleteSection(_ id: String, prompt name: PromptName) async throws {
    guard let prompt = snapshot.workspace.prompt(name), let section = prompt.sections.first(where: { $0.id == id })
    else { throw WorkbenchError.input("There is no section \(id) in the prompt \"\(name)\".") }
    try await dependencies.files.delete(section, of: prompt)
    await reloadFiles()
  }

  func moveSection(_ id: String, by step: Int, prompt name: PromptName) async throws {
    guard let prompt = snapshot.workspace.prompt(name) else {
      throw WorkbenchError.unknown("prompt", name, among: snapshot.workspace.prompts.map(\.name))
    }
    try await dependencies.files.rename(try SectionOrder.renames(moving: id, by: step, in: prompt), of: prompt)
    await reloadFiles()
  }

  /// Keeps a text that is not saved, or takes it away.
  func keep(_ text: String?, as draft: DraftPath) async throws {
    if text == nil { snapshot.unkeptDrafts[draft] = nil }
    guard text != nil || snapshot.drafts[draft] != nil else { return }
    do { try await dependencies.files.keep(text, as: draft) } catch {
      if text != nil { snapshot.unkeptDrafts[draft] = String(describing: error) }
      throw error
    }
    snapshot.unkeptDrafts[draft] = nil
    snapshot.drafts[draft] = text.map { KeptDraft(text: $0, time: dependencies.now()) }
    publish()
  }

  /// Fills the prompt for a case, with the tokenizer's counts where they can be had.
  /// - Parameters:
  ///   - known: An earlier rendering; its counts are good for the same texts.
  ///   - partial: Takes the filled prompt with estimated counts, before the tokenizer has counted.
  func render(
    _ request: RenderRequest, known: RenderedPrompt?, partial: (RenderedPrompt) -> Void
  ) async throws -> RenderedPrompt {
    let subject = try subject(variant: request.variant, set: request.set)
    guard let evalCase = subject.set.cases.first(where: { $0.id == request.caseID }) ?? subject.set.cases.first else {
      throw WorkbenchError.input("The eval set \"\(subject.set.name)\" has no cases; add one in the Cases pane.")
    }
    var rendered = Self.rendered(subject, evalCase: evalCase, request: request)
    if let known, known.countsAreExact, known.parts.map(\.text) == rendered.parts.map(\.text) {
      rendered.parts = known.parts
      rendered.countsAreExact = true
      return rendered
    }
    partial(rendered)
    if rendered.problem == nil,
      let counts = await (try? client(of: subject))?.tokenCounts(of: rendered.parts.map(\.text)),
      counts.count == rendered.parts.count
    {
      for index in counts.indices { rendered.parts[index].tokens = counts[index] }
      rendered.countsAreExact = true
    }
    return rendered
  }

  /// The client of a variant, held from its first use on, so that a local engine stays while this process does. An
  /// adapter is named by where its links lead: `best` may come to mean another checkpoint.
  /// - Parameter revision: says which files the model's answers rest on; a client of others isn't used for them.
  func client(of subject: Subject, revision: String = "") throws -> any ModelClient {
    var adapter = subject.variant.adapter
    if !subject.model.isEndpoint {
      adapter = adapter.map { URL(fileURLWithPath: absolute($0)).resolvingSymlinksInPath().path }
    }
    let key = ClientKey(model: subject.model, adapter: adapter, revision: revision)
    if let client = clients[key] { return client }
    let client = try dependencies.clients.client(
      for: withKnownNames(subject.model), adapter: adapter, workspace: snapshot.workspace.folder)
    clients[key] = client
    return client
  }

  private static func rendered(
    _ subject: Subject, evalCase: EvalCase, request: RenderRequest
  ) -> RenderedPrompt {
    var problem: String?
    let parts = subject.version.parts.map { part in
      var text = part.body
      if part.role == .history { text = Conversation(in: evalCase.input)?.transcript ?? "" }
      do { if part.role != .history { text = try PromptTemplate.fill(part.body, with: evalCase.input) } } catch {
        problem = problem ?? String(describing: error)
      }
      return RenderedPrompt.Part(
        title: part.title, role: part.role, text: text, tokens: max(text.isEmpty ? 0 : 1, text.utf8.count / 4))
    }
    var messages: [ChatMessage] = []
    do { messages = try subject.version.messages(for: evalCase.input) } catch {
      problem = problem ?? String(describing: error)
    }
    var resolved = request
    resolved.caseID = evalCase.id
    return RenderedPrompt(
      request: resolved, version: subject.version.hash, parts: parts, messages: messages, problem: problem)
  }

  /// Asks about one case and streams the answer into the snapshot; nothing is kept.
  func tryPrompt(_ request: RenderRequest) async throws {
    trialTask?.cancel()
    let subject = try subject(variant: request.variant, set: request.set)
    guard let evalCase = subject.set.cases.first(where: { $0.id == request.caseID }) ?? subject.set.cases.first else {
      throw WorkbenchError.input("The eval set \"\(subject.set.name)\" has no cases; add one in the Cases pane.")
    }
    let flaws = snapshot.workspace.flaws(of: subject.variant, prompt: subject.prompt, set: subject.set)
    guard flaws.isEmpty else { throw WorkbenchError.flawed("asked", flaws) }
    let messages = try Self.messages(for: evalCase, subject)
    let client = try client(of: subject)
    snapshot.trial = Trial(
      request: request, caseID: evalCase.id,
      waiting: subject.model.isLocal ? "waiting for the local engine" : "waiting for the first token")
    publish()
    let modelRequest = ModelRequest(
      caseID: evalCase.id, messages: messages, tools: Conversation(in: evalCase.input)?.tools,
      sampling: subject.variant.sampling)
    let desk = try await desk(for: subject.set, isAsking: false)
    let task = Task {
      do {
        try await client.prepare()
        let (pieces, continuation) = AsyncStream.makeStream(of: String.self)
        async let shown: Void = showTrial(pieces, caseID: evalCase.id)
        defer { continuation.finish() }
        let answer = try await client.answer(modelRequest) { continuation.yield($0) }
        continuation.finish()
        await shown
        let output = await Judgement.output(
          of: answer, to: evalCase, key: subject.version.hash, set: subject.set,
          cost: subject.model.price?.cost(of: answer.usage), asking: desk)
        endTrial(caseID: evalCase.id, output: output)
      } catch is CancellationError {
        endTrial(caseID: evalCase.id, output: nil)
      } catch {
        let output = Output(
          caseID: evalCase.id, requestKey: subject.version.hash, answer: nil, failure: String(describing: error))
        endTrial(caseID: evalCase.id, output: output)
      }
    }
    trialTask = task
    await task.value
  }

  private func showTrial(_ pieces: AsyncStream<String>, caseID: String) async {
    for await piece in pieces {
      guard snapshot.trial?.caseID == caseID, snapshot.trial?.isRunning == true else { return }
      snapshot.trial?.text += piece
      snapshot.trial?.waiting = nil
      publishSoon()
    }
  }

  private func endTrial(caseID: String, output: Output?) {
    guard snapshot.trial?.caseID == caseID else { return }
    snapshot.trial?.isRunning = false
    snapshot.trial?.waiting = nil
    snapshot.trial?.output = output
    if let text = output?.answer?.text { snapshot.trial?.text = text }
    publish()
  }

  func editCase(_ edit: CaseEdit, set name: String) async throws {
    guard let set = snapshot.workspace.evalSet(name) else {
      throw WorkbenchError.unknown("eval set", name, among: snapshot.workspace.evalSets.map(\.name))
    }
    try await dependencies.files.apply(edit, to: set)
    await reloadFiles()
  }
}

extension Workbench {
  /// Where a variant's local model and adapter are, in full; of the first variant with a local model where nil.
  /// - Throws: `WorkbenchError.input`.
  package func localModel(of name: String?) throws -> (model: String, adapter: String?) {
    let workspace = snapshot.workspace
    let first = workspace.variants.first { workspace.model($0.model)?.isLocal == true }
    guard let name = name ?? first?.name else {
      throw WorkbenchError.input("No variant of the workspace has a local model (`api: mlx`).")
    }
    let subject = try subject(variant: name, set: nil)
    guard case .mlx(let path) = subject.model.api else {
      throw WorkbenchError.input("The model \"\(subject.model.name)\" of \"\(name)\" is not local.")
    }
    let adapter = subject.variant.adapter.map { URL(fileURLWithPath: absolute($0)).resolvingSymlinksInPath().path }
    return (absolute(path), adapter)
  }
}
