import Evidence
import Foundation
import Grading
import NumberFormat

/// One variant over one eval set.
package struct Run: Sendable, Hashable, Identifiable {
  /// Where it stands.
  package enum State: String, Sendable, Hashable {
    /// Some process is working on it now.
    case running
    /// Stopped before its end, by a person or a death: running it again goes on where it stopped.
    case paused
    /// Every case has an output.
    case finished
  }

  /// Its number.
  package let id: RunID
  /// What decides its answers and their judgement; one run for each identity.
  package let identity: ContentHash
  /// The identity without how many answers each case gets, and which: runs of one base asked the same, perhaps afresh.
  package var base: ContentHash
  /// The variant as it was.
  package var variant: Variant
  /// What was sent.
  package var promptVersion: ContentHash
  /// The eval set's name.
  package var set: String
  /// The eval set as it was.
  package var setHash: ContentHash
  /// Where it stands.
  package var state: State
  /// When it was first started.
  package var started: Date
  /// Seconds of work, pauses excluded.
  package var seconds: Double
  /// How many cases it is to answer.
  package var cases: Int
  /// How many answers each case gets, at least 1.
  package var repeats: Int
  /// The sample number of its first answers: 0, unless it was asked for afresh. Answers of one request with different
  /// sample numbers are different draws.
  package var firstSample: Int
  /// What has been measured so far.
  package var summary: RunSummary
  /// What a person calls it, and notes of it.
  package var labels = RunLabels()

  /// How many answers it is to have.
  package var requests: Int { cases * repeats }
  /// How many cases have been asked, whatever came of it; a case that has some of its answers counts.
  package var casesAsked: Int { Self.cases(summary.done + summary.errors, repeats) }
  /// How many cases have an answer.
  package var casesAnswered: Int { Self.cases(summary.done, repeats) }

  /// How many cases have all their answers.
  package var casesComplete: Int { summary.done / max(1, repeats) }
  /// The same as `4`, or as `3/4` where some have not.
  package var casesText: String { casesComplete == cases ? "\(cases)" : "\(casesComplete)/\(cases)" }

  /// Whether it ended, went on or came a tenth of its answers further since an earlier moment: reason enough to line up
  /// its outputs again.
  package func hasMoved(since earlier: Run) -> Bool {
    state != earlier.state || setHash != earlier.setHash || tenths != earlier.tenths
  }

  private var tenths: Int { requests > 0 ? 10 * summary.done / requests : 0 }

  private static func cases(_ answers: Int, _ repeats: Int) -> Int { (answers + repeats - 1) / max(1, repeats) }

  /// Makes a run.
  package init(
    id: RunID, identity: ContentHash, base: ContentHash? = nil, variant: Variant, promptVersion: ContentHash,
    set: String, setHash: ContentHash, state: State, started: Date, seconds: Double, cases: Int, repeats: Int = 1,
    firstSample: Int = 0,
    summary: RunSummary
  ) {
    self.id = id
    self.identity = identity
    self.base = base ?? identity
    self.variant = variant
    self.promptVersion = promptVersion
    self.set = set
    self.setHash = setHash
    self.state = state
    self.started = started
    self.seconds = seconds
    self.cases = cases
    self.repeats = repeats
    self.firstSample = firstSample
    self.summary = summary
  }
}

/// What a model answered to one request. The request's key holds everything that decides the answer, so one answer may
/// serve several runs.
package struct Answer: Sendable, Hashable {
  /// The text, as received.
  package var text: String
  /// Why the model stopped, in the server's word.
  package var finishReason: String?
  /// What the server counted.
  package var usage: TokenUsage
  /// From sending to the last byte, in seconds.
  package var latency: Double
  /// From sending to the first text, in seconds, where streamed.
  package var firstToken: Double?
  /// The finish reason of an answer that ran into the end of the model's context.
  package static let contextFull = "context_full"
  /// The finish reason of a reply in which the model declined in the API's own way.
  package static let refusal = "refusal"
  /// The finish reason of a reply, or of a refused request, that a content filter stopped.
  package static let contentFilter = "content_filter"
  /// The finish reason of a completion whose list of choices is empty.
  package static let noChoice = "no_choice"
  /// Finish reasons of answers that their limit on tokens ended; a dialect whose servers say it otherwise reads it as `length`.
  package static let limitReasons: Set<String> = ["length", "max_tokens", "max_output_tokens"]
  /// Finish reasons of answers that any limit ended.
  package static let cutReasons = limitReasons.union([contextFull])
  /// Whether a limit ended it.
  package var isCut: Bool { finishReason.map(Self.cutReasons.contains) == true }

  /// Makes an answer. Counts that its text rules out are left out of the usage.
  package init(
    text: String, finishReason: String? = nil, usage: TokenUsage = TokenUsage(), latency: Double = 0,
    firstToken: Double? = nil
  ) {
    self.text = text
    self.finishReason = finishReason
    self.usage = usage.plausible(for: text)
    self.latency = latency
    self.firstToken = firstToken
  }
}

