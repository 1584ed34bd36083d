import Domain
import Foundation

/// What a run under way is, for everybody who works on it.
struct RunContext: Sendable {
  let run: Run
  let subject: Workbench.Subject
  let identity: RunIdentity
  /// Where its graders ask.
  let desk: GradingDesk
  /// Requests under way.
  let live = LiveRequests()

  /// A request as a model gets it.
  func request(_ item: RequestList.Item) throws -> ModelRequest {
    let evalCase = subject.set.cases[Int(item.place)]
    return ModelRequest(
      caseID: evalCase.id, messages: try messages(item), tools: Conversation(in: evalCase.input)?.tools,
      sampling: subject.variant.sampling)
  }

  /// What will be sent for a request.
  func messages(_ item: RequestList.Item) throws -> [ChatMessage] {
    try Workbench.messages(for: subject.set.cases[Int(item.place)], subject)
  }

  /// Everything that decides the answer to a request.
  func key(_ item: RequestList.Item, _ messages: [ChatMessage]) -> ContentHash {
    identity.key(
      for: messages, of: subject.set.cases[Int(item.place)], sample: run.firstSample + Int(item.sample))
  }

  /// The judged answer to a request; nil when the task was cancelled before the graders were through.
  func graded(_ answer: Answer, to item: RequestList.Item, key: ContentHash) async -> Output? {
    guard !Task.isCancelled else { return nil }
    let output = await output(of: answer, to: item, key: key)
    return Task.isCancelled && output.unscored != nil ? nil : output
  }

  /// The judged answer to a request.
  func output(
    of answer: Answer, to item: RequestList.Item, key: ContentHash, priceShare: Double = 1
  ) async -> Output {
    await Judgement.output(
      of: answer, to: subject.set.cases[Int(item.place)], sample: Int(item.sample), key: key,
      set: subject.set, cost: subject.model.price?.cost(of: answer.usage).map { $0 * priceShare }, asking: desk)
  }

  /// The output of a request that was given up.
  func output(of failure: ModelFailure, to item: RequestList.Item, key: ContentHash) -> Output {
    Output(
      caseID: subject.set.cases[Int(item.place)].id, sample: Int(item.sample), requestKey: key, answer: nil,
      failure: failure.description)
  }
}

/// What working on a run took.
package struct RunUse: Sendable, Hashable {
  /// Requests sent, repeated ones included.
  package var calls = 0
  /// Tokens of prompts, as far as the server said.
  package var promptTokens = 0
  /// Tokens of answers, as far as the server said.
  package var completionTokens = 0
  /// Dollars for the replies whose cost is known; nil where there is none.
  package var dollars: Double?
  /// Replies whose cost isn't known.
  package var unpriced = 0

  /// The sum of two.
  func adding(_ other: RunUse?) -> RunUse {
    guard let other else { return self }
    var sum = self
    sum.calls += other.calls
    sum.promptTokens += other.promptTokens
    sum.completionTokens += other.completionTokens
    sum.unpriced += other.unpriced
    if let dollars = other.dollars { sum.dollars = (sum.dollars ?? 0) + dollars }
    return sum
  }
}

/// A run under way in this process.
struct RunWork: Sendable {
  /// What it is.
  let context: RunContext
  var progress: RunProgress
  /// What has arrived and isn't stored yet.
  var buffer: [Output] = []
  /// Answers that have come and aren't graded yet.
  var ungraded = UngradedAnswers()
  var answered = 0
  /// The requests that are asked for, where a batch may answer others too.
  var wanted: Set<PackedHash>?
  /// What it took so far.
  var use = RunUse()
  /// What its answers show of the server.
  private(set) var watch: OptionWatch
  var stopReason: String?
  var limitReached: RunPlan.Limit?
  private var lastBatch = ContinuousClock.now
  private var arrivals: [ContinuousClock.Instant] = []

  /// A run that is about to be worked on.
  init(_ context: RunContext, done: Int, total: Int) {
    self.context = context
    watch = OptionWatch(context.subject.variant.sampling, options: context.subject.model.options)
    progress = RunProgress(done: done, total: total, reused: done)
  }

