import Domain
import Foundation
import Processes
import TrainerLogs

/// One of Slurm's jobs, as it stands.
struct SlurmJob: Sendable, Hashable {
  /// Its number.
  var id: String
  /// Its state.
  var state: SlurmState
  /// Where it runs; empty before.
  var nodes: String
  /// When it is expected to start; empty where Slurm doesn't say.
  var start: String
  /// Why it waits or has ended; empty where Slurm doesn't say.
  var reason: String
}

/// A state of a Slurm job. There are more than are documented, so it is kept as a word.
struct SlurmState: Sendable, Hashable {
  /// Slurm's word, such as `PENDING`.
  var word: String

  /// The state in a text such as `CANCELLED by 1000` or `OUT_OF_ME+`.
  init(_ text: some StringProtocol) {
    let word = text.prefix { $0.isASCII && ($0.isLetter || $0 == "_") }.uppercased()
    self.word = word == "OUT_OF_ME" ? "OUT_OF_MEMORY" : String(word.prefix(40))
  }

  /// Whether nothing more can come.
  var isOver: Bool {
    [
      "COMPLETED", "FAILED", "TIMEOUT", "OUT_OF_MEMORY", "NODE_FAIL", "BOOT_FAIL", "DEADLINE", "CANCELLED", "PREEMPTED",
      "REVOKED",
    ].contains(word)
  }

  /// Whether it waits for its turn.
  var isWaiting: Bool {
    ["PENDING", "REQUEUED", "REQUEUE_HOLD", "REQUEUE_FED", "SPECIAL_EXIT", "RESV_DEL_HOLD"].contains(word)
  }
}

/// Slurm's commands. Each is run without a shell, and what it says is taken for text of a stranger.
struct SlurmQueue: Sendable {
  /// Where commands are looked for.
  var path: String? = ProcessInfo.processInfo.environment["PATH"]
  /// How long a question may take.
  var patience: Duration = .seconds(60)

  /// What went wrong; the text is Slurm's own.
  struct Failure: Error, CustomStringConvertible {
    var description: String
    /// Whether it is this machine's and passes: Slurm wasn't even asked.
    var isPassing = false
  }

  // MARK: Submitting

  /// Submits a script.
  /// - Parameter lock: a file that is locked as long as a submission is under way, even if this process dies meanwhile.
  /// - Parameter variables: names of environment variables that the job is given besides the usual ones.
  /// - Returns: the job's number.
  /// - Throws: `Failure`; the job may be there all the same.
  func submit(_ script: String, options: [String], lock: String, variables: [String] = []) async throws -> String {
    var program = try program("sbatch", ["--parsable"] + options + [script], environment: Self.submissionEnvironment())
    program.inherits = .named(variables)
    if let flock = Program.find("flock", path: path) {
      program.arguments = ["--no-fork", lock, program.executable] + program.arguments
      program.executable = flock
    }
    let result = try await Self.started { try await program.run() }
    guard result.ending.isSuccess, let id = result.lines.compactMap(Self.number).last else {
      throw Failure(description: Self.words(of: result, "sbatch"))
    }
    return id
  }

  /// The number in what sbatch prints, `1234` or `1234;cluster`.
  static func number(_ line: String) -> String? {
    let id = line.prefix { $0 != ";" }
    return !id.isEmpty && id.count < 20 && id.utf8.allSatisfy { (48...57).contains($0) } ? String(id) : nil
  }

  /// Variables that would change a submission behind our back.
  static func submissionEnvironment() -> [String: String?] {
    let ours = [
      "SBATCH_JOB_NAME", "SBATCH_ARRAY_INX", "SBATCH_OUTPUT", "SBATCH_ERROR", "SBATCH_INPUT", "SBATCH_OPEN_MODE",
      "SBATCH_WAIT", "SBATCH_WAIT_ALL_NODES", "SBATCH_CLUSTERS", "SLURM_CLUSTERS",
    ]
    return Dictionary(uniqueKeysWithValues: ours.map { ($0, nil) })
  }

  // MARK: Asking

