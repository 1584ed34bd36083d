import Content
import Domain

extension Workbench {
  /// What one variant's answer to a typed input may cost; nil where it costs nothing.
  func charge(for request: DuelRequest, of variant: String) -> Charge.Item? {
    guard let subject = try? subject(variant: variant, set: request.set), let spender = Spender(subject.model),
      let evalCase = try? Self.duelCase(request, subject), let messages = try? Self.messages(for: evalCase, subject)
    else { return nil }
    let characters = Double(messages.reduce(0) { $0 + $1.content.count })
    let estimate = RunEstimate(
      calls: 1, reused: 0, prompt: RunEstimate.Range(characters / 5, characters / 2.5),
      completion: RunEstimate.Range(1, subject.variant.sampling.maxTokens.map(Double.init)),
      price: subject.model.price, basis: .characters)
    var item = Charge.Item("One answer of \(subject.variant.name)")
    item.requests = 1
    (item.promptTokens, item.completionTokens) = (estimate.promptTokens, estimate.completionTokens)
    item.dollars = estimate.dollars
    return spender.complete(item)
  }

  /// The typed input as a case of the set.
  private static func duelCase(_ request: DuelRequest, _ subject: Subject) throws -> EvalCase {
    EvalCase(id: "typed", input: try request.input(like: subject.set.cases.first?.input))
  }

  /// Asks all variants at once and streams their answers into the snapshot; nothing is kept.
  func duel(_ request: DuelRequest) async throws {
    duelTask?.cancel()
    let subjects = try request.variants.map { name in
      let subject = try subject(variant: name, set: request.set)
      let flaws = snapshot.workspace.flaws(of: subject.variant, prompt: subject.prompt, set: subject.set)
      guard flaws.isEmpty else { throw WorkbenchError.flawed("asked", flaws) }
      let evalCase = try Self.duelCase(request, subject)
      return (subject: subject, evalCase: evalCase, messages: try Self.messages(for: evalCase, subject))
    }
    var duel = Duel(request)
    for (place, subject) in subjects.enumerated() {
      duel.sides[place].waiting =
        subject.subject.model.isLocal ? "waiting for the local engine" : "waiting for the first token"
    }
    snapshot.duel = duel
    publish()
    let task = Task {
      await withTaskGroup(of: Void.self) { group in
        for (place, one) in subjects.enumerated() {
          group.addTask { await self.answer(place, of: request, one.subject, one.evalCase, one.messages) }
        }
      }
    }
    duelTask = task
    await task.value
  }

  private func answer(
    _ place: Int, of request: DuelRequest, _ subject: Subject, _ evalCase: EvalCase, _ messages: [ChatMessage]
  ) async {
    do {
      let client = try client(of: subject)
      try await client.prepare()
      let (pieces, continuation) = AsyncStream.makeStream(of: String.self)
      async let shown: Void = showDuel(pieces, place, of: request)
      defer { continuation.finish() }
      let answer = try await client.answer(
        ModelRequest(
          caseID: evalCase.id, messages: messages, tools: Conversation(in: evalCase.input)?.tools,
          sampling: subject.variant.sampling)
      ) { continuation.yield($0) }
      continuation.finish()
      await shown
      let output = Output(
        caseID: evalCase.id, requestKey: subject.version.hash, answer: answer,
        cost: subject.model.price?.cost(of: answer.usage))
      change(place, of: request) { side in
        (side.isRunning, side.waiting, side.output, side.text) = (false, nil, output, answer.text)
      }
    } catch {
      let problem = error is CancellationError ? "It was stopped." : String(describing: error)
      change(place, of: request) { side in
        (side.isRunning, side.waiting, side.failure) = (false, nil, problem)
      }
    }
  }

  private func showDuel(_ pieces: AsyncStream<String>, _ place: Int, of request: DuelRequest) async {
    for await piece in pieces {
      change(place, of: request) { side in
        side.text += piece
        side.waiting = nil
      }
    }
  }

  /// Changes a side of the duel that is shown; one that was ended or followed by another stays as it is.
  private func change(_ place: Int, of request: DuelRequest, _ body: (inout Duel.Side) -> Void) {
    guard var duel = snapshot.duel, duel.request == request, duel.sides.indices.contains(place),
      duel.sides[place].isRunning
    else { return }
    body(&duel.sides[place])
    snapshot.duel = duel
    publishSoon()
  }
}
