import Domain
import Evidence
import Foundation

extension Workbench {
  /// What an evaluation would take now. Nothing is asked, begun or stored.
  /// - Throws: `WorkbenchError` when it couldn't be run.
  package func estimate(_ request: EvaluateRequest) async throws -> RunEstimate {
    if let variant = snapshot.workspace.variant(request.variant), let router = variant.router {
      return try await estimate(request, through: router, of: variant)
    }
    let subject = try evaluable(request)
    let identity = try await identity(of: subject)
    let repeats = max(1, request.repeats)
    let store = store
    let run = request.isFresh ? nil : try await store.newestRun(base: identity.base, repeats: repeats)
    let places = try places(of: request, in: subject.set)
    let done = if let run { try await answered(run, subject.set) } else { AnsweredRequests() }
    var (calls, characters, asked) = (0, 0, 0)
    var texts: [String] = []
    for start in stride(from: 0, to: places.count, by: 500) {
      var keys: [ContentHash] = []
      for place in places[start..<min(start + 500, places.count)] where done.count(at: place) < repeats {
        let evalCase = subject.set.cases[place]
        let messages = try Self.messages(for: evalCase, subject)
        asked += 1
        characters += messages.reduce(0) { $0 + $1.content.count }
        if texts.count < 50 { texts.append(messages.map(\.content).joined(separator: "\n")) }
        for sample in 0..<repeats where !done.contains(place: place, sample: sample) {
          keys.append(identity.key(for: messages, of: evalCase, sample: (run?.firstSample ?? 0) + sample))
        }
      }
      let known = request.isFresh ? [:] : try await store.answers(to: keys)
      calls += keys.count { known[$0] == nil }
    }
    let total = places.count * repeats
    let mean = asked > 0 ? Double(characters) / Double(asked) : 0
    let limit = subject.variant.sampling.maxTokens.map(Double.init)
    var prompt = RunEstimate.Range(mean / 5, mean / 2.5)
    var completion = RunEstimate.Range(1, limit)
    var basis = RunEstimate.Basis.characters
    if let counts = await tokenCounts(of: texts, by: subject), !counts.isEmpty {
      // The chat template adds a few tokens to each message.
      let tokens = Double(counts.reduce(0, +)) / Double(counts.count)
      (prompt, basis) = (RunEstimate.Range(tokens, tokens * 1.1 + 20), .tokenizer)
    }
    if let earlier = earlierRun(like: subject) {
      if let read = earlier.summary.meanPromptTokens { prompt = RunEstimate.Range(read * 0.8, read * 1.2) }
      if let written = earlier.summary.meanCompletionTokens, written > 0 {
        completion = RunEstimate.Range(min(written * 0.8, limit ?? .infinity), min(written * 1.2, limit ?? .infinity))
      }
      basis = .earlierRun(earlier.id)
    }
    var whole = RunEstimate(
      calls: calls, reused: total - calls, prompt: prompt, completion: completion, price: subject.model.price,
      priceShare: request.inBatches ? (try? client(of: subject))?.batches?.priceShare ?? 1 : 1, basis: basis)
    whole.judging = try await judgingEstimate(request, subject, identity, completion: completion)
    return whole
  }

  /// The newest run with the same prompt and model, this variant's own before others.
  private func earlierRun(like subject: Subject) -> Run? {
    let alike = snapshot.runs.filter {
      $0.promptVersion == subject.version.hash && $0.variant.model == subject.model.name && $0.summary.done > 0
        && $0.set == subject.set.name && $0.variant.sampling == subject.variant.sampling && $0.summary.counted > 0
    }
    return alike.first { $0.variant.name == subject.variant.name } ?? alike.first
  }

  private func tokenCounts(of texts: [String], by subject: Subject) async -> [Int]? {
    guard !texts.isEmpty, let client = try? client(of: subject) else { return nil }
    return await client.tokenCounts(of: texts)
  }
}
