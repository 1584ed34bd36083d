/// What the answers of a model at a training step have in common, whatever they are about: whether they end, differ from
/// one another, and differ from the base model's.
package struct AnswerFigures: Sendable, Hashable {
  /// Steps done.
  package var step: Int
  /// How many answers.
  package var count: Int
  /// Share of answers that the limit of tokens has cut off, 0 to 1.
  package var unending: Double
  /// Share of the most frequent answer, 0 to 1.
  package var equal: Double
  /// Share of the most frequent one among the wanted answers, 0 to 1; nil where these aren't known.
  package var expectedEqual: Double?
  /// Share of answers that are the base model's own, 0 to 1; nil where those aren't known.
  package var asBase: Double?
  /// The largest difference that tuning makes to a logit; nil where that wasn't measured.
  package var logitChange: Double?

  /// Gathers figures.
  package init(
    step: Int, count: Int, unending: Double, equal: Double, expectedEqual: Double? = nil, asBase: Double? = nil,
    logitChange: Double? = nil
  ) {
    self.step = step
    self.count = count
    self.unending = unending
    self.equal = equal
    self.expectedEqual = expectedEqual
    self.asBase = asBase
    self.logitChange = logitChange
  }

  /// Something that should not be.
  package enum Sign: String, Sendable, Hashable, CaseIterable {
    /// Answers do not end by themselves.
    case unending
    /// The model gives one answer whatever is asked.
    case collapsed
    /// The adapter changes nothing.
    case inert
    /// At the end the answers are those of the base model.
    case asBase = "as_base"

    /// In a word of at most five letters.
    package var word: String {
      switch self {
      case .unending: "open"
      case .collapsed: "same"
      case .inert: "inert"
      case .asBase: "base"
      }
    }

    /// In few words.
    package var words: String {
      switch self {
      case .unending: "no end"
      case .collapsed: "collapsed"
      case .inert: "no effect"
      case .asBase: "as the base"
      }
    }
  }

  /// With fewer answers there are no signs.
  package static let fewest = 3
  /// Shares from which on there is a sign.
  static let mostUnending = 0.5
  static let mostEqual = 0.8
  static let mostAsBase = 0.9
  /// How much more often the most frequent answer may come than the most frequent wanted one.
  static let mostSurplus = 0.2
  /// A smaller difference of a logit is none.
  static let leastChange = 1e-6

  /// What should not be, of a model that was tuned.
  /// - Parameter isLast: whether these are the answers after the last step.
  package func signs(isLast: Bool) -> [Sign] {
    guard step > 0, count >= Self.fewest else { return [] }
    var signs: [Sign] = []
    if unending >= Self.mostUnending { signs.append(.unending) }
    if equal >= Self.mostEqual, equal > (expectedEqual ?? 0) + Self.mostSurplus { signs.append(.collapsed) }
    if let logitChange, logitChange < Self.leastChange {
      signs.append(.inert)
    } else if isLast, let asBase, asBase >= Self.mostAsBase {
      signs.append(.asBase)
    }
    return signs
  }

  /// A sign in a sentence, and what to do about it.
  package func sentence(_ sign: Sign) -> String {
    switch sign {
    case .unending:
      "At step \(step), \(share(unending)) answers did not end by themselves. Check that the rows teach the end "
        + "token, and that `max_tokens` is large enough for an answer."
    case .collapsed:
      "At step \(step), \(share(equal)) answers are the same: the model may have collapsed to one answer. Lower the "
        + "learning rate, take an earlier checkpoint, or balance the rows."
    case .inert:
      "At step \(step) the adapter changes nothing: the model's numbers are those of its base. Raise the learning rate or "
        + "`scale`, and check that layers are tuned."
    case .asBase:
      "At the last step, \(share(asBase ?? 0)) answers are those of the base model. Train for more steps, or raise the "
        + "learning rate."
    }
  }

  /// A share as a count, for sentences.
  package func share(_ part: Double) -> String { "\(Int((part * Double(count)).rounded())) of \(count)" }
}

extension AnswerFigures {
  /// The figures of answers to eval cases; nil where there are none.
  /// - Parameter expected: the wanted answers, as far as they are known.
  package init?(step: Int, answers: [(text: String, hasEnded: Bool)], expected: [String]) {
    guard !answers.isEmpty else { return nil }
    self.init(
      step: step, count: answers.count,
      unending: Double(answers.count { !$0.hasEnded }) / Double(answers.count),
      equal: Self.mostFrequent(answers.map(\.text)) ?? 0, expectedEqual: Self.mostFrequent(expected))
  }

  /// The share of the most frequent text, blanks at its ends aside; nil where there is none.
  static func mostFrequent(_ texts: [String]) -> Double? {
    var counts: [Substring: Int] = [:]
    for text in texts {
      let trimmed = text.drop { $0.isWhitespace }
      let end = trimmed.lastIndex { !$0.isWhitespace }.map { trimmed.index(after: $0) } ?? trimmed.endIndex
      counts[trimmed[..<end], default: 0] += 1
    }
    return counts.values.max().map { Double($0) / Double(texts.count) }
  }
}
