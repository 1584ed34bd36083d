import Content
import Domain
import Foundation
import Processes

/// A program that answers lines of JSON for a model: starts it, hands its answers to their requests, and stops it when it
/// is released.
///
/// The program gets the usual variables and those that the model names (`InheritedVariables`), runs in the workspace's folder,
/// and should end when its input does. A program that has ended is started again by the next `prepare()`.
actor CommandProcess {
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
  private var running: LineProgram?
  private var starting: Task<Void, any Error>?
  private var starts = 0
  private var isStopping = false
  private var requests: [String: Request] = [:]
  private var lastID = 0
  private var output = LineProgramOutput()
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

  deinit { running?.close(after: grace) }

  /// Starts the program unless it runs.
  /// - Throws: `ModelFailure.rejected` when it can't be started.
  func prepare() async throws {
    while let running {
      if !isStopping { return }
      await running.waitForEnd()
    }
    try await start()
  }

  /// Asks once.
  func answer(
    _ request: ModelRequest, options: JSONObject, timeout: Double, onText: (@Sendable (String) -> Void)?
  ) async throws -> Answer {
    if running == nil {
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
      guard case ModelFailure.unavailable(let text) = error, let running else { throw error }
      // It has said nothing at all for all that time: a new one may do better.
      if heard.map({ $0 < start }) ?? true { stop(running) }
      throw ModelFailure.unavailable(text + hint)
    }
  }

  /// Ends the program and returns when it has ended.
  func close() async {
    guard let running else { return }
    running.close(after: grace)
    await running.waitForEnd()
  }

  private func ask(_ id: String, _ line: [UInt8], _ onText: (@Sendable (String) -> Void)?) async throws -> Answer {
    try await withTaskCancellationHandler {
      try await withCheckedThrowingContinuation { continuation in
        if Task.isCancelled { return continuation.resume(throwing: CancellationError()) }
        guard let running else { return continuation.resume(throwing: ending ?? gone("has ended")) }
        requests[id] = Request(continuation: continuation, onText: onText, start: .now)
        running.send(line)
      }
    } onCancel: {
      Task { await self.drop(id) }
    }
  }

  /// Drops a request whose asker was cancelled; its answer is ignored.
  private func drop(_ id: String) { finish(id, .failure(CancellationError())) }

  private func finish(_ id: String, _ result: Result<Answer, any Error>) {
    requests.removeValue(forKey: id)?.continuation.resume(with: result)
  }

  // MARK: The process

  private func start() async throws {
    if let starting { return try await starting.value }
    starts += 1
    let number = starts
    let task = Task { [self] in
      defer { starting = nil }
      try await begin(number)
    }
    starting = task
    try await task.value
  }

  private func begin(_ number: Int) async throws {
    output = LineProgramOutput()
    (heard, ending, isStopping) = (nil, nil, false)
    let started = LineProgram(program, number: number, goal: "answered") { [weak self] in
      await self?.note($0, of: number)
    }
    running = started
    do {
      try await started.waitForStart(ofCommand: "model")
    } catch {
      running = nil
      ending = error
      throw error
    }
  }

  /// Stops the program without waiting for it to end by itself.
  private func stop(_ process: LineProgram) {
    isStopping = true
    process.close(after: .zero)
  }

  private func gone(_ how: String) -> ModelFailure { .unavailable("\(peer) \(how).\(hint)") }

  /// The program's own words about a failure, as a sentence of its own.
  private var hint: String {
    output.hint("answers").map { " " + $0.prefix(1).uppercased() + $0.dropFirst() } ?? ""
  }

  // MARK: Events

  private func note(_ event: LineProgram.Event, of number: Int) {
    guard let running, running.number == number else { return }
    switch event {
    case .errors(let bytes): output.note(errors: bytes)
    case .output(let bytes):
      heard = .now
      for line in output.add(bytes) { take(line: line) }
      guard output.pending > limits.bodyBytes else { return }
      output.dropPending()
      for id in requests.keys { finish(id, .failure(ModelFailure.tooLong(limits.bodyBytes, from: peer))) }
      stop(running)
    case .ended(let how):
      output.end()
      self.running = nil
      let failure = gone(how)
      ending = failure
      for id in requests.keys { finish(id, .failure(failure)) }
    }
  }

  private func take(line bytes: [UInt8]) {
    guard bytes.count <= limits.bodyBytes, let line = CommandLine(bytes, from: peer) else {
      output.note(stray: bytes)
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
