import Domain
import Evidence
import Grading

/// What one or two runs score on parts of a set: by tag, by expected label and by field of the answer.
package struct RunBreakdown: Sendable, Hashable {
  /// What the parts of one kind have in common.
  package enum Kind: String, Sendable, Hashable, CaseIterable {
    /// The cases with a tag. A case may have several.
    case tag
    /// The cases of which a label is expected.
    case label
    /// All cases, by one field of the answer.
    case field
  }

  /// One part.
  package struct Part: Sendable, Hashable {
    /// Its name: a tag, a label (behind `field = ` where several fields have labels), or a field.
    package var name: String
    /// How many cases it has.
    package var cases: Int
    /// What each run scores on it; nil where nothing was scored.
    package var scores: [Estimate?]
    /// The second run against the first, adjusted for the number of parts of the kind (Holm); nil with one run.
    package var pairs: PairedComparison?

    /// A part with what is scored on it.
    package init(name: String, cases: Int, scores: [Estimate?], pairs: PairedComparison? = nil) {
      self.name = name
      self.cases = cases
      self.scores = scores
      self.pairs = pairs
    }
  }

  /// What one run answered to the cases of each label, for one field.
  package struct Labels: Sendable, Hashable {
    /// The run's place among those that were asked for, 0 or 1.
    package var run: Int
    /// The field; nil where the whole answer is the label.
    package var field: String?
    /// The counts.
    package var matrix: ConfusionMatrix
  }

  /// The parts of each kind that has any, the largest first.
  package var parts: [Kind: [Part]] = [:]
  /// The confusion matrices, by field and then by run.
  package var labels: [Labels] = []

  /// The most parts of a kind, the largest first.
  static let mostParts = 30
  /// The most fields with a matrix.
  static let mostFields = 6

  /// Nothing.
  package init() {}

  /// Breaks outputs down.
  /// - Parameter outputs: those of one run or of two, on the set as it is now.
  init(of outputs: [[Output]], on set: EvalSet) {
    let runs = outputs.map { CaseOutputs($0).scored(set.cases) }
    let answers = outputs.map { LabelledAnswers($0.representatives, on: set) }
    var tags: [String: [Int]] = [:]
    for (place, evalCase) in set.cases.enumerated() {
      for tag in Set(evalCase.tags) { tags[tag, default: []].append(place) }
    }
    add(.tag, tags.mapValues { places in runs.map { run in places.map { run[$0] } } })
    let fields = Self.fields(of: answers)
    var labels: [String: [[ScoredCase]]] = [:]
    for field in fields {
      var places: [String: [Int]] = [:]
      for place in set.cases.indices {
        guard let expected = answers.lazy.compactMap({ $0.expected(field, at: place) }).first else { continue }
        places[expected, default: []].append(place)
      }
      for (run, one) in answers.enumerated() {
        guard let matrix = ConfusionMatrix(one.entries(field, runs[run])) else { continue }
        self.labels.append(Labels(run: run, field: field, matrix: matrix))
      }
      guard self.labels.contains(where: { $0.field == field }) else { continue }
      for (label, places) in places {
        let name = fields.count > 1 ? "\(field ?? "answer") = \(label)" : label
        labels[name] = answers.indices.map { run in places.map { answers[run].scored(field, runs[run][$0], at: $0) } }
      }
    }
    add(.label, labels)
    let named = fields.compactMap(\.self)
    guard named.count > 1 else { return }
    let byField = named.map { field in
      (
        field,
        answers.indices.map { run in
          set.cases.indices.map { answers[run].scored(field, runs[run][$0], at: $0) }
        }
      )
    }
    add(.field, Dictionary(byField, uniquingKeysWith: { first, _ in first }))
  }

  /// The fields that answers have labels in, in the order in which they are graded.
  private static func fields(of answers: [LabelledAnswers]) -> [String?] {
    var fields: [String?] = []
    for field in answers.flatMap(\.fields) where !fields.contains(field) { fields.append(field) }
    return Array(fields.prefix(mostFields))
  }

  private mutating func add(_ kind: Kind, _ parts: [String: [[ScoredCase]]]) {
    let sorted = parts.map { (name: $0.key, runs: $0.value) }.filter { $0.runs.first?.isEmpty == false }
      .sorted { ($1.runs[0].count, $0.name) < ($0.runs[0].count, $1.name) }.prefix(Self.mostParts)
    guard !sorted.isEmpty else { return }
    let pairs = sorted.map { part in
      part.runs.count == 2 ? PairedComparison(candidate: part.runs[1], baseline: part.runs[0]) : nil
    }
    let adjusted = Holm.adjusted(pairs.compactMap { $0?.rawPValue })
    self.parts[kind] = zip(sorted, pairs).enumerated().map { place, entry in
      let (part, pairs) = entry
      return Part(
        name: part.name, cases: part.runs[0].count,
        scores: part.runs.map { VariantScores($0.filter(\.isScored)).estimate },
        pairs: pairs?.adjusted(pValue: adjusted[place], family: sorted.count))
    }
  }
}

