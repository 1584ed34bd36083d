import Domain

/// How a Slurm job has ended whose trainer could not say it.
struct SlurmEnding: Sendable, Hashable {
  /// What Slurm says; nil where it has forgotten the job.
  var job: SlurmJob?
  /// The job's number.
  var id: String
  /// Whether the script was told that its time is up.
  var isTimeUp: Bool
  /// The trainer's exit status, where the script has noted it.
  var status: Int?
  var settings: SlurmSettings
  /// The trainer's program, and the job's folder.
  var program: String
  var folder: String
  /// The meaning of the log's end; nil where it isn't known.
  var diagnosis: String?
  /// The last line of the log.
  var lastWords: String?

  /// Said besides when something was saved.
  static let goOn = " What was saved last is kept: resume the job to go on from there."

  /// What the job is then.
  var state: TrainingJob.State { !isTimeUp && job?.state.word == "CANCELLED" ? .canceled : .failed }

  /// What happened, and what to change.
  var message: String {
    if isTimeUp { return timeout }
    guard let job else {
      return "Slurm knows nothing of its job \(id) any more, and the job left no end\(last)"
    }
    switch job.state.word {
    case "TIMEOUT": return timeout
    case "DEADLINE": return "Slurm ended its job \(id) at its deadline. Set a later one in `training.slurm.options`."
    case "OUT_OF_MEMORY":
      let given = settings.memory.map { " (\($0))" } ?? ""
      return
        "The job used more memory than Slurm gave it\(given). Raise `training.slurm.memory`, or lower `batch_size` "
        + "(and raise `gradient_accumulation`) or `max_tokens`."
    case "NODE_FAIL", "BOOT_FAIL":
      let node = job.nodes.isEmpty ? "The node" : "The node \(job.nodes)"
      let exclude = job.nodes.isEmpty ? "--exclude=NODE" : "--exclude=\(job.nodes)"
      return "\(node) failed, and Slurm does not start the job again. If that comes again, add \(exclude) to "
        + "`training.slurm.options`."
    case "PREEMPTED":
      return "Slurm gave the job's place to another one, and does not start it again. Choose another "
        + "`training.slurm.partition`, or a QOS that is not preempted in `training.slurm.options`."
    case "CANCELLED":
      return "Slurm's job \(id) was cancelled, and not from here\(job.reason.isEmpty ? "." : " (\(job.reason)).")"
    case "COMPLETED": return "Slurm's job \(id) ended well, but the trainer told no end\(last)"
    default: return failure(job)
    }
  }

  private var timeout: String {
    let limit = settings.time ?? "the partition's own"
    return "The job reached Slurm's time limit (\(limit)). Raise `training.slurm.time`, as far as the partition allows."
  }

  private func failure(_ job: SlurmJob) -> String {
    if job.reason == "JobLaunchFailure" {
      return "Slurm could not start the job's script on \(job.nodes.isEmpty ? "its node" : job.nodes). The folder "
        + "\(folder) must be there under the same path: put the workspace on a file system that all nodes share."
    }
    if status == 127 || status == 126 {
      return
        "The node \(job.nodes) can't run \(program). It must be there under the same path: install the engine on a "
        + "file system that all nodes share (ASSAY_ENGINE_HOME), or name an image in `training.slurm.container`\(last)"
    }
    let reason = job.reason.isEmpty || job.reason == "NonZeroExitCode" ? "" : " (\(job.reason))"
    let ended = status.map { ", its trainer with status \($0)" } ?? ""
    return "Slurm's job \(id) ended as \(job.state.word)\(reason)\(ended), without saying why\(last)"
  }

  /// Ends a sentence.
  private var last: String {
    if let diagnosis { return ". \(diagnosis)" }
    return lastWords.map { ". The last line of its log: \($0)" } ?? ". Its log is empty; see `training.slurm`."
  }
}
