import Content

/// The graders of an eval set, and how their scores become one.
package struct GraderSet: Sendable, Hashable {
  /// The graders, in the order in which they were described.
  package let graders: [Grader]

  /// A set of graders; without any, the whole answer is compared with the whole of what is expected (`exact`).
  package init(_ graders: [Grader] = []) {
    self.graders = graders.isEmpty ? [.exact] : graders
  }

  /// Reads a list of descriptions.
  /// - Throws: ``GraderError`` for the first description that can't be used.
  package init(specs: [JSONValue]) throws(GraderError) {
    var graders: [Grader] = []
    for spec in specs { graders.append(try Grader(spec: spec)) }
    self.init(graders)
  }
}

// MARK: - Judging

extension GraderSet {
  /// Judges one answer, without its reasoning, with every grader that needs not be awaited.
  package func grade(answer: String, expected: JSONValue?, input: JSONValue = [:]) -> Grade {
    grade(answer: AnswerText(answer), expected: expected, input: input)
  }

  /// Judges one answer with every grader that needs not be awaited; the others leave it unscored.
  package func grade(answer: AnswerText, expected: JSONValue?, input: JSONValue = [:]) -> Grade {
    let graded = GradedCase(expected: expected, input: input)
    let shared = GradedAnswer(answer)
    return grade(graders.map { $0.score(shared, graded) }, shared, graded)
  }

  /// Whether some grader asks a program or a judge.
  package var awaits: Bool { graders.contains(where: \.awaits) }

  /// Judges one answer with every grader.
  ///
  /// Graders that have not begun when the task is cancelled leave the answer unscored.
  /// - Parameters:
  ///   - id: the id of the case, which programs are told.
  ///   - outside: where programs and judges are asked.
  package func grade(
    _ answer: AnswerText, id: String = "", expected: JSONValue?, input: JSONValue = [:],
    asking outside: any OutsideGrading
  ) async -> Grade {
    let graded = GradedCase(expected: expected, input: input, id: id)
    let shared = GradedAnswer(answer)
    var scores: [Score] = []
    scores.reserveCapacity(graders.count)
    for grader in graders {
      if Task.isCancelled {
        scores.append(Score(grader: grader.name, unscored: "grading was cancelled"))
      } else if grader.awaits, shared.isUnclosed {
        scores.append(grader.unfinished)
      } else if grader.awaits {
        scores.append(await grader.score(awaiting: answer.text, graded, asking: outside))
      } else {
        scores.append(grader.score(shared, graded))
      }
    }
    return grade(scores, shared, graded)
  }

  private func grade(_ scores: [Score], _ answer: GradedAnswer, _ graded: GradedCase) -> Grade {
    Grade(scores: scores, weights: graders.map(\.weight), formatIsValid: formatIsValid(answer, graded))
  }

  private func formatIsValid(_ answer: GradedAnswer, _ graded: GradedCase) -> Bool {
    guard graders.contains(where: \.judgesFormat) else {
      return graders.allSatisfy { $0.formatIsValid(answer, graded) }
    }
    return graders.allSatisfy { !$0.judgesFormat || $0.formatIsValid(answer, graded) }
  }

  /// Whether the answer has the form that every grader that judges format wants, or isn't blank when none does.
  ///
  /// Reasoning is cut off first. For graders that want JSON the rest must be JSON, without a fence or text around it, and
  /// of a kind that the grader can accept.
  package func formatIsValid(_ answer: String, expected: JSONValue? = nil, input: JSONValue = [:]) -> Bool {
    formatIsValid(GradedAnswer(AnswerText(answer)), GradedCase(expected: expected, input: input))
  }
}
