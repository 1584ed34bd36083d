import Content
import Foundation

/// Keeps everything that a decision rests on. Each part of the core needs one or two of the narrower stores.
package protocol Store: RunStore, BatchStore, ProbeStore, ReviewStore, JobStore {
  /// Yields after another process wrote to the same file.
  func foreignChanges() -> AsyncStream<Void>
}

/// Keeps runs, their outputs, the answers that runs share, and the versions of prompts.
package protocol RunStore: Sendable {
  /// All runs with summaries, newest first.
  func runs() async throws -> [Run]
  /// The newest run of a subject with so many answers to each case.
  func newestRun(base: ContentHash, repeats: Int) async throws -> Run?
  /// A sample number that no run has used yet, at least 1.
  func unusedSample() async throws -> Int
  /// Makes a run, or gives the one with this identity; its version is kept with it.
  func beginRun(_ draft: RunDraft) async throws -> Run
  /// Keeps a finished batch, answers and judgements in one transaction, and returns the run's new summary.
  /// - Parameter answers: answers that aren't judged yet, by the keys of their requests.
  func record(
    _ outputs: [Output], ungraded answers: [(key: ContentHash, answer: Answer)], in run: RunID, seconds: Double
  ) async throws -> RunSummary
  /// Fills in what answers of a run cost where that isn't known yet, and returns the run's new summary.
  /// - Parameter cost: dollars for what a server counted; nil where that says too little.
  func price(_ run: RunID, _ cost: @escaping @Sendable (TokenUsage) -> Double?) async throws -> RunSummary
  /// Changes where a run stands.
  func setState(_ state: Run.State, of run: RunID) async throws
  /// Changes what a person calls a run and notes of it; nil takes it away.
  func setLabels(_ labels: RunLabels, of run: RunID) async throws
  /// Bytes of text that only this run holds.
  func bytes(of run: RunID) async throws -> Int
  /// A run's outputs, in the order they were recorded.
  func outputs(of run: RunID) async throws -> [Output]
  /// Why requests of a run have no answer, or answers no score, with how many; the most frequent first.
  func failures(of run: RunID) async throws -> [(reason: String, count: Int)]
  /// How often each finish reason stands among a run's answers, replies that are none left out.
  func finishReasons(in run: RunID) async throws -> [String: Int]
  /// Which requests of a run were asked: the case, which of its answers, and whether there is one.
  func asked(in run: RunID) async throws -> [(caseID: String, sample: Int, isAnswered: Bool)]
  /// Answers to requests that were asked before, by key.
  func answers(to keys: [ContentHash]) async throws -> [ContentHash: Answer]
  /// Keeps what a judge's model replied, among the answers. It is no run's, and stays until the database goes.
  func keep(_ reply: Answer, key: ContentHash, of judge: String) async throws
  /// Versions with the time they were first used, newest first.
  func versions() async throws -> [StoredVersion]
  /// Keeps a version that no run uses; nothing happens where it is known.
  func keep(_ version: PromptVersion, created: Date) async throws
  /// Deletes a run with its outputs and the preferences between them. Its answers stay, so that asking the same again
  /// costs nothing, and so do corrections.
  func delete(_ run: RunID) async throws
  /// What no run needs: answers, and versions of prompts.
  func surplus() async throws -> StoreSurplus
  /// Deletes what no run needs, and gives the room on disk back.
  func removeSurplus() async throws
  /// Takes the right to work on a run; nil while a living process holds it. Released when the result is dropped or the
  /// process dies.
  func claim(_ run: RunID) async throws -> (any Sendable)?
}

/// Keeps what was handed to a provider in one piece.
package protocol BatchStore: Sendable {
  /// Keeps a batch, or what has become of it.
  func keep(_ batch: BatchRecord) async throws
  /// Batches not known to be over, oldest first; of one run or of all.
  func openBatches(of run: RunID?) async throws -> [BatchRecord]
}

/// Keeps what models can do.
package protocol ProbeStore: Sendable {
  /// Keeps what a model was seen to do, in place of what was seen before.
  func keep(_ probe: ModelProbe, of model: ContentHash) async throws
  /// What models were last seen to do, by `ModelSpec.place`.
  func probes() async throws -> [ContentHash: ModelProbe]
}

/// Keeps what people found of answers.
package protocol ReviewStore: Sendable {
  /// All that people found of answers.
  func reviews() async throws -> Reviews
  /// Keeps which of two answers is better, in place of what was found of them before.
  func keep(_ preference: Preference) async throws
  /// Keeps what a case's answer should have been, in place of what was kept before.
  func keep(_ correction: Correction) async throws
  /// Keeps how an answer fails.
  func keep(_ mark: FailureMark) async throws
  /// Takes that back.
  func remove(_ mark: FailureMark) async throws
  /// Takes back what was found of two answers, given in order.
  func removePreference(set: String, caseID: String, a: OutputPlace, b: OutputPlace) async throws
  /// Takes back what a case's answer should have been.
  func removeCorrection(set: String, caseID: String) async throws
}

/// Keeps the headers of training jobs.
package protocol JobStore: Sendable {
  /// Makes a job and returns its number; the folder is the caller's to make.
  func beginJob(_ draft: JobDraft) async throws -> TrainingJob
  /// Notes what a job's folder says of it: state, steps, losses, message, and the best checkpoint and its adapter unless
  /// one was chosen. Every process that follows the job does so, each at its own pace; so one that is over stays over, and
  /// what it was made with never changes.
  func update(_ job: TrainingJob) async throws
  /// Notes that a job that was over goes on: it is queued, without a message, and what was chosen counts no more.
  func reopen(_ job: JobID) async throws
  /// Notes which checkpoint is the one to use, and its adapter where the trainer's word would be another.
  func choose(_ best: TrainingJob.Best, adapter: String?, of job: JobID) async throws
  /// All jobs, newest first.
  func jobs() async throws -> [TrainingJob]
}

/// What a person calls a run, and notes of it.
package struct RunLabels: Sendable, Hashable {
  /// A short name; at most 64 characters.
  package var name: String?
  /// A note; at most 2,000 characters.
  package var note: String?
  /// Makes labels; none by default.
  package init(name: String? = nil, note: String? = nil) {
    self.name = name
    self.note = note
  }
}

/// What no run of a database needs.
package struct StoreSurplus: Sendable, Hashable {
  /// Answers that no output rests on.
  package var answers: Int
  /// Versions of prompts that no run has sent.
  package var versions: Int
  /// The size of their texts, in bytes of UTF-8.
  package var bytes: Int
  /// Gathers counts.
  package init(answers: Int, versions: Int, bytes: Int) {
    self.answers = answers
    self.versions = versions
    self.bytes = bytes
  }
}