/// One run's answers as labels, case by case in the order of the set: of several answers the one that stands for the case.
private struct LabelledAnswers {
  /// The labels of each case; none for a case without an answer.
  private var pairs: [[LabelPair]]
  /// The fields that have labels, in the order in which they are graded.
  private(set) var fields: [String?] = []

  init(_ outputs: [String: Output], on set: EvalSet) {
    pairs = set.cases.map { evalCase in
      guard let output = outputs[evalCase.id], output.isAnswered, let text = output.answer?.text else { return [] }
      let answer = AnswerText(text, reasoning: set.keepsReasoning ? .keep : .cut)
      return set.graders(of: evalCase).graders.flatMap {
        $0.labels(of: answer, expected: evalCase.expected, input: evalCase.input)
      }
    }
    for field in pairs.joined().map(\.field) where !fields.contains(field) { fields.append(field) }
  }

  private func pair(_ field: String?, at place: Int) -> LabelPair? { pairs[place].first { $0.field == field } }

  func expected(_ field: String?, at place: Int) -> String? { pair(field, at: place)?.expected }

  func entries(_ field: String?, _ cases: [ScoredCase]) -> [ConfusionMatrix.Entry] {
    pairs.indices.compactMap { place in
      pair(field, at: place).map { .init(cases[place], expected: $0.expected, answered: $0.answered) }
    }
  }

  /// A case by whether one field is right; unscored without an answer.
  func scored(_ field: String?, _ scored: ScoredCase, at place: Int) -> ScoredCase {
    guard let pair = pair(field, at: place) else { return scored.with(samples: [.unscored("no label")]) }
    let isRight = pair.answered == pair.expected
    return scored.with(samples: [.scored(isRight ? 1 : 0, passed: isRight)])
  }
}

/// What one or two runs score on parts of a set.
package struct BreakdownQuery: Query {
  /// The runs; of two, the second is compared with the first.
  package var runs: [RunID]
  /// The eval set whose cases count.
  package var set: String

  /// Asks for one run, or two, by part.
  package init(_ runs: [RunID], set: String) {
    self.runs = runs
    self.set = set
  }

  /// The cases, and the runs' outputs.
  package var sources: Set<QuerySource> { Set([.files] + runs.map { .run($0) }) }

  /// Reads the runs' outputs and sorts them.
  package func answer(on workbench: isolated Workbench, partial: (RunBreakdown) -> Void) async throws -> RunBreakdown {
    guard let set = workbench.snapshot.workspace.evalSet(set) else {
      throw WorkbenchError.unknown("eval set", self.set, among: workbench.snapshot.workspace.evalSets.map(\.name))
    }
    var outputs: [[Output]] = []
    for run in runs.prefix(2) {
      outputs.append(try await workbench.outputs(of: try workbench.knownRun(run), on: set).outputs)
    }
    return RunBreakdown(of: outputs, on: set)
  }
}
