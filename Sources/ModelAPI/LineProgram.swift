import Domain
import Processes

/// A running program that reads lines and writes lines, from its start to its end.
struct LineProgram: Sendable {
  /// Something that happened to it.
  enum Event: Sendable {
    /// Bytes of standard output.
    case output([UInt8])
    /// Bytes of standard error.
    case errors([UInt8])
    /// The end of the process; with how it ended, as the end of a sentence.
    case ended(String)
  }

  /// Tells it from programs that its owner started before.
  let number: Int
  private let input: AsyncStream<[UInt8]>.Continuation
  private let stops: AsyncStream<Void>.Continuation
  private let started: AsyncThrowingStream<Void, any Error>
  private let end: Task<Void, Never>

  /// Starts a program, which outlives the task that starts it.
  /// - Parameters:
  ///   - goal: what it had not done when it ends early, in words that follow "before it had".
  ///   - onEvent: gets events in their order.
  init(_ program: Program, number: Int, goal: String, onEvent: @escaping @Sendable (Event) async -> Void) {
    let (lines, input) = AsyncStream.makeStream(of: [UInt8].self)
    let (requests, stops) = AsyncStream.makeStream(of: Void.self, bufferingPolicy: .bufferingNewest(1))
    let (started, start) = AsyncThrowingStream.makeStream(of: Void.self)
    (self.number, self.input, self.stops, self.started) = (number, input, stops, started)
    end = Task.detached {
      do {
        let ending = try await program.talk(
          input: lines, stops: requests, onStart: { _ in start.finish() },
          onOutput: { await onEvent(.output($0)) }, onErrors: { await onEvent(.errors($0)) })
        await onEvent(.ended("ended (\(ending)) before it had \(goal)"))
      } catch {
        start.finish(throwing: error)
        await onEvent(.ended("can't be reached any more"))
      }
    }
  }

  /// Returns when the process runs.
  /// - Parameter owner: whose command in `assay.yaml` it is, for the error: the model's, or the grader's.
  /// - Throws: `ModelFailure.rejected` when it can't be started.
  func waitForStart(ofCommand owner: String) async throws(ModelFailure) {
    do {
      for try await _ in started {}
    } catch {
      throw .rejected(
        "\(SafeText.line(String(describing: error))) Check the \(owner)'s command in assay.yaml: a program of the workspace "
          + "is written ./name, and arguments are a list.")
    }
  }

  /// Writes a line, with its line break, to standard input.
  func send(_ line: [UInt8]) { input.yield(line) }

  /// Closes standard input, and stops the process when it hasn't ended after a while.
  func close(after grace: Duration) {
    input.finish()
    Task.detached { [stops] in
      try? await Task.sleep(for: grace)
      stops.yield()
    }
  }

  /// Returns when the process has ended.
  func waitForEnd() async { await end.value }
}

/// The output of a ``LineProgram``, split into lines, and what of it explains a failure.
struct LineProgramOutput: Sendable {
  private var lines = JSONLines()
  private var errors = LineSplitter()
  private var lastError = ""
  /// The last line that was none of those expected, made safe to show.
  private(set) var lastStray = ""

  /// Bytes of a line that isn't complete yet.
  var pending: Int { lines.pending }

  /// The lines that are complete with these bytes.
  mutating func add(_ bytes: [UInt8]) -> [[UInt8]] { lines.feed(bytes).map(\.data) }

  /// Drops the line that isn't complete.
  mutating func dropPending() { lines = JSONLines() }

  /// Notes bytes of standard error.
  mutating func note(errors bytes: [UInt8]) {
    if let line = errors.add(bytes).last(where: { !$0.allSatisfy(\.isWhitespace) }) { lastError = line }
  }

  /// Notes the end of the process.
  mutating func end() { if let line = errors.finish() { lastError = line } }

  /// Notes a line that is none of those expected, and returns it safe to show.
  @discardableResult mutating func note(stray bytes: [UInt8]) -> String {
    lastStray = SafeText.line(String(decoding: bytes.prefix(200), as: UTF8.self), limit: 80)
    return lastStray
  }

  /// The program's own words about a failure, as a sentence's end; nil where it wrote none.
  /// - Parameter kind: what its lines should be, in the plural.
  func hint(_ kind: String) -> String? {
    if !lastError.isEmpty { return "its last error line: \(SafeText.line(lastError))" }
    return lastStray.isEmpty ? nil : "it wrote lines that are no \(kind), such as \(lastStray)"
  }
}
