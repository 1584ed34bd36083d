import Evidence
import Foundation

/// What an evaluation would take, before it is run.
package struct RunEstimate: Sendable, Hashable {
  /// A number that isn't known yet.
  package struct Range: Sendable, Hashable {
    /// The least, to be expected.
    package var low: Double
    /// The most, to be expected; nil where nothing bounds it.
    package var high: Double?
    /// Makes a range.
    package init(_ low: Double, _ high: Double?) {
      self.low = low
      self.high = high
    }
  }

  /// Where token counts come from.
  package enum Basis: Sendable, Hashable {
    /// The same variant, or one with the same prompt and model, was run before: its means, a fifth up and down.
    case earlierRun(RunID)
    /// The prompts were counted by the model's tokenizer.
    case tokenizer
    /// A token is taken for two and a half to five characters.
    case characters
  }

  /// Requests to send; failed ones that are sent again aren't foreseen.
  package var calls: Int
  /// Answers that are there already.
  package var reused: Int
  /// Tokens of all prompts.
  package var promptTokens: Range
  /// Tokens of all answers.
  package var completionTokens: Range
  /// Dollars; nil where the price isn't known.
  package var dollars: Range?
  /// What is charged, as a share of the usual price: less than 1 in a batch.
  package var priceShare: Double
  /// Where the counts come from.
  package var basis: Basis
  /// What judging the answers would take besides, by judge and model.
  package var judging: [Judging] = []

  /// What one model of a judge would take.
  package struct Judging: Sendable, Hashable {
    /// The judge's name.
    package var judge: String
    /// The model's name.
    package var model: String
    /// The requests.
    package var estimate: RunEstimate
  }

  /// Dollars for answers and judges; nil where a price isn't known.
  package var allDollars: Range? {
    var sum = calls > 0 ? dollars : dollars ?? Range(0, 0)
    for part in judging where part.estimate.calls > 0 {
      guard let low = sum, let more = part.estimate.dollars else { return nil }
      sum = Range(low.low + more.low, low.high.flatMap { high in more.high.map { high + $0 } })
    }
    return sum
  }

  /// What so many requests would take.
  /// - Parameter prompt: tokens of one prompt, the mean.
  /// - Parameter completion: tokens of one answer, the mean.
  package init(
    calls: Int, reused: Int, prompt: Range, completion: Range, price: TokenPrice?, priceShare: Double = 1, basis: Basis
  ) {
    func all(_ range: Range) -> Range { Range(range.low * Double(calls), range.high.map { $0 * Double(calls) }) }
    self.calls = calls
    self.reused = reused
    promptTokens = all(prompt)
    completionTokens = all(completion)
    self.basis = basis
    self.priceShare = priceShare
    dollars = price.flatMap { price in
      // The least is what it costs when all of every prompt is cached, the most when nothing is.
      guard let least = price.rates(prompt: prompt.low), let most = price.rates(prompt: prompt.high ?? prompt.low)
      else { return nil }
      let count = Double(calls)
      let low = least.dollars(for: TokenCounts(cachedInput: prompt.low, output: completion.low))
      let high = prompt.high.flatMap { prompt in
        completion.high.map { most.dollars(for: TokenCounts(uncachedInput: prompt, output: $0)) }
      }
      return Range(min(low, high ?? low) * count * priceShare, high.map { max(low, $0) * count * priceShare })
    }
  }

  /// Whether what was spent lies within the range.
  package func contains(dollars spent: Double) -> Bool? {
    dollars.map { $0.low <= spent && spent <= $0.high ?? .infinity }
  }
}

extension Workbench {
  /// What an evaluation would take now. Nothing is asked, begun or stored.
  /// - Throws: `WorkbenchError` when it couldn't be run.
  package func estimate(_ request: EvaluateRequest) async throws -> RunEstimate {
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
