extension ReportDocument {
  /// Something that people weigh between prompting and tuning besides the score.
  package struct Criterion: Sendable, Hashable {
    /// What holds for one way.
    package struct Side: Sendable, Hashable {
      /// A phrase.
      package var text: String
      /// What it rests on, in words, such as `measured`.
      package var basis: String

      /// A phrase that rests on something.
      package init(_ text: String, basis: String) {
        self.text = text
        self.basis = basis
      }
    }

    /// Its name.
    package var name: String
    /// The prompted variant.
    package var prompted: Side
    /// The tuned one.
    package var tuned: Side
    /// The way that it speaks for; neutral where it speaks for none, or nothing is shown.
    package var favours: Verdict.Direction

    /// A criterion with what holds for both ways.
    package init(_ name: String, prompted: Side, tuned: Side, favours: Verdict.Direction = .neutral) {
      self.name = name
      self.prompted = prompted
      self.tuned = tuned
      self.favours = favours
    }
  }
}
