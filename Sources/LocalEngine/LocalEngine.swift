import Files
import Foundation
import Processes

/// The engine on this machine: mlx-lm, or TRL, in a private virtual environment.
///
/// It is a value; everything it knows stands in files, which any number of processes share.
package struct LocalEngine: Sendable, Hashable {
  /// Where its files are.
  package let layout: EngineLayout
  /// Looks for a Python to build it on.
  var finder = PythonFinder()

  /// The engine at a place, the usual one by default.
  package init(layout: EngineLayout = .standard()) { self.layout = layout }

  /// Which packages it is.
  package var environment: EngineEnvironment { layout.environment }

  /// What was installed.
  package struct Installation: Sendable, Hashable, Codable {
    /// What computes.
    package var accelerator: Accelerator
    /// Python's version.
    package var python: String
    /// Version of mlx, or of PyTorch.
    package var framework: String
    /// Version of mlx-lm, or of TRL.
    package var library: String
    /// When, in seconds since 1970.
    package var time: Double
    /// Names the exact packages.
    var packages: String

    enum CodingKeys: String, CodingKey {
      case accelerator, python, time, packages
      // As they are named in installations that exist.
      case framework = "mlx"
      case library = "mlxLM"
    }
  }

  /// Whether the engine can be used.
  package enum Status: Sendable, Hashable {
    /// Never installed here.
    case missing
    /// An installation was begun and not finished; installing again goes on.
    case interrupted
    /// Installed for another version of this program; installing again brings it up to date.
    case outdated(Installation)
    /// Ready.
    case ready(Installation)

    /// The installation, when ready.
    package var installation: Installation? {
      if case .ready(let installation) = self { return installation }
      return nil
    }
  }

  /// Whether the engine can be used. Looks at files only, so it is quick.
  package var status: Status {
    let manager = FileManager.default
    guard let bytes = try? FileBytes.read(layout.marker, limit: 1 << 20),
      let installation = try? JSONDecoder().decode(Installation.self, from: Data(bytes))
    else { return manager.fileExists(atPath: layout.environmentFolder) ? .interrupted : .missing }
    guard manager.isExecutableFile(atPath: layout.python) else { return .interrupted }
    return installation.packages == EngineFiles.packagesVersion(of: environment, for: installation.accelerator)
      ? .ready(installation) : .outdated(installation)
  }

  /// Makes sure that it can be used.
  /// - Throws: `EngineError.notReady`, which says what to do.
  @discardableResult package func requireReady() throws(EngineError) -> Installation {
    let title = environment.title
    let command = environment.installCommand
    switch status {
    case .ready(let installation): return installation
    case .missing: throw .notReady("\(title) is not installed. Run `\(command)` (\(environment.cost)).")
    case .interrupted: throw .notReady("\(title)'s installation was interrupted. Run `\(command)` to finish it.")
    case .outdated: throw .notReady("\(title) is of another version. Run `\(command)` to bring it up to date.")
    }
  }

  /// What the engine says of itself.
  package struct Report: Sendable, Hashable, Codable {
    /// Python's version.
    package var python: String
    /// The operating system.
    package var platform: String
    /// Version of mlx, or of PyTorch.
    package var framework: String
    /// Version of mlx-lm, or of TRL.
    package var library: String
    /// `cpu`, or `gpu` with its name.
    package var device: String
    /// The BLAS in use: a library's path, `Accelerate`, or `reference` for the slow one that mlx brings along.
    package var blas: String
    /// Measured speed of a float32 matrix product, in billions of operations a second.
    package var gflops: Double
    /// Processor cores.
    package var cores: Int

    /// What would make it faster; nil when there is nothing to say.
    package var advice: String? {
      guard device == "cpu", blas == "reference" else { return nil }
      return "The engine computes with mlx's own slow BLAS. Install OpenBLAS (Debian, Ubuntu: "
        + "`apt install libopenblas0-pthread`; Fedora: `dnf install openblas-threads`): it is used from the next start on."
    }
  }

  /// Has the engine examine itself: versions, device, BLAS and its speed. Takes some seconds.
  /// - Throws: `EngineError`.
  package func doctor() async throws -> Report {
    try requireReady()
    return try await examine()
  }

  func examine() async throws -> Report {
    let result = try await program("self-test", [environment.rawValue]).run()
    guard result.ending.isSuccess, let line = result.lines.last,
      let report = try? JSONDecoder().decode(Report.self, from: Data(line.utf8))
    else {
      throw EngineError.installation(
        "\(environment.library) doesn't start (\(result.ending)). Its last words: \(result.lines.suffix(3).joined(separator: " / "))"
      )
    }
    return report
  }

  /// The program that works on a training job's folder.
  /// - Throws: `EngineError.notReady`.
  package func trainingProgram(folder: String) throws -> Program {
    try requireReady()
    return try program(environment.trainer, [folder])
  }

  /// The folder with the Python package whose program a command line runs; nil where it runs another one.
  package static func scripts(in arguments: [String]) -> String? {
    let end = "/" + EngineFiles.main
    return arguments.first { $0.hasPrefix("/") && $0.hasSuffix(end) }.map { String($0.dropLast(end.count)) }
  }

  /// A program that writes what a process takes of its machine to a file of events until that process ends; nil where there
  /// is no Python. It needs no engine, but prefers its Python.
  /// - Parameter path: where its script is to be.
  /// - Throws: when the script can't be written.
  package func watchProgram(script path: String, pid: Int32, events: String) throws -> Program? {
    let ours = status.installation == nil ? nil : layout.python
    guard let python = ours ?? finder.candidates.first else { return nil }
    try PrivateFiles.write(String(decoding: PackageResources.system_watch_py, as: UTF8.self), to: path)
    return Self.pythonProgram(of: python, [path, String(pid), events])
  }

  /// Removes this environment, and with the last one the whole engine; mlx-lm's servers are stopped before. Models fetched
  /// from the hub stay in the hub's own cache.
  /// - Throws: `EngineError`.
  package func uninstall() async throws {
    let manager = FileManager.default
    guard manager.fileExists(atPath: layout.home) else { return }
    let lock = try await installLock(waiting: .seconds(5))
    defer { withExtendedLifetime(lock) {} }
    if environment == .mlx { await EngineServers(layout: layout).stopAll() }
    let others = EngineEnvironment.allCases.filter { $0 != environment }.map { layout.with($0) }
    let isLast = !others.contains { manager.fileExists(atPath: $0.environmentFolder) }
    let files = isLast ? [layout.home] : [layout.marker, layout.environmentFolder, layout.installLog]
    for file in files where manager.fileExists(atPath: file) {
      do { try manager.removeItem(atPath: file) } catch { throw EngineError.folder(layout.home, error) }
    }
    if isLast { try? manager.removeItem(atPath: layout.installLock) }
  }

  func installLock(waiting: Duration) async throws -> FileLock {
    let parent = (layout.home as NSString).deletingLastPathComponent
    do { try FileBytes.makeFolder(parent, for: .owner) } catch { throw EngineError.folder(parent, error) }
    do {
      return try await FileLock.acquire(layout.installLock, .exclusive, atMost: waiting)
    } catch LockError.held {
      throw EngineError.busy("Another assay is installing the engine; wait for it, then try again.")
    }
  }

  /// What every Python that we start is started with: it takes no module from the working folder, from the user's own
  /// packages or from where variables point. Since it looks at no `PYTHON…` variable, the other options say what those said.
  static let pythonOptions = ["-I", "-X", "utf8", "-u"]

  /// A Python in surroundings of nobody's: without foreign modules, and in a folder in which nobody else can write.
  /// - Parameter arguments: a program of ours and what it is told; paths are absolute.
  static func pythonProgram(of python: String, _ arguments: [String]) -> Program {
    Program(python, pythonOptions + arguments, environment: cleanEnvironment, workingDirectory: "/")
  }

  /// One of the programs of the package `assay_engine`, with arguments.
  /// - Throws: `EngineError.folder` where its files can't be written.
  func program(_ name: String, _ arguments: [String]) throws -> Program {
    let scripts = try EngineFiles.place(in: layout)
    return pythonProgram([scripts + "/" + EngineFiles.main, name] + arguments)
  }

  /// The engine's own Python.
  func pythonProgram(_ arguments: [String]) -> Program { Self.pythonProgram(of: layout.python, arguments) }

  /// Variables of the caller's own Python and of its terminal that must not leak into the engine's.
  static let cleanEnvironment: [String: String?] = [
    "PYTHONPATH": nil, "PYTHONHOME": nil, "PYTHONSTARTUP": nil, "VIRTUAL_ENV": nil, "PYTHONSAFEPATH": "1",
    "PYTHONNOUSERSITE": "1", "PIP_USER": nil, "PIP_TARGET": nil, "PIP_REQUIRE_VIRTUALENV": nil,
    "__PYVENV_LAUNCHER__": nil,
  ]
}
