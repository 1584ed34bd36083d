import Content
import Domain
import Foundation
import Processes

/// One running program that answers lines of JSON: starts it, brings answers to those who asked, and ends it when nobody
/// needs it any more.
///
/// The program gets the environment of this process, runs in the workspace's folder, and should end when its input does. A
/// program that has ended is started again by the next `prepare()`.
actor CommandSeat {
  /// One life of the program.
  private struct Life: Sendable {
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

  private struct Request {
    let continuation: CheckedContinuation<Answer, any Error>
    let onText: (@Sendable (String) -> Void)?
    let start: ContinuousClock.Instant
    var pieces = ""
    var first: ContinuousClock.Instant?
  }

  private let program: Program
  private let peer: Peer
  private let limits: HTTPLimits
  private let grace: Duration
  private var life: Life?
  private var starting: Task<Void, any Error>?
  private var lives = 0
  private var isStopping = false
  private var requests: [String: Request] = [:]
  private var lastID = 0
  private var output = JSONLines()
  private var errors = LineSplitter()
  private var lastError = ""
  private var lastStray = ""
  private var heard: ContinuousClock.Instant?
  private var ending: ModelFailure?

  /// - Parameter words: the program and its arguments.
  /// - Parameter variables: names of environment variables that it is given besides the usual ones.
  /// - Parameter folder: where it runs; a program with a slash in its name is looked for from there.
  /// - Parameter grace: how long it may take to end once its input has ended.
  init(
    _ words: [String], variables: [String] = [], in folder: String, limits: HTTPLimits, grace: Duration = .seconds(3)
  ) {
    program = Program(words: words, inherits: .named(variables), in: folder)
    peer = Peer(name: SafeText.line("The command " + words.joined(separator: " "), limit: 80))
    self.limits = limits
    self.grace = grace
  }

  deinit { life?.close(after: grace) }

  /// Starts the program unless it runs.
  /// - Throws: `ModelFailure.rejected` when it can't be started.
  func prepare() async throws {
    while let life {
      if !isStopping { return }
      await life.end.value
    }
    try await start()
  }

  /// Asks once.
  func answer(
    _ request: ModelRequest, options: JSONObject, timeout: Double, onText: (@Sendable (String) -> Void)?
  ) async throws -> Answer {
    if life == nil {
      if let ending { throw ending }
      try await start()
    }
    lastID += 1
    let id = String(lastID)
    let line = CommandLine.asking(request, id: id, options: options)
    let start = ContinuousClock.now
    do {
      return try await TimeLimits(total: timeout, idle: timeout).run(peer) { [self] _ in
        try await ask(id, line, onText)
      }
    } catch {
      try Task.checkCancellation()
      guard case ModelFailure.unavailable(let text) = error, let life else { throw error }
      // It has said nothing at all for all that time: a new one may do better.
      if heard.map({ $0 < start }) ?? true { stop(life) }
      throw ModelFailure.unavailable(text + hint)
    }
  }

  /// Ends the program and returns when it has ended.
  func close() async {
    guard let life else { return }
    life.close(after: grace)
    await life.end.value
  }

  private func ask(_ id: String, _ line: [UInt8], _ onText: (@Sendable (String) -> Void)?) async throws -> Answer {
    try await withTaskCancellationHandler {
      try await withCheckedThrowingContinuation { continuation in
        if Task.isCancelled { return continuation.resume(throwing: CancellationError()) }
        guard let life else { return continuation.resume(throwing: ending ?? gone("has ended")) }
        requests[id] = Request(continuation: continuation, onText: onText, start: .now)
        life.input.yield(line)
      }
    } onCancel: {
      Task { await self.drop(id) }
    }
  }

  /// Nobody waits for this answer any more; when it comes, it is ignored.
  private func drop(_ id: String) { finish(id, .failure(CancellationError())) }

  private func finish(_ id: String, _ result: Result<Answer, any Error>) {
    requests.removeValue(forKey: id)?.continuation.resume(with: result)
  }

  // MARK: The program's life

  private func start() async throws {
    if let starting { return try await starting.value }
    lives += 1
    let number = lives
    let task = Task { [self] in
      defer { starting = nil }
      try await begin(number)
    }
    starting = task
    try await task.value
  }

  private func begin(_ number: Int) async throws {
    let (input, feed) = AsyncStream.makeStream(of: [UInt8].self)
    let (stops, stop) = AsyncStream.makeStream(of: Void.self, bufferingPolicy: .bufferingNewest(1))
    let (started, start) = AsyncThrowingStream.makeStream(of: Void.self)
    output = JSONLines()
    errors = LineSplitter()
    (lastError, lastStray, heard, ending, isStopping) = ("", "", nil, nil, false)
    let program = program
    let end = Task.detached { [weak self] in
      do {
        let ending = try await program.talk(
          input: input, stops: stops, onStart: { _ in start.finish() },
          onOutput: { [weak self] in await self?.take($0, from: number) },
          onErrors: { [weak self] in await self?.note($0, from: number) })
        await self?.ended(number, "ended (\(ending)) before it had answered")
      } catch {
        start.finish(throwing: error)
        await self?.ended(number, "can't be reached any more")
      }
    }
    life = Life(number: number, input: feed, stop: stop, end: end)
    do {
      for try await _ in started {}
    } catch {
      life = nil
      let failure = ModelFailure.rejected(
        "\(SafeText.line(String(describing: error))) Check the model's command in assay.yaml: a program of the workspace "
          + "is written ./name, and arguments are a list.")
      ending = failure
      throw failure
    }
  }

  /// Ends the program without waiting for it to do so by itself.
  private func stop(_ life: Life) {
    isStopping = true
    life.close(after: .zero)
  }

  private func ended(_ number: Int, _ how: String) {
    guard life?.number == number else { return }
    if let line = errors.finish() { lastError = line }
    life = nil
    let failure = gone(how)
    ending = failure
    for id in requests.keys { finish(id, .failure(failure)) }
  }

  private func gone(_ how: String) -> ModelFailure { .unavailable("\(peer) \(how).\(hint)") }

  /// What the program itself said last, as the end of a sentence.
  private var hint: String {
    if !lastError.isEmpty { return " Its last error line: \(SafeText.line(lastError))" }
    if !lastStray.isEmpty { return " It wrote lines that are no answers, such as \(lastStray)" }
    return ""
  }

  // MARK: What it writes

  private func note(_ bytes: [UInt8], from number: Int) {
    guard life?.number == number else { return }
    if let line = errors.add(bytes).last(where: { !$0.allSatisfy(\.isWhitespace) }) { lastError = line }
  }

  private func take(_ bytes: [UInt8], from number: Int) {
    guard let life, life.number == number else { return }
    heard = .now
    for line in output.feed(bytes) { take(line: line.data) }
    guard output.pending > limits.bodyBytes else { return }
    output = JSONLines()
    for id in requests.keys { finish(id, .failure(ModelFailure.tooLong(limits.bodyBytes, from: peer))) }
    stop(life)
  }

  private func take(line bytes: [UInt8]) {
    guard bytes.count <= limits.bodyBytes, let line = CommandLine(bytes, from: peer) else {
      lastStray = SafeText.line(String(decoding: bytes.prefix(200), as: UTF8.self), limit: 80)
      return
    }
    guard var request = requests[line.id] else { return }
    switch line.content {
    case .failure(let failure): finish(line.id, .failure(failure))
    case .delta(let piece):
      request.pieces += piece
      request.first = request.first ?? .now
      requests[line.id] = request
      if request.pieces.utf8.count > limits.bodyBytes {
        finish(line.id, .failure(ModelFailure.tooLong(limits.bodyBytes, from: peer)))
      } else if !piece.isEmpty {
        request.onText?(piece)
      }
    case .output(let text, let finishReason, let usage):
      if text.utf8.starts(with: request.pieces.utf8) {
        let rest = String(Substring(text.utf8.dropFirst(request.pieces.utf8.count)))
        if !rest.isEmpty { request.onText?(rest) }
      }
      finish(
        line.id,
        .success(
          Answer(
            text: text, finishReason: finishReason, usage: usage, latency: (.now - request.start) / .seconds(1),
            firstToken: request.first.map { ($0 - request.start) / .seconds(1) })))
    }
  }
}
