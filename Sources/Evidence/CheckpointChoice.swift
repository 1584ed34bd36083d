/// Which checkpoint of a training job to keep, and whether more training can be expected to help: by what each one does,
/// not by its loss alone. A loss may still fall while the model forgets what it could do, and may rise while it still gets
/// better at the task.
package struct CheckpointChoice: Sendable, Hashable {
  /// What was measured of one checkpoint.
  package struct Behaviour: Sendable, Hashable {
    /// Steps done.
    package var step: Int
    /// Mean score on the task's cases, 0 to 1.
    package var task: Double
    /// How many cases that is the mean of.
    package var taskCases: Int
    /// Mean score on general tasks, 0 to 1; nil where there are none.
    package var general: Double?
    /// How many general cases.
    package var generalCases: Int
    /// Mean loss over the validation rows, where known; nil also for one that is no number.
    package var validationLoss: Double?

    /// Gathers figures.
    package init(
      step: Int, task: Double, taskCases: Int, general: Double? = nil, generalCases: Int = 0,
      validationLoss: Double? = nil
    ) {
      self.step = step
      self.task = task
      self.taskCases = taskCases
      self.general = general
      self.generalCases = generalCases
      self.validationLoss = validationLoss.flatMap { $0.isFinite ? $0 : nil }
    }
  }

  /// Why more training isn't worth its time.
  package enum Reason: String, Sendable, Hashable, CaseIterable {
    /// General tasks have fallen by more than the limit, twice in a row.
    case forgetting
    /// The task score has fallen behind the best, and the loss on validation rows rises with it.
    case overfitting
    /// The task score hasn't risen for several evaluations.
    case noProgress
  }

  /// How patient it is.
  package struct Patience: Sendable, Hashable {
    /// The most that general tasks may fall below the base model, 0 to 1.
    package var forgetting = 0.1
    /// General cases that must be lost before that counts: one answer decides nothing.
    package var fewestLost = 3
    /// Evaluations without a better score after which training goes on for nothing; 0 never.
    package var evaluations = 4
    /// The usual patience.
    package init() {}
  }

  /// The place of the checkpoint to keep; nil when there is none.
  package let best: Int?
  /// Why to stop; nil while going on may help.
  package let stop: Reason?
  /// Whether the best one forgets more than the limit, because all do.
  package let bestForgets: Bool

  /// Judges checkpoints.
  /// - Parameter checkpoints: in the order of their steps.
  /// - Parameter base: what the base model scores on the general tasks, where measured.
  package init(_ checkpoints: [Behaviour], base: Double? = nil, patience: Patience = Patience()) {
    let forgets = checkpoints.map { checkpoint in
      guard let base, let general = checkpoint.general else { return false }
      let lost = (base - general) * Double(max(1, checkpoint.generalCases))
      return base - general > patience.forgetting + 1e-12 && lost > Double(patience.fewestLost) - 0.5
    }
    let kept = checkpoints.indices.filter { !forgets[$0] }
    bestForgets = kept.isEmpty && !checkpoints.isEmpty
    let candidates = bestForgets ? Array(checkpoints.indices) : kept
    best = Self.best(of: candidates, checkpoints)
    stop = Self.reason(checkpoints, forgets, best, patience)
  }

  /// The highest task score; among those that can't be told from it, the lowest validation loss, then the earliest.
  private static func best(of candidates: [Int], _ checkpoints: [Behaviour]) -> Int? {
    guard let highest = candidates.map({ checkpoints[$0].task }).max() else { return nil }
    // Scores on the same cases that differ by less than one case are the same.
    let near = candidates.filter { highest - checkpoints[$0].task < 1 / Double(max(1, checkpoints[$0].taskCases)) }
    return near.min {
      (checkpoints[$0].validationLoss ?? .infinity, $0) < (checkpoints[$1].validationLoss ?? .infinity, $1)
    }
  }

  private static func reason(
    _ checkpoints: [Behaviour], _ forgets: [Bool], _ best: Int?, _ patience: Patience
  ) -> Reason? {
    guard let best else { return nil }
    if forgets.suffix(2) == [true, true] { return .forgetting }
    let since = checkpoints.count - 1 - best
    guard since >= 2 else { return nil }
    let later = checkpoints[(best + 1)...]
    // Lower in each of the last two by more than one case may be.
    let isBehind = later.suffix(2).allSatisfy {
      checkpoints[best].task - $0.task >= 1 / Double(max(1, $0.taskCases)) - 1e-12
    }
    let losses = later.suffix(2).compactMap(\.validationLoss)
    let lowest = checkpoints.compactMap(\.validationLoss).min()
    if isBehind, losses.count == 2, let lowest, losses.allSatisfy({ $0 > lowest }), losses[1] >= losses[0] {
      return .overfitting
    }
    return patience.evaluations > 0 && since >= patience.evaluations ? .noProgress : nil
  }
}
