import Foundation
import Synchronization

/// Turns pip's lines into progress: it names each package once when it looks at it, and then installs all at once.
final class PipProgress: Sendable {
  private let packages: Int
  private let seen = Mutex<Set<String>>([])

  init(packages: Int) { self.packages = max(1, packages) }

  /// What a line means; nil for lines that mean nothing.
  func step(for line: String) -> InstallProgress? {
    let words = line.split(separator: " ").map(String.init)
    guard let first = words.first, words.count > 1 else { return nil }
    switch first {
    case "Collecting", "Requirement":
      let name = first == "Collecting" ? words[1] : words.dropFirst(3).first ?? words[1]
      let short = String(name.prefix { $0 != "=" && $0 != ">" && $0 != "<" && $0 != "[" && $0 != ";" })
      let count = seen.withLock { seen in
        seen.insert(short.lowercased())
        return seen.count
      }
      let fraction = 0.05 + 0.75 * min(1, Double(count) / Double(packages))
      return InstallProgress(text: "Fetching \(short)", fraction: fraction)
    case "Installing": return InstallProgress(text: "Installing the packages", fraction: 0.82)
    case "Successfully": return InstallProgress(text: "The packages are installed", fraction: 0.93)
    default: return nil
    }
  }
}

/// Keeps what pip said, for when something went wrong.
final class InstallLog: Sendable {
  private let file: Mutex<FileHandle?>

  init(path: String) {
    _ = FileManager.default.createFile(atPath: path, contents: nil)
    file = Mutex(FileHandle(forWritingAtPath: path))
  }

  func write(_ line: String) {
    file.withLock { try? $0?.write(contentsOf: Data((line + "\n").utf8)) }
  }
}

/// Finds out from its last lines why pip failed.
struct PipFailure {
  /// What it said.
  var lines: [String]
  /// Where it was to install.
  var layout: EngineLayout
  /// The version of Python, where a virtual environment could not be made.
  var python: String?

  /// A sentence that says what to do.
  var error: EngineError {
    let text = lines.joined(separator: "\n")
    let again = "run `\(layout.environment.installCommand)` again"
    let log = layout.installLog
    func says(_ phrases: String...) -> Bool { phrases.contains { text.contains($0) } }
    if says("No space left on device", "Errno 28", "Disk quota exceeded") {
      return .diskFull(
        "The disk is full. Make room (or set ASSAY_ENGINE_HOME to a folder on another disk) and \(again); it "
          + "goes on where it stopped.")
    }
    if says("ensurepip is not available", "No module named 'ensurepip'", "No module named ensurepip") {
      return .python(
        "Python \(python ?? "3") can't make virtual environments. Install its venv module (Debian, Ubuntu: `apt install "
          + "python3-venv`), then \(again).")
    }
    if says(
      "Failed to establish a new connection", "Temporary failure in name resolution", "Network is unreachable",
      "ConnectTimeoutError", "ReadTimeoutError", "Max retries exceeded", "nodename nor servname", "ProxyError",
      "SSLError", "Connection reset by peer", "Could not fetch URL")
    {
      return .network(
        "The package index can't be reached. Check the network, or set PIP_INDEX_URL or HTTPS_PROXY where one is "
          + "needed, and \(again); it goes on where it stopped.")
    }
    if let line = lines.last(where: { $0.contains("No matching distribution found for") }) {
      let package = line.components(separatedBy: "found for ").last ?? "a package"
      return .platform(
        "There is no build of \(package) for this system and Python; another Python between 3.11 and 3.14, named with "
          + "ASSAY_PYTHON, may help. pip's words are in \(log).")
    }
    let last = lines.last { $0.hasPrefix("ERROR:") } ?? lines.last ?? "nothing"
    return .installation("pip failed; its last words: \(last) All of them are in \(log).")
  }
}
