extension Workspace {
  /// Errors in the files that a variant's evaluation on a set rests on: what it would measure isn't what was meant. A
  /// line of an eval set that can't be read is none of them: it is left out and told, and the others are what they are.
  package func flaws(of variant: Variant, prompt: Prompt, set: EvalSet) -> [Problem] {
    // A checkpoint, NAME@JOB/STEP, stands for a variant too.
    let names =
      [variant.name]
      + (variant.name.split(separator: "@").first.map { [String($0)] } ?? []) + (variant.ablated.map { [$0] } ?? [])
    let keys =
      ["graders", "eval_sets.\(set.name)", "models.\(variant.model)", "prompts.\(prompt.name)"]
      + names.map { "variants.\($0)" }
    let choice = variant.choice(on: set)
    let found = problems.filter { problem in
      guard problem.severity == .error else { return false }
      if problem.file == set.path { return problem.line == nil }
      if problem.file.hasPrefix(prompt.path + "/") || problem.file == prompt.path { return true }
      return Self.isSettings(problem.file) && problem.concerns(keys)
    }
    let slots = slotFlaws(of: prompt, choice, on: set)
    return found + slots + orderFlaws(of: prompt, choice, on: variant.model)
  }

  /// What looks like a slot in the sections that are sent and is none, with the nearest name among the slots of the
  /// prompt and the members of the set's inputs.
  package func slotFlaws(of prompt: Prompt, _ choice: SectionChoice, on set: EvalSet?) -> [Problem] {
    let sent = prompt.sent(choice)
    var names: [String]?
    return sent.flatMap { section in
      PromptTemplate.flaws(of: section.body).map { flaw in
        let known = names ?? Self.names(in: sent, set)
        names = known
        return Problem(
          file: "\(prompt.path)/\(section.id)", line: section.firstLine + flaw.line,
          message: flaw.sentence(nearest: flaw.nearest(among: known)))
      }
    }
  }

  private static func names(in sections: [Section], _ set: EvalSet?) -> [String] {
    let members = set?.cases.prefix(50).flatMap { $0.input.object?.keys ?? [] } ?? []
    var names: [String] = []
    for name in members + sections.flatMap({ PromptTemplate.slots(of: $0.body) }) where !names.contains(name) {
      names.append(name)
    }
    return names
  }

  /// A system section after the user or the assistant has spoken, where the model's API has no place for one.
  private func orderFlaws(of prompt: Prompt, _ choice: SectionChoice, on modelName: String) -> [Problem] {
    guard case .endpoint(let endpoint)? = model(modelName)?.api, !endpoint.dialect.takesLaterSystemText
    else { return [] }
    let sent = prompt.sent(choice).filter { !$0.body.isEmpty }
    guard let start = sent.firstIndex(where: { $0.role != .system }) else { return [] }
    return sent[start...].filter { $0.role == .system }.map { section in
      Problem(
        file: "\(prompt.path)/\(section.id)", line: section.firstLine,
        message: "The system section \"\(section.title)\" comes after \(sent[start].id), and \(endpoint.dialect.title) "
          + "takes system text only before the conversation. Give it a lower number, or `role: user`.")
    }
  }

  /// The file that everything starts from.
  static var file: String { "assay.yaml" }

  /// Whether a file is `assay.yaml` or a variant's, whose keys stand under `variants.NAME` in problems.
  private static func isSettings(_ path: String) -> Bool { path == file || path.hasPrefix(Variant.folder + "/") }

  /// Errors in what `assay.yaml` says of training, and of the model that is trained. That its folder isn't there is left to
  /// whoever loads it: rows can be checked before.
  package func trainingFlaws(of model: String?) -> [Problem] {
    let path = model.map { "models.\($0).path" }
    let found = flaws(under: ["training"] + (model.map { ["models.\($0)"] } ?? []))
    return found.filter { $0.key == nil || $0.key != path }
  }

  /// Errors in what `assay.yaml` says of facts.
  package var factFlaws: [Problem] { flaws(under: ["facts"]) }

  private func flaws(under keys: [String]) -> [Problem] {
    problems.filter { $0.severity == .error && Self.isSettings($0.file) && $0.concerns(keys) }
  }

  /// Names of variants that can't be run for an error of their own, in file order.
  package var brokenVariants: [String] {
    var names: [String] = []
    for (name, _) in broken(under: "variants", besides: variants.map(\.name)) where !names.contains(name) {
      names.append(name)
    }
    return names
  }

  /// The first error of an eval set that can't be used: another one isn't taken in its place.
  package var brokenSet: (name: String, problem: Problem)? {
    broken(under: "eval_sets", besides: evalSets.map(\.name)).first
  }

  /// Errors of things that can't be used, with their names.
  private func broken(under root: String, besides usable: [String]) -> [(name: String, problem: Problem)] {
    flaws(under: [root]).compactMap { problem in
      guard let key = problem.key, key.hasPrefix(root + ".") else { return nil }
      let path = key.dropFirst(root.count + 1)
      guard !usable.contains(where: { path == $0 || path.hasPrefix($0 + ".") || path.hasPrefix($0 + "[") }) else {
        return nil
      }
      if let name = Variant.name(ofFile: problem.file) { return (name, problem) }
      return (String(path.prefix { $0 != "." && $0 != "[" }), problem)
    }
  }

  /// Lines of a set's file that can't be read and are left out, once each.
  package func unreadLines(of set: EvalSet) -> [Problem] {
    var lines: Set<Int> = []
    return problems.filter { problem in
      guard problem.severity == .error, problem.file == set.path, let line = problem.line else { return false }
      return lines.insert(line).inserted
    }
  }

  /// Everything that keeps a variant from being asked about a set's cases, besides errors that reading the files found:
  /// what is no slot, system text where there is no place for it, and cases that don't fill the slots.
  package func renderingProblems(of variant: Variant, prompt: Prompt, on set: EvalSet) -> [Problem] {
    let choice = variant.choice(on: set)
    let flaws = slotFlaws(of: prompt, choice, on: set) + orderFlaws(of: prompt, choice, on: variant.model)
    guard !flaws.contains(where: { $0.file.hasPrefix(prompt.path) }) else { return flaws }
    let version = PromptVersion(freezing: prompt, choice)
    return set.cases.compactMap { evalCase in
      do {
        let messages = try version.messages(for: evalCase.input)
        guard let reason = model(variant.model)?.unsendable(messages, of: evalCase) else { return nil }
        throw PromptTemplate.Failure.conversation(reason)
      } catch {
        return Problem(
          file: set.path, line: evalCase.line, message: "Case \"\(evalCase.id)\" can't be rendered. \(error)")
      }
    }
  }
}

extension Problem {
  /// The keys that `assay.yaml` may have at its left margin.
  private static let roots: Set<String> = [
    "name", "models", "prompts", "eval_sets", "graders", "variants", "training", "facts",
  ]

  /// Whether it stands under one of these keys or above it, or nobody knows what it hides: under no key, or under one that
  /// the file doesn't have.
  fileprivate func concerns(_ keys: [String]) -> Bool {
    guard let key else { return true }
    if !Self.roots.contains(String(key.prefix { $0 != "." && $0 != "[" })) { return true }
    return keys.contains {
      key == $0 || key.hasPrefix($0 + ".") || key.hasPrefix($0 + "[") || $0.hasPrefix(key + ".")
    }
  }
}
