/// What to do about a task, and why.
public struct Advice: Sendable, Hashable {
  /// The four ways to go.
  public enum Recommendation: String, Sendable, Hashable, CaseIterable {
    /// Keep prompting.
    case prompt
    /// Fine-tune, or use the tuned variant that was measured.
    case fineTune = "fine-tune"
    /// Combine both.
    case hybrid
    /// The evidence does not decide it; ``Advice/missing`` says what would.
    case undecided

    /// The recommendation in words.
    public var title: String {
      switch self {
      case .prompt: "Keep prompting"
      case .fineTune: "Fine-tune"
      case .hybrid: "Combine both"
      case .undecided: "Undecided"
      }
    }
  }

  /// How far the evidence carries.
  public enum Confidence: String, Sendable, Hashable {
    /// Measured on the same cases, beyond chance, with nothing against it.
    case strong
    /// Measured, with something against it or without a clear difference.
    case fair
    /// Rules of thumb and statements, not measurements.
    case weak

    /// The confidence in words.
    public var words: String {
      switch self {
      case .strong: "measured on the same cases, beyond chance, and nothing speaks against it"
      case .fair: "measured, but something speaks against it or the difference is not clear"
      case .weak: "by rules of thumb and statements, not by a comparison"
      }
    }
  }

  /// What to do.
  public var recommendation: Recommendation
  /// How far the evidence carries.
  public var confidence: Confidence
  /// One sentence: the recommendation and what decided it.
  public var headline: String
  /// The rule that decided.
  public var decidedBy: Rule
  /// Everything that was considered: what was measured, then what was said.
  public var lines: [Reason]
  /// What to gather next, the most useful first.
  public var missing: [MissingEvidence]

  /// Considers everything that is known.
  public init(_ facts: Facts) {
    var advisor = Advisor(facts: facts)
    self = advisor.advise()
  }

  init(
    recommendation: Recommendation, confidence: Confidence, headline: String, decidedBy: Rule, lines: [Reason],
    missing: [MissingEvidence]
  ) {
    self.recommendation = recommendation
    self.confidence = confidence
    self.headline = headline
    self.decidedBy = decidedBy
    self.lines = lines
    self.missing = missing
  }
}

/// The rules that a verdict applies; the raw value is the id to show and to store.
public enum Rule: String, Sendable, Hashable, CaseIterable {
  /// The eval set must not share cases with the training set.
  case leak
  /// Every case of the eval set must be answered, by the variant as it is now.
  case coverage
  /// Which variant does better on the same cases.
  case quality
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
public struct Reason: Sendable, Hashable {
  /// What the line speaks for.
  public enum Direction: String, Sendable, Hashable {
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
  public struct Figure: Sendable, Hashable {
    /// What it is, for example `prompted score`.
    public var name: String
    /// Its value: shares and differences from −1 to 1, money in US dollars, times in milliseconds.
    public var value: Double
    /// Its 95 % interval, when it has one.
    public var interval: Interval?

    /// A number with its name.
    public init(_ name: String, _ value: Double, _ interval: Interval? = nil) {
      self.name = name
      self.value = value
      self.interval = interval
    }
  }

  /// The rule behind the line.
  public var rule: Rule
  /// What the line speaks for.
  public var direction: Direction
  /// A sentence without a full stop.
  public var statement: String
  /// The numbers in the statement.
  public var figures: [Figure]

  /// A line of a verdict.
  public init(_ rule: Rule, _ direction: Direction, _ statement: String, figures: [Figure] = []) {
    self.rule = rule
    self.direction = direction
    self.statement = statement
    self.figures = figures
  }
}

/// Something that would settle an open question.
public struct MissingEvidence: Sendable, Hashable {
  /// The rule that asks for it.
  public var rule: Rule
  /// What to do, as a sentence without a full stop.
  public var statement: String
  /// How many more are needed, when it is something to count.
  public var count: Int?

  /// Something to gather.
  public init(_ rule: Rule, _ statement: String, count: Int? = nil) {
    self.rule = rule
    self.statement = statement
    self.count = count
  }
}
