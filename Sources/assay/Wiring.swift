import Dispatch
import Drawing
import Foundation
import LocalEngine
import ModelAPI
import Storage
import Trainers
import WorkbenchCore
import WorkspaceFiles

/// Puts the parts together: the only place that knows which files, database, clients and trainer the workbench gets.
enum Wiring {
  /// A workbench on a folder.
  /// - Parameter streamsAnswers: whether somebody may read answers while they come.
  static func workbench(folder: String, streamsAnswers: Bool = false) async throws -> Workbench {
    let layout = EngineLayout.standard(environment: ProcessInfo.processInfo.environment)
    let files = FolderWorkspaceFiles(folder)
    try files.check()  // before a database is made in the wrong place
    return try await Workbench(
      Workbench.Dependencies(
        files: files,
        store: try SQLiteStore(workspace: folder),
        clients: HTTPModelClients(servers: EngineServers(layout: layout)),
        trainer: DetachedTrainer(layout: layout, executable: executable),
        streamsAnswers: streamsAnswers))
  }

  /// This program, to be started again as a job's runner.
  static var executable: String {
    Bundle.main.executablePath ?? CommandLine.arguments[0]
  }

  /// Says something on stderr.
  static func say(_ text: String) {
    // Where the terminal is gone there is nobody to tell.
    try? FileHandle.standardError.write(contentsOf: Data((safe(text, descriptor: 2) + "\n").utf8))
  }

  /// Prints text that came from files or models.
  static func show(_ text: String) { print(safe(text, descriptor: 1)) }

  /// Text that can do no harm where it goes: a terminal gets no control characters.
  private static func safe(_ text: String, descriptor: Int32) -> String {
    guard isatty(descriptor) == 1 else { return text }
    return text.split(separator: "\n", omittingEmptySubsequences: false).map { TextWidth.sanitized(String($0)) }
      .joined(separator: "\n")
  }

  /// Says what is wrong with the workspace's files.
  static func report(_ problems: [Problem]) { for problem in problems { say(problem.description) } }

  /// Runs work that Ctrl-C or SIGTERM cancels in an orderly way.
  static func interruptible<Result: Sendable>(
    _ work: @escaping @Sendable () async throws -> Result
  ) async throws -> Result {
    let task = Task { try await work() }
    let sources = [SIGINT, SIGTERM].map { number in
      signal(number, SIG_IGN)
      let source = DispatchSource.makeSignalSource(signal: number, queue: .global())
      source.setEventHandler { task.cancel() }
      source.resume()
      return source
    }
    defer {
      for source in sources { source.cancel() }
      for number in [SIGINT, SIGTERM] { signal(number, SIG_DFL) }
    }
    return try await task.value
  }
}
