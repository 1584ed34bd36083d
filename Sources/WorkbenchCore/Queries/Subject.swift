import Domain

/// Something that one pane can ask another to turn to.
package enum Subject: Hashable, Sendable {
  /// A training job.
  case job(JobID)
  /// One run, to be read case by case.
  case run(RunID)
  /// A case of an eval set, by its id.
  case evalCase(String, set: String)
  /// Two runs on an eval set, to be read side by side.
  case runs(RunID, RunID, set: String)
}
