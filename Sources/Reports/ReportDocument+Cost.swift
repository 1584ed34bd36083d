extension ReportDocument {
  /// What prompting and tuning cost over time, in US dollars.
  package struct Cost: Sendable, Hashable {
    /// A bar of the tornado: the net after a year at both ends of one input.
    package struct Bar: Sendable, Hashable {
      /// The input, as its key in assay.yaml.
      package var name: String
      /// The net at the input's 5 % point.
      package var atLow: Double
      /// The net at its 95 % point.
      package var atHigh: Double
      /// The input's range in words.
      package var range: String

      /// A bar.
      package init(name: String, atLow: Double, atHigh: Double, range: String = "") {
        self.name = name
        self.atLow = atLow
        self.atHigh = atHigh
        self.range = range
      }
    }

    /// The probability that the investment has come back after so many months.
    package struct Chance: Sendable, Hashable {
      /// The months.
      package var months: Int
      /// The probability, 0 to 1.
      package var probability: Double

      /// A probability.
      package init(months: Int, probability: Double) {
        self.months = months
        self.probability = probability
      }
    }

    /// When tuning pays for itself, a sentence.
    package var sentence: String
    /// What a prompted and a tuned query cost, hosting included where it is known.
    package var perQuery: (prompted: Double?, tuned: Double?) {
      get { (promptedQuery, tunedQuery) }
      set { (promptedQuery, tunedQuery) = newValue }
    }
    private var promptedQuery: Double?
    private var tunedQuery: Double?
    /// What a month costs each way; nil where the volume or the hosting isn't known.
    package var perMonth: Monthly?
    /// How likely it is that the investment has come back, by month; empty where something is not known.
    package var chances: [Chance] = []
    /// The probability that it never does.
    package var never: Double?
    /// The net after a year with every input in the middle.
    package var medianNet: Double?
    /// What matters most, longest first.
    package var tornado: [Bar] = []
    /// The inputs that are taken as exact.
    package var exact: [String] = []
    /// The keys of assay.yaml that a forecast still needs.
    package var missing: [String] = []

    /// The cost of a month each way, and what tuning takes first.
    package struct Monthly: Sendable, Hashable {
      /// A month of prompting.
      package var prompted: Double
      /// A month of the tuned model.
      package var tuned: Double
      /// What tuning costs before the first query.
      package var investment: Double

      /// The costs of a month.
      package init(prompted: Double, tuned: Double, investment: Double) {
        self.prompted = prompted
        self.tuned = tuned
        self.investment = investment
      }

      /// The month in which both have cost the same; nil where tuning never catches up.
      package var crossing: Double? {
        prompted > tuned ? max(0, investment) / (prompted - tuned) : nil
      }
    }

    /// A cost of which only a sentence is known.
    package init(sentence: String) { self.sentence = sentence }
  }
}
