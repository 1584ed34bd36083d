import Foundation
import Processes

/// Looks for a Python that the engine can be built on.
struct PythonFinder: Sendable, Hashable {
  /// The oldest version that mlx-lm 0.32 and its packages accept.
  static let oldest = (3, 11)

  /// Where and under which names to look, the best first.
  var candidates: [String]

  /// `$ASSAY_PYTHON` alone when set, or the usual names in `PATH` and a few usual places.
  init(environment: [String: String] = ProcessInfo.processInfo.environment) {
    if let chosen = environment["ASSAY_PYTHON"], !chosen.isEmpty {
      candidates = [chosen]
      return
    }
    let names = ["python3", "python3.13", "python3.12", "python3.11", "python3.14"]
    let path = (environment["PATH"] ?? "") + ":/opt/homebrew/bin:/usr/local/bin:/usr/bin"
    var seen: Set<String> = []
    candidates = names.compactMap { Program.find($0, path: path) }.filter { seen.insert($0).inserted }
  }

  /// A Python that will do.
  struct Python: Sendable, Hashable {
    /// Its path.
    var path: String
    /// Its version.
    var version: String
  }

  /// The first candidate that will do.
  /// - Throws: `EngineError.python`, which says what was found and what to install.
  func find() async throws -> Python {
    var tooOld: [String] = []
    var incomplete: [String] = []
    for path in candidates {
      let probe = "import sys; print('%d.%d.%d' % sys.version_info[:3], sys.maxsize > 2**32); import venv, ensurepip"
      let result = try? await LocalEngine.pythonProgram(of: path, ["-c", probe]).run()
      try Task.checkCancellation()
      guard let words = result?.lines.first?.split(separator: " "), words.count == 2, words[1] == "True" else {
        continue
      }
      let version = String(words[0])
      let parts = version.split(separator: ".").compactMap { Int($0) }
      guard parts.count == 3 else { continue }
      if (parts[0], parts[1]) < Self.oldest {
        tooOld.append(version)
      } else if result?.ending.isSuccess == true {
        return Python(path: path, version: version)
      } else {
        incomplete.append("\(parts[0]).\(parts[1])")
      }
    }
    throw EngineError.python(Self.sentence(tooOld: tooOld, incomplete: incomplete, tried: candidates))
  }

  static func sentence(tooOld: [String], incomplete: [String], tried: [String]) -> String {
    if let version = incomplete.first {
      return "Python \(version) is here without its venv module. Install it (Debian, Ubuntu: "
        + "`apt install python\(version)-venv`), then run `assay engine install` again."
    }
    let wanted = "Python \(oldest.0).\(oldest.1) or newer"
    let how =
      "Install it (Debian, Ubuntu: `apt install python3 python3-venv`; macOS: `brew install python`), or name "
      + "one with ASSAY_PYTHON."
    if let version = tooOld.first { return "The local engine needs \(wanted), and here is only \(version). " + how }
    return tried.isEmpty
      ? "The local engine needs \(wanted), and there is none here. " + how
      : "None of \(tried.joined(separator: ", ")) starts as \(wanted). " + how
  }
}
