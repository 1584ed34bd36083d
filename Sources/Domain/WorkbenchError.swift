import Content

/// Why a command could not be carried out: a sentence that says what to do next.
package enum WorkbenchError: Error, Sendable, Hashable, CustomStringConvertible {
  /// What was asked for doesn't exist or doesn't fit.
  case input(String)
  /// There is nothing of a kind under a name, among those that there are.
  case unknown(_ kind: String, _ name: String, among: [String], whenNone: Hint = .addToSettings)
  /// A variant has no run, on a set or on any.
  case notEvaluated(String, on: String?)
  /// A job has nothing left to resume.
  case finishedJob(JobID)
  /// A job has saved no adapter yet.
  case noAdapter(JobID)
  /// A job has no checkpoint after a step.
  case noCheckpoint(JobID, step: Int)
  /// An adapter belongs to a variant already.
  case usedAdapter(String, by: String)
  /// A model, the engine or a trainer failed.
  case model(String)
  /// A limit set by the user was reached.
  case budget(String)
  /// Files are not as they were meant, and something rests on them: a sentence, and what is wrong in them.
  case files(String, [Problem])
  /// The workspace asks for permissions that aren't granted.
  case untrusted([Permission])
  /// It would cost more than a person has to be asked for.
  case unconfirmed(Charge)

  /// The sentence, without a hint.
  package var description: String {
    switch self {
    case .unknown(let kind, let name, let names, _):
      let near = Spelling.nearest(to: name, among: names).map { " Did you mean \"\($0)\"?" } ?? ""
      let list = names.isEmpty ? "There is none yet." : "There are: \(names.joined(separator: ", "))."
      return "There is no \(kind) called \"\(name)\".\(near) \(list)"
    case .notEvaluated(let name, let set):
      return "\"\(name)\" has not been evaluated\(set.map { " on \"\($0)\"" } ?? "") yet."
    case .finishedJob(let id): return "Job \(id) is finished: there is nothing left to resume."
    case .noAdapter(let id): return "Job \(id) has saved no adapter yet."
    case .noCheckpoint(let id, let step): return "There is no checkpoint of job \(id) after step \(step)."
    case .usedAdapter(let adapter, let variant): return "The variant \"\(variant)\" uses \(adapter) already."
    case .input(let text), .model(let text), .budget(let text), .files(let text, _): return text
    case .unconfirmed(let charge):
      return "Nobody has agreed to the cost yet. " + charge.items.map(\.sentence).joined(separator: " ")
    case .untrusted:
      return "This workspace is not trusted: Assay starts no program, reads no key and contacts no server for it until "
        + "you allow that."
    }
  }

  /// Files that something rests on are not as they were meant.
  package static func flawed(_ what: String, _ flaws: [Problem]) -> WorkbenchError {
    let more = flaws.count > 3 ? " … and \(flaws.count - 3) more." : ""
    return .files(
      "Not \(what). Fix this first: " + flaws.prefix(3).map(\.description).joined(separator: " ") + more, flaws)
  }

  /// What a person can do next. Whoever shows the error has the words: a command on the command line, a key on the screen.
  package enum Hint: Sendable, Hashable {
    /// Add one to `assay.yaml`.
    case addToSettings
    /// Add one to a file.
    case add(to: String)
    /// Evaluate a variant; any where nil.
    case evaluate(String?)
    /// Start a job.
    case train
    /// Begin a sweep.
    case sweep
    /// Look at a job and its checkpoints.
    case show(JobID)
  }

  /// What to do about it, where that isn't in the sentence.
  package var hint: Hint? {
    switch self {
    case .unknown(_, _, let names, let hint): names.isEmpty ? hint : nil
    case .notEvaluated(let name, _), .usedAdapter(_, let name): .evaluate(name)
    case .finishedJob: .train
    case .noAdapter(let id), .noCheckpoint(let id, _): .show(id)
    case .input, .model, .budget, .files, .untrusted, .unconfirmed: nil
    }
  }
}