  /// All jobs with a name that Slurm still knows of, the newest last.
  /// - Throws: `Failure` when Slurm doesn't answer.
  func jobs(named name: String) async throws -> [SlurmJob] {
    let queue = try await ask(
      "squeue", ["--noheader", "--states=all", "--name=\(name)", "--format=%i|%T|%N|%S|%r"])
    var jobs = queue.compactMap(Self.job(inQueue:))
    // The queue forgets a job minutes after its end; accounting, where there is any, doesn't.
    if jobs.isEmpty, Program.find("sacct", path: path) != nil,
      let accounts = try? await ask(
        "sacct",
        [
          "--noheader", "--parsable2", "--allocations", "--name=\(name)", "--starttime=now-30days",
          "--format=JobIDRaw,State,NodeList",
        ])
    {
      jobs = accounts.compactMap(Self.job(inAccounts:))
    }
    return jobs.sorted { (Int($0.id) ?? 0) < (Int($1.id) ?? 0) }
  }

  /// A line of squeue.
  static func job(inQueue line: String) -> SlurmJob? {
    let fields = line.split(separator: "|", maxSplits: 4, omittingEmptySubsequences: false).map { field($0) }
    guard fields.count == 5, let id = number(fields[0]), !SlurmState(fields[1]).word.isEmpty else { return nil }
    return SlurmJob(
      id: id, state: SlurmState(fields[1]), nodes: fields[2], start: fields[3] == "N/A" ? "" : fields[3],
      reason: fields[4] == "None" ? "" : fields[4])
  }

  /// A line of sacct.
  static func job(inAccounts line: String) -> SlurmJob? {
    let fields = line.split(separator: "|", omittingEmptySubsequences: false).map { field($0) }
    guard fields.count == 3, let id = number(fields[0]), !SlurmState(fields[1]).word.isEmpty else { return nil }
    let nodes = fields[2] == "None assigned" ? "" : fields[2]
    return SlurmJob(id: id, state: SlurmState(fields[1]), nodes: nodes, start: "", reason: "")
  }

  private static func field(_ text: Substring) -> String {
    let text = LogText.clean(String(text)).trimmingCharacters(in: .whitespaces)
    return String(text.prefix(200))
  }

  // MARK: Ending

  /// Asks a job's script to see to it that its trainer saves and ends.
  func interrupt(_ id: String) async throws { _ = try await ask("scancel", ["--batch", "--signal=TERM", id]) }

  /// Ends a job: it gets TERM, and after the site's grace KILL.
  func cancel(_ id: String) async throws { _ = try await ask("scancel", [id]) }

  // MARK: Running

  private func program(
    _ name: String, _ arguments: [String], environment: [String: String?] = [:]
  ) throws -> Program {
    guard let executable = Program.find(name, path: path) else {
      throw TrainerFailure(
        "Slurm's command \(name) is not on this machine, so no job can be given to Slurm from here. Run assay on a login "
          + "node of the cluster, or add the folder with Slurm's commands to PATH.")
    }
    return Program(executable, arguments, environment: environment)
  }

  private func ask(_ name: String, _ arguments: [String]) async throws -> [String] {
    let program = try program(name, arguments)
    let result = try await withThrowingTaskGroup(of: Program.Result?.self) { group in
      group.addTask { try await Self.started { try await program.run(keeping: 1_000) } }
      group.addTask {
        try await Task.sleep(for: patience)
        return nil
      }
      defer { group.cancelAll() }
      return try await group.next() ?? nil
    }
    guard let result else {
      throw Failure(description: "\(name) has not answered within \(patience.components.seconds) s")
    }
    guard result.ending.isSuccess else { throw Failure(description: Self.words(of: result, name)) }
    return result.lines
  }

  /// A command that can't be started, because there are too many processes say, can be the next time.
  private static func started<Result>(_ run: () async throws -> Result) async throws -> Result {
    do { return try await run() } catch let error as ProcessError {
      throw Failure(description: "\(error)", isPassing: true)
    }
  }

  /// What a command said when it failed, in one line.
  private static func words(of result: Program.Result, _ name: String) -> String {
    let said = result.lines.suffix(3).map { LogText.clean($0) }.joined(separator: " / ")
    return said.isEmpty ? "\(name) ended with \(result.ending)" : String(said.prefix(600))
  }
}