  /// Takes an output in; it counts on screen once it is stored.
  mutating func arrived(_ output: Output) {
    buffer.append(output)
    progress.done += 1
    if let cost = output.cost {
      use.dollars = (use.dollars ?? 0) + cost
    } else if output.answer != nil {
      use.unpriced += 1
    }
    progress.cost = use.dollars
    progress.unpriced = use.unpriced
    if let answer = output.answer {
      watch.see(answer, caseID: context.run.repeats > 1 ? output.caseID : nil)
      if output.isAnswered { answered += 1 } else { progress.errors += 1 }
      use.promptTokens += answer.usage.prompt ?? 0
      use.completionTokens += answer.usage.completion ?? 0
      note(RunProgress.SlowCase(caseID: output.caseID, seconds: answer.latency))
    } else {
      progress.errors += 1
    }
    arrivals.append(.now)
    if arrivals.count > 200 { arrivals.removeFirst(100) }
  }

  /// What has arrived, to be stored together, with the seconds since that was last done.
  struct Batch: Sendable {
    let outputs: [Output]
    /// Answers whose grading isn't over.
    let answers: [(key: ContentHash, answer: Answer)]
    let seconds: Double
  }

  /// Takes back what couldn't be stored.
  mutating func giveBack(_ batch: Batch) { buffer = batch.outputs + buffer }

  /// Takes out what isn't stored yet; nil where there is nothing.
  mutating func takeBatch() -> Batch? {
    let now = ContinuousClock.now
    defer { lastBatch = now }
    guard !buffer.isEmpty || ungraded.hasUnstored else { return nil }
    defer { buffer = [] }
    let answers = ungraded.takeUnstored().map { (key: $0.key, answer: $0.answer) }
    return Batch(outputs: buffer, answers: answers, seconds: (now - lastBatch) / .seconds(1))
  }

  /// Takes in what a batch brought; a case that isn't part of this request is kept and doesn't count.
  mutating func cameInBatch(_ output: Output, _ key: PackedHash) {
    guard let wanted, !wanted.contains(key) else { return arrived(output) }
    buffer.append(output)
    if output.isAnswered { answered += 1 }
  }

  /// Takes outputs in that cost nothing now.
  mutating func reused(_ outputs: [Output]) {
    buffer += outputs
    progress.done += outputs.count
    progress.reused += outputs.count
    answered += outputs.count
    for output in outputs {
      if let answer = output.answer { watch.see(answer, caseID: context.run.repeats > 1 ? output.caseID : nil) }
    }
  }

  /// Counts why a request failed.
  mutating func note(_ failure: ModelFailure) {
    let reason = failure.description
    if progress.failures[reason] != nil || progress.failures.count < RunProgress.mostReasons {
      progress.failures[reason, default: 0] += 1
    } else {
      progress.failures["other reasons", default: 0] += 1
    }
  }

  private mutating func note(_ slow: RunProgress.SlowCase) {
    guard slow.seconds > 0, progress.slowest.count < 5 || slow.seconds > progress.slowest.last?.seconds ?? 0 else {
      return
    }
    let place = progress.slowest.firstIndex { $0.seconds < slow.seconds } ?? progress.slowest.count
    progress.slowest.insert(slow, at: place)
    if progress.slowest.count > 5 { progress.slowest.removeLast() }
  }

  /// Outputs a second over the last arrivals.
  private var rate: Double? {
    guard arrivals.count > 1, let first = arrivals.first, let last = arrivals.last, last > first else { return nil }
    // When nothing has come for a while, the rate falls.
    let span = max(last - first, .now - first - .seconds(1))
    return Double(arrivals.count - 1) / (span / .seconds(1))
  }

  /// The progress as it is shown.
  var shownProgress: RunProgress {
    var shown = progress
    shown.rate = rate
    shown.running = context.live.oldest
    return shown
  }
}

extension Workbench {
  /// What is sent for a case.
  /// - Throws: `WorkbenchError.files` that names the case's line.
  static func messages(for evalCase: EvalCase, _ subject: Subject) throws -> [ChatMessage] {
    do {
      let messages = try subject.version.messages(for: evalCase.input)
      if let reason = subject.model.unsendable(messages, of: evalCase) {
        throw PromptTemplate.Failure.conversation(reason)
      }
      return messages
    } catch {
      let sentence = "Case \"\(evalCase.id)\" can't be rendered. \(error)"
      let problem = Problem(file: subject.set.path, line: evalCase.line, message: sentence)
      throw WorkbenchError.files(problem.description, [problem])
    }
  }
}
