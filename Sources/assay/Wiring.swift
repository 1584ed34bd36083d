import Dispatch
import Domain
import Files
import Foundation
import LocalEngine
import ModelAPI
import Storage
import Terminal
import Trainers
import Trust
import WorkbenchCore
import WorkspaceFiles

/// Puts the parts together: the only place that knows which files, database, clients and trainer the workbench gets.
enum Wiring {
  /// A workbench on a folder. Where no person has trusted the workspace yet, it can be looked at: `.assay` is left alone
  /// then, unless this installation made it, and nothing is written.
  /// - Parameter trusts: whether the workspace is trusted by this process, whatever its files ask for.
  /// - Parameter streamsAnswers: whether answers are shown while they arrive.
  static func workbench(folder: String, trusts: Bool, streamsAnswers: Bool = false) async throws -> Workbench {
    let layout = EngineLayout.standard(environment: ProcessInfo.processInfo.environment)
    let gate = WorkspaceGate(workspace: folder, trustsAll: trusts || Self.isTrustedByEnvironment)
    let use = StateUse(isAllowed: false)
    let files = FolderWorkspaceFiles(folder, dialects: .builtIn, gate: gate, state: use)
    try files.check()  // before a database is made in the wrong place
    let state = WorkspaceState(workspace: folder, use: use)
    let downloads = DownloadNotices()
    let workbench = try await Workbench(
      Workbench.Dependencies(
        files: files, openStore: { isTrusted in try await isTrusted ? state.open() : state.openOwn() ?? .inMemory() },
        clients: HTTPModelClients(
          servers: EngineServers(layout: layout, onDownload: { downloads.tell($0) }), gate: gate),
        trainer: DetachedTrainer(
          layout: layout, executable: executable, signer: InstallationSigner(), gate: gate),
        gate: gate, streamsAnswers: streamsAnswers))
    // A screen has a place for it; else it goes to stderr.
    if streamsAnswers { downloads.show(on: workbench) }
    return workbench
  }

  /// Whether the environment trusts the workspace that this process was started on (`ASSAY_TRUST=1`).
  private static var isTrustedByEnvironment: Bool { ProcessInfo.processInfo.environment["ASSAY_TRUST"] == "1" }

  /// This program, to be started again as a job's runner.
  static var executable: String {
    Bundle.main.executablePath ?? CommandLine.arguments[0]
  }

  /// Says something on stderr.
  static func say(_ text: String) { Console.errors.line(text) }

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
