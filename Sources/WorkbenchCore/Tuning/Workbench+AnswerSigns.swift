import Domain
import Evidence

/// What a run's answers say of a tuned model, whatever they are about.
extension Workbench {
  /// That a tuned model gives one answer to nearly everything, in a sentence; nil where it doesn't.
  package func collapseSentence(of run: Run) async throws -> String? {
    guard run.variant.isTuned, let set = snapshot.workspace.evalSet(run.set),
      let figures = try await figures(of: run, at: CheckpointName(run.variant.name)?.step ?? 1, set: set),
      figures.signs(isLast: false).contains(.collapsed)
    else { return nil }
    return
      "\(figures.share(figures.equal)) answers of \(run.variant.name) are the same: the model may have collapsed to one "
      + "answer. Use an earlier checkpoint, or train with a lower learning rate or more balanced rows."
  }

  /// What the answers of a run have in common.
  func figures(of run: Run, at step: Int, set: EvalSet) async throws -> AnswerFigures? {
    let answers = try await store.outputs(of: run.id).compactMap { output in
      output.answer.map { (id: output.caseID, text: $0.text, hasEnded: !$0.isCut) }
    }
    let asked = Set(answers.map(\.id))
    let expected = set.cases.filter { asked.contains($0.id) }.compactMap { $0.expected.map { $0.string ?? $0.text() } }
    return AnswerFigures(step: step, answers: answers.map { ($0.text, $0.hasEnded) }, expected: expected)
  }
}