/// A run's answer to one case with its scores, or why there is none.
package struct Output: Sendable, Hashable, Identifiable {
  /// The case's id.
  package var caseID: String
  /// Which of the case's answers in its run it is, from 0.
  package var sample: Int
  /// What was asked, hashed.
  package var requestKey: ContentHash
  /// What the model sent, unless the request failed.
  package var answer: Answer?
  /// Why there is no answer: the request failed, or what was sent is none.
  package var failure: String?
  /// What the reply is, where it is none that could be judged; without a ``failure``, it counts as wrong.
  package var noAnswer: NoAnswer?
  /// One for each grader, in the set's order.
  package var scores: [Score]
  /// Weighted mean of the scores, 0 to 1; nil without an answer, and where it couldn't be scored.
  package var value: Double?
  /// Whether every grader passed it; nil without an answer, and where it couldn't be scored.
  package var passed: Bool?
  /// Why an answer couldn't be scored; nil where it was.
  package var unscored: String?
  /// Whether the answer has the form that the graders ask for.
  package var formatValid: Bool
  /// Dollars, where the model's price is known.
  package var cost: Double?
  /// The case's id; further answers have their number behind it.
  package var id: String { Self.id(caseID: caseID, sample: sample) }

  /// The id of a case's answer with a number.
  package static func id(caseID: String, sample: Int) -> String { sample == 0 ? caseID : "\(caseID)#\(sample + 1)" }

  /// Makes an output.
  package init(
    caseID: String, sample: Int = 0, requestKey: ContentHash, answer: Answer?, failure: String? = nil,
    noAnswer: NoAnswer? = nil, scores: [Score] = [],
    value: Double? = nil, passed: Bool? = nil, unscored: String? = nil, formatValid: Bool = false, cost: Double? = nil
  ) {
    self.caseID = caseID
    self.sample = sample
    self.requestKey = requestKey
    self.answer = answer
    self.failure = failure
    self.noAnswer = noAnswer
    self.scores = scores
    self.value = value
    self.passed = passed
    self.unscored = unscored
    self.formatValid = formatValid
    self.cost = cost
  }

  /// Whether there is an answer.
  package var isAnswered: Bool { answer != nil && failure == nil }
  /// Whether there is an answer that could be scored.
  package var isScored: Bool { isAnswered && passed != nil }
}

