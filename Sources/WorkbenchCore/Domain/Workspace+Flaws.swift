extension Workspace {
  /// Errors in the files that a variant's evaluation on a set rests on: what it would measure isn't what was meant. A
  /// line of an eval set that can't be read is none of them: it is left out and told, and the others are what they are.
  public func flaws(of variant: Variant, prompt: Prompt, set: EvalSet) -> [Problem] {
    let keys = [
      "graders", "eval_sets.\(set.name)", "variants.\(variant.name)", "models.\(variant.model)",
      "prompts.\(prompt.name)",
    ]
    return problems.filter { problem in
      guard problem.severity == .error else { return false }
      if problem.file == set.path { return problem.line == nil }
      if problem.file.hasPrefix(prompt.path + "/") || problem.file == prompt.path { return true }
      return problem.file == "assay.yaml" && problem.concerns(keys)
    }
  }

  /// Errors in what `assay.yaml` says of training.
  public var trainingFlaws: [Problem] {
    problems.filter { $0.severity == .error && $0.file == "assay.yaml" && $0.concerns(["training"]) }
  }
}

extension Problem {
  /// Whether it stands under one of these keys, or under none, so that nobody knows what it hides.
  fileprivate func concerns(_ keys: [String]) -> Bool {
    guard let key else { return true }
    return keys.contains { key == $0 || key.hasPrefix($0 + ".") || key.hasPrefix($0 + "[") }
  }
}
