import Content
import Foundation

/// One of a run's answers to a case.
package struct OutputPlace: Sendable, Hashable, Comparable, CustomStringConvertible {
  /// The run.
  package var run: RunID
  /// Which of the case's answers in its run it is, from 0.
  package var sample: Int
  package init(run: RunID, sample: Int = 0) {
    self.run = run
    self.sample = sample
  }
  /// The run, and the number of a further answer behind it.
  package var description: String { sample == 0 ? "\(run)" : "\(run)#\(sample + 1)" }
  /// Older runs come first.
  package static func < (left: OutputPlace, right: OutputPlace) -> Bool {
    (left.run, left.sample) < (right.run, right.sample)
  }
}

/// Which of two answers to one case a person finds better. The first of the two is the one of the older run.
package struct Preference: Sendable, Hashable {
  /// What a person can find.
  package enum Better: String, Sendable, Hashable, CaseIterable {
    /// The first one.
    case a
    /// The second one.
    case b
    /// Both are good.
    case both
    /// None is good.
    case neither

    /// The same with the two answers the other way round.
    package var turned: Better { self == .a ? .b : self == .b ? .a : self }
  }
  /// The eval set's name.
  package let set: String
  /// The case's id.
  package let caseID: String
  /// What the case asked when the answers were read.
  package let input: ContentHash
  /// The first answer.
  package let a: OutputPlace
  /// The second answer.
  package let b: OutputPlace
  /// What was found.
  package let better: Better
  /// When.
  package let time: Date

  /// Makes a preference; the answers are put in order.
  package init(
    set: String, caseID: String, input: ContentHash, a: OutputPlace, b: OutputPlace, better: Better, time: Date
  ) {
    self.set = set
    self.caseID = caseID
    self.input = input
    self.a = min(a, b)
    self.b = max(a, b)
    self.better = a <= b ? better : better.turned
    self.time = time
  }
}

/// What the answer to a case should have been: an answer that a person edited.
package struct Correction: Sendable, Hashable {
  /// The eval set's name.
  package var set: String
  /// The case's id.
  package var caseID: String
  /// What the case asked when the answer was edited.
  package var input: ContentHash
  /// The right answer.
  package var text: String
  /// The answer that was edited.
  package var source: OutputPlace
  /// When.
  package var time: Date
  package init(set: String, caseID: String, input: ContentHash, text: String, source: OutputPlace, time: Date) {
    self.set = set
    self.caseID = caseID
    self.input = input
    self.text = text
    self.source = source
    self.time = time
  }
}

/// All that people found when reading answers.
package struct Reviews: Sendable, Hashable {
  /// A case of a set.
  struct CaseKey: Hashable {
    var set: String
    var caseID: String
  }
  private var preferencesByCase: [CaseKey: [Preference]] = [:]
  private var correctionsByCase: [CaseKey: Correction] = [:]
  private var failuresByCase: [CaseKey: [FailureMark]] = [:]

  /// Gathers them; at most one correction for each case, one preference for each two answers.
  package init(preferences: [Preference] = [], corrections: [Correction] = [], failures: [FailureMark] = []) {
    for one in failures { failuresByCase[CaseKey(set: one.set, caseID: one.caseID), default: []].append(one) }
    for one in preferences {
      preferencesByCase[CaseKey(set: one.set, caseID: one.caseID), default: []].append(one)
    }
    for one in corrections { correctionsByCase[CaseKey(set: one.set, caseID: one.caseID)] = one }
  }

  /// All preferences, newest first.
  package var preferences: [Preference] {
    preferencesByCase.values.joined().sorted { ($1.time, $0.set, $0.caseID, $0.a) < ($0.time, $1.set, $1.caseID, $1.a) }
  }
  /// All corrections, newest first.
  package var corrections: [Correction] {
    correctionsByCase.values.sorted { ($1.time, $0.set, $0.caseID) < ($0.time, $1.set, $1.caseID) }
  }
  /// Whether there is none at all.
  package var isEmpty: Bool {
    preferencesByCase.isEmpty && correctionsByCase.isEmpty && failuresByCase.isEmpty
  }
  /// All marks of failures, newest first.
  package var failures: [FailureMark] {
    failuresByCase.values.joined().sorted {
      ($1.time, $0.set, $0.caseID, $0.mode, $0.place) < ($0.time, $1.set, $1.caseID, $1.mode, $1.place)
    }
  }

  /// How an answer fails, in the order of the alphabet, leaving out what was found when the case asked something else.
  package func failures(of place: OutputPlace, on evalCase: EvalCase, in set: String) -> [String] {
    guard let found = failuresByCase[CaseKey(set: set, caseID: evalCase.id)] else { return [] }
    let hash = evalCase.inputHash
    return found.filter { $0.place == place && $0.input == hash }.map(\.mode).sorted()
  }

  /// What a case's answer should have been; nil where there is no correction, or where the case has changed since.
  package func correction(of evalCase: EvalCase, in set: String) -> Correction? {
    guard let one = correctionsByCase[CaseKey(set: set, caseID: evalCase.id)], one.input == evalCase.inputHash else {
      return nil
    }
    return one
  }

  /// What was found of a case's answers, leaving out what was found when the case asked something else.
  package func preferences(on evalCase: EvalCase, in set: String) -> [Preference] {
    guard let found = preferencesByCase[CaseKey(set: set, caseID: evalCase.id)] else { return [] }
    let hash = evalCase.inputHash
    return found.filter { $0.input == hash }
  }

  /// Which of two answers is better, seen from `a`; nil where there is no preference.
  package func better(of a: OutputPlace, _ b: OutputPlace, on evalCase: EvalCase, in set: String) -> Preference.Better?
  {
    let found = preferences(on: evalCase, in: set).first { $0.a == min(a, b) && $0.b == max(a, b) }
    return found.map { a <= b ? $0.better : $0.better.turned }
  }
}

extension EvalCase {
  /// A hash of what it asks, however that is written.
  package var inputHash: ContentHash { ContentHash(hex: SHA256.hex(input.canonical.text(.compact))) }
}

/// What a person found of an answer, or of two answers to one case.
package struct ReviewRequest: Sendable, Hashable {
  /// What was found; nil takes back what was found before.
  package enum Finding: Sendable, Hashable {
    /// Which of the two answers is better.
    case better(than: OutputPlace, Preference.Better?)
    /// What the answer should have been.
    case answer(String?)
    /// Whether the answer fails in a way that a person gave a name.
    case failure(mode: String, isMarked: Bool)
  }
  /// The case's id, in the set of the answer's run.
  package var caseID: String
  /// The answer.
  package var output: OutputPlace
  /// What was found.
  package var finding: Finding
  package init(caseID: String, output: OutputPlace, finding: Finding) {
    self.caseID = caseID
    self.output = output
    self.finding = finding
  }
}
