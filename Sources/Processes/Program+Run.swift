import Foundation
import Subprocess
import Synchronization

extension Program {
  /// Runs the program to its end, in a group of its own, and gives its output and errors line by line.
  ///
  /// When the calling task is cancelled, the whole group is asked to end (INT, then TERM) and then killed, while its
  /// output is still read, so that it can say what it has to; then `CancellationError` is thrown.
  /// - Parameter limit: how many of the last lines the result keeps.
  /// - Parameter patience: how long each request may take before the next and stronger one.
  package func run(
    keeping limit: Int = 200, patience: Duration = .seconds(3), onStart: (@Sendable (ProcessIdentity) -> Void)? = nil,
    onLine: (@Sendable (String) -> Void)? = nil
  ) async throws -> Result {
    let (stops, stop) = AsyncStream.makeStream(of: Void.self, bufferingPolicy: .bufferingNewest(1))
    // Not a child of the calling task: cancelling a read would close the pipe under the program.
    let work = Task.detached { [self] in
      try await readToEnd(keeping: limit, patience: patience, stops: stops, onStart: onStart, onLine: onLine)
    }
    let result = try await withTaskCancellationHandler {
      try await work.value
    } onCancel: {
      stop.yield()
    }
    stop.finish()
    try Task.checkCancellation()
    return result
  }

  private func readToEnd(
    keeping limit: Int, patience: Duration, stops: AsyncStream<Void>,
    onStart: (@Sendable (ProcessIdentity) -> Void)?, onLine: (@Sendable (String) -> Void)?
  ) async throws -> Result {
    let outcome = try await explained {
      try await Subprocess.run(
        subprocess, arguments: Arguments(arguments), environment: subprocessEnvironment,
        workingDirectory: workingDirectory.map { .init($0) }, platformOptions: ownGroup, input: .none,
        output: .sequence, error: .combinedWithOutput
      ) { execution in
        if let onStart, let identity = ProcessIdentity(pid: execution.processIdentifier.value) { onStart(identity) }
        return try await withThrowingTaskGroup(of: Void.self) { group in
          let isStopped = Mutex(false)
          group.addTask {
            for await _ in stops { break }
            if Task.isCancelled { return }
            isStopped.withLock { $0 = true }
            for signal in [Signal.interrupt, .terminate, .kill] {
              try? execution.send(signal: signal, toProcessGroup: true)
              try await Task.sleep(for: patience)
            }
          }
          var lines = LastLines(limit: limit)
          var splitter = LineSplitter()
          for try await buffer in execution.standardOutput {
            for line in buffer.withUnsafeBytes({ splitter.add($0) }) {
              lines.append(line)
              onLine?(line)
            }
          }
          if let line = splitter.finish() {
            lines.append(line)
            onLine?(line)
          }
          group.cancelAll()
          // Whoever of the group has closed its output and ignored the requests.
          if isStopped.withLock({ $0 }) { try? execution.send(signal: .kill, toProcessGroup: true) }
          return lines.last
        }
      }
    }
    return Result(ending: Ending(outcome.terminationStatus), lines: outcome.closureResult)
  }

  /// Runs the program to its end, in a group of its own, with output and errors appended to a file, so that it goes on
  /// when this process dies.
  /// - Parameter stops: ends the program when it yields: its group gets TERM, and after `patience` KILL.
  /// - Parameter onStart: when this throws, the program is killed, and the error thrown on.
  package func run(
    appendingTo log: String, patience: Duration = .seconds(20), stops: AsyncStream<Void>,
    onStart: @Sendable (ProcessIdentity) throws -> Void
  ) async throws -> Ending {
    let descriptor = try Posix.openForAppending(log)
    return try await withThrowingTaskGroup(of: Void.self) { group in
      let outcome = try await explained {
        try await Subprocess.run(
          subprocess, arguments: Arguments(arguments), environment: subprocessEnvironment,
          workingDirectory: workingDirectory.map { .init($0) }, platformOptions: ownGroup, input: .none,
          output: .fileDescriptor(.init(rawValue: descriptor), closeAfterSpawningProcess: true),
          error: .combinedWithOutput
        ) { execution in
          let started = ProcessIdentity(pid: execution.processIdentifier.value)
          guard let started else { return }
          do { try onStart(started) } catch {
            started.signalGroup(.kill)
            throw error
          }
          group.addTask {
            for await _ in stops { break }
            if Task.isCancelled { return }
            started.signalGroup(.terminate)
            if await !started.waitForEnd(atMost: patience), !Task.isCancelled { started.signalGroup(.kill) }
          }
        }
      }
      group.cancelAll()
      return Ending(outcome.terminationStatus)
    }
  }

  /// Starts the program in a session of its own, with output and errors appended to a file, and leaves it alone: it
  /// lives on when this process ends.
  package func spawnDetached(appendingTo log: String) async throws -> ProcessIdentity {
    let descriptor = try Posix.openForAppending(log)
    let (started, start) = AsyncThrowingStream.makeStream(of: ProcessIdentity?.self)
    // Waits for the program's end, so that nothing of it remains in the process table.
    Task.detached { [self] in
      do {
        try await explained {
          _ = try await Subprocess.run(
            subprocess, arguments: Arguments(arguments), environment: subprocessEnvironment,
            workingDirectory: workingDirectory.map { .init($0) }, platformOptions: ownSession, input: .none,
            output: .fileDescriptor(.init(rawValue: descriptor), closeAfterSpawningProcess: true),
            error: .combinedWithOutput
          ) { execution in
            start.yield(ProcessIdentity(pid: execution.processIdentifier.value))
            start.finish()
          }
        }
      } catch {
        start.finish(throwing: error)
      }
    }
    for try await identity in started {
      if let identity { return identity }
    }
    throw ProcessError.spawn(executable, reason: "it ended at once, see \(log)")
  }

  // MARK: In Subprocess's terms

  var subprocess: Executable { executable.contains("/") ? .path(.init(executable)) : .name(executable) }

  var ownGroup: PlatformOptions {
    var options = PlatformOptions()
    options.processGroupID = 0
    return options
  }

  private var ownSession: PlatformOptions {
    var options = PlatformOptions()
    options.createSession = true
    return options
  }

  var subprocessEnvironment: Environment {
    var variables: [Environment.Key: String] = [:]
    for (name, value) in self.variables() { if let key = Environment.Key(rawValue: name) { variables[key] = value } }
    return .custom(variables)
  }

  func explained<T>(_ body: () async throws -> T) async throws -> T {
    do { return try await body() } catch let error as SubprocessError {
      throw ProcessError.spawn(executable, reason: reason(of: error))
    }
  }

  private func reason(of error: SubprocessError) -> String {
    switch error.code {
    case .executableNotFound: "it is not there"
    case .failedToChangeWorkingDirectory: "its folder \(workingDirectory ?? ".") is not there"
    default: String(String(describing: error).split(separator: "\n").first ?? "unknown")
    }
  }
}

/// The last few of many lines.
private struct LastLines {
  let limit: Int
  private var kept: [String] = []

  init(limit: Int) { self.limit = limit }

  var last: [String] { kept.suffix(limit) }

  mutating func append(_ line: String) {
    kept.append(line)
    if kept.count > limit * 2 { kept.removeFirst(kept.count - limit) }
  }
}

extension Program.Ending {
  init(_ status: TerminationStatus) {
    switch status {
    case .exited(let code): self = .exited(Int(code))
    case .signaled(let code): self = .signaled(Int(code))
    }
  }
}
