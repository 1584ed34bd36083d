import Content

extension GraderSet {
  /// A reason for which a grader can't judge some cases, whatever the answers are.
  package struct Problem: Sendable, Hashable {
    /// The name of the grader.
    package var grader: String
    /// Why, without a full stop: `what the case expects has no "lable"; did you mean "label"?`.
    package var reason: String
    /// The cases concerned, by their place.
    package var cases: [Int]
    /// Whether no case at all can be judged by the grader.
    package var concernsAll: Bool
  }

  /// Why a case can't be scored whatever the answer is, without a full stop; nil when it can. Graders of weight 0 don't
  /// count.
  package func whyUnscorable(expected: JSONValue?, input: JSONValue = [:]) -> String? {
    for grader in graders where grader.weight > 0 {
      if let reason = grader.whyUnscorable(expected: expected, input: input) { return reason }
    }
    return nil
  }

  /// What keeps cases from being scored, to be told before a model is asked; one entry for each grader and reason, in
  /// the order in which they first occur.
  package func problems(
    in cases: some Collection<(expected: JSONValue?, input: JSONValue)>
  ) -> [Problem] {
    var problems: [Problem] = []
    for grader in graders where grader.weight > 0 {
      var places: [String: Int] = [:]
      let first = problems.count
      for (place, graded) in cases.enumerated() {
        guard let reason = grader.whyUnscorable(expected: graded.expected, input: graded.input) else { continue }
        if let entry = places[reason] {
          problems[entry].cases.append(place)
        } else {
          places[reason] = problems.count
          problems.append(Problem(grader: grader.name, reason: reason, cases: [place], concernsAll: false))
        }
      }
      let count = problems[first...].reduce(0) { $0 + $1.cases.count }
      for entry in problems.indices[first...] { problems[entry].concernsAll = count == cases.count }
    }
    return problems
  }
}
