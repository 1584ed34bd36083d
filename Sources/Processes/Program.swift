import Foundation

/// A program with its arguments, to be started without a shell.
package struct Program: Sendable, Hashable {
  /// A path, or a name to be found in `PATH`.
  package var executable: String
  /// Without the program's own name.
  package var arguments: [String]
  /// Variables that are set, or with nil removed.
  package var environment: [String: String?]
  /// Which of this process's own variables it is given besides.
  package var inherits: Inheritance
  /// Where it runs; here, when nil.
  package var workingDirectory: String?

  package init(
    _ executable: String, _ arguments: [String] = [], environment: [String: String?] = [:],
    inherits: Inheritance = .usual, workingDirectory: String? = nil
  ) {
    self.executable = executable
    self.arguments = arguments
    self.environment = environment
    self.inherits = inherits
    self.workingDirectory = workingDirectory
  }

  /// Which variables of this process a program is given without being told their values.
  package enum Inheritance: Sendable, Hashable, Codable {
    /// Those by which programs find their way: `PATH`, `HOME`, the language, proxies, certificates and the like.
    case usual
    /// The usual ones and these.
    case named([String])
    /// All, keys included: for this program itself.
    case all

    /// The names that are given besides the usual ones.
    package var names: [String] { if case .named(let names) = self { names } else { [] } }
  }

  /// The environment that it is started with.
  func variables(of own: [String: String] = ProcessInfo.processInfo.environment) -> [String: String] {
    var variables =
      switch inherits {
      case .usual: InheritedVariables.of(own, and: [])
      case .named(let names): InheritedVariables.of(own, and: names)
      case .all: InheritedVariables.all(of: own)
      }
    for (name, value) in environment { variables[name] = value }
    return variables
  }

  /// How a program ended.
  package enum Ending: Sendable, Hashable, CustomStringConvertible {
    /// By itself, with a status.
    case exited(Int)
    /// By a signal.
    case signaled(Int)
    /// Whether the status is zero.
    package var isSuccess: Bool { self == .exited(0) }
    /// As shells count: the status, or 128 and the signal's number.
    package var status: Int {
      switch self {
      case .exited(let status): status
      case .signaled(let signal): 128 + signal
      }
    }
    /// For a sentence.
    package var description: String {
      switch self {
      case .exited(let status): "exit status \(status)"
      case .signaled(let signal): "signal \(signal)"
      }
    }
  }

  /// What a finished program leaves.
  package struct Result: Sendable, Hashable {
    /// How it ended.
    package var ending: Ending
    /// Its last lines, output and errors together.
    package var lines: [String]
    /// The lines as one text.
    package var output: String { lines.joined(separator: "\n") }
  }

  /// The file that a name stands for, searched in `PATH`; nil when there is none that can be run.
  package static func find(_ name: String, path: String? = ProcessInfo.processInfo.environment["PATH"]) -> String? {
    if name.contains("/") { return FileManager.default.isExecutableFile(atPath: name) ? name : nil }
    for folder in (path ?? "").split(separator: ":") {
      let file = "\(folder)/\(name)"
      var isFolder: ObjCBool = false
      if FileManager.default.fileExists(atPath: file, isDirectory: &isFolder), !isFolder.boolValue,
        FileManager.default.isExecutableFile(atPath: file)
      {
        return file
      }
    }
    return nil
  }
}
