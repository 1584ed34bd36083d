import Content
import Evidence
import Foundation

/// How an answer fails, in a person's own words.
package struct FailureMark: Sendable, Hashable {
  /// The eval set's name.
  package var set: String
  /// The case's id.
  package var caseID: String
  /// What the case asked when the answer was read.
  package var input: ContentHash
  /// The answer.
  package var place: OutputPlace
  /// The name of the failure, such as `wrong tone`.
  package var mode: String
  /// When.
  package var time: Date

  /// A mark.
  package init(set: String, caseID: String, input: ContentHash, place: OutputPlace, mode: String, time: Date) {
    self.set = set
    self.caseID = caseID
    self.input = input
    self.place = place
    self.mode = mode
    self.time = time
  }

  /// The longest name of a failure, in characters.
  package static let longestMode = 60

  /// A name without the blanks around it.
  /// - Throws: `WorkbenchError.input` for a name that is empty, long or more than a line.
  package static func checked(_ mode: String) throws -> String {
    let words = mode.split(whereSeparator: \.isWhitespace).joined(separator: " ")
    guard !words.isEmpty, words.count <= longestMode else {
      throw WorkbenchError.input("Name the failure in 1 to \(longestMode) characters, such as wrong tone.")
    }
    return words
  }
}

extension Reviews {
  /// The names of failures, with the number of cases of a set that each run's answers were marked with; the most frequent
  /// first.
  package func failureModes(of runs: [RunID], on set: String) -> [(mode: String, counts: [Int])] {
    var cases: [String: [RunID: Set<String>]] = [:]
    for mark in failures {
      var found = cases[mark.mode] ?? [:]
      if mark.set == set { found[mark.place.run, default: []].insert(mark.caseID) }
      cases[mark.mode] = found
    }
    return cases.map { mode, found in (mode: mode, counts: runs.map { found[$0]?.count ?? 0 }) }.sorted {
      ($1.counts.reduce(0, +), $0.mode) < ($0.counts.reduce(0, +), $1.mode)
    }
  }

  /// What people found of two runs' answers to the cases of a set, oldest first; seen from the candidate.
  package func findings(
    of candidate: RunID, against baseline: RunID, on set: EvalSet
  ) -> [(caseID: String, group: String?, finding: PreferenceCount.Finding)] {
    let (first, second) = (min(candidate, baseline), max(candidate, baseline))
    let found = set.cases.compactMap { evalCase -> (evalCase: EvalCase, one: Preference)? in
      preferences(on: evalCase, in: set.name).filter { $0.a.run == first && $0.b.run == second }
        .max { $0.time < $1.time }.map { (evalCase, $0) }
    }
    return found.sorted { $0.one.time < $1.one.time }.map { evalCase, one in
      let better = candidate == first ? one.better : one.better.turned
      let finding: PreferenceCount.Finding =
        switch better {
        case .a: .better
        case .b: .worse
        case .both: .bothGood
        case .neither: .bothBad
        }
      return (evalCase.id, evalCase.group, finding)
    }
  }
}
