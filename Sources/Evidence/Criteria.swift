/// What people weigh between prompting and fine-tuning besides the score, side by side: measured where it can be, said to
/// be unknown where it isn't. Nothing here decides; ``Advice`` does.
package struct Criteria: Sendable, Hashable {
  /// A criterion; the raw value is its name in JSON.
  package enum Criterion: String, Sendable, Hashable, CaseIterable {
    case behaviour, consistency, latency, cost, reusability, flexibility, complexity, data, infrastructure,
      accessibility
    case transparency
    case lockIn = "lock-in"
    case timeline, expertise, maintenance

    /// What a table calls it.
    package var title: String { self == .behaviour ? "custom behaviour" : rawValue }
  }

  /// What a sentence rests on.
  package enum Basis: String, Sendable, Hashable {
    /// Runs, jobs and files of the workspace.
    case measured
    /// A person's statement in assay.yaml.
    case stated
    /// It follows from what prompting or tuning is.
    case byNature = "by-nature"
    /// Neither measured nor stated; the sentence says what would tell.
    case unknown

    /// The basis in words.
    package var words: String {
      switch self {
      case .measured, .stated: rawValue
      case .byNature: "by nature"
      case .unknown: "not known"
      }
    }
  }

  /// What holds for one way.
  package struct Side: Sendable, Hashable {
    /// A phrase without a full stop.
    package var text: String
    /// What it rests on.
    package var basis: Basis

    /// A phrase that rests on something.
    package init(_ basis: Basis, _ text: String) {
      self.basis = basis
      self.text = text
    }
  }

  /// A way that a criterion speaks for.
  package enum Way: String, Sendable, Hashable { case prompting, tuning }

  /// One criterion for both ways.
  package struct Row: Sendable, Hashable {
    /// Which.
    package var criterion: Criterion
    /// The prompted variant.
    package var prompted: Side
    /// The tuned one.
    package var tuned: Side
    /// The way that it speaks for; nil where it speaks for none, or nothing is shown.
    package var favours: Way?

    /// A criterion with what holds for both ways.
    package init(_ criterion: Criterion, _ prompted: Side, _ tuned: Side, favours: Way? = nil) {
      self.criterion = criterion
      self.prompted = prompted
      self.tuned = tuned
      self.favours = favours
    }
  }

  /// What is known of the workspace besides the facts of a verdict.
  package struct Workshop: Sendable, Hashable {
    /// What answers, so far as a file says it.
    package enum Serving: Sendable, Hashable {
      /// A server, by its host.
      case server(String)
      /// The local engine.
      case engine
      /// A program.
      case program
      /// Answers that were recorded elsewhere.
      case recording
    }

    /// One of the two ways.
    package struct Way: Sendable, Hashable {
      /// The mean number of tokens of a request.
      package var promptTokens: Double?
      /// What answers.
      package var serving: Serving?

      /// Nothing is known.
      package init() {}
    }

    /// The prompted variant.
    package var prompted = Way()
    /// The tuned one.
    package var tuned = Way()
    /// How many versions of the prompt were measured, and within how many seconds.
    package var versions: (count: Int, seconds: Double) {
      get { (versionCount, versionSeconds) }
      set { (versionCount, versionSeconds) = newValue }
    }
    private var versionCount = 0
    private var versionSeconds = 0.0
    /// On how many models the prompt was measured.
    package var promptModels = 0
    /// How many cases the deciding set has.
    package var cases = 0
    /// How many trainings of the workspace came to their end.
    package var trainings = 0
    /// Seconds from the start of the tuned variant's training to the start of its measurement.
    package var trainingSeconds: Double?
    /// The model that the tuned variant was tuned from.
    package var base: String?
    /// Trainings after the first a year, as stated.
    package var retrainingsPerYear: Double?

    /// Nothing is known.
    package init() {}
  }

  /// All criteria.
  package var rows: [Row]

  /// Lays the criteria side by side.
  package init(_ facts: Facts, _ workshop: Workshop) {
    let writer = CriteriaWriter(facts: facts, workshop: workshop)
    rows = Criterion.allCases.map(writer.row)
  }
}
