/// Everything that a report shows of one eval set, as plain values: a format turns it into text and reads nothing else.
package struct ReportDocument: Sendable, Hashable {
  /// The workspace's name.
  package var title: String
  /// The eval set whose scores and cases are shown.
  package var set: String
  /// The eval set that the verdict goes by, where it is another one.
  package var decidingSet: String?
  /// When the report was made, as ISO 8601 in UTC.
  package var made: String
  /// The version of Assay that made it.
  package var version: String
  /// What to do, and why.
  package var verdict: Verdict
  /// The variants that were measured on the set, in the order of the verdict.
  package var variants: [Variant]
  /// The two variants whose answers are shown side by side, by name; the prompted one first. One or none where no more
  /// were measured.
  package var sides: [String]
  /// The second of the sides against the first; nil without two.
  package var comparison: Comparison?
  /// The scores of the sides by tag, by label and by field.
  package var breakdowns: [Breakdown]
  /// What was answered to cases of each label.
  package var confusions: [Confusion]
  /// What both ways cost; nil without prices.
  package var cost: Cost?
  /// What people weigh besides the score, both ways side by side.
  package var criteria: [Criterion] = []
  /// The set's cases with the answers of the sides, in the set's order.
  package var cases: [Case]
  /// Every measured variant on every set, with what became of each case.
  package var suites: [Suite]

  /// A report of which only the head is known.
  package init(title: String, set: String, made: String, version: String, verdict: Verdict) {
    self.title = title
    self.set = set
    self.made = made
    self.version = version
    self.verdict = verdict
    variants = []
    sides = []
    breakdowns = []
    confusions = []
    cases = []
    suites = []
  }
}

extension ReportDocument {
  /// A mean or a share with its 95 % interval, all from 0 to 1.
  package struct Share: Sendable, Hashable {
    /// The mean.
    package var mean: Double
    /// The interval's lower end.
    package var low: Double
    /// The interval's upper end.
    package var high: Double

    /// A share with its interval.
    package init(_ mean: Double, _ low: Double, _ high: Double) {
      self.mean = mean
      self.low = low
      self.high = high
    }
  }

  /// A difference with its 95 % interval, from −1 to 1.
  package typealias Difference = Share

  /// The recommendation and its reasons.
  package struct Verdict: Sendable, Hashable {
    /// Where a line points: for prompting, for tuning, for a combination, against trusting it, to nothing, or unknown.
    package enum Direction: String, Sendable, Hashable {
      case prompting, tuning, combining, against, neutral, unknown
    }

    /// A sentence with what it speaks for.
    package struct Line: Sendable, Hashable {
      /// What it speaks for.
      package var direction: Direction
      /// The sentence, without a full stop.
      package var statement: String
      /// Where a person stated it, such as `assay.yaml:12`; nil for what was measured.
      package var source: String?

      /// A line.
      package init(_ direction: Direction, _ statement: String, source: String? = nil) {
        self.direction = direction
        self.statement = statement
        self.source = source
      }
    }

    /// Something to gather, with the command that measures it where one does.
    package struct Step: Sendable, Hashable {
      /// What to do.
      package var statement: String
      /// The command.
      package var command: String?

      /// A step.
      package init(_ statement: String, command: String? = nil) {
        self.statement = statement
        self.command = command
      }
    }

    /// The recommendation in words, such as `Keep prompting`.
    package var recommendation: String
    /// The way it points to.
    package var direction: Direction
    /// One sentence, without a full stop.
    package var headline: String
    /// How far the evidence carries, a sentence.
    package var confidence: String
    /// What speaks against it.
    package var objections: [String]
    /// Everything that was considered.
    package var lines: [Line]
    /// What would change it, a phrase each.
    package var flips: [String]
    /// What is missing, the most useful first.
    package var missing: [Step]

    /// A recommendation.
    package init(recommendation: String, direction: Direction, headline: String, confidence: String) {
      self.recommendation = recommendation
      self.direction = direction
      self.headline = headline
      self.confidence = confidence
      objections = []
      lines = []
      flips = []
      missing = []
    }
  }

