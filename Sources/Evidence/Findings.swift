/// Something that the answers of a tuned variant say of its training, whatever their scores.
package enum AdapterFinding: Sendable, Hashable {
  /// All answers are the base model's to the same prompt.
  case inactive(answers: Int, base: String)
  /// Nearly all answers are the same.
  case collapsed(equal: Int, answers: Int)
  /// Most answers do not end by themselves.
  case unending(cut: Int, answers: Int)

  /// The fewest answers that the first two are said of.
  package static let fewest = 10
}

/// What is known of the rows that a tuned variant was trained on.
package enum RowsOrigin: Sendable, Hashable {
  /// They are known: a job of this workspace learnt from them.
  case known(file: String)
  /// The variant was tuned elsewhere; this is the file of rows that the workspace names.
  case assumed(file: String)
  /// Nothing is known of them.
  case unknown
}

/// A variant whose prompt holds eval cases.
package struct PromptLeak: Sendable, Hashable {
  /// The variant's name.
  package var variant: String
  /// How many cases.
  package var cases: Int

  /// Names one.
  package init(variant: String, cases: Int) {
    self.variant = variant
    self.cases = cases
  }
}

/// Groups that ids of cases suggest, such as turns of conversations.
package struct SuspectedGroups: Sendable, Hashable {
  /// How many.
  package var count: Int
  /// The common part of the ids of one.
  package var example: String

  /// Names some.
  package init(count: Int, example: String) {
    self.count = count
    self.example = example
  }
}

/// The tuned variant against the prompted one on an eval set that doesn't decide.
package struct OtherSet: Sendable, Hashable {
  /// The set's name.
  package var name: String
  /// Both on the same cases.
  package var comparison: PairedComparison

  /// Names one.
  package init(name: String, comparison: PairedComparison) {
    self.name = name
    self.comparison = comparison
  }
}

/// Whether the deciding cases were kept apart while prompts were developed.
package enum HeldOut: Sendable, Hashable {
  /// No set is kept apart.
  case none
  /// One is, and no variant has been measured on it.
  case unmeasured(set: String)
  /// One is and decides; so many variants and versions have been scored on it.
  case used(set: String, looks: Int)
}

/// A version that is no longer what the files say, and scored better than what they say.
package struct EarlierVersion: Sendable, Hashable {
  /// The variant's name.
  package var variant: String
  /// The version's short hash.
  package var version: String
  /// Its score.
  package var score: Estimate

  /// Names one.
  package init(variant: String, version: String, score: Estimate) {
    self.variant = variant
    self.version = version
    self.score = score
  }
}

/// A tuned model and the model that it was tuned from on a set of other tasks.
package struct GeneralAbility: Sendable, Hashable {
  /// The set's name.
  package var set: String
  /// The base model's name.
  package var base: String
  /// The base model's score.
  package var before: Estimate
  /// The tuned model's score.
  package var after: Estimate
  /// The tuned model against its base on the same cases.
  package var forgetting: Forgetting
  /// The same on the cases with each tag, intervals adjusted for their number; they describe the change and claim nothing.
  package var skills: [SkillChange]

  /// Names one.
  package init(
    set: String, base: String, before: Estimate, after: Estimate, forgetting: Forgetting, skills: [SkillChange] = []
  ) {
    self.skills = skills
    self.set = set
    self.base = base
    self.before = before
    self.after = after
    self.forgetting = forgetting
  }
}

/// The tuned model against its base on the cases of a general set that have a tag.
package struct SkillChange: Sendable, Hashable {
  /// The tag.
  package var name: String
  /// Both on the same cases.
  package var comparison: PairedComparison

  /// Names one.
  package init(name: String, comparison: PairedComparison) {
    self.name = name
    self.comparison = comparison
  }

  /// Changes by skill of pairs of cases, those that fell most first; none where only one tag has enough cases.
  /// - Parameter cases: the same cases in the same order, answered by the tuned model and by its base, by tag.
  package static func all(
    _ cases: [(tag: String, after: [ScoredCase], before: [ScoredCase])]
  ) -> [SkillChange] {
    let pairs = cases.map {
      SkillChange(
        name: $0.tag,
        comparison: PairedComparison(candidate: $0.after, baseline: $0.before, margin: Forgetting.skillMargin))
    }.filter { $0.comparison.effectClass != .tooFew }
    guard pairs.count > 1 else { return [] }
    let adjusted = Holm.adjusted(pairs.map(\.comparison.rawPValue))
    return zip(pairs, adjusted).map { skill, pValue in
      SkillChange(name: skill.name, comparison: skill.comparison.adjusted(pValue: pValue, family: pairs.count))
    }.sorted { ($0.comparison.difference, $0.name) < ($1.comparison.difference, $1.name) }
  }
}

/// Why forgetting isn't measured.
package enum GeneralGap: Sendable, Hashable {
  /// No eval set is marked `general`.
  case noSet
  /// Nothing says which model the variant was tuned from.
  case unknownBase
  /// The base model has not been measured on the set.
  case baseNotMeasured(base: String, set: String)
  /// The tuned variant has not been measured on the set.
  case tunedNotMeasured(set: String)
}

/// Something that a command measures.
package enum Measurement: Sendable, Hashable {
  /// A prompted variant on the deciding set.
  case prompted
  /// A tuned variant on the deciding set.
  case tuned
  /// The chosen variants on the held-out set.
  case heldOut
  /// A set of general tasks, where there is none.
  case generalSet
  /// The base model on a general set.
  case generalBase
  /// The tuned variant on a general set.
  case generalTuned
  /// The tuned model with the whole prompt.
  case tunedWithFullPrompt
  /// The tuned model with a shorter prompt.
  case tunedWithShortPrompt
  /// A router between both variants.
  case router
}

/// How to measure something: a command, after a line was added to the variants of assay.yaml where none fits.
package struct MeasuringStep: Sendable, Hashable {
  /// What to write under `variants`.
  package var line: String?
  /// The command.
  package var command: String?

  /// A step.
  package init(line: String? = nil, command: String?) {
    self.line = line
    self.command = command
  }

  /// What has to be written first, to go behind a sentence.
  var words: String { line.map { " (add `\($0)` under variants first)" } ?? "" }
}
