import Subprocess

extension Program {
  /// Runs the program to its end, in a group of its own, with pipes to its input, its output and its errors.
  ///
  /// The program is not ended when the calling task is cancelled: that would close the pipes under it. Whoever wants that
  /// lets `input` end and, for programs that don't care, yields in `stops`.
  /// - Parameter input: what it reads, until this ends.
  /// - Parameter stops: ends the program when it yields: its group gets TERM, and after `patience` KILL.
  /// - Parameter onOutput: receives what it writes, as it comes; nothing more is read until this returns.
  /// - Parameter onErrors: receives what it writes as errors, in the same way.
  package func talk(
    input: AsyncStream<[UInt8]>, patience: Duration = .seconds(3), stops: AsyncStream<Void>,
    onStart: (@Sendable (ProcessIdentity?) -> Void)? = nil, onOutput: @escaping @Sendable ([UInt8]) async -> Void,
    onErrors: @escaping @Sendable ([UInt8]) async -> Void
  ) async throws -> Ending {
    Posix.ignoreBrokenPipes
    let work = Task.detached { [self] in
      let outcome = try await explained {
        try await Subprocess.run(
          subprocess, arguments: Arguments(arguments), environment: subprocessEnvironment,
          workingDirectory: workingDirectory.map { .init($0) }, platformOptions: ownGroup, input: .inputWriter,
          output: .sequence, error: .sequence
        ) { execution in
          onStart?(ProcessIdentity(pid: execution.processIdentifier.value))
          try await withThrowingTaskGroup(of: Void.self) { group in
            group.addTask {
              for await _ in stops { break }
              if Task.isCancelled { return }
              for signal in [Signal.terminate, .kill] {
                try? execution.send(signal: signal, toProcessGroup: true)
                try await Task.sleep(for: patience)
              }
            }
            group.addTask {
              let writer = execution.standardInputWriter
              do {
                for await bytes in input { _ = try await writer.write(bytes) }
              } catch {
                // It reads no more: its end, or its silence, says the rest.
              }
              try? await writer.finish()
            }
            try await withThrowingTaskGroup(of: Void.self) { reading in
              reading.addTask {
                for try await buffer in execution.standardOutput {
                  await onOutput(buffer.withUnsafeBytes { Array($0) })
                }
              }
              reading.addTask {
                for try await buffer in execution.standardError {
                  await onErrors(buffer.withUnsafeBytes { Array($0) })
                }
              }
              try await reading.waitForAll()
            }
            group.cancelAll()
          }
        }
      }
      return Ending(outcome.terminationStatus)
    }
    return try await work.value
  }
}
