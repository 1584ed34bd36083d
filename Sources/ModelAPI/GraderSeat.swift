import Content
import Domain
import Grading
import Processes

/// One running program that grades answers: a line of JSON in for each, a line of JSON out.
///
/// A program that names the `id` of what it replies to may answer in any order, with several under way; another is asked
/// one thing at a time, and each line that it writes is the reply to it. When it ends or falls silent with several under
/// way, each of them is asked once more by itself, so that the one that it can't grade is known.
actor GraderSeat: GraderClient {
  /// Why there is no reply.
  private enum Trouble: Error {
    /// The program ended, or was ended because it was silent, while so many answers waited; the text is the end of a
    /// sentence.
    case gone(String, waiting: Int)
    /// What it wrote is no reply.
    case unreadable(String)
  }

  /// One life of the program.
  private struct Life {
    let number: Int
    let input: AsyncStream<[UInt8]>.Continuation
    let stop: AsyncStream<Void>.Continuation
    let end: Task<Void, Never>

    /// Lets its input end, and after a while the program.
    func close(after grace: Duration) {
      input.finish()
      Task.detached { [stop] in
        try? await Task.sleep(for: grace)
        stop.yield()
      }
    }
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
  private var life: Life?
  private var lives = 0
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
  private var output = JSONLines()
  private var errors = LineSplitter()
  private var lastError = ""
  private var lastStray = ""
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
    life?.close(after: .seconds(3))
    watch?.cancel()
  }

  /// Starts the program unless it runs.
  /// - Throws: `ModelFailure.rejected` when it can't be started.
  func prepare() async throws {
    guard life == nil else { return }
    try await begin()
  }

  /// Ends the program and returns when it has ended.
  func close() async {
    guard let life else { return }
    life.close(after: .seconds(3))
    await life.end.value
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
      } catch let trouble as Trouble {
        try Task.checkCancellation()
        if case .gone(_, let waiting) = trouble, attempt == 1, waiting > 1 {
          // Any of those under way may be to blame: from now on one at a time.
          isFrail = true
          await aloneAgain()
          continue
        }
        failuresInARow += 1
        let sentence =
          switch trouble {
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
        guard let life else { return continuation.resume(throwing: Trouble.gone("has ended", waiting: 1)) }
        questions[id] = Question(continuation: continuation, sent: .now)
        life.input.yield(bytes)
        keepWatch()
      }
    } onCancel: {
      Task { await self.drop(id) }
    }
  }

  /// Nobody waits for this reply any more.
  private func drop(_ id: String) {
    guard let question = questions.removeValue(forKey: id) else { return }
    question.continuation.resume(throwing: CancellationError())
    // Its reply would be taken for that to the next.
    if !namesIDs, let life { end(life) }
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
    guard let first = questions.values.map(\.sent).min(), let life, !Task.isCancelled else {
      watch = nil
      return false
    }
    guard ContinuousClock.now - max(first, heard) > .seconds(grader.timeout) else { return true }
    watch = nil
    let seconds = grader.timeout
    let text = seconds == seconds.rounded() ? String(Int(seconds)) : String(seconds)
    fail(.gone("gave no reply within \(text) s" + hint, waiting: questions.count))
    end(life)
    return false
  }

  private func fail(_ trouble: Trouble) {
    let open = questions
    questions = [:]
    for question in open.values { question.continuation.resume(throwing: trouble) }
  }

  // MARK: The program's life

  private func begin() async throws {
    lives += 1
    let number = lives
    let (input, feed) = AsyncStream.makeStream(of: [UInt8].self)
    let (stops, stop) = AsyncStream.makeStream(of: Void.self, bufferingPolicy: .bufferingNewest(1))
    let (started, start) = AsyncThrowingStream.makeStream(of: Void.self)
    (output, errors, lastError, lastStray, heard) = (JSONLines(), LineSplitter(), "", "", .now)
    let program = program
    let end = Task.detached { [weak self] in
      do {
        let ending = try await program.talk(
          input: input, stops: stops, onStart: { _ in start.finish() },
          onOutput: { [weak self] in await self?.take($0, from: number) },
          onErrors: { [weak self] in await self?.note($0, from: number) })
        await self?.ended(number, "ended (\(ending)) before it had replied")
      } catch {
        start.finish(throwing: error)
        await self?.ended(number, "can't be reached any more")
      }
    }
    life = Life(number: number, input: feed, stop: stop, end: end)
    do {
      for try await _ in started {}
    } catch {
      if life?.number == number { life = nil }
      let sentence =
        "\(SafeText.line(String(describing: error))) Check the grader's command in assay.yaml: a program of the workspace "
        + "is written ./name, and arguments are a list."
      givenUp = sentence
      throw ModelFailure.rejected(sentence)
    }
  }

  /// Ends a life; the next question starts another.
  private func end(_ ending: Life) {
    if life?.number == ending.number { life = nil }
    ending.close(after: .zero)
  }

  private func ended(_ number: Int, _ how: String) {
    guard life?.number == number else { return }
    if let line = errors.finish() { lastError = line }
    life = nil
    fail(.gone(how + hint, waiting: questions.count))
  }

  /// What the program itself said last, as the end of a sentence.
  private var hint: String {
    if !lastError.isEmpty { return "; its last error line: \(SafeText.line(lastError))" }
    return lastStray.isEmpty ? "" : "; it wrote lines that are no replies, such as \(lastStray)"
  }

  // MARK: What it writes

  private func note(_ bytes: [UInt8], from number: Int) {
    guard life?.number == number else { return }
    if let line = errors.add(bytes).last(where: { !$0.allSatisfy(\.isWhitespace) }) { lastError = line }
  }

  private func take(_ bytes: [UInt8], from number: Int) {
    guard life?.number == number else { return }
    for line in output.feed(bytes) where life?.number == number { take(line: line.data) }
    guard let life, life.number == number, output.pending > limit else { return }
    fail(.unreadable("a line of more than \(limit) bytes"))
    end(life)
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
    let said = SafeText.line(String(decoding: bytes.prefix(200), as: UTF8.self), limit: 80)
    if namesIDs {
      // The reply to something that nobody waits for any more, or something printed by mistake.
      if id == nil { lastStray = said }
      return
    }
    let isReply = json?.object != nil && id == nil
    guard let (key, question) = questions.first, isReply, let json else {
      fail(
        .unreadable(
          "\(said), which is no JSON object with score, passed or unscored; what it logs goes to standard error"))
      if let life { end(life) }
      return
    }
    (questions[key], heard) = (nil, .now)
    question.continuation.resume(returning: json)
  }
}
