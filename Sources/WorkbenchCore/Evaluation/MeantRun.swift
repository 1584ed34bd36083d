import Domain

/// A variant on an eval set.
package struct VariantOnSet: Sendable, Hashable {
  /// The variant's name.
  package var variant: String
  /// The set's name.
  package var set: String
  /// Names one.
  package init(_ variant: String, on set: String) {
    self.variant = variant
    self.set = set
  }
}

/// The run that stands for a variant on a set.
package struct MeantRun: Sendable, Hashable {
  /// The run.
  package var run: Run
  /// Whether it measured what the files say now: prompt, model with its options and weights, sampling, set and graders;
  /// nil while that isn't known, as for an adapter that isn't there.
  package var isCurrent: Bool?
}

extension Snapshot {
  /// The run that stands for a variant on a set: of those that measured what the files say now the one with the most
  /// answers, the newest of equals; where there is none, the newest other one, unless it is a trial of fewer than half of
  /// the cases that an earlier one has. Every pane and command takes this one.
  /// - Parameter set: any set where nil.
  package func meantRun(of variant: String, on set: String?) -> MeantRun? {
    var best: Run?
    var newest: Run?
    for run in runs where run.variant.name == variant && (set == nil || run.set == set) {
      // Newest first, so that of equals the first one stays.
      if newest.map({ $0.casesComplete * 2 < run.casesComplete }) ?? true { newest = run }
      guard bases[VariantOnSet(variant, on: run.set)] == run.base else { continue }
      if best.map({ $0.casesComplete < run.casesComplete }) ?? true { best = run }
    }
    return best.map { MeantRun(run: $0, isCurrent: true) }
      ?? newest.map { MeantRun(run: $0, isCurrent: bases[VariantOnSet(variant, on: $0.set)] == nil ? nil : false) }
  }
}

extension Workbench {
  /// Works out what each variant measures on each set as the files are now; what can't be (an adapter that isn't there
  /// yet) has no current run.
  func refreshBases() async {
    let workspace = snapshot.workspace
    var bases: [VariantOnSet: ContentHash] = [:]
    for variant in workspace.variants {
      for set in workspace.evalSets {
        guard let base = try? await base(of: variant, on: set.name) else { continue }
        bases[VariantOnSet(variant.name, on: set.name)] = base
      }
    }
    snapshot.bases = bases
  }

  /// A run's outputs as they stand to a set as it is now. Where the set or its graders changed since, answers to cases that
  /// still ask the same are scored again, which asks no model; others are left out.
  /// - Returns: the outputs, and how many were left out because their case was edited or removed.
  func outputs(of run: Run, on set: EvalSet) async throws -> (outputs: [Output], leftOut: Int) {
    let stored = try await store.outputs(of: run.id)
    if run.setHash == set.hash { return (stored, 0) }
    if let router = run.variant.router {
      let outputs = await rescored(stored, of: run, by: router, on: set)
      return (outputs, stored.count - outputs.count)
    }
    guard var subject = try? subject(variant: run.variant.name, set: set.name) else { return ([], stored.count) }
    // What the run sent, with the cases as they are now.
    subject.variant.sampling = run.variant.sampling
    subject.variant.adapter = run.variant.adapter
    if let model = snapshot.workspace.model(run.variant.model) { subject.model = model }
    if let version = snapshot.versions.first(where: { $0.version.hash == run.promptVersion }) {
      subject.version = version.version
    }
    guard let identity = try? await identity(of: subject) else { return ([], stored.count) }
    let cases = Dictionary(set.cases.map { ($0.id, $0) }, uniquingKeysWith: { first, _ in first })
    let desk = try await desk(for: set, isAsking: false)
    var outputs: [Output] = []
    for output in stored {
      try Task.checkCancellation()
      guard let evalCase = cases[output.caseID], let messages = try? Self.messages(for: evalCase, subject),
        identity.key(for: messages, of: evalCase, sample: run.firstSample + output.sample) == output.requestKey
      else { continue }
      guard let answer = output.answer else {
        outputs.append(output)
        continue
      }
      outputs.append(
        await Judgement.output(
          of: answer, to: evalCase, sample: output.sample, key: output.requestKey, set: set, cost: output.cost,
          asking: desk))
    }
    return (outputs, stored.count - outputs.count)
  }

  /// All outputs of a run, scored by its set as it is now; those that can't be, since their case was edited or removed,
  /// without a score. Of a set that is gone they are what they were.
  func currentOutputs(of run: Run) async throws -> [Output] {
    let stored = try await store.outputs(of: run.id)
    guard let set = snapshot.workspace.evalSet(run.set), run.setHash != set.hash else { return stored }
    let current = Dictionary(
      try await outputs(of: run, on: set).outputs.map { ($0.id, $0) }, uniquingKeysWith: { first, _ in first })
    return stored.map { output in
      if let current = current[output.id] { return current }
      guard output.isAnswered else { return output }
      var output = output
      output.unscored = "the case was edited or removed after the run"
      (output.value, output.passed, output.scores, output.formatValid) = (nil, nil, [], false)
      return output
    }
  }

  /// - Throws: `WorkbenchError.files` when a run's variant, set or graders have an error in their files now: what is scored
  ///   and compared would not be what was meant.
  func requireSound(_ run: Run) throws {
    let workspace = snapshot.workspace
    guard let variant = workspace.variant(run.variant.name), let set = workspace.evalSet(run.set),
      let prompt = workspace.prompt(set.prompt ?? variant.prompt)
    else { return }
    let flaws = workspace.flaws(of: variant, prompt: prompt, set: set)
    guard flaws.isEmpty else { throw WorkbenchError.flawed("shown", flaws) }
  }

  /// A run with its averages as they stand to a set as it is now.
  func run(_ run: Run, on set: EvalSet) async throws -> Run {
    if run.setHash == set.hash { return run }
    var run = run
    run.summary = RunSummary(of: try await outputs(of: run, on: set).outputs)
    return run
  }
}
