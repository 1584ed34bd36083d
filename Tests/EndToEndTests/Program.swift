import Content
import Foundation
import Testing

/// A program that was started; what it prints goes to files, so that it never waits for a reader.
struct Program: Sendable {
  /// How it ended, and what it printed.
  struct Ending: Sendable {
    /// The exit status; the negative number of the signal that ended it.
    var status: Int32
    var output: String
    var errors: String

    /// The output as JSON.
    func json(sourceLocation: SourceLocation = #_sourceLocation) throws -> JSONValue {
      let value = try? JSONValue(parsing: Array(output.utf8))
      return try #require(value, "\(self)", sourceLocation: sourceLocation)
    }
  }

  /// Its process.
  let pid: Int32
  private let folder: String

  /// Starts it. Not by Foundation's `Process`, which takes a program for alive as long as one that it started is.
  /// - Parameter terminal: an open terminal to print to instead.
  init(
    _ path: String, _ arguments: [String], environment: [String: String] = [:], terminal: Int32? = nil
  ) throws {
    folder = FileManager.default.temporaryDirectory.path + "/assay-e2e-output-\(UUID().uuidString)"
    try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true)
    #if canImport(Darwin)
      var actions: posix_spawn_file_actions_t?
      var attributes: posix_spawnattr_t?
    #else
      var actions = posix_spawn_file_actions_t()
      var attributes = posix_spawnattr_t()
    #endif
    posix_spawn_file_actions_init(&actions)
    posix_spawnattr_init(&attributes)
    defer {
      posix_spawn_file_actions_destroy(&actions)
      posix_spawnattr_destroy(&attributes)
    }
    // As from a shell: threads of ours block signals, and programs inherit that.
    var (none, all) = (sigset_t(), sigset_t())
    sigemptyset(&none)
    sigfillset(&all)
    posix_spawnattr_setsigmask(&attributes, &none)
    posix_spawnattr_setsigdefault(&attributes, &all)
    posix_spawnattr_setflags(&attributes, Int16(POSIX_SPAWN_SETSIGMASK | POSIX_SPAWN_SETSIGDEF))
    posix_spawn_file_actions_addopen(&actions, 0, "/dev/null", O_RDONLY, 0)
    if let terminal {
      for descriptor in [1, 2] as [Int32] { posix_spawn_file_actions_adddup2(&actions, terminal, descriptor) }
    } else {
      posix_spawn_file_actions_addopen(&actions, 1, folder + "/output", O_WRONLY | O_CREAT, 0o600)
      posix_spawn_file_actions_addopen(&actions, 2, folder + "/errors", O_WRONLY | O_CREAT, 0o600)
    }
    let variables = Place.environment(environment).map { "\($0)=\($1)" }
    var words = ([path] + arguments).map { strdup($0) } + [nil]
    var settings = variables.map { strdup($0) } + [nil]
    defer { for text in words + settings { free(text) } }
    var pid: pid_t = 0
    let status = posix_spawn(&pid, path, &actions, &attributes, &words, &settings)
    guard status == 0 else { throw POSIXError(POSIXErrorCode(rawValue: status) ?? .ENOENT) }
    self.pid = pid
  }

  /// Sends it a signal.
  func signal(_ number: Int32) { kill(pid, number) }

  /// Waits for its end; to be called once.
  func ended() async -> Ending {
    var status: Int32 = 0
    while waitpid(pid, &status, WNOHANG) == 0 { try? await Task.sleep(for: .milliseconds(5)) }
    let signal = status & 0x7f
    let ending = Ending(
      status: signal == 0 ? (status >> 8) & 0xff : -signal, output: text(of: folder + "/output"),
      errors: text(of: folder + "/errors"))
    try? FileManager.default.removeItem(atPath: folder)
    return ending
  }
}

/// Runs Assay to its end.
@discardableResult
func assay(_ arguments: String..., environment: [String: String] = [:]) async throws -> Program.Ending {
  try await Program(Place.assay, arguments, environment: environment).ended()
}

/// What a query finds in a workspace's database, a row on each line; asked of another program than the one under test.
func query(_ sql: String, in workspace: String) async throws -> [String] {
  let shell = try #require(Place.sqlite)
  let database = workspace + "/.assay/assay.sqlite"
  guard FileManager.default.fileExists(atPath: database) else { return [] }
  let found = try await Program(shell, ["-cmd", ".timeout 5000", database, sql]).ended()
  if found.errors.contains("no such table") { return [] }  // the program is just making them
  #expect(found.status == 0, "\(found.errors)")
  return found.output.split(separator: "\n").map(String.init)
}
