import Files
import Foundation
import Processes

/// How far an installation is.
package struct InstallProgress: Sendable, Hashable {
  /// What happens now.
  package var text: String
  /// From 0 to 1.
  package var fraction: Double
  /// Set in the last element.
  package var installation: LocalEngine.Installation?
}

extension LocalEngine {
  /// Installs the engine, or repairs or updates it; when it is ready already, says so at once.
  ///
  /// The stream ends after an element with the installation, or throws an `EngineError`. Ending to read it stops pip; what
  /// is there then is used the next time.
  package func install(_ accelerator: Accelerator = .auto) -> AsyncThrowingStream<InstallProgress, any Error> {
    let (stream, continuation) = AsyncThrowingStream.makeStream(
      of: InstallProgress.self, bufferingPolicy: .bufferingNewest(64))
    let work = Task {
      do {
        try await install(accelerator) { continuation.yield($0) }
        continuation.finish()
      } catch {
        continuation.finish(throwing: error)
      }
    }
    continuation.onTermination = { _ in work.cancel() }
    return stream
  }

  private func install(
    _ choice: Accelerator, report: @escaping @Sendable (InstallProgress) -> Void
  ) async throws {
    if case .ready(let installation) = status, choice == .auto || choice == installation.accelerator {
      return report(
        InstallProgress(
          text: "\(environment.library) \(installation.library) is ready", fraction: 1, installation: installation))
    }
    let accelerator = try environment.resolve(choice)
    report(InstallProgress(text: "Looking for Python", fraction: 0))
    let lock = try await installLock(waiting: .seconds(600))
    defer { withExtendedLifetime(lock) {} }
    try checkDiskSpace(for: accelerator)
    let python = try await finder.find()
    try? FileManager.default.removeItem(atPath: layout.marker)
    let scripts = try EngineFiles.place(in: layout)
    if await !environmentWorks(python) {
      report(InstallProgress(text: "Making a virtual environment with Python \(python.version)", fraction: 0.02))
      try await makeEnvironment(python)
    }
    try await installPackages(accelerator, scripts: scripts, report: report)
    report(InstallProgress(text: "Trying it out", fraction: 0.95))
    let examined = try await examine()
    let installation = Installation(
      accelerator: accelerator, python: examined.python, framework: examined.framework, library: examined.library,
      time: Date().timeIntervalSince1970, packages: EngineFiles.packagesVersion(of: environment, for: accelerator))
    let marker = try JSONEncoder().encode(installation)
    try PrivateFiles.write(String(decoding: marker, as: UTF8.self), to: layout.marker)
    removeOldScripts()
    report(
      InstallProgress(
        text: "\(environment.library) \(examined.library) is ready on \(examined.device)", fraction: 1,
        installation: installation))
  }

  private func checkDiskSpace(for accelerator: Accelerator) throws(EngineError) {
    let folder = (layout.home as NSString).deletingLastPathComponent
    let needed = environment.diskSpace(for: accelerator)
    let attributes = try? FileManager.default.attributesOfFileSystem(forPath: folder)
    guard let free = (attributes?[.systemFreeSize] as? NSNumber)?.int64Value, free < needed else { return }
    throw .diskFull(
      "\(environment.title) needs about \(needed / 1_000_000) MB in \(folder), where \(free / 1_000_000) MB are "
        + "free. Make room, or set ASSAY_ENGINE_HOME to a folder on another disk.")
  }

  /// Whether there is an environment to resume: of this Python, and with a pip that starts.
  private func environmentWorks(_ python: PythonFinder.Python) async -> Bool {
    let probe = "import sys, pip; print('%d.%d.%d' % sys.version_info[:3])"
    let result = try? await pythonProgram(["-c", probe]).run()
    return result?.lines == [python.version]
  }

  private func makeEnvironment(_ python: PythonFinder.Python) async throws {
    try? FileManager.default.removeItem(atPath: layout.environmentFolder)
    let result = try await Self.pythonProgram(of: python.path, ["-m", "venv", layout.environmentFolder]).run()
    guard result.ending.isSuccess else {
      throw PipFailure(lines: result.lines, layout: layout, python: python.version).error
    }
  }

  /// Has pip install the packages of the first list that is to be had.
  private func installPackages(
    _ accelerator: Accelerator, scripts: String, report: @escaping @Sendable (InstallProgress) -> Void
  ) async throws {
    let lists = environment.lists(for: accelerator)
    if lists.isEmpty {
      throw EngineError.platform(
        "There is no list of packages for \(accelerator.rawValue) on \(EngineEnvironment.platform). Use an "
          + "OpenAI-compatible endpoint on this machine.")
    }
    let progress = PipProgress(packages: EngineFiles.packageCount(of: environment, for: accelerator))
    let log = InstallLog(path: layout.installLog)
    for list in lists {
      let result = try await pythonProgram(PipInstall.arguments(list: scripts + "/" + list)).run(onLine: { line in
        log.write(line)
        if let step = progress.step(for: line) { report(step) }
      })
      if result.ending.isSuccess { return }
      let failure = PipFailure(lines: result.lines, layout: layout, python: nil)
      guard list != lists.last, failure.isOfMissingBuild else { throw failure.error }
      report(InstallProgress(text: "Taking PyTorch's usual build, which is larger", fraction: 0.06))
    }
  }

  /// Scripts of other versions, which no running server can need: Python has read them.
  private func removeOldScripts() {
    let manager = FileManager.default
    for name in (try? manager.contentsOfDirectory(atPath: layout.home)) ?? [] where name.hasPrefix("scripts-") {
      let path = layout.home + "/" + name
      if path != layout.scripts { try? manager.removeItem(atPath: path) }
    }
  }
}
