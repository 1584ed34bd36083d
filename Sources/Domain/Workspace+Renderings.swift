/// A prompt and an eval set that variants would run together.
package struct Rendering: Sendable {
  /// The prompt's name.
  package var prompt: PromptName
  /// The set's name.
  package var set: String
  /// The set's file.
  package var path: String
  /// The variants that send the prompt so.
  package var variants: [String]
  /// How many cases the set has.
  package var cases: Int
  /// What keeps cases from being asked.
  package var problems: [Problem]
}

extension Workspace {
  /// Every pair of prompt and set that a variant would run, once each, with all cases rendered.
  ///
  /// A variant can be run on any set. Where a workspace has prompts and sets for several tasks, a set that another prompt
  /// fits and of which this one can render no case isn't meant for it, unless it is the first, which is taken when none is
  /// named.
  package var renderings: [Rendering] {
    struct Key: Hashable {
      var prompt: PromptName
      var set: String
      var choice: SectionChoice
      var api: String
    }
    var pairs: [Rendering] = []
    var places: [Key: Int] = [:]
    for variant in variants where !variant.isRouter {
      for set in evalSets {
        guard let prompt = prompt(set.prompt ?? variant.prompt) else { continue }
        let api = if case .endpoint(let endpoint)? = model(variant.model)?.api { endpoint.dialect.word } else { "" }
        let key = Key(
          prompt: prompt.name, set: set.name, choice: variant.choice(on: set), api: api)
        if let place = places[key] {
          pairs[place].variants.append(variant.name)
          continue
        }
        places[key] = pairs.count
        pairs.append(
          Rendering(
            prompt: prompt.name, set: set.name, path: set.path, variants: [variant.name], cases: set.cases.count,
            problems: renderingProblems(of: variant, prompt: prompt, on: set)))
      }
    }
    let fitting = Set(pairs.filter(\.problems.isEmpty).map(\.set))
    return pairs.filter { pair in
      let isHopeless = pair.cases > 0 && pair.problems.count { $0.file == pair.path } == pair.cases
      return !(isHopeless && pair.set != evalSets.first?.name && fitting.contains(pair.set))
    }
  }
}
