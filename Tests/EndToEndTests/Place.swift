import Foundation
import Testing

/// Where the program and its sample workspace are, and what this machine has.
enum Place {
  /// The repository's root.
  static let root: String = URL(fileURLWithPath: #filePath).resolvingSymlinksInPath().deletingLastPathComponent()
    .deletingLastPathComponent().deletingLastPathComponent().path

  /// The program: the debug build, or the one that `ASSAY_BINARY` names.
  static let assay = ProcessInfo.processInfo.environment["ASSAY_BINARY"] ?? root + "/.build/debug/assay"

  /// Where tmux is; nil where it isn't installed.
  static let tmux = find("tmux")

  /// The sqlite3 shell; nil where it isn't installed.
  static let sqlite = find("sqlite3")

  /// Whether a program can be given a view of the disks of its own, as on Linux.
  static let hasNameSpaces: Bool = {
    guard find("unshare") == "/usr/bin/unshare" else { return false }
    let process = Process()
    process.executableURL = URL(fileURLWithPath: "/usr/bin/unshare")
    process.arguments = ["-rm", "/bin/sh", "-c", "mount -t tmpfs tmpfs /mnt"]
    process.standardError = FileHandle.nullDevice
    guard (try? process.run()) != nil else { return false }
    process.waitUntilExit()
    return process.terminationStatus == 0
  }()

  /// Whether real models can be asked and tuned here.
  static let hasEngine: Bool = {
    let process = Process()
    process.executableURL = URL(fileURLWithPath: assay)
    process.arguments = ["engine", "status", "--quiet"]
    guard (try? process.run()) != nil else { return false }
    process.waitUntilExit()
    return process.terminationStatus == 0
  }()

  /// Variables for programs under test: ours without what would change how they look, and nobody's settings.
  static func environment(_ more: [String: String] = [:]) -> [String: String] {
    var environment = ProcessInfo.processInfo.environment
    for name in ["NO_COLOR", "COLORTERM", "TMUX", "TMUX_PANE", "MOCK_KEY", "ASSAY_THEMES", "ENV"] {
      environment[name] = nil
    }
    environment["LC_ALL"] = "C.UTF-8"
    // The tests' workspaces are their own; those that are about trust take it away.
    environment["ASSAY_TRUST"] = "1"
    environment["XDG_CONFIG_HOME"] = FileManager.default.temporaryDirectory.path + "/assay-e2e-no-settings"
    return environment.merging(more) { $1 }
  }

  /// Runs `body` with an empty folder that is removed afterwards.
  static func withFolder<Result>(_ body: (String) async throws -> Result) async throws -> Result {
    let temporary = URL(fileURLWithPath: FileManager.default.temporaryDirectory.path).resolvingSymlinksInPath().path
    let folder = temporary + "/assay-e2e-\(UUID().uuidString.prefix(8))"
    try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true)
    defer { try? FileManager.default.removeItem(atPath: folder) }
    return try await body(folder)
  }

  private static func find(_ name: String) -> String? {
    (ProcessInfo.processInfo.environment["PATH"] ?? "").split(separator: ":").map { "\($0)/\(name)" }
      .first { FileManager.default.isExecutableFile(atPath: $0) }
  }
}

/// The tests here start programs and, some of them, models: one after the other, whatever suite they stand in.
@Suite(.serialized) struct EndToEnd {}

/// A file's text; nothing where it can't be read.
func text(of path: String) -> String {
  FileManager.default.contents(atPath: path).map { String(decoding: $0, as: UTF8.self) } ?? ""
}

/// Writes a file with the folders above it.
func write(_ text: String, to path: String) throws {
  try FileManager.default.createDirectory(
    atPath: (path as NSString).deletingLastPathComponent, withIntermediateDirectories: true)
  try Data(text.utf8).write(to: URL(fileURLWithPath: path))
}

/// Waits until something holds, looking again and again; nothing here ever sleeps for a fixed time.
/// - Parameter limit: far more than it should take, so that a busy machine doesn't matter.
func wait(
  for what: String, limit: Duration = .seconds(120), sourceLocation: SourceLocation = #_sourceLocation,
  _ holds: () async throws -> Bool
) async throws {
  let end = ContinuousClock.now + limit
  while try await !holds() {
    guard ContinuousClock.now < end else {
      Issue.record("waited in vain for \(what)", sourceLocation: sourceLocation)
      throw WaitedInVain(what: what)
    }
    try await Task.sleep(for: .milliseconds(20))
  }
}

/// Something did not come to pass.
struct WaitedInVain: Error {
  let what: String
}
