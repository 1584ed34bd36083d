/// What to do about a task, and why.
package struct Advice: Sendable, Hashable {
  /// The four ways to go.
  package enum Recommendation: String, Sendable, Hashable, CaseIterable {
    /// Keep prompting.
    case prompt
    /// Fine-tune, or use the tuned variant that was measured.
    case fineTune = "fine-tune"
    /// Combine both.
    case hybrid
    /// The evidence does not decide it; ``Advice/missing`` says what would.
    case undecided

    /// The recommendation in words.
    package var title: String {
      switch self {
      case .prompt: "Keep prompting"
      case .fineTune: "Fine-tune"
      case .hybrid: "Combine both"
      case .undecided: "Undecided"
      }
    }
  }

  /// How far the evidence carries.
  package enum Confidence: String, Sendable, Hashable {
    /// Measured on cases that were kept apart, beyond chance and beyond what matters, with nothing against it.
    case strong
    /// Measured, and something keeps it from being strong.
    case fair
    /// Rules of thumb and statements, or a difference that may not matter.
    case weak

    /// The level in a word.
    package var level: String {
      switch self {
      case .strong: "high"
      case .fair: "medium"
      case .weak: "low"
      }
    }
  }

  /// What to do.
  package var recommendation: Recommendation
  /// How far the evidence carries.
  package var confidence: Confidence
  /// What keeps the confidence from being strong, each in few words; empty when it is, and where nothing was compared.
  package var limits: [String] = []
  /// The confidence in a sentence.
  package var confidenceSentence: String {
    switch confidence {
    case .strong: "Confidence: high. Measured on held-out cases; nothing found speaks against it."
    case .fair where !limits.isEmpty, .weak where !limits.isEmpty:
      "Confidence: \(confidence.level). Not higher because: \(limits.joined(separator: "; "))."
    case .fair: "Confidence: medium. Measured, though nothing was decided by a comparison."
    case .weak:
      recommendation == .undecided
        ? "Confidence: low. The evidence doesn't decide it yet."
        : "Confidence: low. This rests on rules of thumb and on what you stated, not on a comparison."
    }
  }
  /// The lines that speak against the recommendation.
  package var objections: [Reason] {
    switch recommendation {
    case .prompt: lines.filter { $0.direction == .forTuning || $0.direction == .against }
    case .fineTune: lines.filter { $0.direction == .forPrompting || $0.direction == .against }
    case .hybrid, .undecided: lines.filter { $0.direction == .against }
    }
  }
  /// One sentence: the recommendation and what decided it.
  package var headline: String
  /// The rule that decided.
  package var decidedBy: Rule
  /// Everything that was considered: what was measured, then what was said.
  package var lines: [Reason]
  /// What to gather next, the most useful first.
  package var missing: [MissingEvidence]

  /// Considers everything that is known.
  package init(_ facts: Facts) {
    var advisor = Advisor(facts: facts)
    self = advisor.advise()
  }

  init(
    recommendation: Recommendation, confidence: Confidence, limits: [String], headline: String, decidedBy: Rule,
    lines: [Reason], missing: [MissingEvidence]
  ) {
    self.recommendation = recommendation
    self.confidence = confidence
    self.limits = limits
    self.headline = headline
    self.decidedBy = decidedBy
    self.lines = lines
    self.missing = missing
  }
}

