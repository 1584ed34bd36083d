import Content
import Domain
import Grading
import Processes

/// One running program that grades answers: a line of JSON in for each, a line of JSON out.
///
/// A program that names the `id` of what it replies to may answer in any order, with several under way; another is asked
/// one thing at a time, and each line that it writes is the reply to it. When it ends or falls silent with several under
/// way, each of them is asked once more by itself, so that the one that it can't grade is known.
actor GraderProcess: GraderClient {
  /// Why there is no reply.
  private enum Failure: Error {
    /// The program ended, or was ended because it was silent, while so many answers waited; the text is the end of a
    /// sentence.
    case gone(String, waiting: Int)
    /// What it wrote is no reply.
    case unreadable(String)
  }

  /// An answer that waits for its reply.
  private struct Question {
    let continuation: CheckedContinuation<JSONValue, any Error>
    let sent: ContinuousClock.Instant
  }

  private let grader: GraderProgram
  private let program: Program
  private let name: String
  private let limit: Int
  private var running: LineProgram?
  private var starts = 0
  private var questions: [String: Question] = [:]
  private var lastID = 0
  /// Whether replies have named ids.
  private var namesIDs = false
  /// Whether it has ended or fallen silent while several answers were under way.
  private var isFrail = false
  private var failuresInARow = 0
  /// Why it is not started again.
  private var givenUp: String?
  private var turns: [CheckedContinuation<Void, Never>] = []
  private var busy = 0
  private var output = LineProgramOutput()
  private var heard = ContinuousClock.now
  private var watch: Task<Void, Never>?

  /// How many times in a row it may fail before it is given up.
  private static let mostFailures = 5

  /// - Parameter folder: where it runs; a program with a slash in its name is looked for from there.
  /// - Parameter limit: the longest line that it may write, in bytes.
  init(_ grader: GraderProgram, in folder: String, limit: Int) {
    self.grader = grader
    self.limit = limit
    program = Program(words: grader.words, inherits: .named(grader.environment), in: folder)
    name = SafeText.line("the program " + grader.words.joined(separator: " "), limit: 80)
  }

  deinit {
    running?.close(after: .seconds(3))
    watch?.cancel()
  }

  /// Starts the program unless it runs.
  /// - Throws: `ModelFailure.rejected` when it can't be started.
  func prepare() async throws {
    guard running == nil else { return }
    try await begin()
  }

  /// Ends the program and returns when it has ended.
  func close() async {
    guard let running else { return }
    running.close(after: .seconds(3))
    await running.waitForEnd()
  }

  /// What the program replies to a line.
  /// - Throws: `ModelFailure` with a sentence, or `CancellationError`.
  func reply(to line: JSONObject) async throws -> JSONValue {
    try await turn()
    defer { endTurn() }
    for attempt in 1... {
      if let givenUp { throw ModelFailure.rejected(givenUp) }
      try Task.checkCancellation()
      do {
        try await prepare()
        let reply = try await ask(line)
        failuresInARow = 0
        return reply
      } catch let failure as Failure {
        try Task.checkCancellation()
        if case .gone(_, let waiting) = failure, attempt == 1, waiting > 1 {
          // Any of those under way may be to blame: from now on one at a time.
          isFrail = true
          await aloneAgain()
          continue
        }
        failuresInARow += 1
        let sentence =
          switch failure {
          case .gone(let how, _): "\(name) \(how)"
          case .unreadable(let text): "\(name) wrote \(text)"
          }
        if failuresInARow >= Self.mostFailures {
          givenUp =
            "\(name) failed \(failuresInARow) times in a row and was not started again; the last time it "
            + sentence.dropFirst(name.count + 1)
        }
        throw ModelFailure.unavailable(sentence)
      }
    }
    throw CancellationError()
  }

  // MARK: Taking turns

  private var width: Int { namesIDs && !isFrail ? grader.concurrency : 1 }

  private func turn() async throws {
    while busy >= width {
      try Task.checkCancellation()
      await withCheckedContinuation { turns.append($0) }
    }
    busy += 1
  }

  private func endTurn() {
    busy -= 1
    wake()
  }

  private func wake() {
    let free = max(0, width - busy)
    for _ in 0..<min(free, turns.count) { turns.removeFirst().resume() }
  }

  /// Gives the turn back and takes it again when nothing else is under way.
  private func aloneAgain() async {
    busy -= 1
    while busy >= 1 {
      await withCheckedContinuation { turns.append($0) }
    }
    busy += 1
  }

  // MARK: Asking

  private func ask(_ line: JSONObject) async throws -> JSONValue {
    lastID += 1
    let id = String(lastID)
    var whole: JSONObject = ["id": .string(id)]
    for (key, value) in line { whole[key] = value }
    let bytes = Array((JSONValue.object(whole).text(.compact) + "\n").utf8)
    return try await withTaskCancellationHandler {
      try await withCheckedThrowingContinuation { continuation in
        guard !Task.isCancelled else { return continuation.resume(throwing: CancellationError()) }
        guard let running else { return continuation.resume(throwing: Failure.gone("has ended", waiting: 1)) }
        questions[id] = Question(continuation: continuation, sent: .now)
        running.send(bytes)
        keepWatch()
      }
    } onCancel: {
      Task { await self.drop(id) }
    }
  }

  /// Drops a question whose asker was cancelled.
  private func drop(_ id: String) {
    guard let question = questions.removeValue(forKey: id) else { return }
    question.continuation.resume(throwing: CancellationError())
    // Its reply would be taken for that to the next.
    if !namesIDs, let running { end(running) }
  }

  /// Ends the program when it has been silent for too long while answers wait.
  private func keepWatch() {
    guard watch == nil else { return }
    let pause = Duration.seconds(max(0.01, min(0.25, grader.timeout / 4)))
    watch = Task { [weak self] in
      repeat { try? await Task.sleep(for: pause) } while await self?.look() == true
    }
  }

  private func look() -> Bool {
    guard let first = questions.values.map(\.sent).min(), let running, !Task.isCancelled else {
      watch = nil
      return false
    }
    guard ContinuousClock.now - max(first, heard) > .seconds(grader.timeout) else { return true }
    watch = nil
    let seconds = grader.timeout
    let text = seconds == seconds.rounded() ? String(Int(seconds)) : String(seconds)
    fail(.gone("gave no reply within \(text) s" + hint, waiting: questions.count))
    end(running)
    return false
  }

  private func fail(_ failure: Failure) {
    let open = questions
    questions = [:]
    for question in open.values { question.continuation.resume(throwing: failure) }
  }

  // MARK: The process

  private func begin() async throws {
    starts += 1
    let number = starts
    (output, heard) = (LineProgramOutput(), .now)
    let started = LineProgram(program, number: number, goal: "replied") { [weak self] in
      await self?.note($0, of: number)
    }
    running = started
    do {
      try await started.waitForStart(ofCommand: "grader")
    } catch {
      if running?.number == number { running = nil }
      givenUp = error.description
      throw error
    }
  }

  /// Stops a process; the next question starts another.
  private func end(_ process: LineProgram) {
    if running?.number == process.number { running = nil }
    process.close(after: .zero)
  }

  /// The program's own words about a failure, as the end of a sentence.
  private var hint: String { output.hint("replies").map { "; " + $0 } ?? "" }

  // MARK: Events

  private func note(_ event: LineProgram.Event, of number: Int) {
    guard running?.number == number else { return }
    switch event {
    case .errors(let bytes): output.note(errors: bytes)
    case .output(let bytes):
      for line in output.add(bytes) where running?.number == number { take(line: line) }
      guard let running, running.number == number, output.pending > limit else { return }
      fail(.unreadable("a line of more than \(limit) bytes"))
      end(running)
    case .ended(let how):
      output.end()
      running = nil
      fail(.gone(how + hint, waiting: questions.count))
    }
  }

  private func take(line bytes: [UInt8]) {
    let text = String(validating: bytes, as: UTF8.self)
    let json = text.flatMap { try? JSONValue(parsing: $0) }
    let id = json?["id"].flatMap { $0.string ?? $0.number?.text }
    if let json, let id, let question = questions.removeValue(forKey: id) {
      (namesIDs, heard) = (true, .now)
      wake()
      return question.continuation.resume(returning: json)
    }
    if namesIDs {
      // The reply to a question that was dropped, or something printed by mistake.
      if id == nil { output.note(stray: bytes) }
      return
    }
    let isReply = json?.object != nil && id == nil
    guard let (key, question) = questions.first, isReply, let json else {
      let said = output.note(stray: bytes)
      fail(
        .unreadable(
          "\(said), which is no JSON object with score, passed or unscored; what it logs goes to standard error"))
      if let running { end(running) }
      return
    }
    (questions[key], heard) = (nil, .now)
    question.continuation.resume(returning: json)
  }
}
