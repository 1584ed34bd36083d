import Foundation
import Synchronization

/// What asks a job to save and end, for all who work on it, one after the other or at once.
///
/// A stream has one reader and ends with it; this remembers, and has a stream for each.
final class StopRequests: Sendable {
  private struct State {
    var isAsked = false
    var isTaken = false
    var giveUp: (@Sendable () -> Void)?
    var readers: [Int: AsyncStream<Void>.Continuation] = [:]
    var next = 0
    var sources: [Task<Void, Never>] = []
  }

  private let state = Mutex(State())

  /// - Parameter source: asks each time it yields: a person's wish.
  init(_ source: AsyncStream<Void>) {
    let task = Task { [weak self] in
      for await _ in source { self?.ask() }
    }
    state.withLock { $0.sources.append(task) }
  }

  deinit {
    let (sources, readers) = state.withLock { ($0.sources, $0.readers.values) }
    for source in sources { source.cancel() }
    for reader in readers { reader.finish() }
  }

  /// Whether a stop was requested.
  var isAsked: Bool { state.withLock { $0.isAsked } }

  /// Asks for the end.
  func ask() {
    let (readers, giveUp) = state.withLock { state in
      state.isAsked = true
      return (Array(state.readers.values), state.isTaken ? nil : state.giveUp)
    }
    for reader in readers { reader.yield() }
    giveUp?()
  }

  /// Takes the request, if there is one that wasn't taken.
  func take() -> Bool {
    state.withLock { state in
      defer { state.isTaken = state.isTaken || state.isAsked }
      return state.isAsked && !state.isTaken
    }
  }

  /// The job isn't to end after all.
  func reset() {
    state.withLock { state in
      state.isAsked = false
      state.isTaken = false
    }
  }

  /// Runs work that is cancelled when a stop is requested; one at a time.
  /// - Returns: nil where it was given up.
  func unlessAsked<Result: Sendable>(
    _ body: @escaping @Sendable () async throws -> Result
  ) async throws -> Result? {
    let task = Task { try await body() }
    let isAsked = state.withLock { state in
      state.giveUp = { task.cancel() }
      return state.isAsked && !state.isTaken
    }
    if isAsked { task.cancel() }
    let result = await withTaskCancellationHandler {
      await task.result
    } onCancel: {
      task.cancel()
    }
    state.withLock { $0.giveUp = nil }
    try Task.checkCancellation()
    switch result {
    case .success(let value): return value
    case .failure(is CancellationError): return nil
    case .failure(let error): throw error
    }
  }

  /// Yields when a stop is requested, and at once when it was before.
  func stream() -> AsyncStream<Void> {
    let (stream, reader) = AsyncStream.makeStream(of: Void.self, bufferingPolicy: .bufferingNewest(1))
    let (number, isAsked) = state.withLock { state in
      defer { state.next += 1 }
      state.readers[state.next] = reader
      return (state.next, state.isAsked)
    }
    reader.onTermination = { [weak self] _ in self?.state.withLock { $0.readers[number] = nil } }
    if isAsked { reader.yield() }
    return stream
  }

  /// Asks for the end after so many hours.
  /// - Parameter start: when the work began, so that one that is resumed doesn't get its time anew.
  /// - Parameter onLimit: told the reason before the request, so that it can be noted for who ends then.
  func limit(
    hours: Double, since start: Date = Date(), onLimit: @escaping @Sendable (_ reason: String) -> Void = { _ in }
  ) {
    // Longer than any job, and short enough for a clock.
    let seconds = min(max(0, hours * 3600 - Date().timeIntervalSince(start)), 1e9)
    let task = Task { [weak self] in
      guard (try? await Task.sleep(for: .seconds(seconds))) != nil else { return }
      let reason = Self.limitReason(hours: hours)
      onLimit(reason)
      self?.ask()
    }
    state.withLock { $0.sources.append(task) }
  }

  /// Asks for the end once a folder is gone: what the job makes from then on goes nowhere.
  func endWithout(_ folder: JobFolder, lookingEvery pause: Duration = .seconds(2)) {
    let task = Task { [weak self] in
      while folder.exists { guard (try? await Task.sleep(for: pause)) != nil else { return } }
      self?.ask()
    }
    state.withLock { $0.sources.append(task) }
  }

  /// The sentence for a job whose time is up.
  static func limitReason(hours: Double) -> String {
    let rounded = (min(hours, 1e6) * 100).rounded() / 100
    let number = rounded == rounded.rounded() ? String(Int(rounded)) : String(rounded)
    return "Stopped after \(number) \(rounded == 1 ? "hour" : "hours"), as asked."
  }
}