  /// A variant on the deciding set.
  package struct Variant: Sendable, Hashable {
    /// Its name.
    package var name: String
    /// The model's name.
    package var model: String
    /// The short hash of the prompt's version.
    package var prompt: String
    /// The number of the run that stands for it.
    package var run: Int
    /// Whether it was trained.
    package var isTuned: Bool
    /// Whether it has changed since it was measured.
    package var isOutdated = false
    /// How many cases have all their answers, such as `100` or `97/100`.
    package var cases: String
    /// Its mean score; nil where nothing was scored.
    package var score: Share?
    /// The share of answers in the asked form; nil without answers.
    package var format: Share?
    /// Requests that failed.
    package var errors = 0
    /// Answers that couldn't be scored.
    package var unscored = 0
    /// The median time to an answer, in seconds.
    package var median: Double?
    /// The 95th percentile of it, in seconds.
    package var slow: Double?
    /// Tokens of one prompt and of one answer, means; nil where they weren't counted.
    package var promptTokens: Double?
    /// Tokens of one answer, the mean.
    package var answerTokens: Double?
    /// What the run cost, in words such as `≥ $0.12`; nil where nothing is known.
    package var cost: String?

    /// A variant with what identifies it.
    package init(name: String, model: String, prompt: String, run: Int, isTuned: Bool, cases: String) {
      self.name = name
      self.model = model
      self.prompt = prompt
      self.run = run
      self.isTuned = isTuned
      self.cases = cases
    }
  }

  /// The second side against the first.
  package struct Comparison: Sendable, Hashable {
    /// What the cases say, a sentence.
    package var sentence: String
    /// The mean of second minus first; nil without cases in common.
    package var difference: Difference?
    /// Cases that only the first got right.
    package var onlyFirst: Int
    /// Cases that only the second got right.
    package var onlySecond: Int
    /// Cases that both got right.
    package var bothRight: Int
    /// Cases that neither got right.
    package var bothWrong: Int
    /// Cases that decide nothing: one of the two has no answer or no score.
    package var undecided: Int
    /// What has to be known before the difference is believed, a sentence each.
    package var notes: [String]

    /// A comparison.
    package init(
      sentence: String, difference: Difference?, onlyFirst: Int, onlySecond: Int, bothRight: Int, bothWrong: Int,
      undecided: Int, notes: [String] = []
    ) {
      self.sentence = sentence
      self.difference = difference
      self.onlyFirst = onlyFirst
      self.onlySecond = onlySecond
      self.bothRight = bothRight
      self.bothWrong = bothWrong
      self.undecided = undecided
      self.notes = notes
    }
  }

  /// The sides on parts of the set.
  package struct Breakdown: Sendable, Hashable {
    /// One part.
    package struct Row: Sendable, Hashable {
      /// Its name, such as a tag.
      package var name: String
      /// How many cases it has.
      package var cases: Int
      /// What each side scores on it, in the order of the sides; nil where nothing was scored.
      package var scores: [Share?]
      /// Second minus first, adjusted for the number of parts; nil where no case is in both.
      package var difference: Difference?

      /// A part.
      package init(name: String, cases: Int, scores: [Share?], difference: Difference? = nil) {
        self.name = name
        self.cases = cases
        self.scores = scores
        self.difference = difference
      }
    }

    /// What the parts are, such as `Tag`.
    package var title: String
    /// The parts, the largest first.
    package var rows: [Row]

    /// A breakdown.
    package init(title: String, rows: [Row]) {
      self.title = title
      self.rows = rows
    }
  }

  /// What a variant answered to the cases of each label.
  package struct Confusion: Sendable, Hashable {
    /// The variant.
    package var variant: String
    /// The field of the answer that holds the label; nil where the whole answer is it.
    package var field: String?
    /// The labels, rows and columns alike.
    package var labels: [String]
    /// How many cases of the row's label were answered with the column's; a last column holds all other answers.
    package var counts: [[Int]]
    /// The share of each label's cases that were answered with it.
    package var recall: [Share?]
    /// The share of the answers with each label that were right.
    package var precision: [Share?]

    /// A matrix.
    package init(
      variant: String, field: String?, labels: [String], counts: [[Int]], recall: [Share?], precision: [Share?]
    ) {
      self.variant = variant
      self.field = field
      self.labels = labels
      self.counts = counts
      self.recall = recall
      self.precision = precision
    }
  }
}