/// Averages of a run over the cases that have an answer. A request that failed says nothing about the variant, so it is
/// counted apart.
package struct RunSummary: Sendable, Hashable {
  /// Cases with an answer.
  package var done = 0
  /// Cases whose answer couldn't be scored; they count among ``done`` and in no average.
  package var unscored = 0
  /// Cases that every grader passed.
  package var passed = 0
  /// Cases that were asked and have no answer.
  package var errors = 0
  /// Answers in the asked form.
  package var formatValid = 0
  /// Mean score of the answers that were scored, 0 to 1; 0 when there are none, and says nothing then.
  package var mean = 0.0
  /// 95 % interval of the mean, low and high.
  package var low = 0.0
  /// 95 % interval of the mean, low and high.
  package var high = 1.0
  /// Replies that are no answer, by what they are; those that the set counts as wrong are among ``done`` too.
  package var noAnswers: [NoAnswer: Int] = [:]
  /// Mean score with replies that are no answer counted as wrong, and its 95 % interval.
  package var strict: (mean: Double, low: Double, high: Double) {
    get { (strictMean, strictLow, strictHigh) }
    set { (strictMean, strictLow, strictHigh) = newValue }
  }
  private var strictMean = 0.0
  private var strictLow = 0.0
  private var strictHigh = 1.0
  /// Replies that are no answer and stand in no mean but the strict one.
  package var leftOut = 0
  /// Replies whose tokens the server counted, replies that are no answer included; all sums of tokens are of these.
  package var counted = 0
  /// Tokens of the prompts, cached ones included.
  package var promptTokens = 0
  /// How many of them came from the server's cache; nil where no server said.
  package var cachedPromptTokens: Int?
  /// How many of them were written to the server's cache for minutes.
  package var cacheWriteTokens = 0
  /// How many of them were written to the server's cache for an hour.
  package var longCacheWriteTokens = 0
  /// Tokens of the replies.
  package var completionTokens = 0
  /// Seconds, median over answers.
  package var latencyMedian = 0.0
  /// Seconds, 95th percentile over answers.
  package var latency95 = 0.0
  /// Replies whose cost isn't known, because the model has no price or the server didn't count.
  package var unpriced = 0
  /// Dollars for the replies whose cost is known; nil where there is none.
  package var knownCost: Double?
  /// Nothing done yet.
  package init() {}
  /// Dollars; nil unless the cost of every reply is known.
  package var cost: Double? { unpriced == 0 ? knownCost : nil }
  /// Dollars in words, `≥ $0.12` where the cost of some replies isn't known; nil where nothing is known.
  package var costText: String? { knownCost.map { (unpriced > 0 ? "≥ " : "") + NumberFormat.dollars($0) } }
  /// Answers, and replies that are none.
  package var replies: Int { done + leftOut }
  /// Dollars for one reply; nil unless the cost of every reply is known.
  package var costPerReply: Double? { cost.map { $0 / Double(max(1, replies)) } }
  /// Tokens of one prompt, the mean over replies that were counted; nil where none was.
  package var meanPromptTokens: Double? { counted > 0 ? Double(promptTokens) / Double(counted) : nil }
  /// Tokens of one reply, the mean over replies that were counted; nil where none was.
  package var meanCompletionTokens: Double? { counted > 0 ? Double(completionTokens) / Double(counted) : nil }
  /// Answers that were scored: what ``mean`` and ``passed`` are of.
  package var scored: Int { done - unscored }
  /// Share of the answers that couldn't be scored, 0 to 1; 0 where there is none.
  package var unscoredShare: Double { done == 0 ? 0 : Double(unscored) / Double(done) }

  /// Averages of outputs.
  package init(of outputs: [Output]) {
    let answered = outputs.filter(\.isAnswered)
    done = answered.count
    unscored = answered.count { !$0.isScored }
    passed = answered.count { $0.passed == true }
    errors = outputs.count - answered.count
    formatValid = answered.count(where: \.formatValid)
    noAnswers = outputs.reduce(into: [:]) { if let none = $1.noAnswer { $0[none, default: 0] += 1 } }
    let unanswered = outputs.filter { $0.noAnswer != nil && !$0.isAnswered }
    leftOut = unanswered.count
    // Answers to one case go together: the case is what was drawn, so its mean is one number.
    func estimate(_ outputs: [Output]) -> Estimate? {
      let byCase = Dictionary(grouping: outputs, by: \.caseID).values
      return Estimate(
        scores: byCase.map { $0.reduce(0) { $0 + ($1.value ?? 0) } / Double($0.count) },
        repeated: byCase.contains { $0.count > 1 })
    }
    let scored = answered.filter(\.isScored)
    if let estimate = estimate(scored) {
      (mean, low, high) = (estimate.mean, estimate.interval.low, estimate.interval.high)
    }
    if let estimate = estimate(scored + unanswered) {
      strict = (estimate.mean, estimate.interval.low, estimate.interval.high)
    }
    let answers = outputs.compactMap(\.answer)
    let usages = answers.map(\.usage).filter(\.isWhole)
    counted = usages.count
    promptTokens = usages.reduce(0) { $0 + ($1.prompt ?? 0) }
    let cached = usages.compactMap(\.cachedPrompt)
    cachedPromptTokens = cached.isEmpty ? nil : cached.reduce(0, +)
    cacheWriteTokens = usages.reduce(0) { $0 + ($1.cacheWrites ?? 0) }
    longCacheWriteTokens = usages.reduce(0) { $0 + ($1.longCacheWrites ?? 0) }
    completionTokens = usages.reduce(0) { $0 + ($1.completion ?? 0) }
    let latencies = Percentiles(answered.compactMap(\.answer?.latency).filter { $0 > 0 })
    latencyMedian = latencies.p50 ?? 0
    latency95 = latencies.p95 ?? 0
    let costs = outputs.compactMap(\.cost)
    knownCost = costs.isEmpty ? nil : costs.reduce(0, +)
    unpriced = outputs.count { $0.answer != nil && $0.cost == nil }
  }
}

extension Sequence<Output> {
  /// For each answered case the output that stands for it: its only answer, or among repeats the first one that passed or
  /// failed as most of them did (as the first did, on a tie).
  package var representatives: [String: Output] {
    var byCase: [String: [Output]] = [:]
    for output in self { byCase[output.caseID, default: []].append(output) }
    return byCase.compactMapValues { outputs in
      guard outputs.count > 1 else { return outputs[0] }
      let answered = outputs.filter(\.isScored).sorted { $0.sample < $1.sample }
      guard let first = answered.first else { return outputs.first(where: \.isAnswered) ?? outputs[0] }
      let passed = answered.count { $0.passed == true }
      let most = passed * 2 == answered.count ? first.passed : passed * 2 > answered.count
      return answered.first { $0.passed == most } ?? first
    }
  }
}
