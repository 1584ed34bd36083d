import Files
import Foundation
import Synchronization

/// How pip is told to install a list of packages.
enum PipInstall {
  /// Without the options of Python.
  ///
  /// Each package is in the list with the hashes of its wheels: nothing else is installed, no package's own program is
  /// run to build it, and none is looked for that isn't named.
  /// - Parameter list: the list's path.
  static func arguments(list: String) -> [String] {
    [
      "-m", "pip", "install", "--disable-pip-version-check", "--no-input", "--require-hashes", "--no-deps",
      "--only-binary", ":all:", "--progress-bar", "off", "-r", list,
    ]
  }
}

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
    try? PrivateFiles.write("", to: path)
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

  /// Whether an index has no build of PyTorch that the list names; it may have another one.
  var isOfMissingBuild: Bool {
    lines.contains { line in
      line.contains("torch") && (line.contains("No matching distribution found for") || line.contains("from versions:"))
    } || isOfOtherFiles && lines.contains { $0.contains("torch") }
  }

  /// Whether a file that was fetched isn't the one whose hash is listed.
  private var isOfOtherFiles: Bool { lines.contains { $0.contains("DO NOT MATCH THE HASHES") } }

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
    if isOfOtherFiles {
      return .installation(
        "A package that was fetched is not the one that this version of Assay was tested with: its SHA-256 is another, so "
          + "nothing was installed. Check which package index is used (PIP_INDEX_URL), then \(again). pip's words are in "
          + "\(log).")
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
