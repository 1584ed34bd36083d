import Content
import Domain

extension Workbench {
  /// Keeps what a person found of answers, or takes it back.
  /// - Throws: `WorkbenchError.input` when there is no such answer.
  func review(_ request: ReviewRequest) async throws {
    let (run, evalCase) = try await reviewed(request.output, caseID: request.caseID)
    let store = store
    switch request.finding {
    case .better(let other, let better):
      let (second, _) = try await reviewed(other, caseID: request.caseID)
      guard second.set == run.set else {
        throw WorkbenchError.input(
          "Run \(run.id) is over \"\(run.set)\" and run \(second.id) over \"\(second.set)\": their answers are not to one "
            + "case.")
      }
      guard other != request.output else {
        throw WorkbenchError.input("Both are the same answer: name two runs.")
      }
      if let better {
        try await store.keep(
          Preference(
            set: run.set, caseID: evalCase.id, input: evalCase.inputHash, a: request.output, b: other, better: better,
            time: dependencies.now()))
      } else {
        try await store.removePreference(
          set: run.set, caseID: evalCase.id, a: min(request.output, other), b: max(request.output, other))
      }
    case .answer(let text?):
      guard !text.allSatisfy(\.isWhitespace) else {
        throw WorkbenchError.input("An empty answer teaches nothing: write what the answer should have been.")
      }
      try await store.keep(
        Correction(
          set: run.set, caseID: evalCase.id, input: evalCase.inputHash, text: text, source: request.output,
          time: dependencies.now()))
    case .answer(nil): try await store.removeCorrection(set: run.set, caseID: evalCase.id)
    case .failure(let mode, let isMarked):
      let mark = FailureMark(
        set: run.set, caseID: evalCase.id, input: evalCase.inputHash, place: request.output,
        mode: try FailureMark.checked(mode), time: dependencies.now())
      if isMarked { try await store.keep(mark) } else { try await store.remove(mark) }
    }
    snapshot.reviews = try await store.reviews()
    changed([.reviews])
    publish()
  }

  /// The run of an answer that exists, and its case.
  private func reviewed(_ output: OutputPlace, caseID: String) async throws -> (Run, EvalCase) {
    guard let run = snapshot.runs.first(where: { $0.id == output.run }) else {
      throw WorkbenchError.unknown(
        "run", output.run.description, among: snapshot.runs.map(\.id.description), whenNone: .evaluate(nil))
    }
    guard let set = snapshot.workspace.evalSet(run.set) else {
      throw WorkbenchError.unknown("eval set", run.set, among: snapshot.workspace.evalSets.map(\.name))
    }
    guard let evalCase = set.cases.first(where: { $0.id == caseID }) else {
      throw WorkbenchError.unknown(
        "case of \"\(set.name)\"", caseID, among: set.cases.map(\.id), whenNone: .add(to: set.path))
    }
    let outputs = try await store.outputs(of: run.id)
    guard outputs.contains(where: { $0.caseID == caseID && $0.sample == output.sample && $0.answer != nil }) else {
      let which = output.sample == 0 ? "no answer" : "no answer number \(output.sample + 1)"
      throw WorkbenchError.input("Run \(run.id) (\(run.variant.name)) has \(which) to \(caseID).")
    }
    return (run, evalCase)
  }
}
