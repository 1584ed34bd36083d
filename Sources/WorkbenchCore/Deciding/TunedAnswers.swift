import Domain
import Evidence

/// What the answers of a tuned variant say of its training, whatever their scores.
enum TunedAnswers {
  /// Identical answers of a variant that gets everything right say nothing; so many wrong ones have to be among them.
  static let fewestWrong = 3

  /// What the answers show.
  /// - Parameter base: the model without what was learnt, on the same cases with the same prompt.
  static func findings(
    of tuned: MeasuredVariant, base: MeasuredVariant?, on set: EvalSet
  ) -> [AdapterFinding] {
    let answers = tuned.outputs.firstAnswers
    guard answers.count >= AdapterFinding.fewest else { return [] }
    var findings: [AdapterFinding] = []
    if let base, isSame(tuned, base) {
      findings.append(.inactive(answers: answers.count, base: base.variant.name))
    }
    let expected = set.cases.filter { answers[$0.id] != nil }.compactMap { $0.expected.map { $0.string ?? $0.text() } }
    guard let figures = AnswerFigures(step: 1, answers: Array(answers.values), expected: expected) else {
      return findings
    }
    func count(_ share: Double) -> Int { Int((share * Double(figures.count)).rounded()) }
    let signs = figures.signs(isLast: false)
    if signs.contains(.collapsed) {
      findings.append(.collapsed(equal: count(figures.equal), answers: figures.count))
    }
    if signs.contains(.unending) {
      findings.append(.unending(cut: count(figures.unending), answers: figures.count))
    }
    return findings
  }

  /// Answers of so many bytes on average are texts: two models don't write the same by accident.
  static let textLength = 60

  /// Whether a tuned variant gives the base model's answers to the same prompt, wrong ones included; of texts all but a
  /// twentieth are enough, since servers don't repeat themselves to the letter.
  private static func isSame(_ tuned: MeasuredVariant, _ base: MeasuredVariant) -> Bool {
    guard tuned.run.promptVersion == base.run.promptVersion else { return false }
    let others = base.outputs.firstAnswers
    let common = tuned.outputs.firstAnswers.compactMap { id, answer in others[id].map { (id, answer.text, $0.text) } }
    guard common.count >= AdapterFinding.fewest else { return false }
    let equal = common.filter { $0.1 == $0.2 }
    let wrong = Set(tuned.scores.filter { $0.samples.contains { $0.passed == false } }.map(\.id))
    guard equal.count(where: { wrong.contains($0.0) }) >= fewestWrong else { return false }
    let length = equal.reduce(0) { $0 + $1.1.utf8.count } / max(1, equal.count)
    return equal.count == common.count || length >= textLength && equal.count * 20 >= common.count * 19
  }
}
