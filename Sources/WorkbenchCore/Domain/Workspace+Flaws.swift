extension Workspace {
  /// Errors in the files that a variant's evaluation on a set rests on: what it would measure isn't what was meant. A
  /// line of an eval set that can't be read is none of them: it is left out and told, and the others are what they are.
  public func flaws(of variant: Variant, prompt: Prompt, set: EvalSet) -> [Problem] {
    let keys = [
      "graders", "eval_sets.\(set.name)", "variants.\(variant.name)", "models.\(variant.model)",
      "prompts.\(prompt.name)",
    ]
    let titles = set.prompt == nil ? variant.sections : nil
    let found = problems.filter { problem in
      guard problem.severity == .error else { return false }
      if problem.file == set.path { return problem.line == nil }
      if problem.file.hasPrefix(prompt.path + "/") || problem.file == prompt.path { return true }
      return problem.file == Self.file && problem.concerns(keys)
    }
    return found + slotFlaws(of: prompt, only: titles, on: set) + orderFlaws(of: prompt, only: titles, on: variant.model)
  }

  /// What looks like a slot in the sections that are sent and is none, with the nearest name among the slots of the
  /// prompt and the members of the set's inputs.
  package func slotFlaws(of prompt: Prompt, only titles: [String]?, on set: EvalSet?) -> [Problem] {
    let sent = prompt.sent(only: titles)
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
    var names: [String] = []
    for name in (set?.cases.prefix(50).flatMap { $0.input.object?.keys ?? [] } ?? [])
      + sections.flatMap({ PromptTemplate.slots(of: $0.body) }) where !names.contains(name) { names.append(name) }
    return names
  }

  /// A system section after the user or the assistant has spoken, where the model's API has no place for one.
  private func orderFlaws(of prompt: Prompt, only titles: [String]?, on modelName: String) -> [Problem] {
    guard case .endpoint(let endpoint)? = model(modelName)?.api, endpoint.dialect == .messages else { return [] }
    let sent = prompt.sent(only: titles).filter { !$0.body.isEmpty }
    guard let start = sent.firstIndex(where: { $0.role != .system }) else { return [] }
    return sent[start...].filter { $0.role == .system }.map { section in
      Problem(
        file: "\(prompt.path)/\(section.id)", line: section.firstLine,
        message: "The system section \"\(section.title)\" comes after \(sent[start].id), and Anthropic's Messages API "
          + "takes system text only before the conversation. Give it a lower number, or `role: user`.")
    }
  }

  /// The file that everything starts from.
  static var file: String { "assay.yaml" }

  /// Errors in what `assay.yaml` says of training.
  public var trainingFlaws: [Problem] {
    problems.filter { $0.severity == .error && $0.file == Self.file && $0.concerns(["training"]) }
  }
}

extension Problem {
  /// Whether it stands under one of these keys, or under none, so that nobody knows what it hides.
  fileprivate func concerns(_ keys: [String]) -> Bool {
    guard let key else { return true }
    return keys.contains { key == $0 || key.hasPrefix($0 + ".") || key.hasPrefix($0 + "[") }
  }
}