/// The rules that a verdict applies; the raw value is the id to show and to store.
package enum Rule: String, Sendable, Hashable, CaseIterable {
  /// The eval set must not share cases with the training set, nor with a prompt's examples.
  case leak
  /// The tuned variant's answers must not show that its training failed.
  case adapter
  /// The deciding cases must not be those that prompts were developed on.
  case heldOut = "held-out"
  /// A version that scored better than what the files say now.
  case earlierVersion = "earlier-version"
  /// The ways of combining a prompt and a tuned model that have been measured.
  case combination
  /// Every case of the eval set must be answered, by the variant as it is now.
  case coverage
  /// Which variant does better on the same cases.
  case quality
  /// Which variant does better on the other eval sets of the task.
  case otherSets = "other-sets"
  /// Whose answers people preferred.
  case preference
  /// What the eval set is large enough to see.
  case evalSize = "eval-size"
  /// How often the format is right.
  case format
  /// Whether the score that counts as solved is reached.
  case target
  /// How far tuning can lift what prompting reaches.
  case ceiling
  /// Whether the prompt still gets better.
  case plateau
  /// Whether tuning cost other abilities.
  case forgetting
  /// Whether the investment comes back.
  case cost
  /// How many queries share the investment.
  case volume
  /// How long an answer takes.
  case latency
  /// Whether there are enough examples.
  case examples
  /// An early stage speaks for prompting.
  case early
  /// Moving requirements speak for prompting.
  case requirements
  /// Changing contexts speak for prompting.
  case flexibility
  /// Results needed today speak for prompting.
  case today
  /// No expertise speaks for prompting.
  case expertise
  /// A small budget speaks for prompting.
  case budget
  /// Facts that change belong in retrieval.
  case changingFacts = "changing-facts"
  /// Domain conventions speak for tuning.
  case jargon
  /// Base behaviour to change speaks for tuning.
  case behaviour
  /// A regulated domain or brand voice speaks for tuning.
  case regulated
  /// Different types of queries speak for a combination.
  case queryTypes = "query-types"
  /// A router makes a combination possible.
  case routing
}

/// One line of a verdict.
package struct Reason: Sendable, Hashable {
  /// What the line speaks for.
  package enum Direction: String, Sendable, Hashable {
    /// For prompting.
    case forPrompting = "for-prompting"
    /// For tuning.
    case forTuning = "for-tuning"
    /// For a combination.
    case forHybrid = "for-hybrid"
    /// Against trusting the evidence.
    case against
    /// It was considered and changes nothing.
    case neutral
    /// It is not known, or not known well enough.
    case unknown
  }

  /// A number that the statement rests on.
  package struct Figure: Sendable, Hashable {
    /// What it is, for example `prompted score`.
    package var name: String
    /// Its value: shares and differences from −1 to 1, money in US dollars, times in milliseconds.
    package var value: Double
    /// Its 95 % interval, when it has one.
    package var interval: Interval?

    /// A number with its name.
    package init(_ name: String, _ value: Double, _ interval: Interval? = nil) {
      self.name = name
      self.value = value
      self.interval = interval
    }
  }

  /// The rule behind the line.
  package var rule: Rule
  /// What the line speaks for.
  package var direction: Direction
  /// A sentence without a full stop.
  package var statement: String
  /// The numbers in the statement.
  package var figures: [Figure]
  /// The key of assay.yaml under which a person stated it, and its line; nil for what was measured.
  package var stated: Stated?

  /// Where a person stated something.
  package struct Stated: Sendable, Hashable {
    /// The key, for example `facts.domain_jargon`.
    package var key: String
    /// The line of assay.yaml, where known.
    package var line: Int?

    /// A place.
    package init(key: String, line: Int? = nil) {
      self.key = key
      self.line = line
    }
  }

  /// A line of a verdict.
  package init(
    _ rule: Rule, _ direction: Direction, _ statement: String, figures: [Figure] = [], stated: Stated? = nil
  ) {
    self.rule = rule
    self.direction = direction
    self.statement = statement
    self.figures = figures
    self.stated = stated
  }
}

/// Something that would settle an open question.
package struct MissingEvidence: Sendable, Hashable {
  /// The rule that asks for it.
  package var rule: Rule
  /// What to do, as a sentence without a full stop.
  package var statement: String
  /// How many more are needed, when it is something to count.
  package var count: Int?
  /// The command that measures it, where one does.
  package var command: String?

  /// Something to gather.
  package init(_ rule: Rule, _ statement: String, count: Int? = nil, command: String? = nil) {
    self.rule = rule
    self.statement = statement
    self.count = count
    self.command = command
  }
}
