import Foundation

/// Where the engine's files are.
package struct EngineLayout: Sendable, Hashable {
  /// The folder that holds all of it.
  package var home: String
  /// Which of its environments is meant.
  package var environment: EngineEnvironment

  /// An engine in a folder of your choice.
  package init(home: String, environment: EngineEnvironment = .mlx) {
    self.home = home
    self.environment = environment
  }

  /// The same engine with another of its environments.
  package func with(_ environment: EngineEnvironment) -> EngineLayout {
    EngineLayout(home: home, environment: environment)
  }

  /// `$ASSAY_ENGINE_HOME`, or the engine's folder where programs of this system keep their data.
  package static func standard(
    environment: [String: String] = ProcessInfo.processInfo.environment
  ) -> EngineLayout {
    func folder(_ name: String) -> String? {
      guard let value = environment[name], value.hasPrefix("/") else { return nil }
      return value
    }
    if let home = folder("ASSAY_ENGINE_HOME") { return EngineLayout(home: home) }
    let user = folder("HOME") ?? NSHomeDirectory()
    #if os(macOS)
      return EngineLayout(home: user + "/Library/Application Support/assay/engine")
    #else
      return EngineLayout(home: (folder("XDG_DATA_HOME") ?? user + "/.local/share") + "/assay/engine")
    #endif
  }

  /// The private virtual environment.
  package var environmentFolder: String { home + "/\(environment.prefix)venv" }
  /// Its Python.
  package var python: String { environmentFolder + "/bin/python" }
  /// Says that the installation was finished, and with what.
  package var marker: String { home + "/\(environment.prefix)installed.json" }
  /// What pip said the last time.
  package var installLog: String { home + "/\(environment.prefix)install.log" }
  /// A folder for each model and adapter that is or was served.
  package var servers: String { home + "/servers" }
  /// Held while installing or uninstalling.
  var installLock: String { home + ".lock" }
  /// Our Python programs, in the version that this program brings.
  var scripts: String { home + "/scripts-" + EngineFiles.version }
}
