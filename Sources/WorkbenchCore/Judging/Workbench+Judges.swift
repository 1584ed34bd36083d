import Content
import Domain
import Grading

extension Workspace {
  /// The judge called `name`.
  package func judge(_ name: String) -> Judge? { judges.first { $0.name == name } }

  /// The judges that a set's graders ask, each once.
  package func judges(of set: EvalSet) -> [Judge] {
    var names: [String] = []
    for name in set.allGraders.compactMap(\.judge) where !names.contains(name) { names.append(name) }
    return names.compactMap(judge)
  }
}

extension Workbench {
  /// Where the graders of a set ask.
  /// - Parameters:
  ///   - isAsking: whether judges' models are asked, and not only replies taken that are there.
  ///   - budget: what answers and judges may use together.
  ///   - ceiling: the most requests at once to any of the judges' models.
  /// - Throws: `WorkbenchError` when a judge's model can't be asked at all.
  func desk(
    for set: EvalSet, isAsking: Bool, budget: RunPlan.Budget = RunPlan.Budget(), ceiling: Int = .max
  ) async throws -> GradingDesk {
    try await desk(for: snapshot.workspace.judges(of: set), isAsking: isAsking, budget: budget, ceiling: ceiling)
  }

  /// Where some judges are asked.
  func desk(
    for judges: [Judge], isAsking: Bool, budget: RunPlan.Budget = RunPlan.Budget(), ceiling: Int = .max
  ) async throws -> GradingDesk {
    let shared = JudgeBudget(budget)
    var ready: [String: GradingDesk.ReadyJudge] = [:]
    for judge in judges { ready[judge.name] = try await self.ready(judge) }
    let requests = JudgeRequests(
      store, budget: shared, patience: patience, ceiling: ceiling, isAsking: isAsking)
    return GradingDesk(
      dependencies.clients, folder: snapshot.workspace.folder, judges: ready, requests: requests, budget: shared)
  }

  /// A judge whose models can be asked.
  func ready(_ judge: Judge) async throws -> GradingDesk.ReadyJudge {
    var seats: [JudgeRequests.Seat] = []
    let sampling = Sampling(temperature: judge.temperature, maxTokens: judge.maxTokens)
    for name in judge.models {
      let subject = try subject(judging: judge, with: name, sampling)
      let identity = try await identity(of: subject)
      seats.append(
        JudgeRequests.Seat(
          model: subject.model, client: try client(of: subject, revision: identity.revision), identity: identity))
    }
    return GradingDesk.ReadyJudge(judge: judge, seats: seats, sampling: sampling)
  }

  /// A judge's model in the place of a variant's. Where it was seen to answer in a given form, it is given the form of a
  /// reply.
  private func subject(judging judge: Judge, with name: String, _ sampling: Sampling) throws -> Subject {
    guard var model = snapshot.workspace.model(name) else {
      throw WorkbenchError.unknown("model", name, among: snapshot.workspace.models.map(\.name))
    }
    let variant = Variant(name: "judge \(judge.name)", model: name, prompt: judge.name, sampling: sampling)
    model.price = snapshot.workspace.price(of: variant)
    if snapshot.probes[model.place]?.findings[.structuredOutput] == .works, model.options["response_format"] == nil {
      model.options["response_format"] = [
        "type": "json_schema",
        "json_schema": ["name": "judgement", "strict": true, "schema": judge.scale.schema],
      ]
    }
    let prompt = Prompt(name: judge.name, path: judge.path, sections: [])
    let set = EvalSet(
      name: judge.name, path: judge.path, cases: [], graders: GraderSet(), hash: ContentHash(hex: ""))
    return Subject(
      variant: variant, model: model, prompt: prompt, set: set, version: PromptVersion(freezing: prompt))
  }

  /// What judges took of a run's money and requests, from the votes that its scores rest on.
  package func judging(of run: RunID) async throws -> RunUse? {
    var use = RunUse()
    for reply in try await store.outputs(of: run).flatMap(\.scores).flatMap(\.replies) {
      use.calls += 1
      if let cost = reply.cost { use.dollars = (use.dollars ?? 0) + cost } else { use.unpriced += 1 }
    }
    return use.calls > 0 ? use : nil
  }

  /// What to mind of the judges of a set when a variant is judged: that they may favour their own kind.
  package func judgeCautions(of name: String, on setName: String?) -> [String] {
    guard let subject = try? subject(variant: name, set: setName) else { return [] }
    return snapshot.workspace.judges(of: subject.set).flatMap { kinCautions(of: $0, judging: name) }
  }

  /// That a judge may favour a variant whose model is of its own family.
  package func kinCautions(of judge: Judge, judging name: String) -> [String] {
    let workspace = snapshot.workspace
    guard let judged = workspace.variant(name).flatMap({ workspace.model($0.model) }), let own = ModelFamily.of(judged)
    else { return [] }
    return judge.models.compactMap { other in
      guard let model = workspace.model(other), ModelFamily.of(model) == own else { return nil }
      return
        "The judge \(judge.name) asks \(other), which is of the same family (\(own)) as \(judged.name), and may favour it. "
        + "Judge with another family, or calibrate: assay judge calibrate \(judge.name)."
    }
  }
}

/// Which makers' models are kin.
enum ModelFamily {
  /// The family of a model, in one word: the letters that its name begins with; nil where nothing tells.
  static func of(_ model: ModelSpec) -> String? {
    let name: String
    switch model.api {
    case .endpoint(let endpoint): name = endpoint.model
    case .mlx(let path): name = path
    case .command, .replay: return nil
    }
    return of(model.base ?? name)
  }

  /// The same for a model's name, perhaps with an organisation in front of it.
  static func of(_ name: String) -> String? {
    var words = name.lowercased()
    if words.hasPrefix("ft:") { words = String(words.dropFirst(3).prefix { $0 != ":" }) }
    let last = words.split(separator: "/").last.map(String.init) ?? words
    let start = String(last.prefix { $0.isLetter })
    if ["o1", "o3", "o4"].contains(where: last.hasPrefix) || start == "chatgpt" { return "gpt" }
    let kin = [
      "mixtral": "mistral", "ministral": "mistral", "codestral": "mistral", "magistral": "mistral",
      "devstral": "mistral",
      "gemma": "gemini", "qwq": "qwen", "codellama": "llama", "meta": "llama", "phi": "phi",
    ]
    return start.isEmpty ? nil : kin[start] ?? start
  }
}
