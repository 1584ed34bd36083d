import Content
import Domain

extension Workbench {
  /// Turns runs' outputs into training rows: the prompt the tuned model will be asked with, and the answer.
  /// - Throws: `WorkbenchError.input` when there is nothing to collect.
  package func collect(_ request: CollectRequest) async throws -> CollectReport {
    let runs = try request.runs.map { id in
      guard let run = snapshot.runs.first(where: { $0.id == id }) else {
        throw WorkbenchError.unknown(
          "run", id.description, among: snapshot.runs.map(\.id.description), whenNone: .evaluate(nil))
      }
      return run
    }
    guard !runs.isEmpty else { throw WorkbenchError.input("There is nothing to collect from: name a run.") }
    if request.filter.minAgreement != nil, let single = runs.first(where: { $0.repeats < 2 }) {
      throw WorkbenchError.input(
        "Run \(single.id) (\(single.variant.name)) has one answer to each case, so nothing can agree: ask for more with "
          + "`assay eval \(single.variant.name) --repeats 3`, or leave the agreement out.")
    }
    let versions = try runs.map { try version(of: $0, named: request.prompt) }
    if let other = versions.first(where: { $0.hash != versions[0].hash }) {
      throw WorkbenchError.input(
        "These runs sent different prompts (\"\(versions[0].prompt)\" and \"\(other.prompt)\"): name the one that the tuned "
          + "model will be asked with (--prompt).")
    }
    var sources: [TrainingDataCollector.Source] = []
    for (run, version) in zip(runs, versions) where !sources.contains(where: { $0.run.id == run.id }) {
      guard let set = snapshot.workspace.evalSet(run.set) else {
        throw WorkbenchError.unknown("eval set", run.set, among: snapshot.workspace.evalSets.map(\.name))
      }
      try requireSound(run)
      // What fails today's graders is no example, whatever it was when it was asked.
      let outputs = try await currentOutputs(of: run)
      sources.append(
        TrainingDataCollector.Source(
          run: run, outputs: outputs, set: set, version: version, changed: await changed(outputs, of: run, on: set)))
    }
    let harvest = try TrainingDataCollector(request, from: sources, reviews: snapshot.reviews)
    let report = harvest.report
    let names = runs.map(\.id.description).joined(separator: ", ")
    let which = runs.count == 1 ? "Run \(names) has" : "The runs \(names) have"
    guard report.rows > 0 else {
      let what = request.kind == .pairs ? "no case with a good and a worse answer" : "no output that passed"
      throw WorkbenchError.input(
        "\(which) \(what), so there is nothing to collect" + (report.leftOutWords.map { " (\($0))." } ?? "."))
    }
    try await dependencies.files.write(harvest.rows, to: request.path)
    let sets = Set(runs.map(\.set)).sorted().map { "\"\($0)\"" }.joined(separator: " and ")
    let kind = request.kind == .pairs ? "preference pairs" : "answers"
    notify(
      .success,
      "\(report.rows) \(kind) of run\(runs.count == 1 ? "" : "s") \(names) are in \(request.path)"
        + (report.leftOutWords.map { "; \($0)" } ?? "") + ". Their cases stand in the eval set "
        + "\(sets): measure the tuned model on other cases.")
    return report
  }

  /// What the rows of a run are to be asked with: the named prompt, or what the run's variant sends now.
  private func version(of run: Run, named name: PromptName?) throws -> PromptVersion {
    let own = snapshot.workspace.evalSet(run.set)?.prompt
    let wanted = name ?? own ?? run.variant.prompt
    guard let prompt = snapshot.workspace.prompt(wanted) else {
      throw WorkbenchError.unknown("prompt", wanted, among: snapshot.workspace.prompts.map(\.name))
    }
    return PromptVersion(freezing: prompt, name == nil && own == nil ? run.variant.choice : .all)
  }

  /// Outputs to cases whose input was edited after the run. Each output's key holds what was asked; where not one of them
  /// can be made out again, since the model is another one by now, nothing is known to have changed.
  private func changed(_ outputs: [Output], of run: Run, on set: EvalSet) async -> Set<String> {
    guard run.setHash != set.hash, var subject = try? subject(variant: run.variant.name, set: run.set),
      let sent = snapshot.versions.first(where: { $0.version.hash == run.promptVersion })
    else { return [] }
    subject.variant = run.variant
    subject.version = sent.version
    guard let identity = try? await identity(of: subject) else { return [] }
    let cases = Dictionary(set.cases.map { ($0.id, $0) }, uniquingKeysWith: { first, _ in first })
    var changed: Set<String> = []
    for output in outputs {
      guard let evalCase = cases[output.caseID] else { continue }
      let messages = try? sent.version.messages(for: evalCase.input)
      let key = messages.map { identity.key(for: $0, of: evalCase, sample: run.firstSample + output.sample) }
      if key != output.requestKey { changed.insert(output.id) }
    }
    return changed.count == outputs.count ? [] : changed
  }
}
