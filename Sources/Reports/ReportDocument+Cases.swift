extension ReportDocument {
  /// What became of an answer.
  package enum Standing: String, Sendable, Hashable {
    case passed, failed
    /// There is an answer, and no grader could judge it.
    case unscored
    /// There is no answer.
    case unanswered

    /// One character that tells it without colour.
    var mark: String {
      switch self {
      case .passed: "✓"
      case .failed: "✗"
      case .unscored: "?"
      case .unanswered: "!"
      }
    }

    /// In words.
    var words: String {
      switch self {
      case .passed: "passed"
      case .failed: "failed"
      case .unscored: "not scored"
      case .unanswered: "no answer"
      }
    }
  }

  /// An answer as it was judged.
  package struct Answer: Sendable, Hashable {
    /// What became of it.
    package var standing: Standing
    /// What the model sent; nil without an answer.
    package var text: String?
    /// Its score, 0 to 1; nil where it has none.
    package var score: Double?
    /// What the graders found, or why there is no answer or no score.
    package var reasons: [String]
    /// The time to it, in seconds; nil where it wasn't measured.
    package var seconds: Double?

    /// An answer.
    package init(
      _ standing: Standing, text: String?, score: Double? = nil, reasons: [String] = [], seconds: Double? = nil
    ) {
      self.standing = standing
      self.text = text
      self.score = score
      self.reasons = reasons
      self.seconds = seconds
    }
  }

  /// A case with the answers of the sides.
  package struct Case: Sendable, Hashable {
    /// Its id.
    package var id: String
    /// Its tags.
    package var tags: [String]
    /// What fills the prompt's slots.
    package var input: String
    /// What a good answer is; nil where the case doesn't say.
    package var expected: String?
    /// The answers in the order of the sides; nil where a side wasn't asked.
    package var answers: [Answer?]

    /// A case.
    package init(id: String, tags: [String] = [], input: String, expected: String?, answers: [Answer?]) {
      self.id = id
      self.tags = tags
      self.input = input
      self.expected = expected
      self.answers = answers
    }
  }

  /// One variant on one set.
  package struct Suite: Sendable, Hashable {
    /// One answer.
    package struct Entry: Sendable, Hashable {
      /// The case's id; further answers to a case have their number behind it.
      package var name: String
      /// The answer.
      package var answer: Answer

      /// An entry.
      package init(name: String, answer: Answer) {
        self.name = name
        self.answer = answer
      }
    }

    /// The variant.
    package var variant: String
    /// The set.
    package var set: String
    /// The run's number.
    package var run: Int
    /// When the run was started, as ISO 8601 in UTC without a zone.
    package var started: String
    /// The answers, in the set's order.
    package var entries: [Entry]

    /// A suite.
    package init(variant: String, set: String, run: Int, started: String, entries: [Entry]) {
      self.variant = variant
      self.set = set
      self.run = run
      self.started = started
      self.entries = entries
    }
  }
}

extension ReportDocument.Case {
  /// Where the sides stand on a case.
  enum Group: Int, Comparable, CaseIterable {
    case onlySecond, onlyFirst, bothWrong, undecided, bothRight

    static func < (left: Self, right: Self) -> Bool { left.rawValue < right.rawValue }
  }

  /// The group of the case. Of a single side, a failure counts as both wrong and a success as both right.
  var group: Group {
    let standings = answers.map { $0?.standing ?? .unanswered }
    if standings.isEmpty || standings.contains(where: { $0 != .passed && $0 != .failed }) { return .undecided }
    switch (standings.first == .passed, standings.last == .passed) {
    case (true, true): return .bothRight
    case (true, false): return .onlyFirst
    case (false, true): return .onlySecond
    case (false, false): return .bothWrong
    }
  }
}
