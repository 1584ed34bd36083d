import Content
import Domain
import Evidence
import Grading
import NumberFormat
import Reports

extension ReportDocument.Share {
  init(_ estimate: Estimate) { self.init(estimate.mean, estimate.interval.low, estimate.interval.high) }

  /// B against A.
  init(_ pairs: PairedComparison) { self.init(pairs.difference, pairs.interval.low, pairs.interval.high) }
}

extension ReportDocument.Variant {
  init(_ measured: MeasuredVariant, on set: EvalSet) {
    let (run, summary) = (measured.run, measured.run.summary)
    self.init(
      name: measured.variant.name, model: measured.variant.model, prompt: run.promptVersion.short,
      run: Int(run.id.number), isTuned: measured.variant.isTuned, cases: run.casesText)
    let facts = measured.facts(on: set)
    isOutdated = !measured.isCurrent
    score = facts.score.map { .init($0) }
    format = facts.format?.estimate.map { .init($0) }
    errors = summary.errors
    unscored = summary.unscored
    median = facts.medianLatency.map { $0 / 1000 }
    slow = facts.slowLatency.map { $0 / 1000 }
    promptTokens = summary.meanPromptTokens
    answerTokens = summary.meanCompletionTokens
    cost = summary.costText
  }
}

extension ReportDocument.Comparison {
  init(_ comparison: Comparison) {
    self.init(
      sentence: comparison.sentence, difference: comparison.paired.count > 0 ? .init(comparison.paired) : nil,
      onlyFirst: comparison.count(.onlyA), onlySecond: comparison.count(.onlyB),
      bothRight: comparison.count(.bothRight), bothWrong: comparison.count(.bothWrong),
      undecided: comparison.count(.unanswered) + comparison.count(.unscored), notes: comparison.notes)
  }
}

extension ReportDocument {
  /// Adds what the sides score on parts of the set.
  mutating func add(_ breakdown: RunBreakdown) {
    breakdowns = RunBreakdown.Kind.allCases.compactMap { kind in
      breakdown.parts[kind].map { parts in
        .init(
          title: kind.title,
          rows: parts.map { part in
            .init(
              name: part.name, cases: part.cases, scores: part.scores.map { $0.map { .init($0) } },
              difference: part.pairs.flatMap { $0.count > 0 ? .init($0) : nil })
          })
      }
    }
    confusions = breakdown.labels.compactMap { labels in
      guard sides.indices.contains(labels.run) else { return nil }
      let matrix = labels.matrix
      return .init(
        variant: sides[labels.run], field: labels.field, labels: matrix.labels, counts: matrix.counts,
        recall: matrix.recall.map { $0.map { .init($0) } }, precision: matrix.precision.map { $0.map { .init($0) } })
    }
  }
}

extension RunBreakdown.Kind {
  /// What a table of its parts is called.
  package var title: String {
    switch self {
    case .tag: "Tag"
    case .label: "Expected"
    case .field: "Field"
    }
  }
}

extension ReportDocument.Standing {
  fileprivate init(_ standing: Standing) {
    self =
      switch standing {
      case .passed: .passed
      case .failed: .failed
      case .unscored: .unscored
      case .unanswered: .unanswered
      }
  }
}

extension ReportDocument.Answer {
  init(_ output: Output) {
    let reasons: [String]
    if let failure = output.failure {
      reasons = [failure]
    } else {
      // What went wrong explains a failure; of a success every grader has its word.
      let telling = output.scores.filter { $0.passed != true }
      let shown = telling.isEmpty ? output.scores : telling
      reasons = shown.map { output.scores.count > 1 ? "\($0.grader): \($0.reason)" : $0.reason }
    }
    self.init(
      .init(output.standing), text: output.answer?.text, score: output.isScored ? output.value : nil, reasons: reasons,
      seconds: output.answer.flatMap { $0.latency > 0 ? $0.latency : nil })
  }
}

extension ReportDocument.Case {
  init(_ evalCase: EvalCase, answeredBy sides: [MeasuredVariant]) {
    let members = evalCase.input.object?.values ?? []
    self.init(
      id: evalCase.id, tags: evalCase.tags,
      // A single text is the input itself.
      input: members.count == 1 ? members.first?.string ?? evalCase.input.text() : evalCase.input.text(),
      expected: evalCase.expected.map { $0.string ?? $0.text() },
      answers: sides.map { $0.outputs.representative(of: evalCase.id).map { .init($0) } })
  }
}

extension ReportDocument.Suite {
  init(_ measured: MeasuredVariant, on set: EvalSet, started: String) {
    self.init(
      variant: measured.variant.name, set: set.name, run: Int(measured.run.id.number), started: started,
      entries: set.cases.flatMap { evalCase in
        measured.outputs.all(of: evalCase.id).map { .init(name: $0.id, answer: .init($0)) }
      })
  }
}
