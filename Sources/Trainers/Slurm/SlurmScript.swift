import Domain
import Foundation
import LocalEngine
import Processes
import TrainerLogs

/// The batch script that Slurm runs for a job, and the options that it is submitted with.
struct SlurmScript: Sendable, Hashable {
  /// The Slurm job's name. No other job has it, so that the job can be found when its number was never noted.
  var label: String
  /// The job's folder, which the nodes must see under the same path.
  var folder: String
  /// How Slurm is told to run it.
  var settings: SlurmSettings
  /// What works on the folder.
  var program: ProgramWork
  /// The base model: a folder, or a hub id.
  var model: String

  /// A link in the job's folder: the number of the Slurm job that works, or has worked, under a label.
  static func owner(of label: String) -> String { "slurm-\(label).id" }
  /// A file in the job's folder: what the script leaves at its end.
  static func ending(of label: String) -> String { "slurm-\(label).exit" }

  /// What the script leaves at its end, in `slurm-LABEL.exit`.
  struct Ending: Sendable, Hashable, Codable {
    /// The trainer's exit status.
    var status: Int
    /// Whether the time limit was why it ended.
    var isTimeUp: Bool

    enum CodingKeys: String, CodingKey {
      case status
      case isTimeUp = "time_is_up"
    }
  }

  // MARK: Options

  /// The options of sbatch, each one argument. Those that Assay depends on stand last, which makes them win.
  var options: [String] {
    var options = ["--requeue", "--signal=B:USR1@\(warning)", "--nodes=1", "--ntasks-per-node=1"]
    func add(_ name: String, _ value: String?) {
      if let value { options.append("--\(name)=\(value)") }
    }
    add("partition", settings.partition)
    add("account", settings.account)
    add("gpus-per-node", settings.gpus.map(String.init))
    add("cpus-per-task", settings.cpus.map(String.init))
    add("mem", settings.memory)
    add("time", settings.time)
    options += settings.options
    options.append("--job-name=\(label)")
    options.append("--chdir=\(folder)")
    // Slurm puts numbers in for percent signs.
    options.append("--output=\((folder + "/trainer.log").replacingOccurrences(of: "%", with: "%%"))")
    options.append("--open-mode=append")
    return options
  }

  /// Seconds before the time limit at which the trainer is to save and end.
  var warning: Int {
    guard let limit = settings.time.flatMap(SlurmTime.seconds(in:)) else { return 120 }
    return min(120, max(10, limit / 4))
  }

  // MARK: The script

  /// The script.
  /// - Throws: `TrainerFailure` when something in it can't be said to Slurm.
  func text() throws(TrainerFailure) -> String {
    for option in options where option.unicodeScalars.contains(where: { $0.value < 32 || $0.value == 127 }) {
      throw TrainerFailure(
        "The option \(LogText.clean(option)) for Slurm has a control character in it; take it out of the path or value."
      )
    }
    // sbatch has its own way to read quotes here; it is given all options as arguments besides, and those count.
    let headers = options.filter { ShellWord.quoted($0) == $0 }.map { "#SBATCH " + $0 }
    return ([Self.first] + headers + [try body()]).joined(separator: "\n") + "\n"
  }

  private static let first = """
    #!/bin/bash
    # Assay has written this for one submission; see slurm.json for the number that it got.
    """

  private func body() throws(TrainerFailure) -> String {
    let command = try command()
    let environment = program.environment.filter { Self.isName($0.key) }.sorted { $0.key < $1.key }.map { name, value in
      value.map { "export \(name)=\(ShellWord.quoted($0))" } ?? "unset \(name)"
    }
    return """

      cd -- \(ShellWord.quoted(folder)) || exit 1
      export LC_ALL=C.UTF-8

      # A submission that was cut off may have been made twice: the first one works, the other has nothing to do.
      ln -sT -- "$SLURM_JOB_ID" \(Self.owner(of: label)) 2>/dev/null
      owner=$(readlink -- \(Self.owner(of: label)))
      if [ "$owner" != "$SLURM_JOB_ID" ]; then
        echo "Slurm's job $owner works here already, so $SLURM_JOB_ID ends."
        exit 0
      fi
      rm -f -- \(Self.ending(of: label))

      node=${SLURMD_NODENAME:-$(uname -n)}
      message="running on ${node//[^A-Za-z0-9._-]/?}"
      [ "${SLURM_RESTART_COUNT:-0}" = 0 ] || message="$message, started again by Slurm"
      printf '\\n{"event":"note","time":%s,"message":"%s"}\\n' "$(date +%s)" "$message" >> events.jsonl

      # Slurm's signals: the trainer is to save what it has learnt, and to end.
      trainer= interrupted= time_is_up=false
      forward() {
        interrupted=1
        [ -z "$trainer" ] || \(isContained ? "scancel --signal=TERM \"$SLURM_JOB_ID\"" : "kill -TERM \"$trainer\"")
      }
      trap forward TERM INT
      trap 'time_is_up=true; forward' USR1

      \((environment + settings.setup).joined(separator: "\n"))
      export ASSAY_GOES_ON='Slurm has interrupted the job; what was learnt is saved.'
      if [ -n "$interrupted" ]; then
        status=143
      else
        \(command) </dev/null &
        trainer=$!
        [ -z "$interrupted" ] || forward
        interrupted=
        wait "$trainer"
        status=$?
        while [ -n "$interrupted" ]; do
          interrupted=
          wait "$trainer"
          again=$?
          [ "$again" = 127 ] || status=$again
        done
      fi
      printf '{"status":%d,"time_is_up":%s}\\n' "$status" "$time_is_up" > .slurm-exit
      mv -f -- .slurm-exit \(Self.ending(of: label))
      exit "$status"
      """
  }

  private var isContained: Bool { settings.container != nil }

  /// The trainer's command line: as it stands, or with the Python of a container's image.
  private func command() throws(TrainerFailure) -> String {
    guard let container = settings.container else {
      return ([program.executable] + program.arguments).map(ShellWord.quoted).joined(separator: " ")
    }
    var mounts = [folder]
    if let scripts = LocalEngine.scripts(in: program.arguments) { mounts.append(scripts) }
    if model.hasPrefix("/") { mounts.append(model) }
    for mount in mounts where mount.contains(":") || mount.contains(",") {
      throw TrainerFailure(
        "The folder \(LogText.clean(mount)) can't be mounted into a container: its path has a colon or a comma.")
    }
    let options = [
      "--ntasks=1", "--container-image=\(container)", "--container-workdir=\(folder)",
      "--container-mounts=" + mounts.map { "\($0):\($0)" }.joined(separator: ","),
    ]
    return (["srun"] + options + ["python3"] + program.arguments).map(ShellWord.quoted).joined(separator: " ")
  }

  private static func isName(_ text: String) -> Bool {
    func isDigit(_ scalar: Unicode.Scalar) -> Bool { ("0"..."9").contains(scalar) }
    guard let first = text.unicodeScalars.first, !isDigit(first) else { return false }
    return text.unicodeScalars.allSatisfy { $0.isASCII && ($0.properties.isAlphabetic || isDigit($0) || $0 == "_") }
  }
}
