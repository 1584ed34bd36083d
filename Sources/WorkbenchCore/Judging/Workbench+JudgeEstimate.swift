import Content
import Domain
import Grading

/// What judging takes, before it is begun.
extension Workbench {
  /// What the judges of an evaluation would be asked now: about answers that are there as they stand, about others as if
  /// they had the expected length.
  /// - Parameter completion: tokens of one answer.
  func judgingEstimate(
    _ request: EvaluateRequest, _ subject: Subject, _ identity: RunIdentity, completion: RunEstimate.Range
  ) async throws -> [RunEstimate.Judging] {
    let judges = snapshot.workspace.judges(of: subject.set)
    guard !judges.isEmpty else { return [] }
    let answers = try await knownAnswers(request, subject, identity)
    var parts: [RunEstimate.Judging] = []
    for judge in judges {
      let ready = try await ready(judge)
      for seat in ready.seats {
        var (calls, reused, characters, asked) = (0, 0, 0.0, 0)
        // An answer that isn't there has about four characters to a token.
        let guess = String(repeating: "x", count: Int(min(completion.high ?? 2000, 100_000) * 2))
        for (evalCase, answer) in answers {
          let text =
            answer.map { AnswerText($0.text, reasoning: subject.set.keepsReasoning ? .keep : .cut).text } ?? guess
          let question = JudgeQuestion(
            caseID: evalCase.id, answer: text, expected: evalCase.expected, input: evalCase.input)
          guard let messages = try? judge.messages(for: question) else { continue }
          var missing = judge.votes
          if answer != nil {
            let keys = (0..<judge.votes).map { sample in
              seat.identity.key(
                for: messages.chat, of: EvalCase(id: evalCase.id, input: [:]), sample: sample)
            }
            missing -= try await store.answers(to: keys).count
          }
          reused += judge.votes - missing
          calls += missing
          characters += Double((messages.system.count + messages.user.count) * missing)
          asked += missing
        }
        let mean = asked > 0 ? characters / Double(asked) : 0
        parts.append(
          RunEstimate.Judging(
            judge: judge.name, model: seat.model.name,
            estimate: RunEstimate(
              calls: calls, reused: reused, prompt: RunEstimate.Range(mean / 5, mean / 2.5),
              completion: RunEstimate.Range(20, Double(judge.maxTokens)), price: seat.model.price, basis: .characters)))
      }
    }
    return parts
  }

  /// Each answer that an evaluation is about, or nil where it is still to be asked for.
  private func knownAnswers(
    _ request: EvaluateRequest, _ subject: Subject, _ identity: RunIdentity
  ) async throws -> [(EvalCase, Answer?)] {
    let repeats = max(1, request.repeats)
    let run = request.isFresh ? nil : try await store.newestRun(base: identity.base, repeats: repeats)
    let done = if let run { try await answered(run, subject.set) } else { AnsweredRequests() }
    var answers: [(EvalCase, Answer?)] = []
    for place in try places(of: request, in: subject.set) {
      let evalCase = subject.set.cases[place]
      let messages = try Self.messages(for: evalCase, subject)
      let open = (0..<repeats).filter { !done.contains(place: place, sample: $0) }
      let keys = open.map { identity.key(for: messages, of: evalCase, sample: (run?.firstSample ?? 0) + $0) }
      let known = request.isFresh ? [:] : try await store.answers(to: keys)
      for key in keys {
        let answer = known[key]
        // What is no answer isn't judged.
        if let answer, NoAnswer(answer, keepsReasoning: subject.set.keepsReasoning) != nil { continue }
        answers.append((evalCase, answer))
      }
    }
    return answers
  }
}

extension Judge.Messages {
  /// The messages as they are sent.
  var chat: [ChatMessage] {
    [ChatMessage(role: .system, content: system), ChatMessage(role: .user, content: user)]
  }
}
